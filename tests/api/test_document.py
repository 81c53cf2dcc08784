"""Hold every call to the OpenAPI document: what it takes, what it answers, and that it never breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from aftersale.api.interface import api
from aftersale.domain.roles import Role
from tests.api.desk import caller, make_person, make_shop, make_ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db
DOCUMENT: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/"))
schema = schemathesis.openapi.from_dict(DOCUMENT)
schema.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def _keep_the_connection() -> Iterator[None]:
    """Let a request end without closing the connection on which the test's transaction is open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


# The answers hang on the database hardly at all: on the second one a few calls tell.
EXAMPLES = 5 if connection.vendor == "sqlite" else 2


@pytest.fixture
def owner() -> Caller:
    shop = make_shop("山茶小店")
    make_ticket(shop)
    return caller(make_person("owner", Role.OWNER, shop))


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_every_call_keeps_to_the_document(case: Any, owner: Caller) -> None:  # noqa: ANN401  # schemathesis' case
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {owner.secret}"}
    response = case.call()
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    case.validate_response(response, checks=checks)


def test_the_document_is_openapi_3_1_and_its_calls_are_named_once() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    named = [call["operationId"] for path in DOCUMENT["paths"].values() for call in path.values()]
    assert sorted(named) == sorted(set(named))


def test_every_write_takes_a_key() -> None:
    for path in DOCUMENT["paths"].values():
        for method, call in path.items():
            keys = [each for each in call.get("parameters", []) if each["name"] == "Idempotency-Key"]
            assert len(keys) == (0 if method == "get" else 1)


def test_the_page_reads_from_this_desk_alone_and_runs_no_inline_script() -> None:
    page = Client().get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", text) == []
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in each or "application/json" in each for each in scripts)
    assert "style=" not in text
    for address in re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", text):
        file = Client().get(address)
        assert file.status_code == 200
        assert b"".join(file)
        file.close()
