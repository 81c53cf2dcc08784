from __future__ import annotations

import pytest

from aftersale.domain.disputes import (
    BLAMED_WORDS,
    CAUSE_WORDS,
    DECIDED,
    FAVOURS_WORDS,
    ROOT_WORDS,
    STAGE_WORDS,
    STEPS,
    Blamed,
    Cause,
    Favours,
    Root,
    Stage,
    stage_after,
)
from aftersale.domain.states import Arbitration


def test_a_case_walks_six_steps() -> None:
    assert len(STEPS) == 6
    walked = [Stage.RECEIVED]
    for state in (Arbitration.OPEN, Arbitration.EVIDENCE_DUE, Arbitration.SUBMITTED, Arbitration.LOST):
        walked.append(stage_after(walked[-1], state))
    assert walked == [Stage.RECEIVED, Stage.RECEIVED, Stage.EVIDENCE, Stage.REVIEW, Stage.JUDGED]


@pytest.mark.parametrize("before", sorted(DECIDED))
@pytest.mark.parametrize("state", [Arbitration.WON, Arbitration.LOST, Arbitration.CLOSED])
def test_what_was_judged_is_not_judged_again_by_the_same_word(before: Stage, state: Arbitration) -> None:
    assert stage_after(before, state) is before


def test_a_platform_that_only_says_it_is_at_it_takes_no_step_back() -> None:
    assert stage_after(Stage.EVIDENCE, Arbitration.OPEN) is Stage.REVIEW
    assert stage_after(Stage.REVIEW, Arbitration.OPEN) is Stage.REVIEW


def test_a_buyer_who_withdraws_ends_a_case_without_a_ruling() -> None:
    assert stage_after(Stage.EVIDENCE, Arbitration.CLOSED) is Stage.WITHDRAWN
    assert stage_after(Stage.REVIEW, Arbitration.NONE) is Stage.REVIEW


def test_a_platform_may_ask_for_evidence_again() -> None:
    assert stage_after(Stage.REVIEW, Arbitration.EVIDENCE_DUE) is Stage.EVIDENCE


def test_every_code_has_words() -> None:
    words = (FAVOURS_WORDS, BLAMED_WORDS, STAGE_WORDS, CAUSE_WORDS, ROOT_WORDS)
    assert [set(each) for each in words] == [set(Favours), set(Blamed), set(Stage), set(Cause), set(Root)]
