"""Ask 抖店 for the carriers that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask_rows, unreadable

if TYPE_CHECKING:
    from aftersale.channels.base import Hands

COMPANIES = "order.logisticsCompanyList"


def carriers(hands: Hands) -> dict[str, str]:
    """Give the names of all carriers by their codes; raises ChannelError, also for a list without any."""
    rows = ask_rows(hands, COMPANIES, {})
    found = {row.text("code"): row.text("name") for row in rows if row.text("code") and row.text("name")}
    if not found:
        raise unreadable(writes=False)
    return found
