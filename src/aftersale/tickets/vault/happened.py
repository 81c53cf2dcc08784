"""Say what buyer, platform and carrier did, by the facts that tell when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

# By fact that is a time: whose doing it was, and what. They happened outside, and some source told of them.
TIMES: Mapping[str, tuple[str, Text]] = {
    "paid_at": ("buyer", Text(zh="付款", en="paid")),
    "shipped_at": ("logistics", Text(zh="发货", en="sent")),
    "first_scan_at": ("logistics", Text(zh="快递揽收", en="collected by the carrier")),
    "signed_at": ("logistics", Text(zh="签收", en="signed for")),
    "confirmed_at": ("buyer", Text(zh="确认收货", en="confirmed receipt")),
    "applied_at": ("buyer", Text(zh="提出申请", en="applied")),
    "merchant_agreed_at": ("shop", Text(zh="在后台同意", en="agreed in the back office")),
    "merchant_rejected_at": ("shop", Text(zh="在后台拒绝", en="refused in the back office")),
    "return_waybill_at": ("buyer", Text(zh="寄回并填了单号", en="sent it back, with a waybill")),
    "return_received_at": ("warehouse", Text(zh="退货到仓", en="the return arrived")),
    "arbitration_applied_at": ("buyer", Text(zh="申请平台介入", en="opened a dispute")),
    "evidence_requested_at": ("platform", Text(zh="要求举证", en="asked for evidence")),
    "evidence_submitted_at": ("shop", Text(zh="提交举证", en="submitted evidence")),
    "judged_at": ("platform", Text(zh="平台判定", en="the platform judged")),
}
