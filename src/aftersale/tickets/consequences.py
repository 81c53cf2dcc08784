"""Say what follows when a clock runs out: on which platform, how sure that is, and where it is written.

A row is certain where its source is (H, M-H); what one dated page says is worded as possible (可能, may).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_SAID = "not_said"
OWN_TARGET = "own_target"
CERTAIN = frozenset({"H", "M-H"})

# One consequence a line: its code, what is said in Chinese and in English.
_WORDS = """
approves_refund | 超时平台将自动同意退款 | after that the platform approves the refund by itself
approves_return | 超时平台将自动同意退货申请 | after that the platform approves the return by itself
approves_exchange | 超时平台将自动同意换货申请 | after that the platform approves the exchange by itself
may_approve | 超时平台可能自动同意 | after that the platform may approve by itself
may_refund | 超时平台可能自动退款 | after that the platform may refund by itself
may_confirm_return | 超时平台可能自动确认收到退货 | after that the platform may confirm the return by itself
breaks_law | 收到退货超过七日未退款即违法 | a refund later than seven days after the return breaks the law
may_support_buyer | 超时未举证，平台可能支持买家 | without evidence the platform may decide for the buyer
closes | 买家超时，本次售后关闭 | when the buyer is late this application closes
may_close | 买家超时，本次售后可能关闭 | when the buyer is late this application may close
may_stand | 超时可能不能再申诉 | after that the decision may stand
own_target | 超过本店的服务目标 | later than the shop's own target
not_said | 平台没有说明超时后怎么处理 | the platform does not say what follows
"""

# One clock a line: its name, and what has to be done before it runs out.
_CLOCKS = """
respond_by | 处理售后申请 | answer the application
confirm_by | 确认收到退货 | confirm the return
refund_by | 收货后退款 | refund the return
evidence_by | 平台介入举证 | submit evidence
appeal_by | 申诉 | appeal
ship_back_by | 买家寄回 | buyer sends back
arbitration_by | 买家申请平台介入 | buyer may open a dispute
platform_clock | 平台时限 | time limit of the platform
first_response | 首次处理（本店目标） | first response (own target)
inspect | 验货（本店目标） | inspect the return (own target)
submit_evidence | 举证（本店目标） | submit evidence (own target)
resolve | 处理完毕（本店目标） | resolve (own target)
"""

# One case a line: platform, clock, claims it holds for (* all others), code, confidence, document, article.
_TABLE = """
douyin | respond_by | refund_only price_protect | approves_refund | M-H | douyin-clocks | 发货前后退款
douyin | respond_by | return_refund | approves_return | M-H | douyin-clocks | 退换货申请
douyin | respond_by | exchange | approves_exchange | M-H | douyin-clocks | 退换货申请
douyin | respond_by | * | may_approve | L | douyin-clocks | 退换货申请
douyin | ship_back_by | * | closes | M-H | douyin-clocks | 买家退货
douyin | confirm_by | refund_only return_refund price_protect | may_refund | M | douyin-clocks | 商家收货
douyin | confirm_by | * | may_confirm_return | M | douyin-clocks | 商家收货
douyin | refund_by | * | breaks_law | H | consumer-law | 25
douyin | evidence_by | * | may_support_buyer | M-L | douyin-dispute-clocks | 举证
douyin | arbitration_by | * | closes | H | after-sale-guide | 介入段
douyin | appeal_by | * | may_stand | M | douyin-dispute-clocks | 申诉
kuaishou | respond_by | refund_only price_protect | approves_refund | M-H | kuaishou-clocks | 发货前后退款
kuaishou | respond_by | return_refund | approves_return | M-H | kuaishou-clocks | 退货申请
kuaishou | respond_by | * | may_approve | L | kuaishou-clocks | 退货申请
kuaishou | ship_back_by | * | closes | M-H | kuaishou-clocks | 买家退货
kuaishou | confirm_by | refund_only return_refund price_protect | may_refund | M | kuaishou-clocks | 商家收货
kuaishou | confirm_by | * | may_confirm_return | M | kuaishou-clocks | 商家收货
kuaishou | refund_by | * | breaks_law | H | consumer-law | 25
kuaishou | evidence_by | * | may_support_buyer | L | kuaishou-dispute-clocks | 举证
kuaishou | arbitration_by | * | may_close | L | kuaishou-clocks | 被拒后
kuaishou | appeal_by | * | may_stand | L | kuaishou-dispute-clocks | 申诉
"""
ALL_OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Consequence:
    """Hold one case: on a platform, for a clock and its claims, what follows and how sure that is."""

    platform: str
    clock: str
    claims: tuple[str, ...]
    code: str
    confidence: str
    document: str
    article: str


def _cells(lines: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in lines.strip().splitlines()]


WORDS: Mapping[str, Text] = MappingProxyType({code: Text(zh=zh, en=en) for code, zh, en in _cells(_WORDS)})
CLOCK_WORDS: Mapping[str, Text] = MappingProxyType(
    {name: Text(zh=zh, en=en) for name, zh, en in _cells(_CLOCKS)}
)
CASES: tuple[Consequence, ...] = tuple(
    Consequence(platform, clock, tuple(claims.split()), code, confidence, document, article)
    for platform, clock, claims, code, confidence, document, article in _cells(_TABLE)
)
_CODES = {(case.platform, case.clock, claim): case.code for case in CASES for claim in case.claims}
# Money leaves the shop when these come true, so the hour before is a matter of money.
COSTS_MONEY = frozenset({"approves_refund", "may_refund", "breaks_law"})


def consequence_of(platform: str, clock: str, claim: str) -> str:
    """Give the code of what follows when a clock of a claim runs out; NOT_SAID where nobody tells."""
    found = _CODES.get((platform, clock, claim)) or _CODES.get((platform, clock, ALL_OTHERS))
    return found or NOT_SAID


def clock_word(name: str) -> Text:
    """Say what a clock asks for; one without a word here is a time limit of the platform."""
    return CLOCK_WORDS.get(name, CLOCK_WORDS["platform_clock"])


def said(code: str) -> Text:
    """Say a consequence; a code that is not known any more says that nothing is known."""
    return WORDS.get(code, WORDS[NOT_SAID])
