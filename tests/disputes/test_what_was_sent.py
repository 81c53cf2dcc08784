"""A submission keeps which pieces stood on which picture; only what was on none of them is new."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import pytest

from aftersale.disputes import appealing
from aftersale.disputes.models import Submission
from aftersale.disputes.refusals import CaseRefused
from aftersale.disputes.submitting import SUBMITTED
from aftersale.evidence.models import Event
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.adding import withdraw
from tests.disputes.conftest import NOW, again, opened, says, ticket_of
from tests.disputes.test_submitting import LATER, built, connected, ready, submit
from tests.tickets.vault.files import PDF, hand, photo, put

if TYPE_CHECKING:
    from aftersale.disputes.models import Case
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Pack

pytestmark = pytest.mark.django_db
RULED = NOW + timedelta(hours=21)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def ruled(of: Shop, case: Case) -> Case:
    says(of, 21, "lost", ended=True, favours="buyer", blamed="merchant")
    return again(case, RULED)


def appealed(case: Case, person: Person) -> Pack:
    made = appealing.prepare(case, appealing.draft(case, RULED), person, RULED)
    packs.build(made.pk, RULED)
    made.refresh_from_db()
    return made


def new(case: Case) -> list[str]:
    return [link.piece.file.sha256 for link in appealing.new_evidence(case)]


def test_pictures_pieces_and_text_stand_in_the_journal_in_their_order(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = opened(own_shop)
    for number in (1, 2):
        put(ticket_of(case), agent, photo(number))
    made = submit(built(again(case, LATER)), agent)
    shown = [each["shows"] for each in made.pictures]
    flat = [each for on_it in shown for each in on_it]
    assert flat.index(digest(photo(1))) < flat.index(digest(photo(2)))
    payload = bytes(Event.objects.get(subject_id=case.ticket_id, kind=SUBMITTED).payload)
    data = msgspec.json.decode(payload)["data"]
    assert data["shows"] == shown
    assert data["pictures"] == [each["sha256"] for each in made.pictures]
    assert made.text
    assert made.text.encode() not in payload


def test_the_same_file_once_more_is_not_new(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    submit(case, agent)
    case = ruled(own_shop, case)
    link = next(each for each in ticket_of(case).evidence.all() if each.piece.file.sha256 == digest(photo(1)))
    withdraw(link, hand(agent))
    put(ticket_of(case), agent, photo(1), "别的名字.jpg")
    assert new(case) == []
    with pytest.raises(CaseRefused, match=r"case\.no_new_evidence"):
        appealing.prepare(case, ("摘要", "说明"), agent, RULED)


def test_what_was_there_and_stood_on_no_picture_is_new_and_has_to_be_shown(
    own_shop: Shop, agent: Person
) -> None:
    connected(own_shop)
    case = opened(own_shop)
    put(ticket_of(case), agent, PDF, "检测报告.pdf")
    put(ticket_of(case), agent, photo(1))
    submit(built(again(case, LATER)), agent)
    case = ruled(own_shop, case)
    assert new(case) == [digest(PDF)]
    with pytest.raises(CaseRefused, match=r"case\.no_new_evidence_shown"):
        appealing.submitted(case, appealed(case, agent).pk, agent, RULED)
    put(ticket_of(case), agent, photo(9))
    pack = appealed(case, agent)
    assert pack.shows[0][0] == digest(photo(9))
    made = appealing.submitted(case, pack.pk, agent, RULED)
    assert made.pictures[0]["shows"][0] == digest(photo(9))
    assert new(case) == [digest(PDF)]


def test_where_nobody_kept_what_was_shown_all_before_it_counts_as_seen(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = opened(own_shop)
    put(ticket_of(case), agent, PDF, "检测报告.pdf")
    put(ticket_of(case), agent, photo(1))
    made = submit(built(again(case, LATER)), agent)
    bare = [{"sha256": each["sha256"], "bytes": each["bytes"]} for each in made.pictures]
    Submission.objects.filter(pk=made.pk).update(pictures=bare)
    case = ruled(own_shop, case)
    assert new(case) == []
    put(ticket_of(case), agent, photo(9))
    assert new(case) == [digest(photo(9))]
