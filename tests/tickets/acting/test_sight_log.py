"""Evidence whose answer was lost is looked for in the log of the ticket before anybody is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.interface import Said
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Unavailable
from aftersale.domain.states import ActionState
from aftersale.tickets import beside
from aftersale.tickets.mend import look
from aftersale.tickets.models import Action, Task
from aftersale.tickets.sight import said_in_log
from tests.channels.scripted import NEXT, SAID, TIMES_OUT, ScriptedChannel
from tests.tickets.acting.desk import NOW, Desk, later, make_person, make_shop, make_ticket, reread

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.channels.base import Hands

TEXT = "已按约定发货，附出库照片和物流签收记录。"
SENT = NOW.replace(microsecond=0)


class Telling(ScriptedChannel):
    """Give a log beside what the tiny platform shows."""

    def __init__(self, *lines: Said, away: bool = False) -> None:
        self.lines, self.away, self.asked = lines, away, 0

    def history(self, _ticket_no: str, _hands: Hands) -> tuple[Said, ...]:
        self.asked += 1
        if self.away:
            raise Unavailable("fake.off", SAID, NEXT)
        return self.lines


def line(words: str, role: str = "merchant", seconds: float = 1) -> Said:
    return Said(SENT + timedelta(seconds=seconds), role, words)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (line(f"商家提交举证 · {TEXT}"), True),
        (line(TEXT.replace("，", "， \n")), True),
        (line(TEXT, seconds=0), True),
        (line(TEXT, seconds=-1), False),
        (line(TEXT, role="buyer"), False),
        (line("商家提交举证"), False),
    ],
)
def test_only_the_shops_own_words_since_they_were_sent_prove_it(said: Said, *, seen: bool) -> None:
    assert said_in_log(TEXT, SENT, [said]) is seen


def test_no_words_are_found_nowhere() -> None:
    assert not said_in_log(" ", SENT, [line("随便什么")])


def unknown(folder: Path, channel: Telling, verb: str = Verb.SUBMIT_EVIDENCE) -> tuple[Desk, Action]:
    """Lose the answer of what was sent."""
    desk = Desk.at(folder, TIMES_OUT)
    desk.channel = channel
    params = {"text": TEXT} if verb != Verb.FLAG else {"flag": "red"}
    action = beside.do(make_ticket(make_shop()), make_person(), verb, params, NOW)
    assert desk.perform(action) == ActionState.UNKNOWN
    return desk, action


@pytest.mark.django_db
def test_what_stands_in_the_log_has_arrived_and_nobody_is_asked(tmp_path: Path) -> None:
    channel = Telling(line(f"举证 · {TEXT}"))
    desk, action = unknown(tmp_path, channel)
    assert look(action.pk, later(minutes=1), desk.outside)[1]
    assert reread(action).state == ActionState.DONE
    assert not Task.objects.filter(done_at=None).exists()
    assert len(desk.platform.effects) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("channel", [Telling(), Telling(line("别的话")), Telling(away=True)])
def test_where_the_log_tells_nothing_a_person_is_asked_as_before(tmp_path: Path, channel: Telling) -> None:
    desk, action = unknown(tmp_path, channel)
    assert look(action.pk, later(minutes=1), desk.outside) == (True, False)
    assert channel.asked == 1
    assert reread(action).state == ActionState.UNKNOWN
    assert Task.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_the_log_is_not_read_for_what_leaves_no_words_there(tmp_path: Path) -> None:
    channel = Telling(line(TEXT))
    desk, action = unknown(tmp_path, channel, Verb.FLAG)
    look(action.pk, later(minutes=1), desk.outside)
    assert channel.asked == 0
