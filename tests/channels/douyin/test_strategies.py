"""Tell the platform what became of the goods, where it pays upon that by a strategy of the shop."""

from __future__ import annotations

import pytest

from aftersale.channels.verbs import Verb
from aftersale.domain.errors import NotSent, Unreadable
from tests.channels.douyin.samples import AT, TICKET_NO
from tests.channels.douyin.test_perform import done, refusal, standing

STRATEGIES = [
    (Verb.GOODS_STOPPED, 2, 6, "afterSale.CancelSendGoodsSuccess", {}),
    (
        Verb.GOODS_IN_WAREHOUSE,
        0,
        11,
        "afterSale.returnGoodsToWareHouseSuccess",
        {"tracking_no": "SF1", "logistics_company_code": "shunfeng"},
    ),
]


@pytest.mark.parametrize(("verb", "kind", "status", "method", "more"), STRATEGIES)
def test_what_became_of_the_goods_pays_by_a_strategy_and_is_looked_at_after(
    verb: Verb, kind: int, status: int, method: str, more: dict[str, object]
) -> None:
    platform = standing(kind, status)
    with pytest.raises(Unreadable):
        done(platform, verb)
    said = {"aftersale_id": TICKET_NO, "op_time": int(AT.timestamp()), **more}
    assert platform.effects == [(method, said)], "nothing tells that it was paid"


@pytest.mark.parametrize(("verb", "kind", "status"), [each[:3] for each in STRATEGIES])
def test_a_strategy_pays_only_what_was_decided_on_the_version_that_was_seen(
    verb: Verb, kind: int, status: int
) -> None:
    platform = standing(kind, status)
    refusal(platform, verb, guard="1")
    with pytest.raises(NotSent):
        done(platform, verb, amount_fen=12800)
    assert platform.effects == []
