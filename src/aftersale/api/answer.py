"""Write values as JSON: frozen dataclasses in, bytes out."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse

_JSON = "application/json; charset=utf-8"
_encode = msgspec.json.Encoder().encode


def answered(value: object, status: int = 200) -> HttpResponse:
    """Answer with a value as JSON; times in ISO 8601, nothing is cached on the way."""
    return HttpResponse(
        _encode(value), content_type=_JSON, status=status, headers={"Cache-Control": "no-store"}
    )
