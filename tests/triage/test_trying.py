"""What is asked on a ticket, and whether an answer leads where its button says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aftersale.domain.clock import SHANGHAI
from aftersale.tickets.judging import facts_of, judge
from aftersale.tickets.said import Said
from aftersale.triage.trying import Trying
from tests.triage.desk import JUDGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.facts import Facts
    from aftersale.tickets.judging import Judged
    from aftersale.triage.trying import TriedQuestion

from aftersale.channels.base import SERVICE, Turn

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
RETURN: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "applied_at": "2026-06-09T09:00:00+08:00",
    "shipped": True,
    "paid_fen": 12900,
    "merchant_response": "none",
    "category": "general",
    "custom_made": False,
    "perishable": False,
    "opt_out_class": "none",
}


class Ticket:
    """Hold what a notice says of a ticket, and judge it with more answers."""

    def __init__(self, unknown: tuple[str, ...] = (), **facts: object) -> None:
        told = {name: value for name, value in {**RETURN, **facts}.items() if name not in unknown}
        self.seen = Said(
            open=True,
            turn=Turn.MERCHANT,
            amount_fen=12900,
            facts=told,
            unknown=frozenset(unknown),
            sources={},
            services=(),
        )

    def known(self, answers: Mapping[str, object]) -> Facts:
        return facts_of(self.seen, {}, answers, NOW)

    def judged(self, **answers: object) -> Judged:
        return judge(self.seen, self.known(answers), JUDGE)

    def questions(self) -> dict[str, TriedQuestion]:
        trying = Trying(JUDGE, self.known, lambda facts: judge(self.seen, facts, JUDGE))
        return {question.fact: question for question in trying.questions()}


def unclear() -> Ticket:
    return Ticket(("signed_at", "shipped_at", "paid_at"))


def test_what_decides_by_itself_is_asked_before_what_only_leads_to_a_question() -> None:
    asked = unclear().questions()
    first = next(iter(asked.values()))
    assert first.fact == "signed_at"
    assert first.decides
    assert "agree_to_return" in first.may


def test_what_any_answer_changes_is_asked_though_all_lead_to_the_same() -> None:
    claimed: dict[str, Any] = {
        "apply_type": "refund_only",
        "reason": "function_failure",
        "category": "household",
        "signed_at": "2026-06-05T09:00:00+08:00",
        "shipped_at": "2026-06-02T09:00:00+08:00",
        "paid_at": "2026-06-01T09:00:00+08:00",
    }
    ticket = Ticket(("quality_proven", "defect_disclosed"), **claimed)
    assert ticket.judged().step == "request_evidence"
    question = ticket.questions()["quality_proven"]
    assert {each.step for each in question.outcomes} == {"agree_to_return"}
    assert question.decides


def test_a_sure_answer_leads_exactly_where_it_says() -> None:
    tickets = [
        unclear(),
        Ticket(reason="missing_item", signed_at="2026-06-07T09:00:00+08:00"),
        Ticket(reason="quality_defect", signed_at="2026-06-07T09:00:00+08:00"),
        Ticket(reason="damaged", signed_at="2026-06-07T09:00:00+08:00"),
    ]
    tried = 0
    for ticket in tickets:
        for fact, question in ticket.questions().items():
            for outcome in question.outcomes:
                judged = ticket.judged(**{fact: outcome.answer})
                assert judged.decision.verdict == outcome.decision.verdict
                assert not outcome.surely or judged.step == outcome.step
                tried += 1
    assert tried >= 6


def test_an_unsure_answer_names_what_has_to_be_known_as_well() -> None:
    asked = unclear().questions()
    unsure = [each for question in asked.values() for each in question.outcomes if not each.surely]
    assert unsure
    assert all(each.asks for each in unsure)


def test_nothing_is_asked_whose_answers_all_lead_to_the_same() -> None:
    held = Ticket(
        reason="quality_defect",
        signed_at="2026-06-05T09:00:00+08:00",
        merchant_response="agreed",
        return_received_at="2026-06-09T20:00:00+08:00",
        return_mismatch="swapped",
    )
    assert held.judged().decision.verdict.preferred == "hold_investigate"
    for question in held.questions().values():
        led = {
            (each.step, each.decision.amount_fen, each.decision.verdict.liability)
            for each in question.outcomes
        }
        assert len(led) > 1


def test_a_question_of_which_no_answer_changes_the_decision_is_not_asked() -> None:
    # What the platform itself asks is replied to, whatever a reason would say of a claim.
    unknown = ("apply_type", "reason", "paid_at", "paid_fen", "signed_at", "shipped_at", "shipped")
    asked = Ticket((*unknown, "category", "custom_made", "perishable", "opt_out_class"))
    asked.seen = replace(asked.seen, claim=SERVICE, amount_fen=None)
    assert {asked.judged(reason=each).step for each in ("no_reason", "damaged")} == {"reply"}
    assert asked.questions() == {}


def test_what_decides_only_together_with_the_next_answer_is_asked() -> None:
    stalled = Ticket(
        ("first_scan_at", "signed_at", "shipped"),
        apply_type="refund_only",
        reason="logistics_stalled",
        paid_at="2026-06-08T07:00:00+08:00",
        shipped_at="2026-06-08T17:00:00+08:00",
        promised_ship_at="2026-06-10T07:00:00+08:00",
    )
    assert stalled.judged(signed=True).step == stalled.judged().step
    assert stalled.judged(signed=True, signed_at="2026-06-09T08:00:00+08:00").step == "agree_to_return"
    assert "signed" in stalled.questions()


def test_who_asks_for_a_difference_of_price_is_not_asked_why() -> None:
    ticket = Ticket(("reason",), apply_type="price_protect", signed_at="2026-06-07T09:00:00+08:00")
    assert "reason" not in ticket.questions()
    assert "reason" in Ticket(("reason",), signed_at="2026-06-07T09:00:00+08:00").questions()


def test_at_most_three_are_asked_and_what_is_known_is_not() -> None:
    for ticket in (unclear(), Ticket(reason="quality_defect"), Ticket(("reason",))):
        asked = ticket.questions()
        assert len(asked) <= 3
        assert not set(asked) - ticket.known({}).unknown - {"quality_proven"}
