from __future__ import annotations

import pytest

from aftersale.shops.outgoing import UrlRefused
from aftersale.tickets.targets import SCHEMAS, TargetRefused, addresses_of, check_target, own_hosts, send

ROBOT = "bc7a1f8e-7b6c-4a1d-9f3c-0123456789ab"


@pytest.mark.parametrize(
    ("url", "schema"),
    [
        (f"wecombot://{ROBOT}", "wecombot"),
        ("dingtalk://abcd1234abcd1234abcd", "dingtalk"),
        ("dingtalk://SECsecret1234@abcd1234abcd1234", "dingtalk"),
        (f"feishu://{ROBOT}", "feishu"),
        (f"lark://{ROBOT}", "lark"),
        ("mailto://name:secret@example.com", "mailto"),
        ("mailtos://name:secret@mail.example.com:465?to=lead@example.cn", "mailtos"),
    ],
)
def test_our_services_are_understood_by_what_sends_them(url: str, schema: str) -> None:
    assert check_target(url) == schema
    assert schema in SCHEMAS


@pytest.mark.parametrize(
    "url",
    [
        "json://example.com/hook",
        "https://example.com/hook",
        "file:///etc/passwd",
        "syslog://",
        "mailto://name:secret@localhost",
        "mailto://name:secret@127.0.0.1",
        "mailtos://name:secret@192.168.1.10?to=a@example.cn",
        "mailtos://name:secret@mail.local?to=a@example.cn",
        "mailtos://name:secret@169.254.169.254?to=a@example.cn",
        "mailtos://name:secret@example.com?smtp=10.0.0.1&to=a@example.cn",
        "mailtos://name:secret@example.com?smtp=metadata.internal&to=a@example.cn",
        "",
    ],
)
def test_other_schemas_and_private_hosts_are_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_target(url)


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://name:secret@example.com?pgpprv=key.asc",
        "mailtos://name:secret@example.com?pgppub=http://10.0.0.1/key",
        "mailtos://name:secret@example.com?wkd=yes",
        f"wecombot://{ROBOT}?overflow=split",
    ],
)
def test_parameters_that_read_or_call_something_else_are_refused(url: str) -> None:
    with pytest.raises(TargetRefused) as refusal:
        check_target(url)
    assert refusal.value.code == "target.parameter"
    assert "secret" not in refusal.value.message.zh + refusal.value.message.en


@pytest.mark.parametrize("url", ["dingtalk://!", "wecombot://%20"])
def test_an_incomplete_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(TargetRefused) as refusal:
        check_target(url)
    assert refusal.value.code == "target.unreadable"


def test_a_mail_host_of_ones_own_is_allowed_by_name() -> None:
    url = "mailto://name:secret@mail.local?to=a@example.cn"
    assert check_target(url, ["mail.local"]) == "mailto"


def test_no_host_of_ones_own_is_allowed_unless_set() -> None:
    assert own_hosts() == ()


def test_a_public_name_that_leads_inside_is_not_called() -> None:
    with pytest.raises(UrlRefused):
        send(
            "mailtos://n:s@mail.example.com?to=a@example.cn",
            "t",
            "b",
            resolve=lambda _: ["8.8.8.8", "10.0.0.1"],
        )


def test_a_refused_address_is_not_called() -> None:
    with pytest.raises(UrlRefused):
        send("mailtos://n:s@10.0.0.1?to=a@example.cn", "t", "b", resolve=lambda _: [])


def test_a_name_is_resolved_before_it_is_called() -> None:
    assert addresses_of("127.0.0.1") == ["127.0.0.1"]
    assert addresses_of("no-such-host.invalid") == []
