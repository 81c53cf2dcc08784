"""Keep the prepared replies of a shop: who shares what, which version holds, how often it helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.negotiation import replies as flow
from aftersale.negotiation.models import Reply
from aftersale.negotiation.replies import Draft, offered
from aftersale.negotiation.scenes import SCENE_WORDS, STAGE_WORDS, VARIABLES
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.models import Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

_LONGEST, _DIGITS = 2_000, 18


@page
def replies(ask: Ask) -> HttpResponse:
    """List the prepared replies of one shop, by scene and step; when sent, write a new one."""
    shop = _shop(ask)
    if ask.request.method != "POST":
        return _listed(ask, shop)
    ask.caller.let(Permission.NOTE, shop.pk)
    shared = bool(ask.said("shared"))
    if shared:
        ask.caller.let(Permission.ASSIGN, shop.pk)
    try:
        flow.write(shop, ask.person, _draft(ask), ask.now, shared=shared)
    except AftersaleError as refusal:
        return _listed(ask, shop, refusal)
    ask.tell(_("Saved. It is offered on tickets of that scene."))
    return HttpResponseRedirect(f"{reverse('replies')}?shop={shop.pk}")


def _listed(ask: Ask, shop: Shop, why: AftersaleError | None = None) -> HttpResponse:
    scene, stage = ask.said("scene"), ask.said("stage")
    rows = offered(shop, ask.person, "" if why else scene, "" if why else stage)
    around: dict[str, Any] = {
        **_places(),
        "shop": shop,
        "shops": list(Shop.objects.filter(pk__in=ask.caller.seen_shops()).order_by("name")),
        "scene": scene,
        "stage": stage,
        "rows": rows,
        "why": why,
        "may_share": shop.pk in ask.caller.shops(Permission.ASSIGN),
        "may": shop.pk in ask.caller.shops(Permission.NOTE),
    }
    return shown(ask, "replies.html", status=422 if why else 200, **around)


def _places() -> dict[str, Any]:
    return {
        "scenes": {code.value: words.of(lang()) for code, words in SCENE_WORDS.items()},
        "stages": {code.value: words.of(lang()) for code, words in STAGE_WORDS.items()},
        "variables": [(name, words.of(lang())) for name, words in VARIABLES.items()],
    }


@page
def one(ask: Ask, reply_id: int) -> HttpResponse:
    """Show a reply with its versions; when sent, write the next one."""
    reply = _reply(ask, reply_id)
    if ask.request.method != "POST":
        return _one(ask, reply)
    _let_change(ask, reply)
    try:
        flow.rewrite(reply, ask.person, _draft(ask), ask.now)
    except AftersaleError as refusal:
        return _one(ask, reply, refusal)
    ask.tell(_("Saved as a new version; the ones before stay as they were."))
    return HttpResponseRedirect(reverse("reply_one", args=[reply_id]))


def _one(ask: Ask, reply: Reply, why: AftersaleError | None = None) -> HttpResponse:
    versions = list(reply.versions.select_related("by").order_by("-number"))
    around: dict[str, Any] = {
        **_places(),
        "shop": reply.shop,
        "reply": reply,
        "versions": versions,
        "shown": flow.shown(reply),
        "typed": _draft(ask) if why else Draft(reply.scene, reply.stage, versions[0].title, versions[0].text),
        "why": why,
        "may": _may_change(ask, reply),
        "may_share": reply.shop_id in ask.caller.shops(Permission.ASSIGN),
    }
    return shown(ask, "reply_one.html", status=422 if why else 200, **around)


@require_POST
@page
def change(ask: Ask, reply_id: int, what: str) -> HttpResponse:
    """Share a reply, keep it to oneself, offer it no longer, or again."""
    reply = _reply(ask, reply_id)
    on = ask.said("on") == "1"
    if what == "share":
        ask.caller.let(Permission.ASSIGN, reply.shop_id)
        flow.share(reply, ask.person, ask.now, on=on)
    elif what == "retire":
        _let_change(ask, reply)
        flow.retire(reply, ask.person, ask.now, on=on)
    else:
        raise NotHere
    return HttpResponseRedirect(reverse("reply_one", args=[reply_id]))


def _shop(ask: Ask) -> Shop:
    """Give the shop that was asked for, else the first that the person sees."""
    said = ask.said("shop")
    seen = Shop.objects.filter(pk__in=ask.caller.seen_shops()).order_by("name")
    if said:
        seen = seen.filter(pk=int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0)
    found = seen.first()
    if found is None:
        raise NotHere
    return found


def _reply(ask: Ask, reply_id: int) -> Reply:
    """Read a reply that is shared in a shop of the person, or the person's own; raises NotHere."""
    mine = Q(shared=True) | Q(owner=ask.person)
    found = (
        Reply.objects.select_related("shop", "owner").prefetch_related("versions").filter(mine, pk=reply_id)
    )
    reply = found.first()
    ask.caller.let(Permission.VIEW, reply.shop_id if reply else None)
    if reply is None:
        raise NotHere
    return reply


def _may_change(ask: Ask, reply: Reply) -> bool:
    """Tell whether a person changes a reply: the owner while it is private, who leads once it is shared."""
    if reply.shop_id not in ask.caller.shops(Permission.NOTE):
        return False
    return (reply.owner_id == ask.person.pk and not reply.shared) or reply.shop_id in ask.caller.shops(
        Permission.ASSIGN
    )


def _let_change(ask: Ask, reply: Reply) -> None:
    if not _may_change(ask, reply):
        raise NotAllowed(Permission.ASSIGN)


def _draft(ask: Ask) -> Draft:
    text = ask.said("text")[:_LONGEST].replace("\r\n", "\n")
    return Draft(ask.said("scene"), ask.said("stage"), ask.said("title"), text)
