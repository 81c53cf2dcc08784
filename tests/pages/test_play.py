"""Play the demo's day from the home page: only where the sandbox is all that the desk reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.connections import playing
from aftersale.connections.models import Link
from aftersale.domain.roles import Role
from aftersale.jobs.clock import desk_clock
from aftersale.sandbox.platform.clock import CLOCK
from aftersale.sandbox.wire.server import Plan, Sandbox
from aftersale.shops.models import Shop
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.models.ticket import Lane
from tests.api.desk import make_person, make_shop, make_ticket, now
from tests.pages.desk import text_of, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
_REAL = "https://openapi.example"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run a small sandbox in this process; give where it is told what to do, and its folder."""
    home = tmp_path_factory.mktemp("sandbox")
    running = Sandbox(Plan(home=home, seed=3, now=now().replace(hour=1), tickets=20))
    yield running.addresses["control"], home
    running.close()


@pytest.fixture
def on_stage(settings: Settings, sandbox: tuple[str, Path]) -> Iterator[None]:
    """Let the desk reach the sandbox and nothing else."""
    control, home = sandbox
    settings.SANDBOX_URL, settings.SANDBOX_CLOCK = control, str(home / CLOCK)
    settings.PLATFORM_URLS = settings.PLATFORM_AUTHORISE_URLS = dict.fromkeys(
        ("douyin", "kuaishou"), "http://127.0.0.1:1"
    )
    yield
    if playing.may_play():
        playing.end()


@pytest.fixture
def owner() -> Visitor:
    shop = make_shop("云杉小屋（演示）")
    return visitor(make_person("林总", Role.OWNER, shop))


def pressed(owner: Visitor, act: str, **more: str) -> str:
    answer = owner.post("play", act=act, **more)
    assert (answer.status_code, answer["Location"]) == (302, "/home/")
    return text_of(owner.get("play", part=True))


@pytest.mark.usefixtures("on_stage")
def test_it_is_begun_paused_gone_on_with_and_ended_from_the_home_page(owner: Visitor) -> None:
    home = text_of(owner.get("home"))
    for said in ("播放这一天", "连的平台是本机沙箱", "不会发到真实平台", "整天放完"):
        assert said in home
    assert "every 2s" not in home
    going = pressed(owner, "go", minutes="1")
    assert "every 2s" in going
    assert "暂停" in going
    found = playing.standing()
    assert found is not None
    assert (found.state, found.speed) == ("playing", 930.0)
    assert "every 5s" in text_of(owner.get("home")), "the figures beside it move as well"
    paused = pressed(owner, "pause")
    assert "已暂停" in paused
    assert "继续" in paused
    assert "every 2s" not in paused
    assert "every 2s" in pressed(owner, "go", minutes="10")
    assert "整天放完" in pressed(owner, "end")
    ended = playing.standing()
    assert ended is not None
    assert ended.state == "over"


@pytest.mark.usefixtures("on_stage")
def test_a_day_that_is_over_says_how_it_went_and_what_is_left(owner: Visitor) -> None:
    shop = Shop.objects.get()
    make_ticket(shop, 1, applied_at=now().replace(hour=0))
    pressed(owner, "go", minutes="1")
    make_ticket(shop, 2, applied_at=desk_clock())
    done = make_ticket(shop, 3, applied_at=desk_clock(), lane=Lane.WAITING)
    accept(done, owner.person, Intent("refund", 12_900), desk_clock(), done.sequence)
    said = pressed(owner, "end")
    assert "来了 2 单，人办了 1 单，规则办了 0 单，从这里退给买家 ¥0.00" in said
    assert "现在还有 2 单等你们处理" in said
    assert "every 2s" not in said


@pytest.mark.usefixtures("on_stage")
def test_the_desk_s_clock_is_that_of_the_sandbox(owner: Visitor) -> None:
    before = desk_clock()
    pressed(owner, "go", minutes="3")
    found = playing.standing()
    assert found is not None
    assert found.until is not None
    assert before <= desk_clock() <= found.until
    pressed(owner, "end")


@pytest.mark.usefixtures("on_stage")
@pytest.mark.parametrize("role", [Role.AGENT, Role.TRAINEE, Role.FINANCE])
def test_who_manages_no_shop_only_watches(role: Role) -> None:
    shop = make_shop("云杉小屋（演示）")
    watcher = visitor(make_person("小王", role, shop))
    home = text_of(watcher.get("home"))
    assert "播放这一天" in home
    assert "整天放完" not in home
    assert watcher.post("play", act="go").status_code == 403


@pytest.mark.usefixtures("on_stage")
def test_what_nobody_offers_is_not_there(owner: Visitor) -> None:
    assert owner.post("play", act="rewind").status_code == 404


def test_a_desk_without_a_sandbox_offers_nothing(owner: Visitor) -> None:
    home = text_of(owner.get("home"))
    assert "播放这一天" not in home
    assert "没有连接平台" in home
    assert owner.get("play").status_code == 404
    assert owner.post("play", act="go").status_code == 422


@pytest.mark.usefixtures("on_stage")
def test_a_desk_that_reaches_a_real_platform_never_plays(owner: Visitor, settings: Settings) -> None:
    settings.PLATFORM_URLS = {**settings.PLATFORM_URLS, "kuaishou": _REAL}
    assert owner.get("play").status_code == 404
    assert owner.post("play", act="go").status_code == 422
    assert "播放这一天" not in text_of(owner.get("home"))


@pytest.mark.usefixtures("on_stage")
def test_a_desk_with_a_shop_that_is_not_generated_never_plays(owner: Visitor) -> None:
    real = make_shop("山茶小店")
    Shop.objects.filter(pk=real.pk).update(demo=False)
    link = {"push_path": "p", "created_at": now()}
    Link.objects.create(shop=real, app_key="k", access_until=now(), **link)
    assert owner.post("play", act="go").status_code == 422
    assert owner.get("play").status_code == 404


@pytest.mark.usefixtures("on_stage")
def test_a_sandbox_that_is_gone_takes_the_strip_away_and_no_page_down(
    owner: Visitor, settings: Settings
) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:1/sandbox"
    assert "播放这一天" not in text_of(owner.get("home"))
    assert owner.post("play", act="go").status_code == 422
    settings.SANDBOX_URL = ""
