"""Evidence is put together by itself and submitted once, on a person's word, before the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.disputes import assembling, handling, register, submitting
from aftersale.disputes.automatic import submit_due
from aftersale.disputes.models import Case, Submission
from aftersale.disputes.refusals import CaseRefused, CaseTaken
from aftersale.disputes.register import Wish
from aftersale.disputes.submitting import Word, missing_of
from aftersale.domain.disputes import Stage
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState, Shop
from aftersale.tickets.models import Action, Alarm
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.vault import packs
from tests.disputes.conftest import DUE, NOW, again, opened, says, ticket_of
from tests.tickets.vault.files import photo, put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Pack

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def reached(pack: Pack, count: int) -> list[str]:
    return [f"https://desk.example.com/{pack.pk}/{number}.jpg" for number in range(count)]


def out_of_reach(_pack: Pack, _count: int) -> Sequence[str]:
    return []


def connected(of: Shop) -> None:
    Shop.objects.filter(pk=of.pk).update(channel="douyin")
    Connection.objects.update_or_create(shop=of, defaults={"state": ConnectionState.CONNECTED, "since": NOW})


FAULTY = {"reason": "quality_defect", "apply_type": "return_refund", "shipped": True, "signed": True}


def ready(of: Shop, person: Person, at: datetime = LATER, **said: object) -> Case:
    """Open a dispute, add a photo, and have the material built."""
    case = opened(of, **said)
    put(ticket_of(case), person, photo(1))
    return built(again(case, at), at)


def built(case: Case, at: datetime = LATER) -> Case:
    assert case.pack_id is not None
    done = packs.build(case.pack_id, at)
    assert done is not None
    assert done.state == PackState.BUILT, done.failure
    return again(case, at)


def word(case: Case, **said: object) -> Word:
    return Word(case.pack_id or 0, **{"gaps_accepted": True, **said})  # type: ignore[arg-type]  # by name


def submit(case: Case, person: Person | None, at: datetime = LATER, **said: object) -> Submission:
    return submitting.submit(case, person, word(case, **said), at, reached)


def test_what_goes_out_is_put_together_as_soon_as_a_case_arrives(own_shop: Shop) -> None:
    case = built(opened(own_shop), NOW)
    pictures, text = assembling.parts(case.pack)  # type: ignore[arg-type]  # it was built
    assert 1 <= len(pictures) <= 4
    assert case.summary in text


def test_it_is_put_together_anew_when_evidence_comes(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    first = case.pack_id
    put(ticket_of(case), agent, photo(1))
    case = again(case, LATER)
    assert case.pack_id != first
    assert again(case, LATER).pack_id == case.pack_id


def test_a_persons_words_stay_when_evidence_comes(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    assembling.write(case, ("摘要", "按时发出"), agent.pk, NOW)
    put(ticket_of(case), agent, photo(1))
    assert again(case, LATER).statement == "按时发出"


def test_it_is_submitted_once_and_the_second_press_is_refused(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    made = submit(case, agent)
    assert made.action is not None
    assert made.action.params["pictures"] == reached(made.pack, len(made.pictures))
    with pytest.raises(CaseRefused, match=r"case\.submitted"):
        submit(again(case, LATER), agent)
    assert Action.objects.filter(verb="submit_evidence").count() == 1


def test_gaps_have_to_be_known(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent, facts=FAULTY)
    assert missing_of(case, LATER)
    with pytest.raises(CaseRefused, match=r"case\.gaps"):
        submit(case, agent, gaps_accepted=False)
    wanted = [line.id for line in missing_of(case, LATER)]
    assert submit(case, agent).missing == wanted


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, False), (1, False)])
def test_the_end_belongs_to_the_window_no_more(
    own_shop: Shop, agent: Person, seconds: int, *, taken: bool
) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    at = DUE + timedelta(seconds=seconds)
    if taken:
        assert submit(case, agent, at).at == at
    else:
        with pytest.raises(CaseRefused, match=r"case\.too_late"):
            submit(case, agent, at)


def test_what_was_put_together_since_somebody_looked_is_not_sent(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    seen = word(case)
    put(ticket_of(case), agent, photo(2))
    case = built(again(case, LATER))
    with pytest.raises(CaseRefused, match=r"case\.changed"):
        submitting.submit(case, agent, seen, LATER, reached)


def test_what_is_not_built_yet_is_not_sent(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    with pytest.raises(CaseRefused, match=r"case\.not_built"):
        submit(opened(own_shop), agent)


def test_what_the_platform_does_not_ask_for_is_not_sent(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    says(own_shop, 2, "open")
    with pytest.raises(CaseRefused, match=r"case\.no_evidence_wanted"):
        submit(again(case, NOW + timedelta(hours=2)), agent)


def test_where_the_desk_cannot_reach_a_person_pastes_and_says_so(own_shop: Shop, agent: Person) -> None:
    case = ready(own_shop, agent)
    with pytest.raises(CaseRefused):
        submitting.submit(case, agent, word(case), LATER, out_of_reach)
    assert not Submission.objects.exists()
    made = submitting.submit(case, agent, word(case, by_hand=True), LATER, out_of_reach)
    assert made.action is None
    assert ticket_of(case).arbitration_state == "submitted"
    assert Case.objects.get().stage == Stage.REVIEW


def test_what_surely_did_not_arrive_can_be_sent_again(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    made = submit(case, agent)
    Action.objects.filter(verb="submit_evidence").update(state="failed")
    put(ticket_of(case), agent, photo(3))
    case = built(again(case, LATER))
    assert Submission.objects.get(pk=made.pk).failed_at == LATER
    assert submit(case, agent, LATER + timedelta(minutes=1)).pk != made.pk


def test_what_waits_to_be_sent_gets_new_addresses_before_the_old_ones_end(
    own_shop: Shop, agent: Person
) -> None:
    connected(own_shop)
    made = submit(ready(own_shop, agent), agent)
    again_at = LATER + timedelta(hours=12)

    def anew(pack: Pack, count: int) -> list[str]:
        return [f"{each}?new" for each in reached(pack, count)]

    assert submitting.renew(again_at - timedelta(seconds=1), anew) == 0
    assert submitting.renew(again_at, out_of_reach) == 0
    assert submitting.renew(again_at, anew) == 1
    assert Action.objects.get().params["pictures"] == anew(made.pack, len(made.pictures))
    assert submitting.renew(again_at, anew) == 0
    Action.objects.update(state="done")
    assert submitting.renew(again_at + timedelta(days=1), anew) == 0


def automatic(of: Shop, person: Person, minutes: int = 60) -> None:
    register.set_wish(of.pk, Wish(automatic=True, minutes_before=minutes, orders=None), person, NOW)


def test_by_itself_nothing_is_submitted_unless_the_shop_says_so(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    ready(own_shop, agent)
    assert submit_due(DUE - timedelta(minutes=10), reached) == []


@pytest.mark.parametrize(("minutes", "count"), [(61, 0), (60, 1), (59, 1), (0, 0)])
def test_a_shop_may_let_the_desk_submit_shortly_before_the_end(
    own_shop: Shop, agent: Person, lead: Person, minutes: int, count: int
) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    automatic(own_shop, lead)
    made = submit_due(DUE - timedelta(minutes=minutes), reached)
    assert len(made) == count
    assert [each.by_id for each in made] == [None] * count
    assert submit_due(DUE - timedelta(minutes=minutes), reached) == []
    assert case.submissions.count() == count


def test_what_a_person_submitted_the_desk_does_not(own_shop: Shop, agent: Person, lead: Person) -> None:
    connected(own_shop)
    automatic(own_shop, lead)
    submit(ready(own_shop, agent), agent)
    assert submit_due(DUE - timedelta(minutes=5), reached) == []


def test_one_person_takes_a_case_and_its_alarms_over(own_shop: Shop, agent: Person, lead: Person) -> None:
    case = opened(own_shop)
    handling.take(case, agent, LATER)
    handling.take(case, agent, LATER)
    with pytest.raises(CaseTaken, match="小王"):
        handling.take(case, lead, LATER)
    assert not Alarm.objects.filter(ticket=case.ticket_id, taken_by=None, over_at=None).exists()
    handling.give_free(case, agent, LATER)
    handling.take(case, lead, LATER)
    assert Case.objects.get().holder == lead
