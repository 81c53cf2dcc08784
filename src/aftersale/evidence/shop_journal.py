"""Write what changed about a shop and its people into the chain of the shop."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.shops.models import Shop
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.shops.people import Change
    from aftersale.shops.settings import ShopChange

SHOP = "shop"


class ChangedMeanwhile(AftersaleError):
    """Refuse a change because somebody else changed the same shop at the same moment."""

    def __init__(self) -> None:
        super().__init__(
            "shop.changed_meanwhile",
            Text(zh="刚有人改了这家店的设置。", en="Somebody changed this shop just now."),
            Text(zh="请再按一次。", en="Press it once more."),
        )


@contextmanager
def together() -> Iterator[None]:
    """Hold a change and its events in one transaction; raises ChangedMeanwhile where two meet."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ChangedMeanwhile from None


def subject_of(shop_id: int) -> Subject:
    """Name a shop as the journal knows it."""
    return Subject(shop_id, SHOP, shop_id, str(shop_id))


def journal_shop(change: ShopChange, actor: int | None, now: datetime) -> None:
    """Write a change of a shop; one that changed nothing is no event."""
    if change.before == change.after:
        return
    data = {"what": change.what, "before": change.before, "after": change.after}
    record(subject_of(change.shop.pk), Entry(f"shop_{change.what}", now, actor, data))


def journal_person(change: Change, actor: int | None, now: datetime) -> None:
    """Write a change of a person into the chain of each shop that it is about."""
    data = {
        "person": str(change.person.pk),
        "what": change.what,
        "before": change.before,
        "after": change.after,
    }
    for shop_id in _shops_of(change):
        record(subject_of(shop_id), Entry(f"person_{change.what}", now, actor, data))


def _shops_of(change: Change) -> list[int]:
    if change.shop:
        return [change.shop.pk]
    shops = Shop.objects.order_by("pk")
    if not change.person.is_superuser:
        shops = shops.filter(memberships__person=change.person)
    return list(shops.values_list("pk", flat=True))
