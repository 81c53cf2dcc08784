"""The owner connects a shop step by step; others see how it stands; nobody sees a key again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.channels.douyin import Douyin
from aftersale.channels.lasting import NO_ORDER
from aftersale.channels.registry import CHANNELS
from aftersale.connections.models import Difference, Link, Reconciliation
from aftersale.connections.polling import poll_due
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.jobs.clock import wall_clock
from aftersale.shops.models import Connection, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.connections.interface import Scripted
from tests.connections.platform import APP, SECRET, Book, Clock, served
from tests.pages.desk import soon, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import Settings

    from aftersale.channels.base import Hands, Notice
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
KEYS: dict[str, Any] = {"app_key": APP, "secret": SECRET}


@pytest.fixture
def book(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Serve a platform whose clock is ours."""
    found = Book(Clock(now()))
    monkeypatch.setitem(CHANNELS, "douyin", Scripted())
    with served(found) as address:
        settings.PLATFORM_URLS = {"douyin": address}
        settings.PLATFORM_AUTHORISE_URLS = {"douyin": "https://yes.example.com"}
        yield found


def step(visitor: Visitor, shop: Shop, what: str, **typed: Any) -> int:  # noqa: ANN401  # what a form holds
    return visitor.post("settings_connection_change", shop.pk, what, **typed).status_code


def connect(owner: Visitor, shop: Shop, mode: str = "poll") -> None:
    """Go through the steps as a self-use app."""
    for what, typed in (("mode", {"mode": mode}), ("keys", KEYS), ("self", {"shop_id": "77"})):
        assert step(owner, shop, what, **typed) == 302


def page_of(visitor: Visitor, shop: Shop) -> str:
    return text_of(visitor.get("settings_connection", shop.pk))


def test_an_owner_is_led_from_the_first_question_to_a_filled_queue(
    owner: Visitor, shop: Shop, book: Book
) -> None:
    book.change("7100000000000000001")
    book.change("7100000000000000002")
    assert "平台能访问到这台售后台吗" in page_of(owner, shop)
    step(owner, shop, "mode", mode="push")
    assert 'name="secret"' in page_of(owner, shop)
    step(owner, shop, "keys", **KEYS)
    page = page_of(owner, shop)
    assert 'href="https://yes.example.com/authorize?app=app-1' in page
    assert SECRET not in page
    step(owner, shop, "self", shop_id="77")
    link = Link.objects.get(shop=shop)
    page = page_of(owner, shop)
    assert f"/push/douyin/{link.push_path}" in page
    assert "等第一条消息" in page
    assert 'hx-trigger="every 3s"' in page
    book.clock.now = now()
    for _ in range(3):
        Link.objects.update(poll_at=None)
        poll_due(wall_clock)
    part = text_of(owner.get("settings_connection_live", shop.pk, part=True))
    assert "读取了 2 张售后单" in part
    assert "<html" not in part
    gone_on = owner.get("settings_connection_live", shop.pk, step="fill", part=True)
    assert gone_on.headers["HX-Refresh"] == "true"
    Link.objects.update(pushed_at=now())
    part = text_of(owner.get("settings_connection_live", shop.pk, part=True))
    assert "hx-trigger" not in part
    assert Ticket.objects.filter(shop=shop).count() == 2
    assert "已连接" in words_of(owner.get("settings_connections"))
    assert "还剩 179 天" in words_of(owner.get("settings_connections"))
    assert "还剩 179 天" in words_of(owner.get("home"))


def test_the_platform_leads_back_only_to_the_browser_that_asked(
    owner: Visitor, shop: Shop, book: Book
) -> None:
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS)
    found = re.search(r"state=([\w.-]+)", page_of(owner, shop))
    assert found
    state = found.group(1)
    calls = len(book.calls)
    for forged in ("", "x", f"{shop.pk}.", f"{shop.pk}.guess", state[:-1]):
        assert owner.get("settings_authorised", code="good", state=forged).status_code == 422
    other = visitor(make_person("another", Role.OWNER, shop))
    assert other.get("settings_authorised", code="good", state=state).status_code == 422
    assert len(book.calls) == calls
    answer = owner.get("settings_authorised", code="good", state=state)
    assert answer.headers["Location"] == f"/settings/connections/{shop.pk}/"
    assert Connection.objects.get(shop=shop).state == "connected"
    assert Shop.objects.get(pk=shop.pk).channel == "douyin"
    assert owner.get("settings_authorised", code="good", state=state).status_code == 422, (
        "a state serves once"
    )


def test_a_code_may_be_pasted_or_the_address_that_holds_it(owner: Visitor, shop: Shop, book: Book) -> None:
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS)
    assert step(owner, shop, "code", code="https://desk.example.com/?state=1") == 422
    assert step(owner, shop, "code", code="https://desk.example.com/?state=1&code=good") == 302
    assert book.named("authorise") == [{"code": "good"}]


def test_an_app_for_own_use_asks_for_the_id_of_the_shop_once(owner: Visitor, shop: Shop, book: Book) -> None:
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS)
    assert 'name="shop_id"' in page_of(owner, shop)
    for wrong in ("", "  ", "山茶小店", "77a", "７７", "7" * 33):
        answer = owner.post("settings_connection_change", shop.pk, "self", shop_id=wrong, part=True)
        assert "店铺 ID 没填" in text_of(answer)
    assert book.named("authorise") == []
    assert step(owner, shop, "self", shop_id=" 77 ") == 302
    assert Shop.objects.get(pk=shop.pk).platform_shop_id == "77"
    assert 'name="shop_id"' not in page_of(owner, shop)
    assert step(owner, shop, "self") == 302


@pytest.mark.usefixtures("book")
def test_a_link_stands_there_where_the_platform_has_a_page_for_the_app(
    owner: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "douyin", Douyin())
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS)
    page = page_of(owner, shop)
    assert "打开平台授权页" not in page
    assert 'name="code"' in page
    step(owner, shop, "keys", **KEYS, service_id=" 23104 ")
    page = page_of(owner, shop)
    assert "authorize?service_id=23104&amp;state=" in page
    assert "打开平台授权页" in page
    assert step(owner, shop, "keys", **KEYS, service_id="2" * 65) == 422
    step(owner, shop, "disconnect")
    assert Link.objects.get(shop=shop).service_id == ""


@pytest.mark.usefixtures("book")
def test_where_no_app_is_for_own_use_the_page_offers_none(
    owner: Visitor, shop: Shop, settings: Settings
) -> None:
    settings.PLATFORM_URLS |= {"kuaishou": settings.PLATFORM_URLS["douyin"]}
    settings.PLATFORM_AUTHORISE_URLS |= {"kuaishou": "https://yes.example.com"}
    Shop.objects.filter(pk=shop.pk).update(platform="kuaishou")
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS | {"sign_secret": SECRET})
    page = page_of(owner, shop)
    assert 'name="code"' in page
    assert "自用型" not in page


def test_a_refusal_of_the_platform_stands_on_the_page_in_its_words(
    owner: Visitor, shop: Shop, book: Book
) -> None:
    step(owner, shop, "mode", mode="poll")
    step(owner, shop, "keys", **KEYS)
    answer = owner.post("settings_connection_change", shop.pk, "code", code="bad", part=True)
    assert "平台这样说。" in text_of(answer)
    assert "平台这样说。" in page_of(owner, shop)
    assert book.named("list") == []


def test_keys_are_never_shown_again(owner: Visitor, shop: Shop, book: Book) -> None:
    connect(owner, shop)
    link = Link.objects.get(shop=shop)
    for page in ("settings_connections", "settings_connection", "settings_connection_live", "settings_shop"):
        text = text_of(owner.get(page, *([] if page == "settings_connections" else [shop.pk])))
        for secret in (SECRET, link.access_token, link.refresh_token, book.access):
            assert secret not in text


@pytest.mark.parametrize("role", [Role.LEAD, Role.AGENT, Role.FINANCE])
def test_only_the_owner_takes_a_step(
    as_role: Callable[[Role], Visitor],
    role: Role,
    owner: Visitor,
    shop: Shop,
    book: Book,
) -> None:
    connect(owner, shop, "push")
    before = Event.objects.count()
    someone = as_role(role)
    for what in ("mode", "keys", "code", "self", "check", "dry-run", "poll", "disconnect"):
        assert step(someone, shop, what, mode="poll", code="good", on="1", **KEYS) == 403
    assert Event.objects.count() == before
    if role == Role.LEAD:
        page = page_of(someone, shop)
        assert "只有店主" in page
        assert '<form class="setting"' not in page
    else:
        assert someone.get("settings_connection", shop.pk).status_code == 403
    assert len(book.named("authorise")) == 1


def test_each_step_is_an_event_and_says_no_secret(owner: Visitor, shop: Shop, book: Book) -> None:
    connect(owner, shop)
    step(owner, shop, "dry-run", on="1")
    step(owner, shop, "disconnect")
    rows = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    assert [row.kind for row in rows] == [
        "shop_connection_mode", "shop_connection_keys", "shop_connection_grant", "held", "shop_connection",
        "shop_connection_dry_run", "shop_connection",
    ]  # fmt: skip
    written = b"".join(bytes(row.payload) for row in rows).decode()
    assert SECRET not in written
    assert book.access not in written
    page = words_of(owner.get("settings_shop", shop.pk))
    assert "试运行" in page


def test_a_dry_run_is_marked_and_ended(owner: Visitor, shop: Shop, book: Book) -> None:
    connect(owner, shop)
    assert book.named("list")
    step(owner, shop, "dry-run", on="1")
    assert "chip-warn" in page_of(owner, shop)
    assert "chip-warn" in text_of(owner.get("settings_connections"))
    step(owner, shop, "dry-run", on="0")
    assert "chip-warn" not in page_of(owner, shop)


def test_a_shop_that_is_shut_out_says_since_when_how_many_and_who_on_every_page(
    owner: Visitor, agent: Visitor, shop: Shop
) -> None:
    make_ticket(shop, 1, due_at=soon(3))
    make_ticket(shop, 2, due_at=soon(5))
    Connection.objects.create(shop=shop, state="unauthorised", since=now())
    for someone in (owner, agent):
        said = words_of(someone.get("queue"))
        assert "2 张售后单在倒计时" in said
        assert "owner" in said
        assert "重新授权" in said


@pytest.mark.parametrize("state", ConnectionState)
def test_the_state_of_a_connection_is_said_in_english_too(owner: Visitor, shop: Shop, state: str) -> None:
    Connection.objects.create(shop=shop, state=state, since=now())
    english = visitor(owner.person, "en")
    for page in ("settings_connections", "settings_shops"):
        said = words_of(english.get(page))
        assert not re.search("已连接|未连接|授权失效", said)
        assert re.search("connected|authorisation lost", said)


def test_who_may_authorise_a_shut_out_shop_is_led_to_the_button_from_every_page(
    owner: Visitor, lead: Visitor, shop: Shop
) -> None:
    Connection.objects.create(shop=shop, state="unauthorised", since=now())
    Link.objects.create(shop=shop, push_path="p", created_at=now(), app_key="app", service_id="1")
    page = reverse("settings_connection", args=[shop.pk])
    for there in ("queue", "settings_connections"):
        assert f'<a href="{page}">去处理</a>' in text_of(owner.get(there))
        assert f'<a href="{page}">去处理</a>' not in text_of(lead.get(there))
    button = f'<a class="btn" href="{page}">重新授权</a>'
    assert button in text_of(owner.get("settings_connections"))
    assert button not in text_of(lead.get("settings_connections"))
    assert "打开平台授权页" in words_of(owner.client.get(page))


def test_a_shop_on_hold_that_is_connected_is_not_asked_for_a_sheet(owner: Visitor, shop: Shop) -> None:
    Connection.objects.create(shop=shop, state="connected", since=now())
    Shop.objects.filter(pk=shop.pk).update(held=True)
    said = words_of(owner.get("queue"))
    assert "重新读取" in said
    assert "导入" not in said.split("山茶小店")[1][:40]


def test_what_differed_at_night_is_listed(owner: Visitor, shop: Shop, book: Book) -> None:
    connect(owner, shop)
    assert book.calls
    counts = {"open": 3, "ended": 1}
    run = Reconciliation.objects.create(
        shop=shop, day=now().date(), since=now(), until=now(), theirs=counts, ours=counts,
        started_at=now(), ended_at=now(),
    )  # fmt: skip
    Difference.objects.create(run=run, ticket_no="7100000000000000009", kind="not_there", ours="待处理")
    page = words_of(owner.get("settings_connection", shop.pk))
    assert "7100000000000000009" in page
    assert "到后台看看" in page


def test_an_address_inside_the_network_is_said_to_be_no_address_for_a_platform(
    owner: Visitor, shop: Shop, book: Book, settings: Settings
) -> None:
    connect(owner, shop, "push")
    assert book.calls
    assert "AFTERSALE_PUBLIC_URL" in page_of(owner, shop)
    settings.PUBLIC_URL = "https://desk.example.com"
    page = page_of(owner, shop)
    assert "https://desk.example.com/push/douyin/" in page
    assert "AFTERSALE_PUBLIC_URL" not in page


def test_the_outgoing_address_is_shown_where_it_is_known(
    owner: Visitor, shop: Shop, settings: Settings
) -> None:
    assert "AFTERSALE_OUTGOING_ADDRESS" in page_of(owner, shop)
    settings.OUTGOING_ADDRESS = "203.0.113.9"
    assert "203.0.113.9" in page_of(owner, shop)


def test_a_step_that_nobody_knows_is_not_there(owner: Visitor, shop: Shop) -> None:
    assert step(owner, shop, "nonsense") == 404
    assert step(owner, shop, "keys", **KEYS) == 404, "there is nothing to enter keys for yet"
    assert step(owner, shop, "mode", mode="nonsense") == 422


@pytest.mark.usefixtures("book")
def test_how_often_a_shop_is_asked_is_its_own_within_bounds(owner: Visitor, shop: Shop) -> None:
    connect(owner, shop)
    assert "现在每 60 秒查一次" in words_of(owner.get("settings_connection", shop.pk))
    for wrong in ("14", "901", "-5", "1.5", "快一点"):
        assert step(owner, shop, "pace", seconds=wrong) == 422
    assert step(owner, shop, "pace", seconds="20") == 302
    assert "现在每 20 秒查一次" in words_of(owner.get("settings_connection", shop.pk))
    begun = wall_clock()
    for _ in range(3):
        Link.objects.update(poll_at=None)
        poll_due(wall_clock)
    link = Link.objects.get(shop=shop)
    assert link.poll_at
    assert 15 <= (link.poll_at - begun).total_seconds() <= 60
    assert step(owner, shop, "pace", seconds="") == 302
    assert Link.objects.get(shop=shop).poll_s is None
    assert Event.objects.filter(kind="shop_connection_poll_s").count() == 2


@pytest.mark.usefixtures("book")
def test_how_many_values_may_be_opened_is_set_by_the_owner(owner: Visitor, lead: Visitor, shop: Shop) -> None:
    connect(owner, shop)
    assert step(owner, shop, "reveals", reveals="5") == 302
    assert Link.objects.get(shop=shop).reveals_a_day == 5
    assert step(owner, shop, "reveals", reveals="2001") == 422
    assert step(lead, shop, "reveals", reveals="9") == 403


class WithoutOrders(Scripted):
    """Be an app that may read tickets and no orders."""

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        found = super().read(ticket_no, hands)
        return replace(found, sources={**found.sources, "paid_at": NO_ORDER}) if found else None


def test_what_the_app_may_read_is_tried_and_said_area_by_area(
    owner: Visitor, shop: Shop, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(owner, shop)
    assert "订单 还没试：当时没有售后单" in words_of(owner.get("settings_connection", shop.pk))
    book.change("7100000000000000001")
    assert step(owner, shop, "check") == 302
    assert "售后单 ✓ 能读 订单 ✓ 能读" in words_of(owner.get("settings_connection", shop.pk))
    monkeypatch.setitem(CHANNELS, "douyin", WithoutOrders())
    assert step(owner, shop, "check") == 302
    page = words_of(owner.get("settings_connection", shop.pk))
    assert "订单 读不到 付款、发货、签收和买家信息读不到" in page
