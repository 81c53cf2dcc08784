"""Look at pages as people do: sign in by role, read what a page says, press what it offers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersale.evidence.models import Event
from tests.api.desk import now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PART = {"HX-Request": "true"}
"""What the script of the pages sends with a request for a part."""


@dataclass(frozen=True)
class Visitor:
    """Hold a signed-in person with a browser."""

    person: Person
    client: Client

    # Any: forms are put together from parts, and mypy counts `part` among what those may hold.
    def get(self, name: str, /, *ids: object, part: Any = False, **query: Any) -> HttpResponse:  # noqa: ANN401
        """Open a page by its name."""
        return self.client.get(reverse(name, args=ids), query, headers=PART if part else {})

    def post(self, name: str, /, *ids: object, part: Any = False, **typed: Any) -> HttpResponse:  # noqa: ANN401
        """Send a form by the name of its page."""
        return self.client.post(reverse(name, args=ids), typed, headers=PART if part else {})


def visitor(person: Person, lang: str = "zh-hans") -> Visitor:
    """Sign a person in."""
    client = Client(headers={"accept-language": lang})
    client.force_login(get_user_model().objects.get(pk=person.pk), _BACKEND)
    return Visitor(person, client)


def text_of(response: HttpResponse) -> str:
    """Give what a page says, as it was sent."""
    return response.content.decode()


def words_of(response: HttpResponse) -> str:
    """Give what a reader sees of a page: no marks, blanks put together."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def kinds(ticket: Ticket) -> list[str]:
    """Name the events of a ticket in order."""
    found = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("sequence")
    return list(found.values_list("kind", flat=True))


def seen(ticket: Ticket) -> dict[str, object]:
    """Give what a form of this ticket carries so that nobody acts on what they did not see."""
    ticket.refresh_from_db()
    return {"sequence": ticket.sequence}


def soon(hours: float) -> datetime:
    """Give a time some hours from now."""
    return now() + timedelta(hours=hours)


def queries(visitor: Visitor, address: str, headers: Mapping[str, str] | None = None) -> int:
    """Count the SQL queries of a page; it is opened once before, so that rulebooks are in memory."""
    visitor.client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        response = visitor.client.get(address, headers=headers)
    assert response.status_code == 200
    return len(asked)
