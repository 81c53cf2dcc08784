"""Play the demo's day on the sandbox's clock: begin, faster or slower, pause, end, and what just happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.api.faults import NotHere
from aftersale.connections import playing
from aftersale.domain.roles import Permission
from aftersale.insight.played import span_of
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.permissions import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse

    from aftersale.insight.played import Span

# By how many minutes a whole day takes: seconds of the sandbox in one of the wall's.
SPEEDS: Mapping[str, float] = {"10": 93.0, "3": 310.0, "1": 930.0}
USUAL = "3"


@page
def play(ask: Ask) -> HttpResponse:
    """Show how far the day is; when something is pressed, do it."""
    if ask.request.method == "POST":
        return _done(ask)
    now = playing.standing()
    if now is None:
        raise NotHere
    return shown(ask, "_play.html", **strip(ask, now))


def strip(ask: Ask, now: playing.Playing | None) -> dict[str, Any]:
    """Give what the strip on the home page shows; whoever manages no shop only watches."""
    return {
        "play": now,
        "speeds": SPEEDS,
        "chosen": next((name for name, speed in SPEEDS.items() if now and speed == now.speed), USUAL),
        "may_play": bool(ask.caller.shops(Permission.MANAGE_SHOP)),
        "went": _went(ask, now),
    }


def _went(ask: Ask, now: playing.Playing | None) -> Span | None:
    """Sum up a day that is over."""
    if now is None or now.state != "over" or now.begun is None or now.until is None:
        return None
    return span_of(ask.caller.seen_shops(), now.begun, now.until)


def _done(ask: Ask) -> HttpResponse:
    if not ask.caller.shops(Permission.MANAGE_SHOP):
        raise NotAllowed(Permission.MANAGE_SHOP)
    act = _ACTS.get(ask.said("act"))
    if act is None:
        raise NotHere
    act(ask)
    return HttpResponseRedirect(reverse("home"))


_ACTS: Mapping[str, Callable[[Ask], None]] = {
    "go": lambda ask: playing.play(SPEEDS.get(ask.said("minutes"), SPEEDS[USUAL])),
    "pause": lambda _ask: playing.pause(),
    "end": lambda _ask: playing.end(),
}
