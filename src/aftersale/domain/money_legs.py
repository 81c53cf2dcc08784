"""Name the legs that money goes around a ticket, the words for them, and the months in which they stand."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.value_words import LIABILITY_WORDS
from aftersale.domain.vocabulary import LIABILITIES
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import datetime


class LegKind(StrEnum):
    """Name what one leg of money is."""

    ASKED = "asked"
    INTENDED = "intended"
    SENT = "sent"
    PAID = "paid"
    REVERSED = "reversed"
    DEDUCTED = "deducted"
    RETURN_FREIGHT = "return_freight"
    SMALL_PAYOUT = "small_payout"
    CONSUMER_COMPENSATION = "consumer_compensation"
    PLATFORM_ADVANCE = "platform_advance"
    FREIGHT_INSURANCE = "freight_insurance"
    CARRIER_CLAIM_DUE = "carrier_claim_due"
    CARRIER_CLAIM_RECEIVED = "carrier_claim_received"
    RESHIP_COST = "reship_cost"
    SETTLED = "settled"
    SHARE = "share"
    SUBSIDY = "subsidy"
    FEE = "fee"
    WITHDRAWN = "withdrawn"


class Nature(NamedTuple):
    """Say of a kind: its words, what it does to the shop's money (-1, 0, 1), and who tells of it.

    `by_platform` kinds become known by the platform's sheets, `by_hand` ones may be entered by a person.
    """

    words: Text
    sign: int
    by_platform: bool = False
    by_hand: bool = False


NATURES: dict[LegKind, Nature] = {
    LegKind.ASKED: Nature(Text(zh="买家申请", en="asked for by the buyer"), 0),
    LegKind.INTENDED: Nature(Text(zh="店铺决定退", en="decided by the shop"), 0),
    LegKind.SENT: Nature(Text(zh="已发给平台", en="sent to the platform"), 0),
    LegKind.PAID: Nature(Text(zh="已退款", en="refunded"), -1),
    LegKind.REVERSED: Nature(Text(zh="退款收回", en="refund taken back"), 1),
    LegKind.DEDUCTED: Nature(
        Text(zh="平台扣款", en="deducted by the platform"), -1, by_platform=True, by_hand=True
    ),
    LegKind.RETURN_FREIGHT: Nature(
        Text(zh="退货运费", en="freight of the return"), -1, by_platform=True, by_hand=True
    ),
    LegKind.SMALL_PAYOUT: Nature(Text(zh="小额打款", en="small payout"), -1),
    LegKind.CONSUMER_COMPENSATION: Nature(
        Text(zh="消费者赔付", en="compensation of the consumer"), -1, by_platform=True, by_hand=True
    ),
    LegKind.PLATFORM_ADVANCE: Nature(
        Text(zh="平台垫付", en="advanced by the platform"), -1, by_platform=True, by_hand=True
    ),
    LegKind.FREIGHT_INSURANCE: Nature(
        Text(zh="运费险", en="freight insurance"), -1, by_platform=True, by_hand=True
    ),
    LegKind.CARRIER_CLAIM_DUE: Nature(
        Text(zh="快递理赔应收", en="claim on the carrier, due"), 0, by_hand=True
    ),
    LegKind.CARRIER_CLAIM_RECEIVED: Nature(
        Text(zh="快递理赔到账", en="claim on the carrier, received"), 1, by_hand=True
    ),
    LegKind.RESHIP_COST: Nature(Text(zh="补寄成本", en="cost of sending again"), -1, by_hand=True),
    LegKind.SETTLED: Nature(Text(zh="货款结算", en="settled proceeds"), 1),
    LegKind.SHARE: Nature(Text(zh="分账", en="shares of influencers and channels"), -1, by_platform=True),
    LegKind.SUBSIDY: Nature(Text(zh="补贴退回", en="subsidies given back"), -1, by_platform=True),
    LegKind.FEE: Nature(Text(zh="平台费用", en="fees of the platform"), -1, by_platform=True),
    LegKind.WITHDRAWN: Nature(Text(zh="提现", en="withdrawn to the bank"), -1),
}

LEG_WORDS: dict[LegKind, Text] = {kind: nature.words for kind, nature in NATURES.items()}
BY_HAND = tuple(kind for kind, nature in NATURES.items() if nature.by_hand)
BY_PLATFORM = frozenset(kind for kind, nature in NATURES.items() if nature.by_platform)

LEG_LIABILITIES = (*LIABILITIES, "platform", "both", "influencer")
"""Who bears a leg: as decisions say it, and as a platform rules it."""

LEG_LIABILITY_WORDS: dict[str, Text] = {
    **LIABILITY_WORDS,
    "platform": Text(zh="平台", en="platform"),
    "both": Text(zh="双方", en="both"),
    "influencer": Text(zh="达人", en="influencer"),
}

LIABILITY_OF: dict[LegKind, str] = {
    LegKind.SMALL_PAYOUT: "merchant",
    LegKind.CONSUMER_COMPENSATION: "merchant",
    LegKind.DEDUCTED: "merchant",
    LegKind.CARRIER_CLAIM_DUE: "carrier",
    LegKind.CARRIER_CLAIM_RECEIVED: "carrier",
    LegKind.RESHIP_COST: "merchant",
}
"""Who bears a kind where neither a decision nor a person says; else nobody is named."""

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def sign_of(kind: str) -> int:
    """Tell what a kind does to the shop's money: out (-1), nothing (0), in (1)."""
    return NATURES[LegKind(kind)].sign


def day_text(moment: datetime) -> str:
    """Name the Shanghai day of a time.

    >>> from datetime import UTC, datetime
    >>> day_text(datetime(2026, 5, 31, 16, tzinfo=UTC))
    '2026-06-01'
    """
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d}"


def month_text(moment: datetime) -> str:
    """Name the Shanghai month of a time, such as 2026-06."""
    return day_text(moment)[:7]


def is_month(text: str) -> bool:
    """Tell whether a text names a month."""
    return _MONTH.fullmatch(text) is not None


def next_month(month: str, months: int = 1) -> str:
    """Name the month so many after one; a negative number goes back.

    >>> next_month("2026-12"), next_month("2026-01", -2)
    ('2027-01', '2025-11')
    """
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{count // 12:04}-{count % 12 + 1:02}"
