"""See that what was done beside the answer is known again by its mark, and never sent a second time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aftersale.channels.base import Disputed
from aftersale.channels.verbs import Verb
from aftersale.tickets.sight import LEAVES_NO_TRACE, SHOWS
from tests.tickets.taking.notices import ASKED


@pytest.mark.parametrize(
    ("verb", "params", "there", "otherwise"),
    [
        (Verb.FLAG, {"flag": "red"}, {"flag": "红"}, {"flag": "灰"}),
        (Verb.FLAG, {"flag": "red"}, {"flag": "red"}, {"flag": None}),
        (Verb.REMARK, {"text": "已电话联系"}, {"remark": "加急；已电话联系"}, {"remark": None}),
        (Verb.RETURN_WAYBILL, {"waybill": "SF1"}, {"return_waybill": "SF1"}, {"return_waybill": "SF2"}),
        (Verb.REPLY_SERVICE, {"text": "已补发"}, {"remark": "已补发"}, {"remark": ""}),
    ],
)
def test_a_mark_shows_whether_it_was_done(
    verb: str, params: dict[str, object], there: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    assert SHOWS[verb](params, replace(ASKED, **there))
    assert not SHOWS[verb](params, replace(ASKED, **otherwise))


@pytest.mark.parametrize(
    ("dispute", "seen"),
    [
        (Disputed("submitted", pictures=4), True),
        (Disputed("evidence_due"), False),
        (Disputed("evidence_due", pictures=2), None),
        (Disputed("lost", favours="buyer"), None),
        (None, None),
    ],
)
def test_evidence_is_looked_for_in_the_dispute_which_does_not_always_tell(
    dispute: Disputed | None, *, seen: bool | None
) -> None:
    assert SHOWS[Verb.SUBMIT_EVIDENCE]({}, replace(ASKED, dispute=dispute)) is seen


def test_nothing_is_both_seen_and_without_a_trace() -> None:
    assert not LEAVES_NO_TRACE & set(SHOWS)
