from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.evidence.redaction import matches, seal_value

SALTS = st.binary(min_size=32, max_size=32)


@given(value=st.text(), salt=SALTS)
def test_a_seal_is_the_keyed_hash_of_the_value(value: str, salt: bytes) -> None:
    assert seal_value(value, salt) == hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()
    assert matches(value, salt, seal_value(value, salt))


@given(value=st.text(), other=st.text(), salt=SALTS, another=SALTS)
def test_a_seal_fits_no_other_value_and_no_other_salt(
    value: str, other: str, salt: bytes, another: bytes
) -> None:
    sealed = seal_value(value, salt)
    assert matches(other, salt, sealed) == (other == value)
    assert matches(value, another, sealed) == (another == salt)


def test_a_seal_of_other_letters_fits_nothing() -> None:
    assert not matches("13800000000", bytes(32), "")
    assert not matches("13800000000", bytes(32), "验")


@pytest.mark.parametrize("length", [0, 16, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"32 bytes, not {length}"):
        seal_value("13800000000", bytes(length))
