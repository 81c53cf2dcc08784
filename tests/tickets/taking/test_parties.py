from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aftersale.tickets.models import Buyer, Ticket
from aftersale.tickets.parties import mask_of
from tests.tickets.taking.notices import ASKED, NOW, origin, shop, took

pytestmark = pytest.mark.django_db
NAMED = replace(ASKED, buyer_name="王小明")


@pytest.mark.parametrize(
    ("said", "shown"),
    [("王小明", "王*"), ("王*", "王*"), ("##C12345##", ""), ("$$x$$", ""), ("", ""), (None, "")],
)
def test_a_buyer_is_called_by_a_masked_name_and_never_by_a_seal(said: str | None, shown: str) -> None:
    assert mask_of(replace(ASKED, buyer_name=said)) == shown


def test_the_masked_name_comes_with_the_first_notice_that_tells_it() -> None:
    of = shop()
    took(of, [ASKED])
    assert Buyer.objects.get().mask == ""
    later = NOW + timedelta(hours=1)
    took(of, [replace(NAMED, status="待处理", newest_at=NOW)], origin(as_of=later, now=later))
    assert Buyer.objects.get().mask == "王*"


def test_who_was_erased_gets_no_name_again() -> None:
    of = shop()
    took(of, [NAMED])
    Buyer.objects.update(mask="", erased_at=NOW)
    later = NOW + timedelta(hours=1)
    took(of, [replace(NAMED, status="待处理", newest_at=NOW)], origin(as_of=later, now=later))
    assert Buyer.objects.get().mask == ""


@pytest.mark.parametrize("said", ["红", "红旗", "red"])
def test_a_flag_is_kept_by_its_code(said: str) -> None:
    took(shop(), [replace(ASKED, flag=said)])
    assert Ticket.objects.get().flag == "red"
