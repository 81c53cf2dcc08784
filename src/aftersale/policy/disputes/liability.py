"""Put the five tests of a shop's liability; each is answered by facts, or by a person with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.disputes.conditions import conditions_of
from aftersale.policy.disputes.scene import either
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.policy.disputes.scene import Scene


@dataclass(frozen=True, slots=True)
class Test:
    """Hold one test: the question, the answer (None: open), and whether a person gave it."""

    __test__ = False  # a name that pytest would collect

    id: str
    words: Text
    answer: bool | None
    by_person: bool = False
    item: str = ""


def _rule(scene: Scene) -> bool | None:
    level = scene.fact("merchant_violation_level")
    return either(None if level is None else level != "none", scene.holds("banned_goods"))


def _fraud(scene: Scene) -> bool | None:
    fraud = scene.fact("fraud_by_merchant")
    return None if fraud in {None, "alleged"} else fraud == "proven"


def _false_words(scene: Scene) -> bool | None:
    """Ask whether the page said what is not so; a claim of the buyer alone proves nothing."""
    if scene.fact("reason") in {"false_advertising", "not_as_described", "counterfeit"}:
        proven = scene.fact("quality_proven")
        return None if proven in {None, "unknown"} else proven == "yes"
    return False


def _delay(scene: Scene) -> bool | None:
    found = {each.id: each.met for each in conditions_of(scene)}
    return either(found["late"], found["groundless"])


_TESTS: tuple[tuple[str, Text, Callable[[Scene], bool | None]], ...] = (
    ("rule", Text(zh="违反了平台规则", en="a rule of the platform was broken"), _rule),
    (
        "promise",
        Text(zh="没有兑现承诺", en="a promise was not kept"),
        lambda scene: scene.holds("promise_broken"),
    ),
    ("fraud", Text(zh="有欺诈行为", en="there was fraud"), _fraud),
    ("false_words", Text(zh="提供了虚假信息", en="false information was given"), _false_words),
    ("delay", Text(zh="故意拖延或无故拒绝", en="delayed on purpose or refused without ground"), _delay),
)
IDS = tuple(name for name, _, _ in _TESTS)
"""The five tests in their order."""


def liability_of(scene: Scene, answers: Mapping[str, Mapping[str, object]]) -> tuple[Test, ...]:
    """Give the five tests; a person's answer stands before that of the facts.

    `answers` are by test: `answer` (true, false) and `item`, the line of the checklist that shows it.
    """
    return tuple(_test(name, words, answers.get(name, {}), by(scene)) for name, words, by in _TESTS)


def _test(name: str, words: Text, said: Mapping[str, object], known: bool | None) -> Test:  # noqa: FBT001  # an answer of three
    answer = said.get("answer")
    if isinstance(answer, bool):
        return Test(name, words, answer, by_person=True, item=str(said.get("item") or ""))
    return Test(name, words, known)
