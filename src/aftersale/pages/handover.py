"""Say how one stands - on duty, on a break, off - and hand everything over with one note."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.models import Person
from aftersale.shops.permissions import shops_with
from aftersale.tickets import handover as flow
from aftersale.tickets.models.presence import Here
from aftersale.tickets.queries import rows_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

_SHOWN, _LONGEST, _DIGITS = 200, 2_000, 18


def state_words() -> dict[str, str]:
    """Name how a person stands."""
    return {"on": _("on duty"), "break": _("on a break"), "off": _("off duty")}


@page
def handover(ask: Ask) -> HttpResponse:
    """Show what is open with the person, and who could take it."""
    mine = flow.open_of(ask.person)
    found = list(mine.order_by("queue_at", "id").values_list("pk", "lane", "shop_id"))
    shops = sorted({shop for _pk, _lane, shop in found})
    row = flow.state_of(ask.person)
    return shown(
        ask,
        "handover.html",
        rows=rows_of([pk for pk, _lane, _shop in found[:_SHOWN]]),
        lanes=Counter(lane for _pk, lane, _shop in found),
        total=len(found),
        here=row.state if row else Here.ON.value,
        since=row.since if row else None,
        states=state_words(),
        by_rule=bool(ask.caller.shops(Permission.ASSIGN)),
        people=flow.colleagues_of(ask.person, shops or ask.caller.seen_shops()),
    )


@require_POST
@page
def give(ask: Ask) -> HttpResponse:
    """Hand every open ticket of the person over."""
    to = _to(ask)
    theirs = frozenset(shops_with(to, Permission.ANSWER).values_list("pk", flat=True)) if to else frozenset()
    done = flow.hand_over(ask.person, to, theirs, ask.said("note")[:_LONGEST], ask.now)
    ask.tell(_("Handed over: {count}.").format(count=done.tickets))
    if done.stayed:
        ask.tell(
            _("{count} stay with you: the colleague does not work in that shop.").format(count=done.stayed)
        )
    if ask.said("off"):
        flow.stand(ask.person, Here.OFF, ask.now)
    return HttpResponseRedirect(reverse("handover"))


def _to(ask: Ask) -> Person | None:
    said = ask.said("to")
    if said == "nobody":
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS):
        raise Incomplete
    person = Person.objects.filter(pk=int(said), is_active=True).exclude(pk=ask.person.pk).first()
    if person is None or not shops_with(person).filter(pk__in=ask.caller.seen_shops()).exists():
        raise NotHere
    return person


@require_POST
@page
def stand(ask: Ask) -> HttpResponse:
    """Say how one stands."""
    if ask.said("state") not in set(Here):
        raise Incomplete
    flow.stand(ask.person, Here(ask.said("state")), ask.now)
    return HttpResponseRedirect(reverse("handover"))
