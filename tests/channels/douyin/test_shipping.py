"""Ship what goes out again: an exchange, what was missing, what was repaired."""

from __future__ import annotations

import pytest

from aftersale.channels.verbs import Verb
from tests.channels.douyin.samples import TICKET_NO
from tests.channels.douyin.test_perform import ALL, done, refusal, standing


def test_a_replacement_names_carrier_and_waybill() -> None:
    platform = standing(3, 11)
    done(platform, Verb.SEND)
    sent = platform.effects[0][1]["items"][0]["logistics"]
    assert sent == {"company_code": "shunfeng", "logistics_code": "SF1"}


@pytest.mark.parametrize(("kind", "status"), [(3, 8), (3, 11), (7, 8)])
def test_a_name_that_is_no_code_of_a_carrier_is_refused_before_anything_is_sent(
    kind: int, status: int
) -> None:
    platform = standing(kind, status)
    refused = refusal(platform, Verb.SEND, params={**ALL, "carrier": "某某速运"})
    assert (refused.code, platform.effects) == ("channel.param_not_taken", [])
    assert "某某速运" in refused.message.zh


@pytest.mark.parametrize(("kind", "send_type"), [(7, 1), (8, 4)])
def test_what_is_sent_again_or_repaired_is_a_waybill(kind: int, send_type: int) -> None:
    platform = standing(kind, 8)
    done(platform, Verb.SEND)
    ((method, params),) = platform.effects
    assert method == "afterSale.fillLogistics"
    assert params == {
        "aftersale_id": int(TICKET_NO),
        "send_type": send_type,
        "company_code": "shunfeng",
        "tracking_no": "SF1",
    }
