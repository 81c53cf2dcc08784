from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aftersale.domain import state_words
from aftersale.domain.errors import MoveRefused
from aftersale.domain.state_words import (
    MACHINE_WORDS,
    STATE_WORDS,
    VERB_WORDS,
    machine_word,
    state_word,
    verb_word,
)
from aftersale.domain.states import (
    FINAL,
    START,
    STATES,
    TABLES,
    VERBS,
    ActionState,
    Arbitration,
    Decision,
    Goods,
    Machine,
    Money,
    Move,
    State,
    command,
    observe,
    possible,
    state_of,
)

if TYPE_CHECKING:
    from aftersale.texts import Lang

each_machine = pytest.mark.parametrize("machine", list(Machine))
# Money has left, or may have: only a new intent may lead to sending again.
SENT = {Money.SENDING, Money.UNKNOWN}


def after(machine: Machine, verbs: str, start: str | None = None) -> State:
    """Follow commands from the start of a machine."""
    state: str = START[machine] if start is None else start
    for verb in verbs.split():
        state = command(machine, state, verb).after
    return state_of(machine, state)


@each_machine
def test_every_pair_of_verb_and_state_is_a_move_or_a_refusal_that_says_what_is_possible(
    machine: Machine,
) -> None:
    for verb, state in product(VERBS[machine], STATES[machine]):
        if verb in possible(machine, state):
            move = command(machine, state, verb)
            assert move == Move(machine, state, move.after, contradicts=False)
            assert move.after in STATES[machine]
        else:
            with pytest.raises(MoveRefused) as refused:
                command(machine, state, verb)
            assert refused.value.code == "move.refused"
            assert refused.value.possible == possible(machine, state)


@each_machine
def test_a_verb_leads_from_one_state_to_one_state_only(machine: Machine) -> None:
    pairs = [(row.verb, state) for row in TABLES[machine] for state in row.before]
    assert sorted(set(pairs)) == sorted(pairs)


@each_machine
def test_every_state_is_within_reach_of_commands(machine: Machine) -> None:
    reached = {START[machine]} | {row.after for row in TABLES[machine]}
    assert reached == set(STATES[machine])


def test_every_state_belongs_to_one_machine() -> None:
    assert [type(state) for state in START.values()] == list(get_args(State))


def test_a_verb_that_a_machine_does_not_have_is_refused() -> None:
    with pytest.raises(MoveRefused, match="hand_over"):
        command(Machine.MONEY, Money.INTENDED, "hand_over")


def test_a_stored_code_is_read_and_one_that_is_none_is_not() -> None:
    assert command(Machine.MONEY, "none", "intend").after is Money.INTENDED
    with pytest.raises(ValueError, match="spent"):
        observe(Machine.MONEY, "none", "spent")


def test_the_final_states_are_those_that_nothing_leaves() -> None:
    assert {
        Machine.DECISION: {Decision.WITHDRAWN},
        Machine.GOODS: set(),
        Machine.MONEY: set(),
        Machine.ARBITRATION: {Arbitration.CLOSED},
        Machine.ACTION: {ActionState.DONE, ActionState.FAILED, ActionState.CANCELLED},
    } == FINAL


@pytest.mark.parametrize(
    ("machine", "verbs", "end"),
    [
        (Machine.DECISION, "propose accept", Decision.ACCEPTED),
        (Machine.DECISION, "ask propose refuse reopen", Decision.NONE),
        (Machine.DECISION, "propose accept withdraw", Decision.WITHDRAWN),
        (Machine.GOODS, "send receive_by_buyer send_back take_back inspect", Goods.INSPECTED),
        (Machine.GOODS, "send send_back lose", Goods.LOST),
        (Machine.GOODS, "send lose send", Goods.SENT),
        (Machine.MONEY, "intend cancel", Money.NONE),
        (Machine.MONEY, "intend claim confirm_paid reverse intend", Money.INTENDED),
        (Machine.MONEY, "intend claim lose_sight confirm_failed intend claim", Money.SENDING),
        (Machine.MONEY, "intend claim confirm_paid intend claim confirm_paid", Money.PAID),
        (Machine.ARBITRATION, "open ask_evidence submit lose open win close", Arbitration.CLOSED),
        (Machine.ARBITRATION, "open ask_evidence lose turn close", Arbitration.CLOSED),
        (Machine.ACTION, "claim finish", ActionState.DONE),
        (Machine.ACTION, "hand_over lose_sight finish", ActionState.DONE),
        (Machine.ACTION, "cancel", ActionState.CANCELLED),
    ],
)
def test_the_ways_that_a_shop_goes_are_open(machine: Machine, verbs: str, end: State) -> None:
    assert after(machine, verbs) == end


@pytest.mark.parametrize(
    ("machine", "state", "verbs"),
    [
        (Machine.DECISION, Decision.NONE, ("propose", "ask", "withdraw")),
        (Machine.MONEY, Money.SENDING, ("confirm_paid", "confirm_failed", "lose_sight")),
        (Machine.MONEY, Money.UNKNOWN, ("confirm_paid", "confirm_failed")),
        (Machine.MONEY, Money.PAID, ("intend", "reverse")),
        (Machine.ACTION, ActionState.UNKNOWN, ("finish", "fail")),
        (Machine.ACTION, ActionState.HANDED_OVER, ("finish", "fail", "lose_sight")),
        (Machine.ACTION, ActionState.DONE, ()),
    ],
)
def test_a_state_lists_what_is_possible_now(machine: Machine, state: State, verbs: tuple[str, ...]) -> None:
    assert possible(machine, state) == verbs


@pytest.mark.parametrize(
    ("machine", "before", "said"),
    [
        (Machine.MONEY, Money.PAID, Money.NONE),
        (Machine.MONEY, Money.PAID, Money.FAILED),
        (Machine.MONEY, Money.FAILED, Money.PAID),
        (Machine.MONEY, Money.UNKNOWN, Money.NONE),
        (Machine.DECISION, Decision.ACCEPTED, Decision.REFUSED),
        (Machine.DECISION, Decision.WITHDRAWN, Decision.PROPOSED),
        (Machine.GOODS, Goods.WITH_BUYER, Goods.NOT_SENT),
        (Machine.GOODS, Goods.LOST, Goods.WITH_BUYER),
        (Machine.ARBITRATION, Arbitration.WON, Arbitration.LOST),
        (Machine.ACTION, ActionState.DONE, ActionState.FAILED),
    ],
)
def test_the_platform_may_contradict_us_and_is_taken_at_its_word(
    machine: Machine, before: State, said: State
) -> None:
    assert observe(machine, before, said) == Move(machine, before, said, contradicts=True)


@pytest.mark.parametrize(
    ("machine", "before", "said"),
    [
        (Machine.MONEY, Money.NONE, Money.PAID),
        (Machine.MONEY, Money.UNKNOWN, Money.PAID),
        (Machine.MONEY, Money.PAID, Money.PAID),
        (Machine.MONEY, Money.PAID, Money.REVERSED),
        (Machine.DECISION, Decision.NONE, Decision.REFUSED),
        (Machine.GOODS, Goods.NOT_SENT, Goods.BACK),
        (Machine.ARBITRATION, Arbitration.NONE, Arbitration.WON),
    ],
)
def test_news_that_runs_ahead_of_us_is_no_contradiction(machine: Machine, before: State, said: State) -> None:
    assert observe(machine, before, said) == Move(machine, before, said, contradicts=False)


@given(data=st.data(), machine=st.sampled_from(Machine))
def test_whatever_commands_reach_without_beginning_anew_explains_an_observation(
    data: st.DataObject, machine: Machine
) -> None:
    anew = {(row.verb, state) for row in TABLES[machine] if row.anew for state in row.before}
    before = state = data.draw(st.sampled_from(STATES[machine]))
    for _ in range(data.draw(st.integers(0, 6))):
        verbs = [verb for verb in possible(machine, state) if (verb, state) not in anew]
        if not verbs:
            break
        state = command(machine, state, data.draw(st.sampled_from(verbs))).after
    assert not observe(machine, before, state).contradicts


class Ticket(RuleBasedStateMachine):
    """Send commands and observations at random to all machines."""

    @initialize()
    def begin(self) -> None:
        self.states: dict[Machine, State] = dict(START)
        # What has happened to the money since the platform last spoke of it.
        self.money: list[tuple[str, State]] = [("start", Money.NONE)]

    @rule(data=st.data(), machine=st.sampled_from(Machine))
    def a_command_that_is_possible_is_made(self, data: st.DataObject, machine: Machine) -> None:
        before = self.states[machine]
        verbs = possible(machine, before)
        assert bool(verbs) == (before not in FINAL[machine])
        if verbs:
            verb = data.draw(st.sampled_from(verbs))
            self.take(command(machine, before, verb), verb)

    @rule(data=st.data(), machine=st.sampled_from(Machine))
    def a_command_that_is_not_possible_is_refused(self, data: st.DataObject, machine: Machine) -> None:
        before = self.states[machine]
        verbs = [verb for verb in VERBS[machine] if verb not in possible(machine, before)]
        if verbs:
            with pytest.raises(MoveRefused):
                command(machine, before, data.draw(st.sampled_from(verbs)))

    @rule(data=st.data(), machine=st.sampled_from(Machine))
    def an_observation_is_always_taken(self, data: st.DataObject, machine: Machine) -> None:
        said = data.draw(st.sampled_from(STATES[machine]))
        move = observe(machine, self.states[machine], said)
        assert move.after == said
        if machine is Machine.MONEY:
            self.money = []
        self.take(move, "observed")

    def take(self, move: Move, verb: str) -> None:
        assert move.before == self.states[move.machine]
        if move.before in FINAL[move.machine] and move.after != move.before:
            assert move.contradicts
        self.states[move.machine] = move.after
        if move.machine is Machine.MONEY:
            self.money.append((verb, move.after))

    @invariant()
    def money_is_not_paid_twice_without_a_new_intent(self) -> None:
        verbs = [verb for verb, state in self.money if state is Money.PAID or verb == "intend"]
        assert ("confirm_paid", "confirm_paid") not in list(pairwise(verbs))

    @invariant()
    def what_may_have_been_sent_is_not_sent_again_without_a_new_intent(self) -> None:
        for (_, before), (verb, _) in pairwise(self.money):
            assert not (before in SENT and verb in {"claim", "intend", "cancel"})

    @invariant()
    def every_state_has_its_words(self) -> None:
        assert all(state_word(machine, state).zh for machine, state in self.states.items())


TestTicket = Ticket.TestCase
TestTicket.settings = settings(max_examples=60, stateful_step_count=40)


def test_every_machine_state_and_verb_has_words_and_no_word_is_left_over() -> None:
    assert set(MACHINE_WORDS) == set(Machine)
    assert set(STATE_WORDS) == {f"{machine}.{state}" for machine in Machine for state in STATES[machine]}
    assert set(VERB_WORDS) == {f"{machine}.{verb}" for machine in Machine for verb in VERBS[machine]}


@each_machine
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_states_or_verbs_of_one_machine_are_never_called_alike(machine: Machine, lang: Lang) -> None:
    states = [state_word(machine, state).of(lang) for state in STATES[machine]]
    verbs = [verb_word(machine, verb).of(lang) for verb in VERBS[machine]]
    assert len(set(states)) == len(states)
    assert len(set(verbs)) == len(verbs)


def test_agents_read_the_words_that_they_use() -> None:
    assert machine_word("arbitration").zh == "平台介入"
    assert state_word("money", "unknown").zh == "结果待确认"
    assert state_word("money", "paid").zh == "已退款"
    assert state_word("action", "handed_over").zh == "已转人工处理"
    assert verb_word("action", "hand_over").zh == "转人工处理"


def test_each_table_of_words_writes_a_code_once() -> None:
    for table in (value for value in vars(state_words).values() if isinstance(value, str) and " | " in value):
        codes = re.findall(r"^[\w.]+", table, flags=re.MULTILINE)
        assert sorted(set(codes)) == sorted(codes)
