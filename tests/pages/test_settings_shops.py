"""Owners and leads set their shops up; each change is an event, and what is wrong is said in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Connection, Person, Shop
from aftersale.tickets.models import Import
from tests.api.desk import make_person, now
from tests.pages.desk import text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
HOURS: dict[str, Any] = {"mon": "09:00-12:00 13:00-18:00", "days": "2026-10-01"}


def told(shop: Shop) -> list[tuple[str, object]]:
    """Give what the journal of a shop says, oldest first: kind and value after."""
    rows = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    return [(row.kind, json.loads(bytes(row.payload))["data"]["after"]) for row in rows]


def boss() -> Visitor:
    """Sign in who owns everything, as with both steps: a desk that is no demo asks for them."""
    person = make_person("boss", Role.OWNER)
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    chief = visitor(person)
    session = chief.client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    return chief


def test_the_settings_lead_to_the_shops_and_each_has_its_page(owner: Visitor, shop: Shop) -> None:
    assert owner.get("settings").headers["Location"] == "/settings/shops/"
    page = text_of(owner.get("settings_shops"))
    assert shop.name in page
    assert 'href="/settings/"' in page
    assert text_of(owner.get("settings_shop", shop.pk)).count('class="setting"') == 8


def test_who_manages_nothing_is_led_to_their_own_settings(agent: Visitor, shop: Shop) -> None:
    assert agent.get("settings").headers["Location"] == "/settings/messages/"
    assert agent.get("settings_shops").status_code == 403
    assert agent.get("settings_shop", shop.pk).status_code == 403
    assert 'href="/settings/"' not in text_of(agent.get("me"))


@pytest.mark.parametrize(
    ("what", "form", "kind", "after"),
    [
        ("name", {"name": "新名"}, "shop_name", "新名"),
        ("warnings", {"minutes": "120 30"}, "shop_warn_minutes", [120, 30]),
        ("targets", {"first_response": "60"}, "shop_service_minutes", {"first_response": 60}),
        ("retention", {"days": "400"}, "shop_retain_days", 400),
    ],
)
def test_a_setting_is_changed_with_one_event(
    lead: Visitor, shop: Shop, what: str, form: dict[str, Any], kind: str, after: object
) -> None:
    response = lead.post("settings_shop_change", shop.pk, what, **form)
    assert response.headers["Location"] == f"/settings/shops/{shop.pk}/"
    assert told(shop) == [(kind, after)]
    lead.post("settings_shop_change", shop.pk, what, **form)
    assert told(shop) == [(kind, after)]


def test_limits_on_money_are_set_in_yuan_with_one_event_and_hold(owner: Visitor, shop: Shop) -> None:
    form = {"four_eyes_fen": "500", "day_cap_fen": "￥２0,000.50", "person_cap_fen": ""}
    owner.post("settings_shop_change", shop.pk, "limits", **form)
    shop.refresh_from_db()
    assert (shop.four_eyes_fen, shop.day_cap_fen, shop.person_cap_fen) == (50_000, 2_000_050, None)
    after = {"four_eyes_fen": 50_000, "day_cap_fen": 2_000_050, "person_cap_fen": None}
    assert told(shop) == [("shop_limits", after)]
    page = text_of(owner.get("settings_shop", shop.pk))
    assert 'value="500"' in page
    assert 'value="20000.50"' in page
    assert "改了付款上限" in page


@pytest.mark.parametrize("amount", ["-5", "0", "5.555", "很多", "1e5", "99999999999999"])
def test_an_amount_that_cannot_be_meant_is_no_limit_and_changes_nothing(
    owner: Visitor, shop: Shop, amount: str
) -> None:
    answer = owner.post("settings_shop_change", shop.pk, "limits", part=True, day_cap_fen=amount)
    assert answer.status_code == 422
    shop.refresh_from_db()
    assert shop.day_cap_fen is None


def test_whom_a_limit_holds_does_not_move_it(as_role: Callable[[Role], Visitor], shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(day_cap_fen=100)
    lead = as_role(Role.LEAD)
    assert lead.post("settings_shop_change", shop.pk, "limits", day_cap_fen="").status_code == 403
    assert "¥1" in words_of(lead.get("settings_shop", shop.pk))
    shop.refresh_from_db()
    assert shop.day_cap_fen == 100


def test_who_works_alone_hears_nothing_of_a_team(shop: Shop) -> None:
    lone = visitor(make_person("lone", Role.OWNER, shop))
    page = text_of(lone.get("settings_shop", shop.pk))
    assert "four_eyes_fen" not in page
    assert "day_cap_fen" in page
    assert 'href="/handover/"' not in page
    make_person("second", Role.AGENT, shop)
    page = text_of(lone.get("settings_shop", shop.pk))
    assert "four_eyes_fen" in page
    assert 'href="/handover/"' in page


def test_hours_are_set_by_day_or_by_monday_for_all(owner: Visitor, shop: Shop) -> None:
    owner.post("settings_shop_change", shop.pk, "hours", **HOURS)
    shop.refresh_from_db()
    assert shop.hours["mon"] == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert shop.hours["closed"] == ["2026-10-01"]
    assert 'value="09:00-12:00 13:00-18:00"' in text_of(owner.get("settings_shop", shop.pk))
    owner.post("settings_shop_change", shop.pk, "hours", same="1", **HOURS)
    shop.refresh_from_db()
    assert shop.hours["sun"] == shop.hours["mon"]
    assert [kind for kind, _after in told(shop)] == ["shop_hours", "shop_hours"]


def test_what_cannot_be_read_is_refused_beside_its_form_and_changes_nothing(
    owner: Visitor, shop: Shop
) -> None:
    response = owner.post("settings_shop_change", shop.pk, "hours", part=True, mon="morning")
    assert response.status_code == 422
    assert "data-refused" in text_of(response)
    assert "<html" not in text_of(response)
    assert "没看懂“morning”" in text_of(response)
    assert owner.post("settings_shop_change", shop.pk, "retention", days="1").status_code == 422
    assert told(shop) == []


def test_the_script_is_led_on_by_a_header(owner: Visitor, shop: Shop) -> None:
    response = owner.post("settings_shop_change", shop.pk, "warnings", part=True, minutes="30")
    assert response.headers["HX-Redirect"] == f"/settings/shops/{shop.pk}/"


def test_a_shop_keeps_its_name_while_a_sheet_is_read(owner: Visitor, shop: Shop) -> None:
    Import.objects.create(shop=None, files=["a"], digest="d", created_at=now(), state="running")
    assert owner.post("settings_shop_change", shop.pk, "name", name="新名").status_code == 422
    assert Shop.objects.filter(name=shop.name).exists()


def test_an_unknown_setting_is_not_there(owner: Visitor, shop: Shop) -> None:
    assert owner.post("settings_shop_change", shop.pk, "colour").status_code == 404
    assert owner.get("settings_shop_change", shop.pk, "name").status_code == 405


@pytest.mark.parametrize("role", [Role.AGENT, Role.TRAINEE, Role.WAREHOUSE, Role.FINANCE, Role.READ_ONLY])
def test_other_roles_change_no_setting(as_role: Callable[[Role], Visitor], shop: Shop, role: Role) -> None:
    assert as_role(role).post("settings_shop_change", shop.pk, "name", name="新名").status_code == 403
    assert told(shop) == []


def test_a_foreign_shop_is_not_there(stranger: Visitor, shop: Shop) -> None:
    assert stranger.get("settings_shop", shop.pk).status_code == 404
    assert stranger.post("settings_shop_change", shop.pk, "name", name="新名").status_code == 404
    assert shop.name not in text_of(stranger.get("settings_shops"))


def test_a_shop_without_interface_says_how_old_its_data_are(owner: Visitor, shop: Shop) -> None:
    english = visitor(owner.person, "en")
    assert "never imported" in words_of(english.get("settings_shop", shop.pk))
    for number in (1, 2):
        Import.objects.create(
            shop=shop, files=[], digest=str(number), created_at=now(), ended_at=now(), state="done"
        )
    for page in (english.get("settings_shop", shop.pk), english.get("settings_shops")):
        assert "(import no. 2)" in words_of(page)
    Connection.objects.create(shop=shop, state="unauthorised", since=now())
    assert "授权失效" in words_of(owner.get("settings_shop", shop.pk))


def test_the_latest_changes_name_who_and_whom(owner: Visitor, people: dict[Role, Person], shop: Shop) -> None:
    owner.post("settings_shop_change", shop.pk, "warnings", minutes="30")
    owner.post("settings_person_change", people[Role.AGENT].pk, "role", shop=shop.pk, role="lead")
    words = words_of(visitor(owner.person, "en").get("settings_shop", shop.pk))
    assert "warnings changed owner" in words
    assert "role changed: agent owner" in words


def test_the_owner_of_the_desk_adds_a_shop_unless_it_is_the_demo(shop: Shop, owner: Visitor) -> None:
    chief = boss()
    refused = chief.post("settings_shops", name="真店", platform="douyin")
    assert refused.status_code == 422
    assert "AFTERSALE_HOME" in text_of(refused)
    assert "AFTERSALE_HOME" in text_of(chief.get("settings_shops"))
    Shop.objects.filter(pk=shop.pk).delete()
    added = chief.post("settings_shops", part=True, name="真店", platform="kuaishou")
    made = Shop.objects.get(name="真店")
    assert added.headers["HX-Redirect"] == f"/settings/shops/{made.pk}/"
    assert not made.demo
    assert told(made) == [("shop_added", "kuaishou 真店")]
    assert owner.post("settings_shops", name="另一家", platform="douyin").status_code == 403


def test_an_owner_of_one_shop_adds_none(owner: Visitor) -> None:
    response = owner.post("settings_shops", name="另一家", platform="douyin")
    assert response.status_code == 422
    assert 'name="platform"' not in text_of(owner.get("settings_shops"))
