"""Run a what-if over the tickets that a desk decided: who would be treated differently, for how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from aftersale.insight.flow import database
from aftersale.insight.report import Report, report_of
from aftersale.insight.tickets import TABLE, Kind, Taken
from aftersale.insight.words import Words
from aftersale.policy.bulk import store
from aftersale.policy.load import load
from aftersale.policy.whatif import compare
from aftersale.shops.rule_files import packaged_texts
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Parameter, ParameterValue, Rule, Rulebook
    from aftersale.texts import Lang

MOST = 5_000
SPAN = timedelta(days=30)
_BATCH = 400


@dataclass(frozen=True, slots=True)
class Tried:
    """Hold what the rules in force and proposed ones make of a shop's tickets.

    `tickets` were judged; `all_of_them` tells that nothing of the span was left out.
    No days: those that are open now, whenever they were judged.
    """

    report: Report
    tickets: int
    days: int
    all_of_them: bool


def try_rules(
    shop_id: int,
    files: Mapping[str, str],
    now: datetime,
    lang: Lang,
    most: int = MOST,
    *,
    only_open: bool = False,
) -> Tried:
    """Judge a shop's newest decisions by its rules in force and by proposed files; nothing is written.

    Both are taken as if they had held all along: else rules that begin today would change no ticket of
    yesterday, and nobody would see what they do. Raises RulebookInvalid for files that cannot be loaded.
    """
    books = (
        held_all_along(judge_of(shop_id, now).rulebook),
        held_all_along(load({**packaged_texts(), **files})),
    )
    numbers = _newest(shop_id, now, most + 1, only_open=only_open)
    names: dict[str, str] = {}
    with database() as connection:
        count = store(connection, TABLE, _facts(numbers[:most], names))
        found = compare(connection, *books, TABLE)
    taken = Taken(Kind.STORED, TABLE, count, (), articles=names)
    days = 0 if only_open else SPAN.days
    return Tried(report_of(found, taken, Words(lang, books)), count, days, len(numbers) <= most)


def _newest(shop_id: int, now: datetime, most: int, *, only_open: bool) -> list[int]:
    """Name the newest decision of each ticket that was decided lately, the latest first."""
    lately = StoredDecision.objects.filter(ticket__shop_id=shop_id, as_of__gte=now - SPAN)
    if only_open:
        lately = StoredDecision.objects.filter(ticket__shop_id=shop_id, ticket__open=True)
    newest = lately.order_by().values("ticket_id").annotate(newest=Max("pk")).order_by("-newest")
    return list(newest.values_list("newest", flat=True)[:most])


def _facts(numbers: list[int], names: dict[str, str]) -> Iterator[tuple[str, Facts]]:
    for start in range(0, len(numbers), _BATCH):
        rows = StoredDecision.objects.filter(pk__in=numbers[start : start + _BATCH]).values_list(
            "ticket__ticket_no", "ticket__article_no", "ticket__article", "facts"
        )
        for ticket_no, article_no, article, facts in rows:
            if article_no and article:
                names[article_no] = article
            yield ticket_no, facts_from(facts)


def held_all_along(book: Rulebook) -> Rulebook:
    """Give a rulebook whose shop layer has no beginning; what it ends or changes later is left as it is."""
    parameters = {name: _without_beginning(each) for name, each in book.parameters.items()}
    return replace(book, rules=tuple(map(_begun, book.rules)), parameters=parameters)


def _begun(rule: Rule) -> Rule:
    if rule.layer != "shop" or rule.effective[1] is not None:
        return rule
    return replace(rule, effective=(None, None))


def _without_beginning(parameter: Parameter) -> Parameter:
    """Let the last value that a shop gives for a platform stand for all days, before every other."""
    last = [each for each in parameter.values if each.layer == "shop" and each.effective[1] is None]
    if not last:
        return parameter
    others = [each for each in parameter.values if each not in last]
    return replace(parameter, values=(*map(_always, last), *others))


def _always(value: ParameterValue) -> ParameterValue:
    return replace(value, effective=(None, None))
