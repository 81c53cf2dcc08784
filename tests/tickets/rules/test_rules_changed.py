"""Let rules wait for a second person, and judge open tickets again when they changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Membership, Person, PublishedRules, Shop
from aftersale.shops.models.rulebook import DraftState
from aftersale.tickets.models import Ticket
from aftersale.tickets.publishing import Draft, NotShopFiles, PublishedMeanwhile, newest_of, publish
from aftersale.tickets.rule_drafts import (
    DraftSettled,
    Handed,
    NobodyElse,
    OwnDraft,
    approve,
    give_back,
    hand_in,
    others_who_may,
)
from aftersale.tickets.rules_changed import behind, foreseen, rules_changed
from tests.insight.test_desk import GENEROUS
from tests.tickets.taking.notices import ASKED, NOW, shop, took

pytestmark = pytest.mark.django_db


def person(name: str, role: Role, of: Shop) -> Person:
    made = Person.objects.create(username=name, name=name)
    Membership.objects.create(person=made, shop=of, role=role)
    return made


@pytest.fixture
def mine() -> Shop:
    return shop()


@pytest.fixture
def owner(mine: Shop) -> Person:
    return person("owner", Role.OWNER, mine)


@pytest.fixture
def lead(mine: Shop) -> Person:
    return person("lead", Role.LEAD, mine)


def published(of: Shop, by: Person, base: int | None = None) -> PublishedRules:
    return publish(Draft(of, GENEROUS, by, by, NOW, base), NOW)


def test_a_second_person_is_one_who_may_and_works_here(mine: Shop, owner: Person) -> None:
    assert not others_who_may(mine, owner)
    person("agent", Role.AGENT, mine)
    person("elsewhere", Role.OWNER, shop("别家"))
    gone = person("gone", Role.LEAD, mine)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    assert not others_who_may(mine, owner)
    person("lead", Role.LEAD, mine)
    assert others_who_may(mine, owner)


def test_a_draft_nobody_could_look_at_is_refused(mine: Shop, owner: Person) -> None:
    with pytest.raises(NobodyElse):
        hand_in(mine, Handed(GENEROUS, 0), owner, NOW)


@pytest.mark.usefixtures("lead")
def test_a_draft_of_other_files_is_refused(mine: Shop, owner: Person) -> None:
    with pytest.raises(NotShopFiles):
        hand_in(mine, Handed({"law_cn/x.yaml": ""}, 0), owner, NOW)


def test_a_second_person_publishes_and_every_step_is_in_the_journal(
    mine: Shop, owner: Person, lead: Person
) -> None:
    draft = hand_in(mine, Handed(GENEROUS, 0, note="x"), owner, NOW)
    with pytest.raises(OwnDraft):
        approve(draft, owner, NOW)
    made = approve(draft, lead, NOW)
    assert (made.author, made.approver, made.valid_from) == (owner, lead, NOW)
    kinds = (
        Event.objects.filter(subject_kind="rule_draft").order_by("sequence").values_list("kind", flat=True)
    )
    assert list(kinds) == ["rule_draft_handed_in", "rule_draft_published"]
    with pytest.raises(DraftSettled):
        approve(draft, lead, NOW)
    with pytest.raises(DraftSettled):
        give_back(draft, lead, NOW, "late")


def test_a_draft_whose_base_was_overtaken_stays_waiting(mine: Shop, owner: Person, lead: Person) -> None:
    draft = hand_in(mine, Handed({"shop/a.yaml": "layer: shop\n"}, 0), owner, NOW)
    published(mine, lead)
    with pytest.raises(PublishedMeanwhile):
        approve(draft, lead, NOW)
    draft.refresh_from_db()
    assert draft.state == DraftState.WAITING


def test_a_draft_is_returned_with_words(mine: Shop, owner: Person, lead: Person) -> None:
    draft = hand_in(mine, Handed(GENEROUS, 0), owner, NOW)
    give_back(draft, lead, NOW, "太宽")
    draft.refresh_from_db()
    assert (draft.state, draft.said, draft.settled_by) == (DraftState.RETURNED, "太宽", lead)
    assert newest_of(mine.pk) is None


def test_a_version_written_against_an_older_one_is_refused(mine: Shop, owner: Person) -> None:
    assert published(mine, owner, 0).number == 1
    with pytest.raises(PublishedMeanwhile):
        published(mine, owner, 0)
    assert published(mine, owner).number == 2


def three(of: Shop) -> None:
    took(of, [replace(ASKED, ticket_no=f"71{number:017}", order_no=f"69{number:017}") for number in range(3)])


def test_nothing_is_behind_before_rules_change(mine: Shop) -> None:
    three(mine)
    assert not behind(mine.pk, NOW).exists()
    assert foreseen(mine.pk, NOW).turns == ()


def test_what_would_turn_is_foreseen_without_writing_and_then_done(mine: Shop, owner: Person) -> None:
    three(mine)
    took(shop("别家"), [ASKED])
    Ticket.objects.filter(shop=mine, ticket_no=f"71{2:017}").update(open=False)
    published(mine, owner)
    events = Event.objects.count()
    seen = foreseen(mine.pk, NOW)
    assert (seen.behind, seen.looked, len(seen.turns)) == (2, 2, 2)
    assert seen.turns[0].after == ("SHOP-09", "refund_no_return")
    assert Event.objects.count() == events
    done = rules_changed(mine.pk, NOW, owner.pk)
    assert (done.tickets, done.turned, done.left) == (2, 2, 0)
    assert not behind(mine.pk, NOW).exists()
    assert Ticket.objects.filter(rule_id="SHOP-09").count() == 2
    newest = Event.objects.filter(subject_kind="ticket").order_by("-pk").first()
    assert newest is not None
    assert newest.actor == owner.pk


def test_so_many_at_a_time_until_none_is_behind(mine: Shop, owner: Person) -> None:
    three(mine)
    published(mine, owner)
    assert foreseen(mine.pk, NOW, 2).looked == 2
    assert [rules_changed(mine.pk, NOW, None, 2).tickets for _ in range(3)] == [2, 1, 0]
