"""Write choices and confirmed numbers as rules, and read them back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import day_number, start_of
from aftersale.library import choices, confirmed
from aftersale.library.checking import shop_faults, spot_of
from aftersale.library.choices import ChoiceOutOfRange, Choices, choices_of, chosen
from aftersale.library.confirmed import NotToBeConfirmed, Seen
from aftersale.library.text_changes import text_changes
from aftersale.policy.load import load
from aftersale.shops.rule_files import packaged_texts

if TYPE_CHECKING:
    from aftersale.policy.rulebook import Rulebook

FIRST, LATER = date(2026, 3, 1), date(2026, 6, 1)
ALL = Choices(2000, 1000, 15, ("2505C", "A'1"))


def book(own: dict[str, str]) -> Rulebook:
    return load({**packaged_texts(), **own})


def value(own: dict[str, str], name: str, on: date, platform: str = "douyin") -> int | None:
    found = book(own).parameters[name].value_for(platform, start_of(day_number(on)))
    return found.value if found else None


def span(own: dict[str, str], rule_id: str) -> tuple[date | None, date | None]:
    return book(own).rule(rule_id).effective


def test_choices_are_written_without_a_fault_and_read_back() -> None:
    own = chosen({}, ALL, FIRST)
    assert shop_faults(own) == ()
    assert choices_of(own) == ALL
    assert {rule.id for rule in book(own).rules if rule.layer == "shop"} == {
        "SHOP-KEEP",
        "SHOP-TRUST",
        "SHOP-DAYS",
        "SHOP-BATCH",
    }


def test_no_choice_writes_no_file_and_leaves_the_others() -> None:
    assert chosen({"shop/shop.yaml": "layer: shop\n"}, Choices(), FIRST) == {
        "shop/shop.yaml": "layer: shop\n"
    }
    assert choices_of({}) == Choices()


def test_a_changed_number_keeps_its_former_value_until_that_day() -> None:
    own = chosen(chosen({}, Choices(keep_max_fen=2000), FIRST), Choices(keep_max_fen=3000), LATER)
    assert value(own, "choice_keep_max_fen", date(2026, 5, 31)) == 2000
    assert value(own, "choice_keep_max_fen", LATER) == 3000
    assert span(own, "SHOP-KEEP") == (FIRST, None)
    assert shop_faults(own) == ()


def test_the_same_number_simply_goes_on() -> None:
    own = chosen({}, Choices(keep_max_fen=2000), FIRST)
    assert chosen(own, Choices(keep_max_fen=2000), LATER)[choices.FILE].count("value: 2000") == 1


def test_a_choice_given_up_still_holds_for_who_applied_before() -> None:
    own = chosen(chosen({}, ALL, FIRST), Choices(keep_max_fen=2000), LATER)
    assert span(own, "SHOP-DAYS") == (FIRST, LATER)
    assert choices_of(own) == Choices(keep_max_fen=2000)
    again = chosen(own, Choices(2000, no_reason_days=20), date(2026, 9, 1))
    assert span(again, "SHOP-DAYS") == (date(2026, 9, 1), None)
    assert shop_faults(again) == ()


def test_a_choice_given_up_from_before_it_began_is_gone() -> None:
    assert chosen(chosen({}, ALL, LATER), Choices(), FIRST) == {}


@pytest.mark.parametrize(
    "wanted",
    [
        Choices(keep_max_fen=0),
        Choices(trust_max_fen=choices.MOST_FEN + 1),
        Choices(no_reason_days=7),
        Choices(no_reason_days=366),
        Choices(batches=("a)b",)),
        Choices(batches=tuple(map(str, range(51)))),
    ],
)
def test_a_choice_out_of_range_is_refused(wanted: Choices) -> None:
    with pytest.raises(ChoiceOutOfRange):
        chosen({}, wanted, FIRST)


@pytest.mark.parametrize(
    "text", ["[", "- 1\n", "rules: 1\n", "rules:\n  - {id: SHOP-KEEP, effective: soon}\n"]
)
def test_a_file_that_was_changed_by_hand_until_it_says_nothing_holds_no_choice(text: str) -> None:
    known = choices_of({choices.FILE: text})
    assert known.keep_max_fen is None
    assert shop_faults(chosen({choices.FILE: text}, ALL, FIRST)) == ()


def seen(number: int, since: date | None, platform: str = "douyin") -> Seen:
    return Seen(number, platform, since, "https://example.com/rules/1", "林总", FIRST)


def test_a_confirmed_number_wins_on_its_platform_from_its_day_and_says_who_and_where() -> None:
    parameter = book({}).parameters["respond_unshipped_hours"]
    own = confirmed.confirmed({}, parameter, seen(24, FIRST))
    assert shop_faults(own) == ()
    assert value(own, parameter.name, date(2026, 2, 1)) == 48
    assert value(own, parameter.name, FIRST) == 24
    found = book(own).parameters[parameter.name].values[0]
    assert found.confirmed_by == "林总，2026-03-01"
    assert found.citations[0].article == "https://example.com/rules/1"


def test_a_later_number_ends_the_earlier_one_and_each_platform_has_its_own() -> None:
    parameter = book({}).parameters["respond_unshipped_hours"]
    own = confirmed.confirmed({}, parameter, seen(24, FIRST))
    own = confirmed.confirmed(own, parameter, seen(48, LATER))
    own = confirmed.confirmed(own, parameter, seen(24, None, "kuaishou"))
    assert value(own, parameter.name, FIRST) == 24
    assert value(own, parameter.name, LATER) == 48
    assert value(own, parameter.name, LATER, "kuaishou") == 24
    other = book(own).parameters["confirm_return_days"]
    both = confirmed.confirmed(own, other, seen(7, FIRST))
    assert value(both, parameter.name, FIRST) == 24
    assert shop_faults(both) == ()


def test_what_has_always_been_so_takes_the_place_of_every_date() -> None:
    parameter = book({}).parameters["respond_unshipped_hours"]
    own = confirmed.confirmed({}, parameter, seen(48, FIRST))
    own = confirmed.confirmed(own, parameter, seen(24, None))
    assert own[confirmed.FILE].count("value:") == 1


def test_a_number_of_the_law_and_one_without_a_place_are_not_confirmed() -> None:
    parameters = book({}).parameters
    with pytest.raises(NotToBeConfirmed):
        confirmed.confirmed({}, parameters["no_reason_days"], seen(7, None))
    nowhere = Seen(24, "douyin", None, " ", "林总", FIRST)
    with pytest.raises(NotToBeConfirmed):
        confirmed.confirmed({}, parameters["respond_unshipped_hours"], nowhere)


def test_a_finding_is_placed_by_file_entry_and_line() -> None:
    parameter = book({}).parameters["respond_unshipped_hours"]
    own = confirmed.confirmed({}, parameter, seen(36, None))
    (finding,) = shop_faults(own)
    spot = spot_of(finding, own)
    assert (spot.file, spot.entry) == (confirmed.FILE, parameter.name)
    assert parameter.name in own[confirmed.FILE].splitlines()[spot.line - 1]


@pytest.mark.parametrize(
    ("text", "line"),
    [("layer: shop\nrules: [", 2), ("layer: shop\nrules:\n  - id: S\n", 3), ("layer: law\n", 0)],
)
def test_what_cannot_be_read_is_placed_too(text: str, line: int) -> None:
    own = {"shop/x.yaml": text}
    spot = spot_of(shop_faults(own)[0], own)
    assert spot.file == "shop/x.yaml"
    assert spot.line in {line, line + 1}


def test_a_void_word_of_the_shop_is_found() -> None:
    own = {"shop/shop.yaml": "layer: shop\nshop: {name: 店, intro: 本店拥有最终解释权}\n"}
    assert [each.code for each in shop_faults(own)] == ["shop.void_clause"]


def test_texts_are_compared_line_by_line_and_what_is_alike_is_left_out() -> None:
    (change,) = text_changes({"a": "1\n2\n", "b": "x"}, {"a": "1\n3\n", "b": "x"})
    assert change.name == "a"
    assert [(line.kind, line.text) for line in change.lines if line.kind != "place"] == [
        ("same", " 1"),
        ("gone", "-2"),
        ("new", "+3"),
    ]
    assert [each.name for each in text_changes({"a": "1"}, {})] == ["a"]
