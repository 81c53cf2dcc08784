"""Goodwill is tied to no review and to no complaint, however it is spelled."""

from __future__ import annotations

import pytest

from aftersale.policy.costs.tied import tied_to


@pytest.mark.parametrize(
    "text",
    [
        "好评返现 5 元",
        "给 个 好 评，送一张券",
        "五-星。晒★图送赠品",
        "请撤销投诉后领取",
        "同意取消介入，补偿 20 元",
        "Coupon for a five star review",
        "Withdraw the COMPLAINT and get a gift",
        "５星送券",
    ],
)
def test_a_text_that_speaks_of_a_review_or_a_complaint_is_found(text: str) -> None:
    assert tied_to(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "送您一张满 50 减 10 的券，30 天内有效",
        "延长保修 6 个月",
        "A gift for the trouble",
        "好的，评估后回复",
    ],
)
def test_a_plain_text_about_goodwill_passes(text: str) -> None:
    assert tied_to(text) == ""
