"""Put the calls together: one API, its OpenAPI document and a page to read it, from files of the package."""

from typing import Any

from ninja import NinjaAPI

from aftersale import __version__
from aftersale.api import (
    actions,
    costs,
    decisions,
    desk,
    erasure,
    evidence,
    facts,
    imports,
    parcels,
    products,
    rules,
    stops,
    talks,
    tickets,
    views,
    work,
)
from aftersale.api.access import SIGNED_IN
from aftersale.api.faults import speak
from aftersale.api.once import HEADER

_ABOUT = """The desk for programs. Send `Authorization: Bearer` with a token of yours, or use the session of
the page with its CSRF token. Lists go on by their cursor. Every write takes an `Idempotency-Key`: the same
key with the same request gives the stored answer and does nothing again for seven days. A token sends one.
Faults come in one shape, in Chinese or in English as `Accept-Language` asks. Money is in fen, times are in
ISO 8601.
"""
_WRITES = frozenset({"post", "put", "delete"})


class Desk(NinjaAPI):
    """Describe the API with the key that every write takes."""

    def get_openapi_schema(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # ninja's signature
        """Give the OpenAPI document."""
        document = super().get_openapi_schema(*arguments, **named)
        for path in document["paths"].values():
            for method in path.keys() & _WRITES:
                path[method].setdefault("parameters", []).append(_KEY)
        return document


_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "Required with a token: a new one for each write, the same for a retry.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9_.:-]+$"},
}


def interface() -> NinjaAPI:
    """Build the API; a process builds it once."""
    api = Desk(
        title="Aftersale 售后台",
        version=__version__,
        description=_ABOUT,
        auth=SIGNED_IN,
        urls_namespace="api",
    )
    speak(api)
    api.add_router("/tickets", tickets.router)
    rooms = (
        facts,
        work,
        decisions,
        costs,
        actions,
        imports,
        parcels,
        products,
        rules,
        stops,
        desk,
        erasure,
        evidence,
        talks,
    )
    for each in rooms:
        api.add_router("", each.router)
    api.add_router("/views", views.router)
    return api


api = interface()
