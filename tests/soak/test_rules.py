"""Let anything happen in any order between a desk and the sandbox, and compare both books after each life."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from aftersale.config.soak import steps
from aftersale.config.soak.books import compare

if TYPE_CHECKING:
    from aftersale.config.soak.desk import Desk

DICE = st.integers(0, 2**20).map(Random)
# One desk lives on from example to example, so that nothing can be made smaller.
LIVES = settings(
    max_examples=2,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Life(RuleBasedStateMachine):
    """Name what may happen; what is thrown beside it comes from hypothesis as well."""

    desk: ClassVar[Desk]

    @rule(dice=DICE, act=st.sampled_from([steps.buyer_applies, steps.buyer_moves, steps.warehouse_ships]))
    def others_act(self, dice: Random, act: steps.Act) -> None:
        act(self.desk, dice)

    @rule(dice=DICE, act=st.sampled_from([steps.agent_acts, steps.agent_takes_back]))
    def an_agent_acts(self, dice: Random, act: steps.Act) -> None:
        act(self.desk, dice)

    @rule(dice=DICE)
    def the_worker_works(self, dice: Random) -> None:
        steps.worker_works(self.desk, dice)

    @rule(dice=DICE)
    def the_worker_is_killed(self, dice: Random) -> None:
        steps.worker_dies(self.desk, dice)

    @rule(dice=DICE)
    def the_clock_jumps(self, dice: Random) -> None:
        steps.time_passes(self.desk, dice)

    @rule(dice=DICE, act=st.sampled_from([steps.network_breaks, steps.network_heals, steps.token_goes]))
    def the_network_fails(self, dice: Random, act: steps.Act) -> None:
        act(self.desk, dice)

    def teardown(self) -> None:
        self.desk.settle()
        books = compare(self.desk)
        assert books.summary.clean, books.faults


def test_whatever_happens_both_books_agree_in_the_end(desk: Desk) -> None:
    Life.desk = desk
    for kind in ("unshipped", "shipped", "return"):
        desk.place.tell("tickets", {"shop": "home", "kind": kind, "count": 3})
    desk.work()
    run_state_machine_as_test(Life, settings=LIVES)
