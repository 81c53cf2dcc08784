"""Ask the platform for its carriers: codes and names, and nothing that is no list of them."""

from __future__ import annotations

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.domain.errors import Unauthorised, Unavailable
from tests.channels.douyin.platform import Doudian, no, ok

METHOD = "order.logisticsCompanyList"


def test_names_come_by_code_and_half_a_row_is_left_out() -> None:
    rows = [
        {"id": 1, "name": "顺丰速运", "code": "shunfeng"},
        {"id": 2, "name": "圆通速递", "code": ""},
        "odd",
    ]
    assert Douyin().carriers(Doudian(answers={METHOD: ok(rows)})) == {"shunfeng": "顺丰速运"}


@pytest.mark.parametrize("data", [[], {}, None, "list", [{"id": 1}]])
def test_what_is_no_list_of_carriers_is_asked_for_again_later(data: object) -> None:
    with pytest.raises(Unavailable):
        Douyin().carriers(Doudian(answers={METHOD: ok(data)}))


def test_who_is_not_let_in_reads_no_list() -> None:
    with pytest.raises(Unauthorised):
        Douyin().carriers(Doudian(answers={METHOD: no(30001)}))
