"""Answer calls about rules: those in force, one, what changes between two days, a shop's own versions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, Field, StringConstraints

from aftersale.api.access import Call
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, InPath, Limit, Number, Taken, Word, says
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import RulebookInvalid
from aftersale.domain.roles import Permission
from aftersale.library.checking import shop_faults
from aftersale.library.rules import ValueChange, Wanted, difference, find, parameters_of, selected
from aftersale.policy.rulebook import Rule, Rulebook
from aftersale.shops.models import Person, PublishedRules, Shop
from aftersale.shops.permissions import shops_with
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.publishing import Draft, check_names, publish

router = Router(tags=["rules"])
_MOST_TEXT = 200_000
InQuery = Annotated[date | None, Query()]


@dataclass(frozen=True, slots=True)
class RuleView:
    """Hold a rule in short; days are half-open."""

    id: str
    title_zh: str
    title_en: str
    layer: str
    platform: str
    group: str
    guard: bool
    effective_from: date | None
    effective_until: date | None
    remedies: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """Hold the rules in force on a day in the order in which they are tried, and the rulebook's digest."""

    on: date
    digest: str
    rules: list[RuleView]


@dataclass(frozen=True, slots=True)
class WholeRule:
    """Hold a rule with its condition, its note, its clauses and the parameters it rests on."""

    rule: RuleView
    when: str
    note_zh: str
    note_en: str
    liability: str
    freight: str
    citations: list[dict[str, Any]]
    parameters: list[str]


@dataclass(frozen=True, slots=True)
class RulesDifference:
    """Hold what lies between two days: rules that begin, rules that end, parameters whose value changes."""

    begin: list[RuleView]
    end: list[RuleView]
    values: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class VersionView:
    """Hold a published version of a shop's own rules; `files` are left out of lists."""

    id: int
    number: int
    digest: str
    author_id: int | None
    approver_id: int | None
    valid_from: datetime
    published_at: datetime
    files: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """Hold versions, newest first; `next_before` is a number."""

    versions: list[VersionView]
    next_before: int | None


class VersionIn(Taken):
    """Publish files of the shop's layer; the caller approves, `author` wrote them (null: the caller)."""

    files: dict[Word, Annotated[str, StringConstraints(max_length=_MOST_TEXT, pattern=r"^[^\x00]*$")]] = (
        Field(max_length=50)
    )
    valid_from: AwareDatetime
    author: Number | None = None


def _view(rule: Rule) -> RuleView:
    return RuleView(
        rule.id,
        rule.title.zh,
        rule.title.en,
        rule.layer,
        rule.platform,
        rule.group,
        rule.is_guard,
        rule.effective[0],
        rule.effective[1],
        rule.remedies,
        rule.confidence,
    )


def _book(request: Call, shop_id: int) -> Rulebook:
    request.auth.let(Permission.VIEW, shop_id)
    return judge_of(shop_id, request.auth.now).rulebook


def _today(request: Call) -> date:
    return request.auth.now.astimezone(SHANGHAI).date()


@router.get("/shops/{shop_id}/rules", response=says(RulesPage))
def rules(request: Call, shop_id: InPath, on: InQuery = None) -> HttpResponse:
    """Read the rules in force for a shop on a day (today), in the order in which they are tried."""
    book, day = _book(request, shop_id), on or _today(request)
    platform = Shop.objects.values_list("platform", flat=True).get(pk=shop_id)
    listed = [_view(rule) for rule in selected(book, Wanted(day, platform))]
    return answered(RulesPage(day, book.digest, listed))


@router.get("/shops/{shop_id}/rules/difference", response=says(RulesDifference))
def differ(request: Call, shop_id: InPath, first: date, second: date) -> HttpResponse:
    """Read what changes in a shop's rulebook between two days."""
    found = difference(_book(request, shop_id), first, second)
    return answered(
        RulesDifference(
            [_view(rule) for rule in found.begin],
            [_view(rule) for rule in found.end],
            [_value(change) for change in found.values],
        )
    )


def _value(change: ValueChange) -> dict[str, Any]:
    return {
        "parameter": change.parameter.name,
        "platform": change.platform,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
    }


@router.get("/shops/{shop_id}/rules/{rule_id}", response=says(WholeRule))
def rule(request: Call, shop_id: InPath, rule_id: str) -> HttpResponse:
    """Read one rule with its condition, clauses and parameters."""
    book = _book(request, shop_id)
    found = find(book, rule_id)
    return answered(
        WholeRule(
            _view(found),
            found.text,
            found.note.zh,
            found.note.en,
            found.liability,
            found.freight,
            [cite.as_json() for cite in found.citations],
            [each.name for each in parameters_of(book, found)],
        )
    )


def _version(each: PublishedRules, *, files: bool) -> VersionView:
    return VersionView(
        each.pk,
        each.number,
        each.digest,
        each.author_id,
        each.approver_id,
        each.valid_from,
        each.published_at,
        dict(each.files) if files else None,
    )


@router.get("/shops/{shop_id}/versions", response=says(VersionsPage))
def versions(request: Call, shop_id: InPath, before: Before = None, limit: Limit = 20) -> HttpResponse:
    """Read the versions of a shop's own rules, newest first."""
    request.auth.let(Permission.VIEW, shop_id)
    rows = PublishedRules.objects.filter(shop_id=shop_id).order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = [_version(each, files=False) for each in rows[: limit + 1]]
    more = len(found) > limit
    return answered(VersionsPage(found[:limit], found[limit - 1].number if more else None))


@router.get("/shops/{shop_id}/versions/{number}", response=says(VersionView))
def version(request: Call, shop_id: InPath, number: InPath) -> HttpResponse:
    """Read one version with its files."""
    request.auth.let(Permission.VIEW, shop_id)
    found = PublishedRules.objects.filter(shop_id=shop_id, number=number).first()
    if found is None:
        raise NotHere
    return answered(_version(found, files=True))


@router.post("/shops/{shop_id}/versions", response=says(VersionView, 201))
def publish_version(request: Call, shop_id: InPath, body: VersionIn) -> HttpResponse:
    """Publish a version of the shop's own rules; with a fault nothing is published and all are listed."""

    def work() -> Done:
        request.auth.let(Permission.MANAGE_SHOP, shop_id)
        check_names(body.files)
        if found := shop_faults(body.files):
            raise RulebookInvalid(found)
        caller = request.auth
        author = caller.person if body.author is None else _author(body.author, shop_id)
        draft = Draft(Shop.objects.get(pk=shop_id), body.files, author, caller.person, body.valid_from)
        return Done(_version(publish(draft, caller.now), files=True), 201)

    return once(request, work)


def _author(person_id: int, shop_id: int) -> Person:
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or not shops_with(person, Permission.VIEW).filter(pk=shop_id).exists():
        raise NotHere
    return person
