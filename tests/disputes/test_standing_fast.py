"""What a person typed or took stays, evidence goes out for each time it is asked for, and alarms end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.disputes import assembling, handling, noting, register
from aftersale.disputes.automatic import submit_due
from aftersale.disputes.following import follow
from aftersale.disputes.handling import Ruling
from aftersale.disputes.models import Case
from aftersale.disputes.refusals import CaseRefused, CaseTaken
from aftersale.disputes.register import Wish
from aftersale.domain.roles import Role
from aftersale.tickets.models import Action, Alarm, Deadline, Pack
from aftersale.tickets.vault import packs
from aftersale.tickets.wording import WordingStopped
from tests.api.desk import make_person
from tests.disputes.conftest import DUE, NOW, again, opened, says, ticket_of
from tests.disputes.test_submitting import LATER, built, connected, reached, ready, submit
from tests.tickets.vault.files import photo, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
NEARLY = DUE - timedelta(minutes=30)


def rings(case: Case) -> list[str]:
    return sorted(Alarm.objects.filter(ticket=case.ticket_id, over_at=None).values_list("key", flat=True))


def automatic(of: Shop, lead: Person) -> Case:
    connected(of)
    case = ready(of, lead)
    register.set_wish(of.pk, Wish(automatic=True, minutes_before=60, orders=None), lead, LATER)
    return case


def test_where_the_platform_asks_again_evidence_is_submitted_again(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    submit(case, agent)
    says(own_shop, 3, "submitted")
    again(case, NOW + timedelta(hours=3))
    says(own_shop, 5, "evidence_due", due_at=DUE + timedelta(hours=30))
    second = submit(again(case, NOW + timedelta(hours=5)), agent, NOW + timedelta(hours=6))
    assert second.round == 2
    with pytest.raises(CaseRefused, match=r"case\.submitted"):
        submit(again(case, NOW + timedelta(hours=6)), agent, NOW + timedelta(hours=7))


def silent(of: Shop, hours: float, state: str) -> Case:
    """Let a platform that tells no end say how a dispute stands; the desk hears of it an hour later."""
    says(of, hours, state)
    Deadline.objects.all().delete()
    follow(NOW + timedelta(hours=hours + 1))
    return Case.objects.select_related("ticket__shop", "pack").get()


def test_an_end_that_nobody_tells_is_counted_from_when_the_platform_asked(own_shop: Shop) -> None:
    case = silent(own_shop, 0, "evidence_due")
    assert case.due_source == "rulebook"
    assert case.due_at == NOW + timedelta(hours=24)


def test_where_no_end_is_told_a_later_word_asks_again(own_shop: Shop, agent: Person) -> None:
    case = silent(own_shop, 0, "evidence_due")
    put(ticket_of(case), agent, photo(1))
    case = built(again(case, NOW + timedelta(hours=2)))
    submit(case, agent, NOW + timedelta(hours=3), by_hand=True)
    silent(own_shop, 4, "submitted")
    case = silent(own_shop, 6, "evidence_due")
    assert case.due_at == NOW + timedelta(hours=30)
    assert submit(case, agent, NOW + timedelta(hours=8), by_hand=True).round == 2


def test_an_old_word_after_a_submission_by_hand_is_no_new_round(own_shop: Shop, lead: Person) -> None:
    case = automatic(own_shop, lead)
    submit(case, lead, by_hand=True)
    says(own_shop, 2, "evidence_due", due_at=DUE)
    again(case, NOW + timedelta(hours=2))
    assert submit_due(NEARLY, reached) == []
    assert not Action.objects.exists()


def test_what_is_over_by_the_ticket_is_not_submitted_by_itself(own_shop: Shop, lead: Person) -> None:
    case = automatic(own_shop, lead)
    says(own_shop, 19.2, "closed")
    assert submit_due(NEARLY, reached) == []
    assert again(case, NEARLY).stage == "withdrawn"
    assert rings(case) == []


def test_words_typed_while_the_desk_looks_are_not_written_over(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    seen = noting.note(case.ticket_id, NOW)
    assert seen is not None
    assembling.write(Case.objects.get(pk=case.pk), ("摘要", "按时发出"), agent.pk, NOW)
    put(ticket_of(case), agent, photo(1))
    assembling.assemble(seen, LATER)
    assert Case.objects.get().statement == "按时发出"


def test_words_that_cannot_be_sent_are_refused_when_they_are_typed(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    with pytest.raises(WordingStopped):
        assembling.write(case, ("摘要", "买家电话 13812345678"), agent.pk, NOW)
    assert again(case, NOW).typed is False


def test_words_are_not_changed_behind_what_went_out(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    submit(case, agent)
    with pytest.raises(CaseRefused, match=r"case\.submitted"):
        assembling.write(case, ("摘要", "按时发出"), agent.pk, LATER)


def test_what_the_draft_check_stops_calls_people_once(own_shop: Shop, lead: Person) -> None:
    case = automatic(own_shop, lead)
    pack = case.pack
    assert pack is not None
    pack.statement = "买家电话 13812345678"
    pack.save()
    # Written before the list of words knew it.
    Case.objects.filter(pk=case.pk).update(statement=pack.statement)
    case.refresh_from_db()
    built_again(case)
    assert submit_due(NEARLY, reached) == []
    assert submit_due(NEARLY + timedelta(seconds=3), reached) == []
    assert rings(case) == [noting.alarm_key(case.pk), noting.automatic_key(case.pk)]
    assert not Action.objects.exists()
    handling.rule(case, Ruling("buyer", "merchant"), lead, NEARLY)
    assert rings(case) == []


def built_again(case: Case) -> None:
    assert case.pack_id is not None
    Pack.objects.filter(pk=case.pack_id).update(state="wanted", lease_until=None)
    assert packs.build(case.pack_id, LATER) is not None


def test_one_case_that_goes_wrong_keeps_no_other_waiting(own_shop: Shop, lead: Person) -> None:
    case = automatic(own_shop, lead)

    def broken(_pack: Pack, _count: int) -> Sequence[str]:
        raise OSError

    assert submit_due(NEARLY, broken) == []
    assert noting.automatic_key(case.pk) in rings(case)
    assert len(submit_due(NEARLY, reached)) == 1


def test_a_case_without_material_is_looked_at_again(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    Case.objects.filter(pk=case.pk).update(pack=None)
    put(ticket_of(case), agent, photo(1))
    follow(LATER)
    assert Case.objects.get(pk=case.pk).pack_id is not None


@pytest.mark.parametrize("way", ["by hand", "ruled"])
def test_the_alarm_of_a_case_ends_with_what_a_person_did(own_shop: Shop, agent: Person, way: str) -> None:
    case = ready(own_shop, agent)
    assert noting.alarm_key(case.pk) in rings(case)
    if way == "ruled":
        handling.rule(case, Ruling("buyer", "merchant"), agent, LATER)
    else:
        submit(case, agent, by_hand=True)
    assert noting.alarm_key(case.pk) not in rings(case)


def test_only_who_has_a_case_or_leads_gives_it_free(own_shop: Shop, agent: Person, lead: Person) -> None:
    case, other = opened(own_shop), make_person("小李", Role.AGENT, own_shop)
    handling.take(case, agent, NOW)
    with pytest.raises(CaseTaken):
        handling.give_free(case, other, NOW)
    handling.give_free(case, lead, NOW, leads=True)
    assert Case.objects.get().holder_id is None
