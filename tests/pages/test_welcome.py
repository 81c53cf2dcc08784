"""An owner comes from an empty desk to the queue, one page at a time; everybody else is told whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Person, Shop
from aftersale.tickets.imports import run_import
from aftersale.tickets.models import Import, Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.config.clients import CODE, browser, code_for, sign_in
from tests.pages.desk import Visitor, text_of, visitor, words_of
from tests.shops.desks import PASSWORD
from tests.shops.test_tokens import second_factor
from tests.tickets.taking.sheets import row, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

pytestmark = pytest.mark.django_db
SHOP: dict[str, Any] = {"step": "shop", "name": "山茶小店", "platform": "douyin"}


@pytest.fixture
def boss() -> Visitor:
    """Sign in who owns everything, with both steps: the desk is no demo."""
    person = make_person("boss", Role.OWNER)
    person.set_password(PASSWORD)
    person.is_superuser = True
    person.save()
    second_factor(person)
    client = browser()
    sign_in(client, "boss")
    client.post(CODE, {"code": code_for(person)})
    return Visitor(person, client)


def upload(boss: Visitor, data: bytes, name: str = "售后.csv") -> HttpResponse:
    """Send a sheet from the second step."""
    file = SimpleUploadedFile(name, data, "text/csv")
    return boss.post("welcome", step="sheet", shop=Shop.objects.get().pk, files=file)


def test_the_owner_of_an_empty_desk_is_led_to_the_first_shop(boss: Visitor) -> None:
    assert boss.get("start").headers["Location"] == "/welcome/"
    page = text_of(boss.get("welcome"))
    assert 'aria-current="step">1' in page
    assert 'name="platform"' in page


def test_three_steps_lead_to_the_queue_and_each_can_be_left(boss: Visitor, tmp_path: Path) -> None:
    assert boss.post("welcome", **SHOP).headers["Location"] == "/welcome/"
    assert Event.objects.get().kind == "shop_added"
    assert boss.post("welcome", part=True, **SHOP).status_code == 422
    assert boss.get("start").headers["Location"] == "/welcome/"
    second = text_of(boss.get("welcome"))
    assert 'aria-current="step">2' in second
    assert 'type="file"' in second
    written = sheet(tmp_path / "a.csv", [row(1)]).read_bytes()
    assert upload(boss, written).headers["Location"] == "/welcome/"
    third = text_of(boss.get("welcome"))
    assert 'aria-current="step">3' in third
    assert 'hx-trigger="every 2s"' in third
    run_import(Import.objects.get().pk, now)
    assert Ticket.objects.count() == 1
    assert boss.get("start").headers["Location"] == "/queue/"
    assert boss.get("welcome").headers["Location"] == "/queue/"
    assert 'type="file"' in text_of(boss.get("welcome", again="1"))


def test_the_script_is_led_to_the_second_step(boss: Visitor) -> None:
    assert boss.post("welcome", part=True, **SHOP).headers["HX-Redirect"] == "/welcome/"


def test_a_sheet_that_cannot_be_read_says_why_and_another_may_be_chosen(boss: Visitor) -> None:
    boss.post("welcome", **SHOP)
    upload(boss, "这不是,售后表\n1,2\n".encode())
    run_import(Import.objects.get().pk, now)
    page = text_of(boss.get("welcome"))
    assert 'role="alert"' in page
    assert 'type="file"' in page


def test_a_sheet_of_which_no_row_was_read_can_be_mended_or_changed(boss: Visitor, tmp_path: Path) -> None:
    boss.post("welcome", **SHOP)
    upload(boss, sheet(tmp_path / "a.csv", [row(1, 售后申请时间="2025-13-45")]).read_bytes())
    run_import(Import.objects.get().pk, now)
    assert not Ticket.objects.exists()
    page = text_of(boss.get("welcome"))
    assert 'aria-current="step">3' in page
    assert 'type="file"' in text_of(boss.get("welcome", again="1"))


@pytest.mark.parametrize(
    "form",
    [
        {"step": "shop", "name": "", "platform": "douyin"},
        {"step": "shop", "name": "店", "platform": "x"},
        {"step": "fly"},
        {},
    ],
)
def test_a_first_shop_that_cannot_be_meant_is_refused(boss: Visitor, form: dict[str, Any]) -> None:
    assert boss.post("welcome", part=True, **form).status_code == 422
    assert not Shop.objects.exists()


def test_a_sheet_needs_a_file_and_a_shop_of_ones_own(boss: Visitor) -> None:
    boss.post("welcome", **SHOP)
    shop = Shop.objects.get()
    assert boss.post("welcome", step="sheet", shop=shop.pk).status_code == 422
    assert boss.post("welcome", step="sheet", shop=10_000).status_code == 404
    assert not Import.objects.exists()


def test_who_is_in_no_shop_is_told_whom_to_ask() -> None:
    Person.objects.create(username="boss", name="林总", is_superuser=True)
    lone = visitor(make_person("lone", Role.AGENT))
    assert lone.get("start").headers["Location"] == "/welcome/"
    words = words_of(lone.get("welcome"))
    assert "林总" in words
    assert "platform" not in text_of(lone.get("welcome"))
    assert lone.post("welcome", **SHOP).status_code == 422
    assert not Shop.objects.exists()


def test_where_nobody_owns_the_desk_no_name_is_said() -> None:
    assert visitor(make_person("lone", Role.AGENT)).get("welcome").status_code == 200


def test_who_works_in_a_shop_goes_on_to_the_queue(agent: Visitor, trainee: Visitor, shop: Shop) -> None:
    assert trainee.get("welcome").headers["Location"] == "/queue/"
    make_ticket(shop)
    assert agent.get("welcome").headers["Location"] == "/queue/"
    assert agent.get("start").headers["Location"] == "/queue/"


def test_a_demo_desk_takes_no_real_shop_in_the_first_step(shop: Shop, people: dict[Role, Person]) -> None:
    chief = people[Role.OWNER]
    Person.objects.filter(pk=chief.pk).update(is_superuser=True)
    response = visitor(chief).post("welcome", **SHOP | {"name": "真店"})
    assert response.status_code == 422
    assert "AFTERSALE_HOME" in text_of(response)
    assert list(Shop.objects.all()) == [shop]
