"""The code that is generated for a rulebook: branches, order, dates and the clock."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.domain.clock import day_number, start_of
from aftersale.policy.branch import Branches, candidate
from aftersale.policy.expression import And, Compare, Const, Expr, In, Name, Not, Type, conjuncts
from aftersale.policy.fold import FALSE, TRUE, any_of
from aftersale.policy.generate import compiled
from aftersale.policy.order import Circle, by_dependency, by_rank
from aftersale.policy.parse import parse
from aftersale.policy.rulebook import Derived
from aftersale.policy.turning import ClockMisused, turning_points
from aftersale.policy.variant import Variants, epochs, on_platform, window
from aftersale.texts import Text
from tests.policy.books import book, judge
from tests.policy.expressions import NAMES, WORDS, Draw, draw_values, run, source, written
from tests.policy.reference import Meaning, meaning_of
from tests.policy.tickets import wild

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = st.integers(0, 2**32)


def conditions(rng: Random) -> list[Expr]:
    """Draw rules that share parts; many ask for one value of one fact, a few always hold."""
    shared = [Draw(rng).condition(1) for _ in range(3)]
    drawn: list[Expr] = []
    for _ in range(rng.randint(0, 25)):
        parts = rng.sample(shared, rng.randint(0, 2)) + [
            Draw(rng).condition(1) for _ in range(rng.randint(0, 2))
        ]
        words = tuple(f"{word}{rng.randrange(4)}" for word in rng.sample(WORDS, 2))
        asked = rng.choice((Compare("=", Name("kind"), Const(words[0])), In(Name("kind"), words), TRUE))
        drawn.append(And((*parts, asked, TRUE)))
    return drawn


@settings(max_examples=150)
@given(seed=SEEDS)
def test_nested_branches_fire_what_each_condition_alone_would(seed: int) -> None:
    rng = Random(seed)  # a seed, not a secret
    rules = conditions(rng)
    lines = Branches(source()).lines([candidate(rank, rule) for rank, rule in enumerate(rules)], 1)
    body = "\n".join(lines)
    unpack = ", ".join(NAMES)
    head = f"def fired(values):\n    {unpack}, = values\n    ranks = []\n    hit = ranks.append\n"
    text = f"{head}{body}\n    return ranks"
    rolled = judge().rulebook.calendar.rolled.get
    fired = cast("Callable[[tuple[Any, ...]], list[int]]", compiled(text, "fired", rolled=rolled))
    for _ in range(6):
        values = draw_values(rng)
        values["kind"] = rng.choice((None, *(f"{word}{rng.randrange(4)}" for word in WORDS)))
        alone = [rank for rank, rule in enumerate(rules) if Meaning(values).of(rule) is True]
        assert sorted(fired(tuple(values[name] for name in NAMES))) == alone


@pytest.mark.parametrize("asked", ["now >= {}", "now < {}", "now > {}", "now <= {}"])
@pytest.mark.parametrize("written_first", ["the clock", "the other time"])
@given(second=st.integers(1_700_000_000, 1_800_000_000))
def test_a_comparison_with_the_clock_turns_exactly_where_it_says(
    asked: str, written_first: str, second: int
) -> None:
    expr = parse(asked.format("sent + hours(1)"))
    assert isinstance(expr, Compare)
    mirror = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    turned = Compare(mirror[expr.op], expr.right, expr.left) if written_first == "the other time" else expr
    [point] = turning_points(Not(And((Name("sure"), turned))))
    turns_at = run(source().value(point), {"sent": second})
    truths = [
        Meaning({"now": now, "sent": second}).of(turned)
        for now in (turns_at - 2, turns_at - 1, turns_at, turns_at + 1)
    ]
    assert truths[0] is truths[1]
    assert truths[2] is truths[3]
    assert truths[1] is not truths[2]


@pytest.mark.parametrize(
    "text", ["now = sent", "now", "now - sent > 5", "now < now", "day_of(now) > day_of(sent)"]
)
def test_the_clock_is_compared_with_a_time_and_nothing_else(text: str) -> None:
    with pytest.raises(ClockMisused):
        list(turning_points(parse(text)))


def derived(name: str, text: str) -> Derived:
    return Derived(name, Type.NUMBER, Text(zh=name, en=name), parse(text))


@given(order=st.permutations(range(4)))
def test_derived_facts_come_after_what_they_use_in_whatever_order_they_are_written(order: list[int]) -> None:
    items = [derived("a", "b + c"), derived("b", "c"), derived("c", "count"), derived("d", "a * 2")]
    ordered = [item.name for item in by_dependency([items[number] for number in order])]
    assert ordered == ["c", "b", "a", "d"]


def test_derived_facts_that_need_one_another_are_named() -> None:
    with pytest.raises(Circle) as caught:
        by_dependency([derived("a", "b"), derived("b", "a"), derived("c", "count")])
    assert caught.value.names == ("a", "b")
    assert str(caught.value) == "a, b"


def ranked(rules: list[tuple[str, int, tuple[str, ...]]]) -> list[str]:
    some = book().rules[0]
    return [
        rule.id
        for rule in by_rank(
            [replace(some, id=name, priority=priority, before=before) for name, priority, before in rules]
        )
    ]


@given(order=st.permutations(range(5)))
def test_rules_stand_by_priority_then_before_then_id(order: list[int]) -> None:
    rules = [("D", 5, ()), ("C", 7, ("A",)), ("A", 7, ()), ("B", 7, ()), ("E", 9, ("D",))]
    assert ranked([rules[number] for number in order]) == ["E", "B", "C", "A", "D"]


def test_rules_that_each_want_to_come_first_stand_by_id() -> None:
    assert ranked([("B", 1, ("A",)), ("A", 1, ("B",))]) == ["A", "B"]


def test_joining_nothing_is_false_and_joining_one_is_that_one() -> None:
    name = Name("sure")
    assert any_of([]) == FALSE
    assert any_of([FALSE, name]) == name
    assert any_of([name, TRUE]) == TRUE


@pytest.mark.parametrize(
    ("rule_id", "dates"),
    [
        ("N01", "TRUE"),
        ("N02", "paid_at < 2024-07-01"),
        ("N03", "paid_at >= 2024-07-01"),
        ("A05", "paid_at >= 2021-11-23 and paid_at < 2024-12-02"),
        ("A01", "applied_at >= 2025-05-06"),
    ],
)
def test_the_dates_of_a_rule_are_a_condition_on_its_anchor(rule_id: str, dates: str) -> None:
    parts = [part for part in conjuncts(window(book().rule(rule_id))) if part != TRUE]
    expected = [] if dates == "TRUE" else [part.split() for part in dates.split(" and ")]
    found = [part for part in parts if isinstance(part, Compare)]
    assert [(written(part.left), part.op) for part in found] == [(name, op) for name, op, _ in expected]
    assert [part.right for part in found] == [
        Const(start_of(day_number(date.fromisoformat(on)))) for _, _, on in expected
    ]


def test_the_platform_of_a_rule_is_a_condition() -> None:
    assert on_platform(book().rule("N01")) == TRUE
    assert on_platform(book().rule("A01")) == Compare("=", Name("platform"), Const("douyin"))


def test_a_variant_drops_the_rules_out_of_force_and_no_other() -> None:
    variants = Variants(book())
    assert len(variants.every_key()) == 2 * (len(epochs(book())) + 1)
    for key in variants.every_key():
        variant = variants.make(key)
        for rule, condition in zip(book().rules, variant.conditions, strict=True):
            start, until = rule.effective
            in_time = rule.anchor != "applied" or (
                (start is None or start_of(day_number(start)) <= variant.second)
                and (until is None or variant.second < start_of(day_number(until)))
            )
            here = rule.platform in {"any", key[0]}
            assert (condition != FALSE) is (in_time and here), (rule.id, key)


def test_the_seconds_around_an_epoch_have_variants_of_their_own() -> None:
    variants = Variants(book())
    for number, second in enumerate(variants.bounds):
        assert variants.key("douyin", second - 1) == ("douyin", number)
        assert variants.key("douyin", second) == ("douyin", number + 1)


def failing_first(truths: list[bool | None]) -> int:
    """Say in the words of a trace which part decides: the first false, else the first unknown, else a hit."""
    if False in truths:
        return truths.index(False)
    return 1000 + truths.index(None) if None in truths else -1


def test_a_trace_names_the_part_that_is_really_false_or_unknown() -> None:
    for facts in wild(95, 120):
        meaning = meaning_of(book(), facts)
        variant = judge().variant_of(facts)
        for condition, code in zip(variant.conditions, judge().trace(facts), strict=True):
            parts = [part for part in conjuncts(condition) if part != TRUE]
            assert code == (
                None if condition == FALSE else failing_first([meaning.of(part) for part in parts])
            )


def test_a_judge_that_travelled_to_another_process_decides_alike() -> None:
    arrived = pickle.loads(pickle.dumps(judge()))  # noqa: S301  # written in the line itself
    for facts in wild(7, 50):
        assert arrived.decide(facts) == judge().decide(facts)
