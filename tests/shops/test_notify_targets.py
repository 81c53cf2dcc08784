"""People are reached where they say; addresses are checked first and never said again."""

from __future__ import annotations

import pytest

from aftersale.domain.roles import Role
from aftersale.shops.models import NotifyTarget
from aftersale.shops.outgoing import UrlRefused
from aftersale.shops.targets import (
    MOST_TARGETS,
    NewTarget,
    TargetWrong,
    add_target,
    from_webhook,
    may_see,
    remove_target,
    schema_of,
)
from tests.shops.desks import make_person, make_shop

pytestmark = pytest.mark.django_db
URL = "wecombot://0123456789abcdef"


def let_pass(_url: str) -> None:
    """Find nothing wrong with an address."""


def refuse(_url: str) -> None:
    """Find an address wrong."""
    raise UrlRefused("url.schema", "ftp")


def test_a_target_is_added_and_what_changed_holds_no_address() -> None:
    person = make_person()
    made, change = add_target(person, NewTarget("客服群", URL), let_pass)
    assert NotifyTarget.objects.get().url == URL
    assert URL not in f"{change.before}{change.after}"
    assert schema_of(made) == "wecombot"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (NewTarget("", URL), "target.name"),
        (NewTarget("长" * 65, URL), "target.name"),
        (NewTarget("群", URL, 1440), "target.time"),
        (NewTarget("群", URL, -1), "target.time"),
    ],
)
def test_a_target_that_cannot_be_meant_is_refused(wanted: NewTarget, code: str) -> None:
    with pytest.raises(TargetWrong) as caught:
        add_target(make_person(), wanted, let_pass)
    assert caught.value.code == code


def test_an_address_that_must_not_be_called_is_not_kept() -> None:
    with pytest.raises(UrlRefused):
        add_target(make_person(), NewTarget("群", "ftp://x"), refuse)
    assert not NotifyTarget.objects.exists()


def test_a_person_has_some_targets_and_no_more() -> None:
    person = make_person()
    for number in range(MOST_TARGETS):
        add_target(person, NewTarget(f"群{number}", URL), let_pass)
    with pytest.raises(TargetWrong, match=r"target\.many"):
        add_target(person, NewTarget("群", URL), let_pass)


def test_a_target_goes() -> None:
    made, _change = add_target(make_person(), NewTarget("群", URL), let_pass)
    before = made.pk
    assert remove_target(made).before == str(before)
    assert not NotifyTarget.objects.exists()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-1", "wecombot://abc-1"),
        ("https://oapi.dingtalk.com/robot/send?access_token=abc1", "dingtalk://abc1"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/abc-1", "feishu://abc-1"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/abc-1", "lark://abc-1"),
        ("https://example.com/hook?key=abc", "https://example.com/hook?key=abc"),
        ("http://qyapi.weixin.qq.com/?key=abc", "http://qyapi.weixin.qq.com/?key=abc"),
        (URL, URL),
        ("https://[bad", "https://[bad"),
    ],
)
def test_the_address_of_a_robot_is_taken_as_its_service_shows_it(said: str, written: str) -> None:
    assert from_webhook(said) == written


def test_oneself_and_who_manages_all_of_ones_shops_look_after_targets() -> None:
    mine, yours = make_shop("我店"), make_shop("你店")
    owner, agent = make_person("owner", Role.OWNER, mine), make_person("agent", Role.AGENT, mine)
    stranger = make_person("stranger", Role.OWNER, yours)
    assert may_see(agent, agent)
    assert may_see(owner, agent)
    assert not may_see(agent, owner)
    assert not may_see(stranger, agent)
