"""Owners add people, give roles, help in again and let go; secrets are shown once and events written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Membership, Person
from tests.api.desk import make_person
from tests.pages.desk import text_of, visitor, words_of
from tests.shops.test_tokens import second_factor

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
NEW: dict[str, Any] = {"username": "xiaozhang", "name": "小张", "role": "warehouse"}
SECRET = re.compile(r'id="secret">([^<]+)<')


def told(shop: Shop) -> list[tuple[str, str, int | None]]:
    """Give what the journal says of people: kind, value after, and who did it."""
    rows = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    return [(row.kind, json.loads(bytes(row.payload))["data"]["after"], row.actor) for row in rows]


def test_people_are_listed_by_shop_with_role_and_two_steps(
    owner: Visitor, people: dict[Role, Person], shop: Shop
) -> None:
    second_factor(people[Role.LEAD])
    words = words_of(owner.get("settings_people"))
    assert shop.name in words
    for role, name in ((Role.LEAD, "主管"), (Role.WAREHOUSE, "仓库")):
        assert f"{role.value} {name}" in words


def test_a_person_is_added_with_a_password_that_is_shown_once(owner: Visitor, shop: Shop) -> None:
    response = owner.post("settings_people", shop=shop.pk, **NEW)
    assert response.status_code == 200
    found = SECRET.search(text_of(response))
    made = Person.objects.get(username="xiaozhang")
    assert found
    assert made.check_password(found[1])
    assert made.must_change_password
    assert Membership.objects.get(person=made).role == Role.WAREHOUSE
    assert told(shop) == [("person_added", "warehouse", owner.person.pk)]
    for page in (owner.get("settings_people"), owner.get("settings_person", made.pk)):
        assert found[1] not in text_of(page)
    assert found[1] not in str(list(Event.objects.values_list("payload", flat=True)))


def test_a_secret_stands_beside_its_form_for_the_script(owner: Visitor, shop: Shop) -> None:
    response = owner.post("settings_people", part=True, shop=shop.pk, **NEW)
    assert SECRET.search(text_of(response))
    assert "<html" not in text_of(response)


def test_a_name_that_is_taken_is_refused_and_nothing_is_written(owner: Visitor, shop: Shop) -> None:
    response = owner.post("settings_people", part=True, shop=shop.pk, **{**NEW, "username": "AGENT"})
    assert response.status_code == 422
    assert "已经有人用了" in text_of(response)
    assert told(shop) == []


def test_a_role_changes_and_goes_and_the_last_owner_stays(
    owner: Visitor, people: dict[Role, Person], shop: Shop
) -> None:
    agent = people[Role.AGENT]
    owner.post("settings_person_change", agent.pk, "role", shop=shop.pk, role="lead")
    assert Membership.objects.get(person=agent).role == Role.LEAD
    owner.post("settings_person_change", agent.pk, "role", shop=shop.pk, role="")
    assert not Membership.objects.filter(person=agent).exists()
    assert told(shop) == [
        ("person_role", "lead", owner.person.pk),
        ("person_role", "", owner.person.pk),
    ]
    mine = owner.post("settings_person_change", owner.person.pk, "role", shop=shop.pk, role="agent")
    assert mine.status_code == 422
    assert owner.get("settings_person", agent.pk).status_code == 404


def test_who_cannot_get_in_is_helped(owner: Visitor, people: dict[Role, Person], shop: Shop) -> None:
    agent = people[Role.AGENT]
    second_factor(agent)
    page = text_of(owner.get("settings_person", agent.pk))
    assert f"/settings/people/{agent.pk}/second_factor/" in page
    shown = SECRET.search(text_of(owner.post("settings_person_change", agent.pk, "password")))
    agent.refresh_from_db()
    assert shown
    assert agent.check_password(shown[1])
    owner.post("settings_person_change", agent.pk, "second_factor")
    assert not Authenticator.objects.filter(user=agent).exists()
    assert [kind for kind, *_rest in told(shop)] == ["person_password", "person_second_factor"]


def test_who_goes_is_out_and_may_come_back(owner: Visitor, people: dict[Role, Person], shop: Shop) -> None:
    agent = people[Role.AGENT]
    there = visitor(agent)
    owner.post("settings_person_change", agent.pk, "deactivate")
    assert there.get("queue").status_code == 302
    assert "agent agent ended" in words_of(visitor(owner.person, "en").get("settings_people"))
    owner.post("settings_person_change", agent.pk, "activate")
    agent.refresh_from_db()
    assert agent.is_active
    assert [after for _kind, after, _by in told(shop)] == ["false", "true"]


def test_nobody_but_owners_manages_people(lead: Visitor, people: dict[Role, Person], shop: Shop) -> None:
    agent = people[Role.AGENT]
    assert lead.get("settings_people").status_code == 403
    assert lead.post("settings_people", shop=shop.pk, **NEW).status_code == 403
    assert lead.get("settings_person", agent.pk).status_code == 403
    for what in ("role", "password", "second_factor", "deactivate", "activate"):
        answer = lead.post("settings_person_change", agent.pk, what, shop=shop.pk, role="owner")
        assert answer.status_code == 403
    assert told(shop) == []


def test_people_of_a_foreign_shop_are_not_there(
    stranger: Visitor, people: dict[Role, Person], shop: Shop
) -> None:
    agent = people[Role.AGENT]
    assert stranger.get("settings_person", agent.pk).status_code == 404
    assert stranger.get("settings_person", 10_000).status_code == 404
    assert stranger.post("settings_person_change", agent.pk, "password").status_code == 404
    assert stranger.post("settings_people", shop=shop.pk, **NEW).status_code == 404
    assert "agent" not in words_of(stranger.get("settings_people"))


def test_who_works_elsewhere_too_keeps_password_and_access(
    owner: Visitor, people: dict[Role, Person], elsewhere: Shop
) -> None:
    agent = people[Role.AGENT]
    Membership.objects.create(person=agent, shop=elsewhere, role=Role.AGENT)
    page = text_of(owner.get("settings_person", agent.pk))
    assert elsewhere.name not in page
    assert "/password/" not in page.replace("/accounts/password/", "")
    assert owner.post("settings_person_change", agent.pk, "password").status_code == 403


def test_an_unknown_change_of_a_person_is_not_there(owner: Visitor, people: dict[Role, Person]) -> None:
    assert owner.post("settings_person_change", people[Role.AGENT].pk, "rename").status_code == 404


def test_with_one_person_nobody_is_told_apart(shop: Shop) -> None:
    alone = visitor(make_person("solo", Role.OWNER, shop))
    page = text_of(alone.get("settings_people"))
    assert "<th>" not in page
    assert 'name="username"' in page
    make_person("second", Role.AGENT, shop)
    assert "<th>" in text_of(alone.get("settings_people"))


def test_the_owner_of_everything_sees_owners_and_people_without_a_shop(shop: Shop) -> None:
    boss, lone = make_person("boss", Role.OWNER), make_person("lone", Role.AGENT)
    Person.objects.filter(pk=boss.pk).update(is_superuser=True)
    chief = visitor(boss)
    assert {"boss", "lone"} <= set(words_of(chief.get("settings_people")).split())
    chief.post("settings_person_change", lone.pk, "role", shop=shop.pk, role="agent")
    assert Membership.objects.get(person=lone).shop == shop
    assert chief.get("settings_person", boss.pk).status_code == 200
