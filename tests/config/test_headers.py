"""Every answer carries the headers that keep a browser to this site, and no page needs inline scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, path

from aftersale.config.headers import Size
from aftersale.domain.roles import Role
from tests.config.clients import LOGIN, browser, forget_tries
from tests.shops.desks import make_person, make_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponseBase
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son\w+\s*=|javascript:|<script(?![^>]*(?:\bsrc=|type=\"application/json\"))",
    re.IGNORECASE,
)


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Give every address of the desk, with something where a part is left open."""
    for each in (resolver or get_resolver()).url_patterns:
        part = prefix + re.sub(
            r"[\^$]|\\Z", "", re.sub(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)", "1", str(each.pattern))
        )
        if isinstance(each, URLPattern):
            yield part
        else:
            yield from addresses(each, part)


def check(response: HttpResponseBase) -> None:
    """Look at the headers of one answer."""
    for name, value in EXPECTED.items():
        assert response.headers.get(name) == value, name
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "no-store" in response.headers["Cache-Control"]
    # What is only downloaded is no page of the desk: no browser runs it here.
    downloaded = response.headers.get("Content-Disposition", "").startswith("attachment")
    if response.headers.get("Content-Type", "").startswith("text/html") and not downloaded:
        assert not INLINE.search(response.content.decode())  # type: ignore[attr-defined]


def test_there_are_addresses_to_look_at() -> None:
    assert {LOGIN, "/accounts/2fa/totp/activate/"} <= set(addresses())


@pytest.mark.parametrize("role", [None, Role.AGENT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_sends_the_headers(method: str, role: Role | None) -> None:
    forget_tries()
    client = browser()
    client.raise_request_exception = False
    person = make_person("wang", role, make_shop())
    for address in sorted(set(addresses())):
        if role:
            client.force_login(person)
        check(getattr(client, method)(address))


@pytest.mark.parametrize(
    "address", ["/nowhere", "/accounts/", "/../etc/passwd", "/static/nowhere.js", "/%00"]
)
def test_an_address_that_is_none_sends_them_too(address: str) -> None:
    response = browser().get(address)
    assert response.status_code == 404
    check(response)
    said = response.content.decode()
    assert "没有这一页" in said
    assert "There is no such page" in said


def _break(_request: HttpRequest) -> HttpResponse:
    name = "王小明 13812345678"
    raise RuntimeError(name)


def _deny(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("because of 13812345678")


def _suspect(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("because of 13812345678")


urlpatterns = [path("break", _break), path("deny", _deny), path("suspect", _suspect)]


@pytest.mark.parametrize(
    ("address", "status", "zh", "en"),
    [
        ("/break", 500, "系统出错了", "Something went wrong"),
        ("/deny", 403, "你不能打开这一页", "Your role does not open this page"),
        ("/suspect", 400, "这个请求读不懂", "This request cannot be read"),
    ],
)
def test_a_page_of_an_error_tells_no_detail(
    address: str, status: int, zh: str, en: str, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    response = client.get(address)
    assert response.status_code == status
    check(response)
    said = response.content.decode()
    assert zh in said
    assert en in said
    assert not re.search("13812345678|王小明|RuntimeError|Traceback|Django", said)


def test_another_host_name_is_refused() -> None:
    response = browser().get(LOGIN, headers={"host": "evil.example.com"})
    assert response.status_code == 400
    check(response)
    assert "evil.example.com" not in response.content.decode()


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("0", 200),
        ("", 200),
        ("99", 200),
        ("100", 200),
        ("101", 413),
        ("9" * 30, 413),
        ("-1", 413),
        ("1e3", 413),
    ],
)
def test_a_request_that_announces_too_much_is_not_read(length: str, status: int, settings: Settings) -> None:
    settings.LARGEST_REQUEST_BYTES = 100
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = length
    response = Size(lambda _request: HttpResponse())(request)
    assert response.status_code == status


def test_too_many_fields_are_refused(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    response = browser().post(LOGIN, {f"f{number}": "1" for number in range(11)})
    assert response.status_code == 400
    check(response)


def test_files_of_pages_may_be_kept_by_the_browser() -> None:
    response = browser().get("/static/mfa/js/recovery_codes.js")
    assert response.status_code == 200
    assert "no-store" not in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    response.close()
