"""List the cases before platforms by their clock, and show one: what is missing, what goes out, what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from aftersale.api.faults import NotHere
from aftersale.disputes import submitting
from aftersale.disputes.appealing import chance_of
from aftersale.disputes.appealing import draft as appeal_draft
from aftersale.disputes.assembling import is_out, submitted
from aftersale.disputes.effect import effects_of
from aftersale.disputes.estimating import estimate_in, scene_with, with_seen
from aftersale.disputes.finding import alike
from aftersale.disputes.models import Case, Penalty
from aftersale.disputes.noting import evidence_window
from aftersale.disputes.register import register_in, settings_of
from aftersale.domain.disputes import (
    BLAMED_WORDS,
    CAUSE_WORDS,
    DECIDED,
    FAVOURS_WORDS,
    ROOT_WORDS,
    STAGE_WORDS,
    STEPS,
    Blamed,
    Favours,
    Stage,
)
from aftersale.domain.money_legs import LEG_LIABILITY_WORDS, LEG_WORDS, LegKind
from aftersale.domain.roles import Permission
from aftersale.evidence.pieces import GIVER_WORDS
from aftersale.finance.models import MoneyLeg
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.evidence import ASKABLE
from aftersale.pages.evidence_out import addresses_of
from aftersale.policy.disputes.conditions import LEVEL_WORDS, conditions_of, level_of
from aftersale.policy.disputes.effect import WORTH_WORDS
from aftersale.policy.disputes.factors import LEAN_WORDS, LEAST_CASES, SIDE_WORDS
from aftersale.policy.disputes.liability import liability_of
from aftersale.policy.disputes.score import percent
from aftersale.policy.disputes.windows import SOURCE_WORDS, Source
from aftersale.policy.talks.wording import SLIP_WORDS
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import Pack
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.drafts import unverified
from aftersale.tickets.vault.gather import newest_decision
from aftersale.tickets.vault.packs import TEXT
from aftersale.tickets.wording import TO_THE_PLATFORM, slips_of
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.policy.rulebook import Rulebook
    from aftersale.tickets.models import StoredDecision


TYPED = (
    "summary", "statement", "favours", "blamed", "opinion",
    "cause", "root", "good", "bad", "action", "lesson", "due_on", "sure", "gaps", "pack",
    "answer", "amount",
)  # fmt: skip
"""What a person types on a case: it survives a refusal."""

_OPEN = (Stage.RECEIVED, Stage.EVIDENCE, Stage.REVIEW)
_MOST = 300
_AROUND = (
    "ticket__shop__connection",
    "ticket__shop__dispute_setting",
    "pack__file",
    "holder",
    "review__by",
)
_KB = 1024
_LEGS = (
    LegKind.PAID,
    LegKind.REVERSED,
    LegKind.DEDUCTED,
    LegKind.CONSUMER_COMPENSATION,
    LegKind.PLATFORM_ADVANCE,
)


@page
def disputes(ask: Ask) -> HttpResponse:
    """List cases: those that wait for evidence first, by their end, then those without a lesson."""
    shops = shops_of(ask)
    cases = Case.objects.filter(shop__in=shops).select_related("ticket__shop", "holder")
    waiting = list(cases.filter(stage__in=_OPEN).order_by("due_at", "pk")[:_MOST])
    first = sorted(waiting, key=lambda case: (case.stage != Stage.EVIDENCE, case.due_at or case.opened_at))
    ended = cases.filter(ended_at=None).exclude(stage__in=_OPEN).order_by("-judged_at", "-pk")[:_MOST]
    manage = ask.caller.shops(Permission.MANAGE_SHOP)
    own = [place.shop for place in ask.caller.places if place.shop.pk in manage]
    wishes = settings_of([shop.pk for shop in own])
    return shown(
        ask,
        "disputes.html",
        waiting=first,
        ended=list(ended),
        settings=[(shop, wishes[shop.pk]) for shop in own],
        **words(),
    )


def shops_of(ask: Ask) -> list[int]:
    """Give the shops whose cases a person may see; raises NotHere where there are none."""
    shops = sorted(ask.caller.shops(Permission.VIEW))
    if not shops:
        raise NotHere
    return shops


def words() -> dict[str, Any]:
    """Give the words of every code of a case."""
    return {
        "stages": STAGE_WORDS,
        "favours": FAVOURS_WORDS,
        "blamed": BLAMED_WORDS,
        "causes": CAUSE_WORDS,
        "roots": ROOT_WORDS,
        "sides": SIDE_WORDS,
        "leans": LEAN_WORDS,
        "levels": LEVEL_WORDS,
        "givers": GIVER_WORDS,
        "sources": SOURCE_WORDS,
        "percent": percent,
        "worths": WORTH_WORDS,
        "rate": rate,
    }


def rate(per_thousand: int | None) -> str:
    """Write a rate in thousandths as so many in a hundred.

    >>> rate(125), rate(None)
    ('12.5', '–')
    """
    return "–" if per_thousand is None else f"{per_thousand // 10}.{per_thousand % 10}"


def case_for(ask: Ask, case_id: int, permission: Permission) -> Case:
    """Read a case of the person's shops; raises NotHere or NotAllowed."""
    found = with_seen(Case.objects.select_related(*_AROUND)).filter(pk=case_id).first()
    ask.caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@page
def dispute(ask: Ask, case_id: int) -> HttpResponse:
    """Show one case."""
    return case_page(ask, case_for(ask, case_id, Permission.VIEW))


def case_page(ask: Ask, case: Case, **more: Any) -> HttpResponse:  # noqa: ANN401  # what a template takes
    """Show a case, with what a form was answered by."""
    may = {each.value for each in Permission if case.shop_id in ask.caller.shops(each)}
    status = 422 if more.get("refusal") else 200
    typed = {**dict.fromkeys(TYPED, ""), **more.pop("typed", {})}
    around = {**everything(ask, case), "may": may, "refusal": None, "typed": typed, **more}
    return shown(ask, "dispute.html", status=status, **around)


def everything(ask: Ask, case: Case) -> dict[str, Any]:
    """Collect what the page of a case shows."""
    stored = newest_decision(case.ticket, ask.now)
    book = judge_of(case.shop_id, ask.now).rulebook
    listed = checklist_of(case.ticket, stored, ask.now, book)
    scene = scene_with(case.ticket, stored, listed, ask.now, seen=(case.late, case.theirs))  # type: ignore[attr-defined]  # with_seen
    conditions = conditions_of(scene)
    estimate = estimate_in(scene, case.shop_id)
    window = evidence_window(case)
    review = getattr(case, "review", None)
    submissions = list(case.submissions.select_related("by", "action", "pack").order_by("pk"))
    return {
        "case": case,
        "ticket": case.ticket,
        "listed": listed,
        "askable": ASKABLE,
        "window": window,
        "source": Source(case.due_source).value if case.due_source else "",
        "steps": steps_of(case),
        "conditions": conditions,
        "level": level_of(conditions),
        "estimate": estimate,
        "least": LEAST_CASES,
        "tests": liability_of(scene, case.tests),
        "submissions": submissions,
        "register": register_in(case.ticket.shop, (scene.judged or 0, scene.lost or 0), ask.now),
        "legs": legs_of(case.ticket_id),
        "alike": alike(case.ticket, sorted(ask.caller.shops(Permission.VIEW))),
        "decided": case.stage in DECIDED,
        "all_favours": list(Favours),
        "all_blamed": list(Blamed),
        "review": review,
        "effect": effects_of([review], ask.now).get(case.pk) if review else None,
        "penalties": list(Penalty.objects.filter(case=case).order_by("-on", "-pk")),
        **preview(case, stored, book, ask.now),
        "out": any(is_out(made) for made in submissions),
        **_appeal(case, ask),
        **words(),
    }


def _appeal(case: Case, ask: Ask) -> dict[str, Any]:
    """Say what can be asked of the platform once more."""
    chance = chance_of(case, ask.now)
    if chance is None:
        return {
            "chance": None,
            "appeal_words": ("", ""),
            "appeal_pack": None,
            "appeal_pictures": (),
            "appeal_text": "",
        }
    after = Pack.objects.filter(ticket=case.ticket_id, form="platform", asked_at__gt=case.judged_at)
    pack = (chance.made.pack if chance.made else None) or after.select_related("file").order_by("-pk").first()
    shown_pack = picture_list(pack)
    return {
        "chance": chance,
        "appeal_words": appeal_draft(case, ask.now),
        "appeal_pack": pack,
        "appeal_pictures": shown_pack[0],
        "appeal_text": shown_pack[1],
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold one picture that goes out: its number in the pack, and its size in KB."""

    number: int
    kb: int


def picture_list(pack: Pack | None) -> tuple[tuple[Shown, ...], str]:
    """Give the pictures and the text of a pack that is built."""
    if pack is None or pack.state != PackState.BUILT:
        return (), ""
    files = packs.parts_of(pack)
    text = files.pop(TEXT, b"").decode()
    named = sorted((int(name.split(".")[0]), len(content)) for name, content in files.items())
    return tuple(Shown(number, -(-size // _KB)) for number, size in named), text


def preview(case: Case, stored: StoredDecision | None, book: Rulebook, now: datetime) -> dict[str, Any]:
    """Give what would go out: pictures, text and what stops it, what was left out, and by which way."""
    pack = case.pack
    pictures, text = picture_list(pack)
    addresses = addresses_of(pack, len(pictures)) if pack and pictures else []
    slips = slips_of(case.ticket.shop, text, now, TO_THE_PLATFORM, book)
    return {
        "pack": pack,
        "pictures": pictures,
        "written": text,
        "slips": SLIP_WORDS,
        "stops": [slip for slip in slips if slip.stops],
        "unverified": unverified(stored),
        "limits": packs.limits_of(case.ticket, now, book),
        "building": pack is not None and pack.state in {PackState.WANTED, PackState.BUILDING},
        "built": pack is not None and pack.state == PackState.BUILT,
        "by_desk": submitting.is_sent_by_desk(case.ticket, addresses),
    }


@page
def preview_part(ask: Ask, case_id: int) -> HttpResponse:
    """Show again what would go out; while it is put together, the page asks again."""
    case = case_for(ask, case_id, Permission.VIEW)
    may = {each.value for each in Permission if case.shop_id in ask.caller.shops(each)}
    stored = newest_decision(case.ticket, ask.now)
    book = judge_of(case.shop_id, ask.now).rulebook
    listed = checklist_of(case.ticket, stored, ask.now, book)
    values: dict[str, Any] = {
        "case": case,
        "ticket": case.ticket,
        "may": may,
        "listed": listed,
        "refusal": None,
        "givers": GIVER_WORDS,
        "out": submitted(case),
    }
    return shown(ask, "_dispute_preview.html", **values, **preview(case, stored, book, ask.now))


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one of the six steps: its words, whether it lies behind, and whether it is the one now."""

    words: str
    gone: bool
    here: bool


def steps_of(case: Case) -> Sequence[Step]:
    """Give the six steps as far as a case has come."""
    if case.stage == Stage.WITHDRAWN:
        return [Step(STAGE_WORDS[Stage.WITHDRAWN].of(lang()), gone=False, here=True)]
    place = STEPS.index(Stage(case.stage))
    return [
        Step(STAGE_WORDS[each].of(lang()), number < place, number == place)
        for number, each in enumerate(STEPS)
    ]


@dataclass(frozen=True, slots=True)
class LegShown:
    """Hold one leg of the ledger as the case shows it."""

    words: str
    fen: int
    liability: str
    day: str


def legs_of(ticket_id: int) -> list[LegShown]:
    """Read what moved for the shop on a ticket, out of the ledger."""
    rows = MoneyLeg.objects.filter(ticket_id=ticket_id, kind__in=_LEGS).order_by("pk")
    liable: Mapping[str, Any] = LEG_LIABILITY_WORDS
    return [
        LegShown(LEG_WORDS[LegKind(leg.kind)].of(lang()), leg.fen, liable[leg.liability].of(lang()), leg.day)
        for leg in rows
    ]


def to_case(case: Case, part: str = "") -> str:
    """Give the address of a case, or of a part of its page."""
    return f"{reverse('dispute', args=[case.pk])}{'#' + part if part else ''}"
