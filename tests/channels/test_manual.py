"""Hold the manual channel, and a scripted one that proves the suite, to what every channel must keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import NoConnection, Outcome
from aftersale.channels.manual import ManualChannel
from aftersale.channels.registry import CHANNELS, ChannelUnknown, channel_of
from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.errors import Unauthorised
from tests.channels.conformance import Bench, ChannelConformance, wish
from tests.channels.scripted import AT, FAULTS, Platform, ScriptedChannel

if TYPE_CHECKING:
    from pathlib import Path


class TestManual(ChannelConformance):
    @pytest.fixture
    def bench(self) -> Bench:
        # Whatever it asks for would raise: a channel that hands over to people needs nothing from outside.
        return Bench(ManualChannel(), NoConnection("douyin", AT), effects=lambda: 0)


class TestScripted(ChannelConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        platform = Platform(tmp_path / "book")
        broken = {
            fault: (partial(Platform, tmp_path / fault, [fault]), expected)
            for fault, expected in FAULTS.items()
        }
        return Bench(ScriptedChannel(), platform, lambda: len(platform.effects), broken)


def test_a_person_is_told_where_to_do_it_and_how_much() -> None:
    said = ManualChannel().perform(wish(Verb.REFUND), NoConnection("douyin", AT)).message
    assert "抖店后台“售后工作台”" in said.zh
    assert "7123450000000000678" in said.zh
    assert "同意退款，金额 ¥129.00" in said.zh
    assert "agree to the refund, amount ¥129.00" in said.en


@pytest.mark.parametrize(
    ("platform", "zh"),
    [("douyin", "先改成“仅退款”"), ("kuaishou", "选“直接退款”"), ("elsewhere", "平台后台的售后页面")],
)
def test_each_platform_has_its_own_way(platform: str, zh: str) -> None:
    said = ManualChannel().perform(wish(Verb.REFUND_NO_RETURN), NoConnection(platform, AT)).message
    assert zh in said.zh


def test_an_action_without_money_names_no_amount() -> None:
    said = ManualChannel().perform(wish(Verb.AGREE_RETURN), NoConnection("kuaishou", AT)).message
    assert "¥" not in said.zh
    assert "核对退货地址" in said.zh


def test_handing_over_is_no_outcome_yet() -> None:
    receipt = ManualChannel().perform(wish(Verb.REFUSE), NoConnection("douyin", AT))
    assert receipt.outcome is Outcome.HANDED_OVER


def test_every_verb_has_words() -> None:
    assert set(VERB_WORDS) == set(Verb)


def test_a_shop_without_a_connection_is_not_let_in() -> None:
    with pytest.raises(Unauthorised):
        NoConnection("douyin", AT).ask("refund", {})


def test_a_channel_is_found_by_its_name() -> None:
    assert channel_of("manual") is CHANNELS["manual"]


def test_an_unknown_channel_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ChannelUnknown) as refused:
        channel_of("fax")
    assert refused.value.code == "channel.unknown"
    assert "manual" in refused.value.next_step.zh
