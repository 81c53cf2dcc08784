"""Give the books of the sandbox, against which a desk is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.douyin import codes as douyin
from aftersale.sandbox.kuaishou import codes as kuaishou
from aftersale.sandbox.platform.case import Case, Kind

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

MOST_PUSHES = 1_000


def whole(market: Market) -> dict[str, object]:
    """List tickets, refunds and reports of looks, and unshipped refunds whose goods left before or after."""
    refunds = market.store.refunds()
    sold = {each.no: each for each in market.store.sold_by("1")}
    cases = market.store.cases("1 order by applied_at, no")
    unshipped = {case.no for case in cases if case.kind is Kind.UNSHIPPED}
    return {
        "now_ms": market.clock.now(),
        "tickets": [_line(market, case) for case in cases],
        "refunds": refunds,
        "reports": market.store.reports(),
        "refunded_after_shipping": [
            refund.ticket for refund in refunds if refund.ticket in unshipped and refund.shipped
        ],
        "shipped_after_refund": [
            refund.ticket
            for refund in refunds
            if refund.ticket in unshipped and not refund.shipped and sold[refund.order].waybill
        ],
    }


def _line(market: Market, case: Case) -> dict[str, object]:
    platform = market.platform_of(case.shop)
    dispute = case.dispute
    return {
        "ticket": case.no,
        "shop": case.shop,
        "platform": platform,
        "order": case.order_no,
        "line": case.line_no,
        "kind": case.kind,
        "step": case.step,
        "status": STATUSES[platform](case),
        "dispute": dispute.ruling if dispute else "",
        "asked_fen": case.asked_fen,
        "freight_fen": case.freight_fen,
        "refunded_fen": case.refunded_fen,
        "applied_at": case.applied_at,
        "updated_at": case.updated_at,
        "due_at": case.due_at,
        "ended_at": case.ended_at,
        "ended_by": case.ended_by or "",
        "character": case.character,
        "claim_holds": case.holds,
        "box": case.box,
    }


def _kuaishou_status(case: Case) -> int:
    return kuaishou.status_of(case, "newer")


STATUSES = {"douyin": douyin.status_of, "kuaishou": _kuaishou_status}


def pushes(market: Market) -> dict[str, object]:
    """Count messages by shop and state, and list the newest."""
    counted = market.store.rows("select shop, state, count(*) from push group by shop, state")
    newest = market.store.rows(
        "select id, shop, what, due_at, tries, state from push order by id desc limit ?", MOST_PUSHES
    )
    return {
        "counts": [{"shop": shop, "state": state, "messages": count} for shop, state, count in counted],
        "newest": [
            dict(zip(("id", "shop", "what", "due_at", "tries", "state"), row, strict=True)) for row in newest
        ],
    }
