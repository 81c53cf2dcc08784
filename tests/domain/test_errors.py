from __future__ import annotations

import re

import pytest

from aftersale.domain import errors
from aftersale.domain.errors import (
    AftersaleError,
    ChannelError,
    EvidenceBroken,
    FactsInvalid,
    Finding,
    MoveRefused,
    Rejected,
    RulebookInvalid,
    Unauthorised,
    Unavailable,
    Unreadable,
    WouldReplaceInput,
)
from aftersale.texts import Text

MESSAGE = Text(zh="平台没有回应。", en="The platform did not answer.")
NEXT = Text(zh="稍后再试。", en="Try again later.")
FINDINGS = [
    Finding("fact.type", "paid_fen", "x", Text(zh="不是金额", en="is no amount")),
    Finding("fact.value", "reason", "y", Text(zh="没有这个原因", en="is no reason")),
]


def test_facts_that_are_refused_name_every_fault() -> None:
    error = FactsInvalid(FINDINGS)
    assert error.findings == tuple(FINDINGS)
    assert (error.code, error.message) == ("fact.type", FINDINGS[0].message)
    assert error.faults == Text(zh="不是金额；没有这个原因", en="is no amount; is no reason")


def test_a_rulebook_that_is_refused_keeps_every_finding() -> None:
    error = RulebookInvalid(FINDINGS)
    assert error.findings == tuple(FINDINGS)
    assert "aftersale rules check" in error.next_step.en


def test_a_result_that_would_replace_its_input_is_named() -> None:
    error = WouldReplaceInput("tickets.csv")
    assert error.code == "out.is_input"
    assert "tickets.csv" in error.message.zh


@pytest.mark.parametrize("kind", [Unavailable, Unauthorised, Unreadable])
def test_an_error_of_a_channel_says_what_happened_and_what_to_do(kind: type[ChannelError]) -> None:
    error = kind("channel.silent", MESSAGE, NEXT)
    assert isinstance(error, ChannelError)
    assert (error.code, error.message, error.next_step) == ("channel.silent", MESSAGE, NEXT)
    assert str(error) == "channel.silent: The platform did not answer."


def test_a_rejection_carries_the_code_of_the_platform() -> None:
    error = Rejected("channel.rejected", MESSAGE, NEXT, platform_code="isv.after-sale-closed")
    assert isinstance(error, ChannelError)
    assert error.platform_code == "isv.after-sale-closed"


def test_broken_evidence_is_no_fault_of_a_channel() -> None:
    error = EvidenceBroken("evidence.broken", MESSAGE, NEXT)
    assert isinstance(error, AftersaleError)
    assert not isinstance(error, ChannelError)


def test_a_refused_move_says_what_is_possible_instead() -> None:
    error = MoveRefused("money", "unknown", "claim", ["confirm_paid", "confirm_failed"])
    assert (error.machine, error.state, error.verb) == ("money", "unknown", "claim")
    assert error.possible == ("confirm_paid", "confirm_failed")
    assert error.message.zh == "退款现在是“结果待确认”，不能“开始退款”。"
    assert (
        error.message.en
        == "refund: “start the refund” is not possible while it is “outcome to be confirmed”."
    )
    assert error.next_step.zh == "现在可以：确认已退款、确认退款失败。"
    assert error.next_step.en == "Possible now: confirm the refund, confirm the failure."


def test_a_move_refused_in_a_final_state_says_that_it_is_final() -> None:
    error = MoveRefused("action", "done", "fail", [])
    assert error.next_step == Text(
        zh="这是最后的状态，不能再改。", en="This state is final; nothing is possible any more."
    )


def test_a_verb_that_nobody_knows_is_said_as_it_stands() -> None:
    assert "不能“explode”" in MoveRefused("money", "none", "explode", []).message.zh


def test_the_tree_of_errors_is_drawn_whole() -> None:
    drawn = set(re.findall(r"^(?:[│├└─ ]*)([A-Z]\w+) {2,}", errors.__doc__ or "", flags=re.MULTILINE))
    defined = {
        name
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, AftersaleError)
    }
    assert drawn - {"SheetRefused"} == defined
