"""Take what platforms push: no session, no form token; who does not sign as a shop's app learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from aftersale.connections.pushes import LARGEST_PUSH, receive
from aftersale.jobs.clock import desk_clock

if TYPE_CHECKING:
    from django.http import HttpRequest

_TOO_LARGE, _NOT_HERE = 413, 404


@csrf_exempt
@require_POST
def push(request: HttpRequest, platform: str, path: str) -> HttpResponse:
    """Answer a push as the platform wants it; what is too large is not read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdecimal() or int(length[:20]) > LARGEST_PUSH:
        return HttpResponse(status=_TOO_LARGE)
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = receive(platform, path, headers, request.read(LARGEST_PUSH), desk_clock())
    if answer is None:
        return HttpResponse(status=_NOT_HERE)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
