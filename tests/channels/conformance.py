"""What every channel must keep: a test module subclasses `ChannelConformance` and gives a `bench`."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Notice, Outgoing, Receipt
from aftersale.channels.interface import Disclosed, Shown
from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unavailable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Channel, Hands

TICKET_NO = "7123450000000000678"


def wish(verb: str, key: str = "k1") -> Outgoing:
    """Ask for one thing that is allowed."""
    params: dict[str, object] = {"reason": "22", "citation": "消法25", "text": "凭证不足", "evidence": []}
    return Outgoing(
        key=key,
        verb=verb,
        ticket_no=TICKET_NO,
        order_no="6920000000000000001",
        amount_fen=12900 if verb in PAYS else None,
        params=params if verb == Verb.REFUSE else {},
        guard="v1",
    )


def disclosed(how: Shown, key: str) -> Disclosed:
    """Tell that values of a buyer were shown."""
    return Disclosed(
        key=key,
        order_no="6920000000000000001",
        how=how,
        what=("phone",) if how is Shown.VIEWED else (),
        account="a1b2c3",
        main=False,
        at=datetime(2026, 6, 10, 2, tzinfo=UTC),
        address="203.0.113.7",
        path="/tickets/1/buyer",
        referer="",
    )


@dataclass
class Bench:
    """Set a channel up: hands that work, hands that fail in a known way, what happened over there.

    `wished` asks for one thing that is allowed and brings the other side into a state that allows it.
    `reports` gives the keys of the looks that the other side was told of.
    """

    channel: Channel
    hands: Hands
    effects: Callable[[], int]
    broken: Mapping[str, tuple[Callable[[], Hands], type[ChannelError]]] = field(default_factory=dict)
    wished: Callable[[str, str], Outgoing] = wish
    reports: Callable[[], list[str]] = list


class ChannelConformance:
    """Hold a channel to its protocol."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError("a channel's test module says how it is set up")

    def test_it_has_a_name_and_its_verbs_are_words_of_the_desk(self, bench: Bench) -> None:
        assert bench.channel.name
        assert bench.channel.verbs
        assert bench.channel.verbs <= set(Verb)

    def test_every_verb_that_it_declares_gives_a_receipt(self, bench: Bench) -> None:
        for verb in sorted(bench.channel.verbs):
            receipt = bench.channel.perform(bench.wished(verb, verb), bench.hands)
            assert isinstance(receipt, Receipt)
            assert receipt.code
            assert receipt.message.zh
            assert receipt.message.en
            assert receipt.at == bench.hands.now

    def test_a_receipt_is_plain_json(self, bench: Bench) -> None:
        for verb in sorted(bench.channel.verbs):
            raw = bench.channel.perform(bench.wished(verb, verb), bench.hands).raw
            assert json.loads(json.dumps(dict(raw))) == dict(raw)

    def test_a_verb_that_it_does_not_declare_is_rejected_and_does_nothing(self, bench: Bench) -> None:
        for verb in sorted({*Verb, "dance"} - bench.channel.verbs):
            with pytest.raises(Rejected) as refused:
                bench.channel.perform(bench.wished(verb, "k1"), bench.hands)
            assert refused.value.platform_code
        assert bench.effects() == 0

    def test_every_fault_comes_out_as_the_error_that_it_is(self, bench: Bench) -> None:
        kinds = {Unavailable if expected is TooFast else expected for _, expected in bench.broken.values()}
        # Who only hands over to people has nothing that could break; whoever asks a platform shows all four.
        assert kinds == (
            {Unavailable, Rejected, Unauthorised, Unreadable} if bench.channel.can_read else set()
        )
        for name, (hands, expected) in bench.broken.items():
            with pytest.raises(expected) as fault:
                bench.channel.perform(bench.wished(Verb.REFUND, name), hands())
            assert type(fault.value) is expected, (name, fault.value)
            assert fault.value.code, name
            assert fault.value.message.zh, name
            assert fault.value.next_step.en, name

    def test_the_same_key_twice_is_one_effect(self, bench: Bench) -> None:
        wanted = bench.wished(Verb.REFUND, "k1")
        first = bench.channel.perform(wanted, bench.hands)
        after_one = bench.effects()
        # A platform that knows no keys refuses by state or version; one that knows them answers alike.
        with suppress(Rejected):
            assert bench.channel.perform(wanted, bench.hands).outcome is first.outcome
        assert bench.effects() == after_one

    def test_reading_tells_how_a_ticket_stands_or_says_that_it_cannot(self, bench: Bench) -> None:
        found = bench.channel.read(TICKET_NO, bench.hands)
        if bench.channel.can_read:
            assert isinstance(found, Notice)
            assert found.ticket_no == TICKET_NO
        else:
            assert found is None

    def test_reading_has_no_effect(self, bench: Bench) -> None:
        before = bench.effects()
        bench.channel.read(TICKET_NO, bench.hands)
        assert bench.effects() == before

    def test_its_carriers_are_names_by_code_or_it_says_that_nobody_can_ask_for_them(
        self, bench: Bench
    ) -> None:
        read, lists = getattr(bench.channel, "carriers", None), getattr(bench.channel, "lists_carriers", None)
        assert (read is None) == (lists is None)
        if read and lists:
            assert read(bench.hands)["shunfeng"] == "顺丰速运"
        elif read:
            with pytest.raises(Rejected):
                read(bench.hands)
        assert bench.effects() == 0

    def test_every_look_is_told_under_its_own_key_or_it_says_that_it_tells_none(self, bench: Bench) -> None:
        # Who only hands over to people speaks to no platform that could hear of it.
        tell, takes = getattr(bench.channel, "report", None), getattr(bench.channel, "takes_reports", None)
        assert (tell is None) == (takes is None)
        told = tuple(disclosed(how, f"{how}-{count}") for how in Shown for count in range(15))
        if tell and takes:
            tell("77", told, bench.hands)
        elif tell:
            with pytest.raises(Rejected):
                tell("77", told, bench.hands)
        assert bench.reports() == ([each.key for each in told] if takes else [])
        assert bench.effects() == 0
