"""Keep what a shop may give beside the law's remedies, and hold pieces of it for tickets exactly once.

Stock and budget move by one conditional update together with a row that one goodwill of a ticket can have
only once; whoever calls writes the event in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, Q, Value, When

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.policy.costs.tied import tied_to
from aftersale.shops.models import Goodwill, GoodwillGiven
from aftersale.shops.models.costs import GoodwillKind
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet

    from aftersale.shops.models import Person, Shop

LONGEST_NAME, LONGEST_TEXT = 64, 300
_MOST_FEN, _MOST_STOCK = 10**8, 10**6
# A coupon that is still good may yet be used: only those that have ended count as not used.
_NEWEST = 2_000

_WORDS: dict[str, tuple[Text, Text]] = {
    "goodwill.incomplete": (
        Text(zh="名称、种类、金额和开始日期都要填。", en="Name, kind, amounts and first day are all needed."),
        Text(zh="填好后再保存；已写的内容还在。", en="Fill them in; what you wrote is kept."),
    ),
    "goodwill.number": (
        Text(zh="有个数不能用。", en="A number cannot be used."),
        Text(
            zh="金额写元，数量写整数；不限就空着。优惠券的成本就是面额。",
            en="Write yuan and whole numbers; empty means no limit. A coupon costs its face value.",
        ),
    ),
    "goodwill.days": (
        Text(zh="结束日期早于开始日期。", en="The last day lies before the first."),
        Text(zh="改一下日期。", en="Correct the days."),
    ),
    "goodwill.tied": (
        Text(
            zh="里面提到了“{word}”。补偿不能和评价、投诉挂钩。",
            en="It speaks of {word!r}. Goodwill is tied neither to a review nor to a complaint.",
        ),
        Text(zh="去掉这句再保存；补偿要无条件给。", en="Leave it out; goodwill is given without condition."),
    ),
    "goodwill.gone": (
        Text(
            zh="这项补偿现在给不了：不在有效期、已停用，或库存、预算已用完。",
            en="It cannot be given now: not in its days, ended, or stock or budget is used up.",
        ),
        Text(zh="换一项，或请主管加库存、预算。", en="Choose another one, or ask the lead for more."),
    ),
    "goodwill.given_already": (
        Text(zh="这张售后单已经给过这一项。", en="This ticket has it already."),
        Text(zh="要再给就换一项；给错了先撤回。", en="Choose another one, or take the first back."),
    ),
    "goodwill.due": (
        Text(zh="交付时间要在现在之后。", en="When it is handed over lies before now."),
        Text(zh="改一下时间；已写的内容还在。", en="Correct the time; what you wrote is kept."),
    ),
    "goodwill.not_done": (
        Text(zh="这项补偿还没交给买家。", en="It was not handed over to the buyer."),
        Text(
            zh="交了再勾；不给了就在售后单上撤回。", en="Tick it once it was, or take it back on the ticket."
        ),
    ),
    "goodwill.settled": (
        Text(zh="这项补偿已经不是这个状态了。", en="It no longer stands as you saw it."),
        Text(zh="刷新看看现在的状态。", en="Look at it again."),
    ),
}


class GoodwillRefused(AftersaleError):
    """Refuse what cannot be done with goodwill, with a way on."""

    def __init__(self, code: str, word: str = "") -> None:
        message, step = _WORDS[code]
        super().__init__(code, Text(message.zh.format(word=word), message.en.format(word=word)), step)


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold goodwill as somebody wants to keep it; money in fen, None: no limit."""

    kind: str
    name: str
    text: str
    worth_fen: int | None
    cost_fen: int | None
    stock: int | None
    budget_fen: int | None
    since: date | None
    until: date | None


def keep(shop: Shop, wanted: Kept, by: Person, now: datetime) -> ShopChange:
    """Add goodwill to what a shop may give; raises GoodwillRefused."""
    since, worth, cost = _checked(wanted)
    made = Goodwill.objects.create(
        shop=shop,
        kind=wanted.kind,
        name=wanted.name.strip()[:LONGEST_NAME],
        text=wanted.text.strip()[:LONGEST_TEXT],
        worth_fen=worth,
        cost_fen=worth if wanted.kind == GoodwillKind.COUPON else cost,
        stock=wanted.stock,
        budget_fen=wanted.budget_fen,
        since=since,
        until=wanted.until,
        made_by=by,
        made_at=now,
    )
    return ShopChange(shop, "goodwill_kept", None, {"id": made.pk, "name": made.name, "kind": made.kind})


def _checked(wanted: Kept) -> tuple[date, int, int]:
    cost = wanted.worth_fen if wanted.kind == GoodwillKind.COUPON else wanted.cost_fen
    named = wanted.kind in GoodwillKind.values and wanted.name.strip()
    if not named or wanted.since is None or wanted.worth_fen is None or cost is None:
        raise GoodwillRefused("goodwill.incomplete")
    if max(wanted.worth_fen, cost) > _MOST_FEN or (wanted.stock or 0) > _MOST_STOCK:
        raise GoodwillRefused("goodwill.number")
    if wanted.until is not None and wanted.until < wanted.since:
        raise GoodwillRefused("goodwill.days")
    untied(wanted.name, wanted.text)
    return wanted.since, wanted.worth_fen, cost


def untied(*texts: str) -> None:
    """Let pass texts that speak of no review and no complaint; raises GoodwillRefused."""
    word = next(filter(None, map(tied_to, texts)), "")
    if word:
        raise GoodwillRefused("goodwill.tied", word)


def end(shop: Shop, goodwill_id: int, now: datetime) -> ShopChange:
    """Give no more of it; what tickets hold stays theirs. Raises GoodwillRefused where it has ended."""
    if not Goodwill.objects.filter(shop=shop, pk=goodwill_id, ended_at=None).update(ended_at=now):
        raise GoodwillRefused("goodwill.settled")
    return ShopChange(shop, "goodwill_ended", None, {"id": goodwill_id})


def left(shop_id: int, on: date) -> QuerySet[Goodwill]:
    """Give what can be given on a day, the cheapest first: one query that is not yet asked."""
    some_stock = Q(stock=None) | Q(given__lt=F("stock"))
    some_budget = Q(budget_fen=None) | Q(spent_fen__lte=F("budget_fen") - F("cost_fen"))
    in_days = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
    found = Goodwill.objects.filter(some_stock, some_budget, in_days, shop_id=shop_id, ended_at=None)
    return found.order_by("cost_fen", "pk")


def hold(goodwill: Goodwill, ticket_id: int, text: str, by: Person, now: datetime) -> GoodwillGiven:
    """Hold one piece for a ticket; raises GoodwillRefused. Twice is once: the second is told so."""
    untied(text)
    try:
        with transaction.atomic():
            made = GoodwillGiven.objects.create(
                goodwill=goodwill,
                ticket_id=ticket_id,
                cost_fen=goodwill.cost_fen,
                text=text.strip()[:LONGEST_TEXT],
                given_by=by,
                given_at=now,
            )
            taken = left(goodwill.shop_id, now.astimezone(SHANGHAI).date()).filter(pk=goodwill.pk)
            if not taken.update(given=F("given") + 1, spent_fen=F("spent_fen") + made.cost_fen):
                raise GoodwillRefused("goodwill.gone")
    except IntegrityError:
        raise GoodwillRefused("goodwill.given_already") from None
    return made


def withdraw(given: GoodwillGiven, now: datetime) -> None:
    """Take back what was not handed over; stock and budget have it again. Raises GoodwillRefused."""
    with transaction.atomic():
        held = GoodwillGiven.objects.filter(pk=given.pk, withdrawn_at=None, delivered_at=None)
        if not held.update(withdrawn_at=now):
            raise GoodwillRefused("goodwill.settled")
        Goodwill.objects.filter(pk=given.goodwill_id).update(
            given=F("given") - 1, spent_fen=F("spent_fen") - given.cost_fen
        )


def deliver(given: GoodwillGiven, now: datetime) -> None:
    """Note that it was handed over; raises GoodwillRefused where it was before, or was taken back."""
    held = GoodwillGiven.objects.filter(pk=given.pk, withdrawn_at=None, delivered_at=None)
    if not held.update(delivered_at=now):
        raise GoodwillRefused("goodwill.settled")


def not_delivered(given: GoodwillGiven, now: datetime) -> None:  # noqa: ARG001  # as its neighbours
    """Take back that it was handed over; raises GoodwillRefused where it was not, or the buyer used it."""
    handed = GoodwillGiven.objects.filter(pk=given.pk, used_at=None, delivered_at__isnull=False)
    if not handed.update(delivered_at=None):
        raise GoodwillRefused("goodwill.settled")


def use(given: GoodwillGiven, now: datetime) -> None:
    """Note that the buyer used it; raises GoodwillRefused where that is known or it was not handed over."""
    handed = GoodwillGiven.objects.filter(pk=given.pk, used_at=None).exclude(delivered_at=None)
    if not handed.update(used_at=now):
        raise GoodwillRefused("goodwill.settled")


def given_to(ticket_id: int) -> list[GoodwillGiven]:
    """List what a ticket got, newest first; one query."""
    rows = GoodwillGiven.objects.filter(ticket_id=ticket_id, withdrawn_at=None)
    return list(rows.select_related("goodwill", "given_by").order_by("-pk"))


def coupon_use(shop_id: int, on: date) -> Mapping[str, tuple[int, int]]:
    """Count how many coupons are used: of those handed over, the used ones and those that have ended."""
    coupons = GoodwillGiven.objects.filter(
        goodwill__shop_id=shop_id, goodwill__kind=GoodwillKind.COUPON, withdrawn_at=None
    ).exclude(delivered_at=None)
    newest = coupons.order_by("-pk").annotate(
        used=Case(When(used_at=None, then=Value(0)), default=Value(1)),
        over=Case(
            When(Q(used_at__isnull=False) | Q(goodwill__until__lt=on), then=Value(1)), default=Value(0)
        ),
    )[:_NEWEST]
    told = newest.aggregate(hits=Count("pk", filter=Q(used=1)), cases=Count("pk", filter=Q(over=1)))
    return {"coupon_use_bp": (told["hits"], told["cases"])}


def kept_by(shop_id: int) -> Iterable[Goodwill]:
    """List everything that a shop keeps to give, what is in use first."""
    return Goodwill.objects.filter(shop_id=shop_id).order_by(F("ended_at").asc(nulls_first=True), "-pk")
