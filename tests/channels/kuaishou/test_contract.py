"""Hold the record of calls to what is really asked and to the page that shows it."""

from __future__ import annotations

from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.ways import STEPS
from docs import render
from tests.channels.kuaishou.platform import Platform


def test_every_call_stands_on_the_page() -> None:
    page = render.calls_of_kuaishou()
    assert all(f"`{method}`" in page for method in contract.CALLS)
    assert render.stale() == []


def test_each_call_says_from_where_we_know_it_and_how_surely() -> None:
    assert all(call.source for call in contract.CALLS.values())
    assert {call.confidence for call in contract.CALLS.values()} <= {"A", "B", "C"}
    assert {call.verb for call in contract.CALLS.values()} == {"GET", "POST"}


def test_what_is_carried_out_is_recorded_as_writing() -> None:
    writing = {method for method, call in contract.CALLS.items() if call.writes}
    assert writing == {step.method for step in STEPS.values()} | {contract.ADD_NOTE}
    assert all(contract.CALLS[method].verb == "POST" for method in writing)


def test_a_call_says_of_itself_whether_it_writes_as_the_record_does() -> None:
    platform = Platform()
    for verb in sorted(Kuaishou().verbs):
        Kuaishou().perform(platform.wished(verb, verb), platform)
    assert all(contract.CALLS[method].writes == writes for method, _, writes in platform.asked)
