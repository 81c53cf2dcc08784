"""Say how often the platform of a shop is asked, and how many values of buyers it opens a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from aftersale.connections.models import Link
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.shop_journal import journal_shop
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.connections.connecting import By

LEAST_POLL_S, MOST_POLL_S = 15, 900
"""More often than this a platform is not asked; more rarely, and a deadline of an hour is seen late."""

MOST_REVEALS = 2_000


class PaceRefused(AftersaleError):
    """Refuse a number that is out of its bounds."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(
            "pace.bounds",
            Text(
                zh=f"要填 {least} 到 {most} 之间的整数。", en=f"It is a whole number from {least} to {most}."
            ),
            Text(zh="改好再保存。", en="Change it and save again."),
        )


def seconds_between(link: Link) -> int:
    """Give the seconds from one poll of a shop to the next: its own, else those of the desk."""
    return link.poll_s or settings.POLL_SECONDS


def set_pace(link: Link, said: str, by: By) -> None:
    """Keep how often a shop is asked, in seconds; empty goes back to the desk's own. Raises PaceRefused."""
    seconds = _number(said, LEAST_POLL_S, MOST_POLL_S) if said else None
    _keep(link, "poll_s", seconds, by)


def set_reveals(link: Link, said: str, by: By) -> None:
    """Keep how many values of buyers may be opened in a day; 0 opens none. Raises PaceRefused."""
    _keep(link, "reveals_a_day", _number(said, 0, MOST_REVEALS), by)


def _number(said: str, least: int, most: int) -> int:
    if not (
        said.isascii() and said.isdecimal() and len(said) <= len(str(most)) and least <= int(said) <= most
    ):
        raise PaceRefused(least, most)
    return int(said)


def _keep(link: Link, name: str, value: int | None, by: By) -> None:
    before = getattr(link, name)
    if before == value:
        return
    with transaction.atomic():
        # What was put off by the old pace is asked at once.
        now = {"poll_at": by.clock()} if name == "poll_s" and link.access_until else {}
        Link.objects.filter(pk=link.pk).update(**{name: value}, **now)
        journal_shop(ShopChange(link.shop, f"connection_{name}", before, value), by.person, by.clock())
