"""People say how they are reached, leads plan who is on duty, and a night without anybody is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Duty, NotifyTarget, Person
from aftersale.tickets.models import Outbox
from aftersale.tickets.notify import send_due
from tests.api.desk import now
from tests.pages.desk import text_of, visitor, words_of
from tests.tickets.clocks.desk import Post

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123"
HOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
NEW: dict[str, Any] = {"name": "客服群", "url": HOOK}


def kinds(shop: Shop) -> list[str]:
    """Name the events of a shop, oldest first."""
    rows = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def shift(shop: Shop, who: Person, days: int = 1) -> dict[str, Any]:
    """Fill the form of a night on duty that begins today."""
    today = f"{now().astimezone(SHANGHAI):%Y-%m-%d}"
    return {"shop": shop.pk, "person": who.pk, "day": today, "starts": "00:00", "ends": "23:59", "days": days}


def test_an_address_is_added_tried_and_never_shown(agent: Visitor, shop: Shop) -> None:
    agent.post("settings_target_add", **NEW)
    target = NotifyTarget.objects.get()
    assert (target.person, target.url) == (agent.person, f"wecombot://{KEY}")
    assert kinds(shop) == ["person_target_added"]
    page = agent.get("settings_messages")
    assert KEY not in text_of(page)
    assert "企业微信" in words_of(page)
    assert f'hx-get="/settings/messages/{target.pk}/"' in text_of(page)
    post = Post()
    assert send_due(now(), 10, post).sent == 1
    assert "测试消息" in post.sent[0][1]
    part = agent.get("settings_target", target.pk)
    assert "hx-get" not in text_of(part)
    assert "<html" not in text_of(part)


def test_a_trial_that_does_not_arrive_says_why(agent: Visitor) -> None:
    agent.post("settings_target_add", **NEW)
    send_due(now(), 10, Post(works=False))
    assert "对方没有收下消息" in words_of(agent.get("settings_messages"))


def test_a_trial_is_sent_again_in_place_of_one_that_waits(agent: Visitor) -> None:
    agent.post("settings_target_add", **NEW)
    target = NotifyTarget.objects.get()
    agent.post("settings_target_test", target.pk)
    assert Outbox.objects.filter(target=target).count() == 1
    send_due(now(), 10, Post())
    agent.post("settings_target_test", target.pk)
    assert Outbox.objects.filter(target=target, sent_at=None).count() == 1


@pytest.mark.parametrize(
    "form",
    [
        {"name": "群", "url": "https://example.com/"},
        {"name": "群", "url": "wecombot://"},
        {"name": "", "url": HOOK},
        {"name": "群", "url": HOOK, "digest_at": "noon"},
        {"name": "群", "url": HOOK, "digest_at": "25:00"},
    ],
)
def test_an_address_that_cannot_be_used_is_refused(agent: Visitor, shop: Shop, form: dict[str, Any]) -> None:
    response = agent.post("settings_target_add", part=True, **form)
    assert response.status_code == 422
    assert "data-refused" in text_of(response)
    assert not NotifyTarget.objects.exists()
    assert kinds(shop) == []


def test_a_digest_comes_once_a_day(agent: Visitor) -> None:
    agent.post("settings_target_add", **NEW, digest_at="09:30")
    assert NotifyTarget.objects.get().digest_at == 570
    assert "09:30" in words_of(agent.get("settings_messages"))


def test_an_owner_looks_after_the_addresses_of_people_and_a_colleague_does_not(
    owner: Visitor, agent: Visitor, trainee: Visitor, shop: Shop
) -> None:
    owner.post("settings_target_add", **NEW, person=agent.person.pk)
    target = NotifyTarget.objects.get()
    assert target.person == agent.person
    assert trainee.get("settings_target", target.pk).status_code == 404
    assert trainee.post("settings_target_test", target.pk).status_code == 404
    assert trainee.post("settings_target_remove", target.pk).status_code == 404
    assert trainee.post("settings_target_add", **NEW, person=agent.person.pk).status_code == 404
    assert "客服群" not in words_of(trainee.get("settings_messages"))
    owner.post("settings_target_remove", target.pk)
    assert not NotifyTarget.objects.exists()
    assert kinds(shop) == ["person_target_added", "person_target_removed"]


def test_a_stranger_reaches_neither_addresses_nor_the_roster(
    agent: Visitor, owner: Visitor, stranger: Visitor, shop: Shop
) -> None:
    agent.post("settings_target_add", **NEW)
    owner.post("settings_duty", **shift(shop, agent.person))
    target, duty = NotifyTarget.objects.get(), Duty.objects.get()
    assert stranger.get("settings_target", target.pk).status_code == 404
    assert stranger.post("settings_target_remove", target.pk).status_code == 404
    assert stranger.post("settings_duty_remove", duty.pk).status_code == 404
    assert stranger.post("settings_duty", **shift(shop, agent.person)).status_code == 404
    assert shop.name not in text_of(stranger.get("settings_messages"))


def test_a_lead_plans_duty_and_takes_it_off(lead: Visitor, agent: Visitor, shop: Shop) -> None:
    lead.post("settings_duty", **shift(shop, agent.person, days=3))
    assert Duty.objects.count() == 3
    words = words_of(agent.get("settings_messages"))
    assert "agent" in words
    assert "/settings/duty/" not in text_of(agent.get("settings_messages"))
    lead.post("settings_duty_remove", Duty.objects.order_by("id")[0].pk)
    assert Duty.objects.count() == 2
    assert kinds(shop) == ["shop_duty_planned", "shop_duty_removed"]


def test_duty_needs_permission_a_person_of_the_shop_and_a_time(
    lead: Visitor, agent: Visitor, stranger: Visitor, shop: Shop
) -> None:
    form = shift(shop, agent.person)
    assert agent.post("settings_duty", **form).status_code == 403
    assert lead.post("settings_duty", **{**form, "person": stranger.person.pk}).status_code == 404
    assert lead.post("settings_duty", **{**form, "ends": "00:00"}).status_code == 422
    assert lead.post("settings_duty", **{**form, "days": "x"}).status_code == 422
    assert not Duty.objects.exists()
    lead.post("settings_duty", **form)
    assert agent.post("settings_duty_remove", Duty.objects.get().pk).status_code == 403
    assert lead.post("settings_duty_remove", 10_000).status_code == 404


def test_a_night_that_reaches_nobody_is_said_and_one_that_does_is_too(
    lead: Visitor, people: dict[Role, Person], shop: Shop
) -> None:
    assert f'class="bad">{shop.name}' in text_of(lead.get("settings_messages"))
    agent = people[Role.AGENT]
    NotifyTarget.objects.create(person=agent, name="群", url=f"wecombot://{KEY}")
    Duty.objects.create(
        shop=shop, person=agent, starts_at=now() - timedelta(days=1), ends_at=now() + timedelta(days=2)
    )
    assert 'class="good"' in text_of(lead.get("settings_messages"))


def test_alone_nobody_is_chosen(shop: Shop, people: dict[Role, Person]) -> None:
    owner = people[Role.OWNER]
    Person.objects.exclude(pk=owner.pk).delete()
    page = text_of(visitor(owner).get("settings_messages"))
    assert 'name="person"' not in page
    assert shop.name in page
