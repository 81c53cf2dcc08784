"""The desk calls no address of a private network, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.shops.outgoing import UrlRefused, check_address, check_url

SCHEMAS = frozenset({"https", "mailtos", "wecombot", "dingtalk", "feishu"})

LITERALS = [
    "127.0.0.1",
    "127.1",
    "0",
    "0.0.0.0",  # noqa: S104  # an address to refuse
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0X7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "10.0.0.8",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "8.8.8.8",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "foo.127",
    "foo.0x7f",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00::1]",
    "[2001:4860:4860::8888]",
    "user:pass@127.0.0.1",
    "good.example.com@127.0.0.1",
    "127.0.0.1:8443",
]
PRIVATE_NAMES = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "nas.lan",
    "router.home.arpa",
    "intranet",
    "db",
]
UNREADABLE = [
    "",
    "https://",
    "https:///etc/passwd",
    "https:hook.example.com",
    "https://hook.example.com:99999/",
    "https://hook.example.com:x/",
    "https://127.0.0.1\\@hook.example.com/",
    "https://hook.example.com/\r\nHost: 127.0.0.1",
    "https://hook.example.com /",
    "https://a@b@hook.example.com/",
    "https://%31%32%37.0.0.1%2f.example.com/",
    "https://[::1/",
    "https://-bad.example.com/",
    "https://127.0.0.1../",
    "https://例え.jp/",
    "https://hook.example.com/" + "a" * 3000,
]


def refused(url: str) -> str:
    """Give the code by which an address is refused."""
    with pytest.raises(UrlRefused) as caught:
        check_url(url, SCHEMAS)
    return caught.value.code


@pytest.mark.parametrize("host", LITERALS)
def test_a_numeric_address_is_refused_in_every_spelling(host: str) -> None:
    assert refused(f"https://{host}/hook") == "url.literal"


@pytest.mark.parametrize("host", PRIVATE_NAMES)
def test_a_name_of_a_private_network_is_refused(host: str) -> None:
    assert refused(f"https://{host}/hook") == "url.private"


@pytest.mark.parametrize("url", UNREADABLE)
def test_what_two_readers_could_read_differently_is_refused(url: str) -> None:
    assert refused(url) == "url.unreadable"


@pytest.mark.parametrize("schema", ["http", "file", "ftp", "gopher", "javascript", "syslog", "HTTP"])
def test_a_schema_that_is_not_listed_is_refused(schema: str) -> None:
    assert refused(f"{schema}://hook.example.com/") == "url.schema"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hook.example.com/x?key=1", "hook.example.com"),
        ("HTTPS://Hook.Example.com./x", "hook.example.com"),
        ("https://hook.example.com:8443/x", "hook.example.com"),
        (
            "mailtos://desk:secret@mail.example.com?to=a@example.com&smtp=smtp.example.com:465",
            "mail.example.com",
        ),
        ("wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa", ""),
        ("feishu://0123456789", ""),
        ("dingtalk://SEC1@token/13800138000", ""),
    ],
)
def test_a_public_name_passes_and_a_service_has_no_host(url: str, host: str) -> None:
    assert check_url(url, SCHEMAS) == host


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("smtp=127.0.0.1", "url.literal"),
        ("smtp=0x7f.1:25", "url.literal"),
        ("SMTP=localhost", "url.private"),
        ("to=a@example.com&smtp=[::1]", "url.literal"),
        ("+host=10.0.0.1", "url.literal"),
        ("smtp=", "url.unreadable"),
        ("verify=no", "url.unverified"),
        ("verify=False", "url.unverified"),
    ],
)
def test_parameters_that_name_a_host_or_switch_off_certificates_are_looked_at(query: str, code: str) -> None:
    assert refused(f"mailtos://desk:secret@mail.example.com?{query}") == code


def test_a_host_on_the_list_passes_in_its_plain_spelling_only() -> None:
    assert check_url("https://mail.lan/", SCHEMAS, ["Mail.lan"]) == "mail.lan"
    assert check_url("https://10.0.0.8:8443/", SCHEMAS, ["10.0.0.8"]) == "10.0.0.8"
    for spelling in ("10.8", "0x0a000008", "012.0.0.8"):
        with pytest.raises(UrlRefused):
            check_url(f"https://{spelling}/", SCHEMAS, ["10.0.0.8"])


def test_the_message_repeats_no_key_and_no_password() -> None:
    for url in (
        "mailtos://desk:hunter2secret@10.0.0.1",
        "slack://tokenA/tokenB",
        "https://k3y@localhost/tok3n",
    ):
        with pytest.raises(UrlRefused) as caught:
            check_url(url, SCHEMAS)
        said = caught.value.message.zh + caught.value.message.en + str(caught.value)
        assert not any(secret in said for secret in ("hunter2secret", "tokenA", "k3y", "tok3n"))


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]))
def test_no_single_number_passes_as_a_host(number: int, spelling: str) -> None:
    assert refused(f"https://{spelling.format(number)}/") == "url.literal"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.0.0.1", "::1", "::",
        "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::10.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        check_address(address)
    assert caught.value.code == "url.private"


def test_a_public_or_an_allowed_resolved_address_passes() -> None:
    check_address("8.8.8.8")
    check_address("2001:4860:4860::8888")
    check_address("10.0.0.8", ["10.0.0.8"])
    with pytest.raises(UrlRefused):
        check_address("not an address")
