"""Let the desk do without a person what a shop allowed, within caps that hold at the moment of approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum

from aftersale.channels.base import Source
from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState, Goods
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.shop_journal import together
from aftersale.texts import Text
from aftersale.tickets.limits import needs_second
from aftersale.tickets.models import AutomaticUse, AutomationRule, AutomationStop
from aftersale.tickets.refusal import NotAutomatic
from aftersale.tickets.steps import INSPECTION
from aftersale.tickets.verbs import EVERYTHING, MOVES_NO_MONEY, steps_of_one_act, verb_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Action, Ticket

DAY_MINUTES = 1_440
_NOBODY_PAYS = frozenset({ActionState.FAILED, ActionState.CANCELLED})
# Only a person refuses a buyer, whatever a shop has listed.
_REFUSES_OR_ASKS = frozenset(
    {"reject", "human_review", "hold_investigate", "claim_carrier", "ask", "negotiate"}
)


class RuleInvalid(AftersaleError):
    """Refuse a rule that could pay without a limit, or that names no step."""


WRONG: Mapping[str, tuple[Text, Text]] = {
    "automation.step": (
        Text(zh="这一步不能自动执行。", en="This step cannot go out without a person."),
        Text(zh="从列表里选一步。", en="Choose one of the list."),
    ),
    "automation.cap": (
        Text(
            zh="会动钱的一步要写明单笔上限和当天上限。",
            en="A step that pays needs a cap per ticket and per day.",
        ),
        Text(zh="两个上限都填大于 0 的金额。", en="Give both caps, more than nothing."),
    ),
    "automation.hours": (
        Text(zh="时段没看懂。", en="The hours cannot be read."),
        Text(
            zh="写成 09:00 到 21:00；两个一样就是全天。", en="Write 09:00 to 21:00; equal ones mean all day."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Say under which terms a step may go out; money in fen, minutes of the day in Shanghai.

    `from_platform`: only tickets whose newest word was read from the platform itself, by no sheet.
    """

    step: str
    on: bool = False
    cap_fen: int | None = None
    day_fen: int | None = None
    from_minute: int = 0
    until_minute: int = 0
    from_platform: bool = False

    @property
    def pays(self) -> bool:
        """Tell whether the step moves money."""
        return verb_of(self.step) in PAYS


def only_a_person(step: str) -> bool:
    """Tell whether a step is never done without a person: it refuses, asks, or needs a waybill of its own."""
    return step in _REFUSES_OR_ASKS or verb_of(step) in {Verb.AGREE_RESHIP, Verb.SEND}


def may_do(automatic: Collection[str], step: str) -> bool:
    """Tell whether a shop's plain list lets a step go out; what moves money needs a rule with caps."""
    if only_a_person(step) or verb_of(step) in PAYS:
        return False
    return step in automatic or (EVERYTHING in automatic and step in MOVES_NO_MONEY)


def why_not(rule: AutomationRule | Terms, fen: int | None, at: datetime, rank: int) -> str:
    """Say why a rule lets an amount not go out at a time, but for the sum of the day; empty if it does.

    `rank` says where the ticket was read, as channels.base.Source.
    """
    if not rule.on:
        return "off"
    if rule.from_platform and rank < Source.API:
        return "sheet"
    if not in_hours(rule.from_minute, rule.until_minute, at):
        return "hours"
    if verb_of(rule.step) not in PAYS:
        return ""
    if not rule.cap_fen or not rule.day_fen:
        return "no_cap"
    return "cap" if fen is None or fen > rule.cap_fen else ""


def in_hours(since: int, until: int, at: datetime) -> bool:
    """Tell whether a time lies in a span of the day, [since, until); equal ends mean all day."""
    there = at.astimezone(SHANGHAI)
    minute = there.hour * 60 + there.minute
    return since == until or (minute - since) % DAY_MINUTES < (until - since) % DAY_MINUTES


def offered(ticket: Ticket, now: datetime) -> bool:
    """Tell whether a ticket's step is worth trying without a person; the day is asked when it is done."""
    if ticket.step in INSPECTION and (ticket.held or ticket.goods_state != Goods.INSPECTED):
        return False
    if only_a_person(ticket.step) or AutomationStop.objects.filter(shop_id=ticket.shop_id).exists():
        return False
    rule = AutomationRule.objects.filter(shop_id=ticket.shop_id, step=ticket.step).first()
    if rule is None:
        return may_do(ticket.shop.automatic, ticket.step)
    pays = verb_of(rule.step) in PAYS
    if pays and needs_second(ticket.shop, ticket.amount_fen or 0):
        return False
    return not why_not(rule, ticket.amount_fen, now, ticket.rank)


def allowed(ticket: Ticket, verb: str, fen: int | None, now: datetime) -> AutomationRule | None:
    """Give the rule that lets a ticket's step go out, held until the transaction ends; raises NotAutomatic.

    None: the shop's plain list allows it. The ticket is locked; approvals under one rule wait for each other,
    so that two at once cannot both have the last of a day.
    """
    if AutomationStop.objects.filter(shop_id=ticket.shop_id).exists():
        raise NotAutomatic(verb, "stopped")
    if verb_of(ticket.step) != verb or only_a_person(ticket.step):
        raise NotAutomatic(verb)
    if ticket.step in INSPECTION and (ticket.held or ticket.goods_state != Goods.INSPECTED):
        raise NotAutomatic(verb, "not_inspected")
    held = AutomationRule.objects.select_for_update()
    rule = held.filter(shop_id=ticket.shop_id, step=ticket.step).first()
    if rule is None:
        if may_do(ticket.shop.automatic, ticket.step):
            return None
        raise NotAutomatic(verb)
    why = why_not(rule, fen, now, ticket.rank) or _beyond(rule, fen, ticket.shop, now)
    if why:
        raise NotAutomatic(verb, why)
    return rule


def _beyond(rule: AutomationRule, fen: int | None, shop: Shop, now: datetime) -> str:
    """Name what an amount goes beyond, empty for nothing: no rule pays what needs two people."""
    if verb_of(rule.step) not in PAYS:
        return ""
    if needs_second(shop, fen or 0):
        return "four_eyes"
    return "day" if used_today(rule.shop_id, rule.step, now) + (fen or 0) > (rule.day_fen or 0) else ""


def used_today(shop_id: int, step: str, now: datetime) -> int:
    """Sum what went out under a rule since midnight in Shanghai; what came to nothing is free again."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    uses = AutomaticUse.objects.filter(rule__shop=shop_id, rule__step=step)
    today = uses.filter(at__gte=midnight, at__lt=midnight + timedelta(days=1))
    found = today.exclude(action__state__in=_NOBODY_PAYS).aggregate(fen=Sum("fen"))
    return int(found["fen"] or 0)


def use(rule: AutomationRule, action: Action, now: datetime) -> AutomaticUse:
    """Count an action under its rule, in the transaction that approves it."""
    return AutomaticUse.objects.create(rule=rule, action=action, fen=action.amount_fen or 0, at=now)


def rule_behind(action: Action) -> int | None:
    """Give the id of the rule by which an action went out, None where a person or the plain list did."""
    if action.approved_by_id is not None:
        return None
    return AutomaticUse.objects.filter(action=action).values_list("rule_id", flat=True).first()


def set_terms(shop: Shop, terms: Terms, person: Person, now: datetime) -> AutomationRule:
    """Write the rule of a step, with an event of the shop that tells before and after; raises RuleInvalid."""
    check(terms)
    fields: dict[str, object] = {name: getattr(terms, name) for name in _TERMS}
    with together():
        held = AutomationRule.objects.select_for_update()
        rule = held.filter(shop=shop, step=terms.step).first()
        before = _told(rule) if rule else None
        rule, _new = AutomationRule.objects.update_or_create(
            shop=shop, step=terms.step, defaults={**fields, "changed_at": now, "changed_by": person}
        )
        data = {"rule": str(rule.pk), "step": rule.step, "before": before, "after": _told(rule)}
        record(_subject(shop), Entry("automation_changed", now, person.pk, data))
    return rule


_TERMS = ("on", "cap_fen", "day_fen", "from_minute", "until_minute", "from_platform")


def _told(rule: AutomationRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in _TERMS}


def check(terms: Terms) -> None:
    """Refuse terms that could pay without a limit, or that name no step; raises RuleInvalid."""
    if terms.step not in steps_of_one_act() or only_a_person(terms.step):
        raise RuleInvalid("automation.step", *WRONG["automation.step"])
    if terms.pays and not (terms.cap_fen and terms.day_fen and min(terms.cap_fen, terms.day_fen) > 0):
        raise RuleInvalid("automation.cap", *WRONG["automation.cap"])
    if not all(0 <= minute < DAY_MINUTES for minute in (terms.from_minute, terms.until_minute)):
        raise RuleInvalid("automation.hours", *WRONG["automation.hours"])


def rules_of(shop: Shop) -> list[Terms]:
    """List the rules of a shop, with what its plain list allows where no rule says otherwise."""
    rows = AutomationRule.objects.filter(shop=shop).order_by("step")
    found = {row.step: Terms(row.step, **_told(row)) for row in rows}  # type: ignore[arg-type]
    listed = [step for step in steps_of_one_act() if may_do(shop.automatic, step) and step not in found]
    return [*found.values(), *(Terms(step, on=True) for step in listed)]


def stop(shop: Shop, person: Person, now: datetime) -> None:
    """Stop everything of a shop that goes out without a person, at once; stopping twice changes nothing."""
    with together():
        _row, new = AutomationStop.objects.get_or_create(shop=shop, defaults={"at": now, "by": person})
        if new:
            record(_subject(shop), Entry("automation_stopped", now, person.pk))


def resume(shop: Shop, person: Person, now: datetime) -> None:
    """Let the rules of a shop go on as they stand."""
    with together():
        if AutomationStop.objects.filter(shop=shop).delete()[0]:
            record(_subject(shop), Entry("automation_resumed", now, person.pk))


def _subject(shop: Shop) -> Subject:
    return Subject(shop.pk, "shop", shop.pk, str(shop.pk))
