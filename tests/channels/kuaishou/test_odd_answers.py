"""Whatever stands in an answer, a ticket is told, parked or asked for again; nothing else gets out."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import Notice, Outcome
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import ChannelError
from aftersale.domain.facts import facts_of_export
from tests.channels.kuaishou.platform import (
    AT,
    TICKET_NO,
    Fields,
    Platform,
    order,
    refusing,
    ticket,
    well,
    wish,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
# The number of the ticket itself is what is asked for: what comes in its place has tests of its own.
TICKET_FIELDS = [*sorted({*ticket()} - {"refundId"}), "logisticsInfo", "returnFreightInfo"]
ORDER_PARTS = [*order(), "orderNote"]
BASE_FIELDS = ["status", "payTime", "sendTime", "recvTime", "totalFee", "expressFee"]


def spoiled(field: str, part: str, base: str, values: list[object]) -> Platform:
    beside = order(**{base: values[1]})
    return Platform(shown={**ticket(), field: values[0]}, order={**beside, part: values[2]})


@given(
    st.sampled_from(TICKET_FIELDS),
    st.sampled_from(ORDER_PARTS),
    st.sampled_from(BASE_FIELDS),
    st.lists(ANYTHING, min_size=3, max_size=3),
)
def test_no_value_of_a_ticket_or_order_gets_past_the_channel(
    field: str, part: str, base: str, values: list[object]
) -> None:
    platform = spoiled(field, part, base, values)
    entries: list[Fields] = [platform.shown]
    platform.answers[contract.LIST] = well({"pcursor": "nomore", "refundOrderInfoList": entries})
    try:
        found = Kuaishou().read(TICKET_NO, platform)
    except ChannelError:
        found = None
    pages = list(Kuaishou().list_changed(AT - timedelta(hours=1), AT, platform))
    told = [*pages[0].notices, *pages[0].parked]
    assert len(told) == 1
    assert (found is None) == (not isinstance(told[0], Notice))
    if found is not None:
        facts_of_export(found.facts, found.unknown)


@given(st.binary(max_size=200) | ANYTHING.map(refusing))
def test_no_body_gets_past_the_channel_as_done_but_the_platforms_own_yes(body: bytes) -> None:
    platform = Platform(faults=[body])
    try:
        receipt = Kuaishou().perform(wish(Verb.REFUND), platform)
    except ChannelError:
        return
    assert receipt.outcome is Outcome.DONE
    assert json.loads(body)["result"] == 1
