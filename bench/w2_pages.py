"""Name the pages that W2 asks for, as people who are signed in: queue, search, ticket, home."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

if TYPE_CHECKING:
    from aftersale.shops.models import Person

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FIVE = "stage=receive&reason=damaged&claim=exchange&due=24"


def page_calls(agent: Person, lead: Person, article: str) -> list[dict[str, object]]:
    """Name each page with its addresses and the cookie of whoever opens it."""
    as_agent, as_lead = _cookie(agent), _cookie(lead)
    pages = [
        ("page of the queue", ["/queue/"], as_agent),
        (
            "page of the queue, five filters",
            [f"/queue/?{FIVE}&least={yuan}" for yuan in range(5, 200)],
            as_agent,
        ),
        ("page of a search, article", [f"/search/?q={quote(article)}"], as_agent),
        ("page of a search, two characters", [f"/search/?q={quote(article[2:4])}"], as_agent),
        ("page of a ticket, 200 events, 30 files", ["/tickets/1/"], as_agent),
        ("page of the desk at a glance, 5 shops", ["/home/"], as_agent),
        ("page of the desk at a glance, 20 shops", ["/home/"], as_lead),
        ("page of articles by reason, 30 days, 20 shops", ["/by-reason/"], as_lead),
        ("page of articles by reason, 90 days, 20 shops", ["/by-reason/?days=90"], as_lead),
    ]
    return [{"name": name, "paths": paths, "headers": who} for name, paths, who in pages]


def _cookie(person: Person) -> dict[str, str]:
    """Sign a person in with both factors, and give the cookie."""
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(person.pk), _BACKEND
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store["account_authentication_methods"] = [{"method": "mfa"}]
    store.create()
    return {"Cookie": f"session={store.session_key}"}
