"""Change by which rules a shop's tickets go to people, with one event of the shop for each change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db.models import Max

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.texts import Text
from aftersale.tickets.models import AssignmentRule, Share
from aftersale.tickets.tabs import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.shops.models import Person, Shop

MOST_RULES, MOST_OPEN = 50, 500
"""So many rules a shop has, and so many open tickets a person is given."""

_SKILL, _SKILLS = 32, 20


class AssignmentRefused(AftersaleError):
    """Refuse a rule that names no ticket there is, or a cap that is none."""

    def __init__(self) -> None:
        super().__init__(
            "assignment.invalid",
            Text(zh="这条分配规则没看懂。", en="This rule cannot be read."),
            Text(
                zh=f"金额从小写到大；每人最多 {MOST_OPEN} 单；一个店铺最多 {MOST_RULES} 条规则。",
                en=f"The smaller amount first; at most {MOST_OPEN} tickets a person, {MOST_RULES} rules.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """Say which tickets a rule names and who may have them; empty means any, fen as [from, until)."""

    tab: str = ""
    from_fen: int | None = None
    until_fen: int | None = None
    skill: str = ""


def add_rule(shop: Shop, terms: Terms, person: Person, now: datetime) -> AssignmentRule:
    """Add a rule as the last one, turned off; raises AssignmentRefused."""
    rules = AssignmentRule.objects.filter(shop=shop)
    if not _sound(terms) or rules.count() >= MOST_RULES:
        raise AssignmentRefused
    with together():
        last = rules.aggregate(place=Max("place"))["place"] or 0
        made = AssignmentRule.objects.create(shop=shop, place=last + 1, **asdict(terms))
        _tell(made, "assignment_rule_added", asdict(terms), person, now)
    return made


def _sound(terms: Terms) -> bool:
    least, most = terms.from_fen, terms.until_fen
    in_order = least is None or most is None or least < most
    return in_order and len(terms.skill) <= _SKILL and (not terms.tab or terms.tab in OURS)


def turn(rule: AssignmentRule, person: Person, now: datetime, *, on: bool) -> None:
    """Turn a rule on or off; one that stands so already is left."""
    with together():
        if AssignmentRule.objects.filter(pk=rule.pk).exclude(on=on).update(on=on):
            _tell(rule, "assignment_rule_turned", {"on": on}, person, now)


def remove(rule: AssignmentRule, person: Person, now: datetime) -> None:
    """Take a rule away; what it has given stays where it is."""
    with together():
        _tell(rule, "assignment_rule_removed", {}, person, now)
        rule.delete()


def first(rule: AssignmentRule, person: Person, now: datetime) -> None:
    """Let a rule be asked before all others."""
    with together():
        others = AssignmentRule.objects.filter(shop=rule.shop_id).exclude(pk=rule.pk).order_by("place", "id")
        for place, other in enumerate(others, 2):
            AssignmentRule.objects.filter(pk=other.pk).update(place=place)
        AssignmentRule.objects.filter(pk=rule.pk).update(place=1)
        _tell(rule, "assignment_rule_first", {}, person, now)


def _tell(rule: AssignmentRule, kind: str, data: dict[str, object], person: Person, now: datetime) -> None:
    record(subject_of(rule.shop_id), Entry(kind, now, person.pk, {"rule": str(rule.pk), **data}))


def set_share(shop: Shop, of: Person, cap: int, skills: Iterable[str], by: tuple[Person, datetime]) -> Share:
    """Say how many open tickets a person may have before no more come, and what the person is good at.

    A cap of nothing: none comes by rule. Raises AssignmentRefused.
    """
    words = list(dict.fromkeys(skills))
    if not 0 <= cap <= MOST_OPEN or len(words) > _SKILLS or any(len(word) > _SKILL for word in words):
        raise AssignmentRefused
    with together():
        share, _new = Share.objects.update_or_create(
            shop=shop, person=of, defaults={"cap": cap, "skills": words}
        )
        data = {"person": str(of.pk), "cap": cap, "skills": words}
        record(subject_of(shop.pk), Entry("share_changed", by[1], by[0].pk, data))
    return share
