from __future__ import annotations

import pytest

from aftersale.domain.flags import FLAGS, flag_code


@pytest.mark.parametrize("code", FLAGS)
def test_a_flag_is_known_by_its_code_and_by_every_way_to_write_its_colour(code: str) -> None:
    word = FLAGS[code].zh
    colour = word.removesuffix("旗")
    ways = (code, word, colour, f"{colour}色", f"{colour}色旗", f"{colour}旗帜", f" {colour} ")
    assert {flag_code(way) for way in ways} == {code}


def test_what_is_no_flag_stays_and_nothing_is_nothing() -> None:
    assert (flag_code("7"), flag_code(""), flag_code(None)) == ("7", "", "")
