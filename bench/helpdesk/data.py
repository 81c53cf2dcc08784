"""Fill django-helpdesk with as many tickets, and name the same calls to make."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 6, 10, 1, tzinfo=UTC)
QUEUES, BUYERS, OPEN_OF_100, PAGE, EVENTS, FILES, DEPTH = 20, 50_000, 37, 50, 200, 30, 250_000
_OPEN, _CLOSED, _BATCH = 1, 4, 5_000


def _order_no(number: int) -> str:
    return str(6_920_000_000_000_000_000 + number * 7_919)


def _tickets(model: Any, queues: list[Any], tickets: int) -> Iterator[Any]:  # noqa: ANN401  # helpdesk ships no types
    for number in range(tickets):
        yield model(
            title=f"加厚杯子 350ml 蓝色 SKU-{number * 7_919 % 8_000:05}",
            queue=queues[number % QUEUES],
            status=_OPEN if number * 48_271 % 100 < OPEN_OF_100 else _CLOSED,
            submitter_email=f"b{number * 31 % BUYERS}@example.com",
            description=_order_no(number),
            priority=number % 5 + 1,
            created=NOW - timedelta(minutes=number % 400_000),
            modified=NOW,
            due_date=NOW + timedelta(seconds=number * 7 % 900_000),
            secret_key=f"k{number}",
        )


def prepare(tickets: int) -> list[dict[str, object]]:
    """Fill the database and name the calls to make."""
    models = import_module("helpdesk.models")
    staff = get_user_model().objects.create_superuser("agent", "agent@example.com")
    queues = [models.Queue.objects.create(title=f"Queue {n}", slug=f"q{n}") for n in range(QUEUES)]
    made = _tickets(models.Ticket, queues, tickets)
    models.Ticket.objects.bulk_create(made, batch_size=_BATCH)
    _busy(models, staff)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    headers = {"Cookie": f"sessionid={_session(staff)}"}
    depth = min(DEPTH, tickets * OPEN_OF_100 // 200)
    paths = {
        "first page": [_listed({}, 0)],
        "page deep": [_listed({}, depth)],
        "search": [
            _listed({"search_string": str(6_920_000_000_000_000_000 + n * 7_919)}, 0) for n in range(40)
        ],
        "ticket": ["/tickets/1/"],
        "dashboard": ["/dashboard/"],
    }
    return [{"name": name, "paths": each, "headers": headers} for name, each in paths.items()]


def _busy(models: Any, staff: Any) -> None:  # noqa: ANN401  # as above
    ticket = models.Ticket.objects.get(pk=1)
    for number in range(EVENTS):
        said = models.FollowUp.objects.create(
            ticket=ticket, date=NOW, title="note", comment=f"第 {number} 条备注", public=True, user=staff
        )
        if number < FILES:
            models.FollowUpAttachment.objects.create(
                followup=said, file=f"{number}.jpg", filename=f"{number}.jpg", mime_type="image/jpeg", size=1
            )


def _session(staff: Any) -> str:  # noqa: ANN401  # as above
    store = SessionStore()
    store[SESSION_KEY] = str(staff.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _listed(more: dict[str, object], start: int) -> str:
    """Ask for a page of open tickets by due date, as its own list does."""
    asked = {"filtering": {"status__in": [_OPEN]}, "sorting": "due_date", **more}
    query = b64encode(json.dumps(asked).encode()).decode()
    order = "order[0][column]=6&order[0][dir]=asc"
    return f"/datatables_ticket_list/{query}?start={start}&length={PAGE}&draw=1&{order}"
