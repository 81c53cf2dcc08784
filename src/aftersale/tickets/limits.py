"""Hold a shop's own limits on money: two people above an amount, so much a day in all and at one's word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum

from aftersale.channels.verbs import PAYS
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.money import yuan
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.shops.models import Person, Shop
from aftersale.shops.permissions import may
from aftersale.texts import Text
from aftersale.tickets.models import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.tickets.act import Intent
    from aftersale.tickets.models import Ticket

_NOBODY_PAYS = (ActionState.FAILED, ActionState.CANCELLED)


class SecondPersonNeeded(AftersaleError):
    """Refuse to pay an amount at one person's word that the shop wants two for."""

    def __init__(self, limit_fen: int) -> None:
        super().__init__(
            "limit.four_eyes",
            Text(
                zh=f"超过 {yuan(limit_fen)} 的款要两个人同意。",
                en=f"More than {yuan(limit_fen)} needs two people.",
            ),
            Text(zh="提交给同事审核。", en="Send it to a colleague for review."),
        )


class DayCapReached(AftersaleError):
    """Refuse to pay more in a day than the shop allows itself, or one person."""

    def __init__(self, cap_fen: int, left_fen: int, *, person: bool) -> None:
        zh, en = ("你", "you") if person else ("本店", "this shop")
        super().__init__(
            "limit.person_day" if person else "limit.shop_day",
            Text(
                zh=f"{zh}今天最多付 {yuan(cap_fen)}，还剩 {yuan(max(left_fen, 0))}。",
                en=f"Today {en} may pay {yuan(cap_fen)} at most; {yuan(max(left_fen, 0))} is left.",
            ),
            Text(
                zh="明天再付，或请店主调高上限。",
                en="Pay tomorrow, or have the owner raise the limit.",
            ),
        )


def check_limits(ticket: Ticket, person: Person | None, intent: Intent, now: datetime) -> None:
    """Let a payment pass that a shop's limits allow, inside the transaction that writes it down.

    Raises SecondPersonNeeded or DayCapReached. Payments of a shop with limits wait for each other, so that
    two at once cannot both have the last of a day.
    """
    if intent.verb not in PAYS or intent.amount_fen is None:
        return
    shop, fen = Shop.objects.get(pk=ticket.shop_id), intent.amount_fen + freight_of(intent.params)
    if person is not None and _alone(person, intent, fen):
        _check_second(shop, fen, ticket, person, now)
    if shop.day_cap_fen is None and shop.person_cap_fen is None:
        return
    Shop.objects.select_for_update().get(pk=shop.pk)
    _check_day(shop.day_cap_fen, paid_today(shop.pk, now), fen, person=False)
    if person is not None:
        _check_day(shop.person_cap_fen, paid_today(shop.pk, now, person), fen, person=True)


def freight_of(params: Mapping[str, object]) -> int:
    """Give what goes out for the return freight beside an amount, in fen."""
    fen = params.get("return_freight_fen")
    return fen if isinstance(fen, int) else 0


def _alone(person: Person, intent: Intent, fen: int) -> bool:
    """Tell whether nobody else stands behind an amount: a colleague does behind their proposal, not more."""
    return intent.proposed_by in {None, person.pk} or fen > intent.proposed_fen


def _check_second(shop: Shop, fen: int, ticket: Ticket, person: Person, now: datetime) -> None:
    """Count an amount with what the person paid on the ticket today at their own word: many small are one."""
    limit = shop.four_eyes_fen
    if limit is None:
        return
    paying = _today(shop.pk, now).filter(ticket_id=ticket.pk, approved_by=person)
    paid = [(each or 0) + freight_of(params) for each, params in paying.values_list("amount_fen", "params")]
    if needs_second(shop, fen + sum(each for each in paid if each <= limit)):
        raise SecondPersonNeeded(limit)


def needs_second(shop: Shop, fen: int) -> bool:
    """Tell whether two people have to approve an amount; where only one may, nobody waits for a second."""
    if shop.four_eyes_fen is None or fen <= shop.four_eyes_fen:
        return False
    people = Person.objects.filter(is_active=True)
    return sum(may(person, Permission.APPROVE, shop) for person in people) > 1


def paid_today(shop_id: int, now: datetime, person: Person | None = None) -> int:
    """Sum what was approved since midnight in Shanghai and has not come to nothing."""
    today = _today(shop_id, now)
    mine = today.filter(approved_by=person) if person else today
    with_freight = mine.filter(params__return_freight_fen__gt=0).values_list("params", flat=True)
    freight = sum(freight_of(params) for params in with_freight)
    return int(mine.aggregate(fen=Sum("amount_fen"))["fen"] or 0) + freight


def _today(shop_id: int, now: datetime) -> QuerySet[Action]:
    """Give what was approved to be paid since midnight in Shanghai and has not come to nothing."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    paying = Action.objects.filter(shop_id=shop_id, verb__in=PAYS, amount_fen__isnull=False)
    today = paying.filter(approved_at__gte=midnight, approved_at__lt=midnight + timedelta(days=1))
    return today.exclude(state__in=_NOBODY_PAYS)


def _check_day(cap_fen: int | None, paid_fen: int, fen: int, *, person: bool) -> None:
    if cap_fen is not None and paid_fen + fen > cap_fen:
        raise DayCapReached(cap_fen, cap_fen - paid_fen, person=person)
