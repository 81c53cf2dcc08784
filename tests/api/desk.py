"""Set a desk up for calls: two shops, people with roles and tokens, tickets taken in as they come."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from django.test import Client

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.tokens import issue
from aftersale.tickets.models import Ticket
from tests.tickets.taking.notices import ASKED, took

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

_KEYS = count(1)


def now() -> datetime:
    return datetime.now(UTC)


def make_shop(name: str) -> Shop:
    return Shop.objects.create(platform="douyin", name=name, demo=True, created_at=now())


def make_person(name: str, role: Role, *shops: Shop) -> Person:
    person = Person.objects.create(username=name, name=name)
    Membership.objects.bulk_create(Membership(person=person, shop=shop, role=role) for shop in shops)
    return person


def make_ticket(shop: Shop, number: int = 1, **fields: object) -> Ticket:
    """Take a ticket in as a sheet tells it, then lay fields over it."""
    said = replace(ASKED, ticket_no=f"71{number:017}", order_no=f"69{number:017}")
    took(shop, [said])
    ticket = Ticket.objects.get(shop=shop, ticket_no=said.ticket_no)
    if fields:
        Ticket.objects.filter(pk=ticket.pk).update(**fields)
        ticket.refresh_from_db()
    return ticket


@dataclass(frozen=True)
class Caller:
    """Call the API as one person does, with a token."""

    person: Person
    secret: str

    def get(self, path: str, **query: Any) -> HttpResponse:  # noqa: ANN401  # what a query holds
        return Client().get(f"/api{path}", query, headers=self._headers())

    def send(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> HttpResponse:
        named = {"Idempotency-Key": key or f"key-{next(_KEYS)}"} if key != "" else {}
        return Client().generic(
            method,
            f"/api{path}",
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers={**self._headers(), **named, **headers},
        )

    def post(self, path: str, body: object = None, key: str | None = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, key, **headers)

    def upload(self, path: str, fields: Mapping[str, object], key: str = "") -> HttpResponse:
        headers = {**self._headers(), "Idempotency-Key": key or f"key-{next(_KEYS)}"}
        return Client().post(f"/api{path}", fields, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


def caller(person: Person, *scopes: Permission) -> Caller:
    """Give a person a token: with some scopes, else with all that the person has."""
    roles = Membership.objects.filter(person=person).values_list("role", flat=True)
    wanted = frozenset(scopes) or frozenset().union(*(MAY[Role(role)] for role in roles))
    return Caller(person, issue(person, "test", wanted, now() + timedelta(days=1), now()).secret)


def error(response: HttpResponse) -> Any:  # noqa: ANN401  # what the answer holds
    return json.loads(response.content)["error"]


def answer(response: HttpResponse, status: int = 200) -> Any:  # noqa: ANN401  # as above
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content)
