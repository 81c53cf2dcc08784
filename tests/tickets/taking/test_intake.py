from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Source, Turn
from aftersale.domain.states import Money
from aftersale.evidence.chain import Stored, verify
from aftersale.evidence.models import Event, PersonalValue
from aftersale.shops.models import ComposedRulebook, Product
from aftersale.tickets.change import TICKET, subject_of
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import Buyer, Deadline, OrderLine, StoredDecision, Ticket
from aftersale.tickets.models.ticket import Lane
from tests.tickets.taking.notices import (
    APPLIED,
    ASKED,
    NOW,
    counted,
    origin,
    refunded,
    shop,
    the_ticket,
    took,
    utc,
)

if TYPE_CHECKING:
    from aftersale.channels.base import Notice

pytestmark = pytest.mark.django_db


def events(ticket: Ticket) -> list[str]:
    of = Event.objects.filter(subject_kind=TICKET, subject_id=ticket.pk)
    return list(of.order_by("sequence").values_list("kind", flat=True))


def is_whole(ticket: Ticket) -> bool:
    rows = Event.objects.filter(subject_kind=TICKET, subject_id=ticket.pk).order_by("sequence")
    stored = [Stored(e.sequence, bytes(e.previous), bytes(e.payload), bytes(e.hash)) for e in rows]
    ends = stored[-1].hash == bytes(ticket.head) and stored[-1].sequence == ticket.sequence
    return ends and verify(subject_of(ticket).genesis, stored) == []


def test_a_notice_becomes_a_decided_ticket_with_its_clock_and_one_event() -> None:
    assert counted(shop(), [ASKED]) == {"new": 1}
    ticket = the_ticket()
    assert (ticket.lane, ticket.stage, ticket.decision_state) == (Lane.OURS, "decide", "proposed")
    assert ticket.due_at == utc(APPLIED + timedelta(hours=48)) == ticket.queue_at
    assert Deadline.objects.get(ticket=ticket).source == "platform"
    assert StoredDecision.objects.get(ticket=ticket).rule_id == ticket.rule_id != ""
    assert events(ticket) == ["imported"]
    assert is_whole(ticket)


def test_the_same_notice_again_writes_nothing() -> None:
    of = shop()
    took(of, [ASKED])
    before = list(Ticket.objects.values())
    assert counted(of, [ASKED], origin(now=NOW + timedelta(hours=1))) == {"unchanged": 1}
    assert list(Ticket.objects.values()) == before
    assert Event.objects.count() == 1


def test_a_newer_notice_changes_the_ticket_once() -> None:
    of = shop()
    took(of, [ASKED])
    assert counted(of, [refunded()]) == {"changed": 1}
    ticket = the_ticket()
    assert (ticket.lane, ticket.money_state, ticket.open) == (Lane.DONE, Money.PAID, False)
    assert events(ticket) == ["imported", "action_observed", "observed"]
    assert ticket.due_at is None
    assert is_whole(ticket)


def test_an_older_notice_is_journaled_once_and_changes_nothing() -> None:
    of = shop()
    took(of, [refunded()])
    before = the_ticket()
    for _ in range(3):
        assert counted(of, [replace(ASKED, status="待商家处理")]) == {"unchanged": 1}
    after = the_ticket()
    assert events(after) == ["imported", "observed_old"]
    assert (after.status, after.lane, after.rule_id) == (before.status, before.lane, before.rule_id)
    assert is_whole(after)


def test_a_sheet_never_reopens_what_has_ended() -> None:
    of = shop()
    took(of, [refunded()])
    later = replace(ASKED, newest_at=NOW)
    assert counted(of, [later]) == {"unchanged": 1}
    assert the_ticket().open is False


def test_the_interface_of_the_platform_may_reopen_and_it_is_marked() -> None:
    of = shop()
    took(of, [refunded()])
    again = replace(ASKED, newest_at=NOW)
    assert counted(of, [again], origin(Source.API)) == {"changed": 1}
    assert the_ticket().open is True


def test_at_the_same_time_the_better_source_wins() -> None:
    of = shop()
    took(of, [ASKED], origin(Source.API))
    other = replace(ASKED, remark="表里的备注")
    assert counted(of, [other]) == {"unchanged": 1}
    assert the_ticket().remark == ASKED.remark
    assert counted(of, [replace(other, newest_at=APPLIED + timedelta(seconds=1))]) == {"changed": 1}
    assert the_ticket().remark == "表里的备注"


SAYINGS: dict[str, tuple[Notice, Source]] = {
    "sheet at nine": (ASKED, Source.SHEET),
    "push at ten": (
        replace(ASKED, newest_at=APPLIED + timedelta(hours=1), remark="加急"),
        Source.PUSH,
    ),
    "api at eleven": (refunded(hours=2), Source.API),
    "sheet at eleven": (refunded(hours=2), Source.SHEET),
}


@pytest.mark.parametrize("order", list(permutations(SAYINGS)), ids=" then ".join)
def test_sources_in_any_order_end_in_the_same_state(order: tuple[str, ...]) -> None:
    of = shop()
    for name in order:
        notice, source = SAYINGS[name]
        took(of, [notice], origin(source))
    ticket = the_ticket()
    assert Ticket.objects.count() == 1
    assert (ticket.status, ticket.lane, ticket.money_state, ticket.open) == (
        "同意退款，退款成功",
        "done",
        "paid",
        False,
    )
    assert is_whole(ticket)


def test_facts_that_contradict_one_another_are_given_back_and_nothing_is_written() -> None:
    broken = replace(ASKED, facts={**ASKED.facts, "paid_fen": 100, "refunded_fen": 12900})
    fine = replace(ASKED, ticket_no="7100000000000000002")
    outcomes = took(shop(), [broken, fine])
    assert {one.notice.ticket_no: one.taken.value for one in outcomes} == {
        broken.ticket_no: "parked",
        fine.ticket_no: "new",
    }
    assert Ticket.objects.get().ticket_no == fine.ticket_no
    assert next(one.refusal for one in outcomes if one.refusal).code == "facts.contradiction"


def test_a_contradiction_in_newer_news_leaves_the_ticket_as_it_was() -> None:
    of = shop()
    took(of, [ASKED])
    worse = replace(ASKED, newest_at=NOW, facts={**ASKED.facts, "paid_fen": 1, "refunded_fen": 12900})
    (outcome,) = took(of, [worse])
    assert outcome.refusal is not None
    assert events(the_ticket()) == ["imported"]


def test_two_shops_may_know_the_same_number() -> None:
    one, other = shop(), shop("快手店", "kuaishou")
    took(one, [ASKED])
    facts = {**ASKED.facts, "platform": "kuaishou"}
    assert counted(other, [replace(ASKED, channel="kuaishou", facts=facts)]) == {"new": 1}
    assert Ticket.objects.count() == 2


def test_a_buyer_is_known_under_a_keyed_hash_that_differs_from_shop_to_shop() -> None:
    one, other = shop(), shop("二店")
    took(one, [ASKED, replace(ASKED, ticket_no="2")])
    took(other, [ASKED])
    keys = list(Buyer.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 2
    assert all("C1" not in key for key in keys)


def test_personal_values_stand_in_no_event_and_no_column_in_clear() -> None:
    took(shop(), [ASKED])
    event = Event.objects.get()
    assert b"13800138000" not in bytes(event.payload)
    assert "王小明".encode() not in bytes(event.payload)
    assert sorted(PersonalValue.objects.values_list("name", flat=True)) == ["contact", "remark"]
    assert set(json.loads(bytes(event.payload))["personal"]) == {"contact", "remark"}
    assert the_ticket().remark == ASKED.remark


def test_what_the_register_says_of_an_article_is_a_fact_of_its_tickets() -> None:
    of = shop()
    Product.objects.create(
        shop=of, article_no="CUP-350-BL", facts={"promise_no_reason_days": 15}, changed_at=NOW
    )
    took(of, [ASKED])
    facts = facts_from(StoredDecision.objects.get().facts)
    assert facts["promise_no_reason_days"] == 15
    assert "promise_no_reason_days" not in facts.unknown


def test_the_rulebook_that_judged_is_kept_by_its_digest() -> None:
    took(shop(), [ASKED])
    decision = StoredDecision.objects.get()
    assert ComposedRulebook.objects.get().digest == decision.rulebook_digest


def test_what_was_refunded_before_is_held_on_the_order_line() -> None:
    of = shop()
    took(of, [refunded()])
    line = OrderLine.objects.get()
    assert (line.paid_fen, line.reserved_fen) == (12900, 12900)


def test_a_ticket_that_waits_for_the_buyer_stands_in_another_lane() -> None:
    took(shop(), [replace(ASKED, turn=Turn.BUYER, status="待买家退货")])
    assert (the_ticket().lane, the_ticket().step) == (Lane.WAITING, "wait")


def test_a_batch_of_new_tickets_takes_a_bounded_number_of_statements(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    of = shop()
    took(of, [ASKED])
    many = [replace(ASKED, ticket_no=str(number), order_no=str(number)) for number in range(200)]
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        took(of, many)
    assert Ticket.objects.count() == 201
