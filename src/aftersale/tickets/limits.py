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
    from datetime import datetime

    from aftersale.tickets.act import Intent

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


def check_limits(shop_id: int, person: Person | None, intent: Intent, now: datetime) -> None:
    """Let a payment pass that a shop's limits allow, inside the transaction that writes it down.

    Raises SecondPersonNeeded or DayCapReached. Payments of a shop with limits wait for each other, so that
    two at once cannot both have the last of a day.
    """
    if intent.verb not in PAYS or intent.amount_fen is None:
        return
    shop = Shop.objects.get(pk=shop_id)
    alone = person is not None and intent.proposed_by in {None, person.pk}
    if alone and needs_second(shop, intent.amount_fen):
        raise SecondPersonNeeded(shop.four_eyes_fen or 0)
    if shop.day_cap_fen is None and shop.person_cap_fen is None:
        return
    Shop.objects.select_for_update().get(pk=shop_id)
    _check_day(shop.day_cap_fen, paid_today(shop_id, now), intent.amount_fen, person=False)
    if person is not None:
        _check_day(shop.person_cap_fen, paid_today(shop_id, now, person), intent.amount_fen, person=True)


def needs_second(shop: Shop, fen: int) -> bool:
    """Tell whether two people have to approve an amount; where only one may, nobody waits for a second."""
    if shop.four_eyes_fen is None or fen <= shop.four_eyes_fen:
        return False
    people = Person.objects.filter(is_active=True)
    return sum(may(person, Permission.APPROVE, shop) for person in people) > 1


def paid_today(shop_id: int, now: datetime, person: Person | None = None) -> int:
    """Sum what was approved since midnight in Shanghai and has not come to nothing."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    paying = Action.objects.filter(shop_id=shop_id, verb__in=PAYS)
    today = paying.filter(approved_at__gte=midnight, approved_at__lt=midnight + timedelta(days=1))
    mine = today.filter(approved_by=person) if person else today
    return int(mine.exclude(state__in=_NOBODY_PAYS).aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _check_day(cap_fen: int | None, paid_fen: int, fen: int, *, person: bool) -> None:
    if cap_fen is not None and paid_fen + fen > cap_fen:
        raise DayCapReached(cap_fen, cap_fen - paid_fen, person=person)
