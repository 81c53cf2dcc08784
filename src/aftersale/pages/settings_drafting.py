"""Set up where drafts of replies are asked for: off as it comes, one address and key a shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.domain.roles import Permission
from aftersale.negotiation.drafting import LEAST_S, MOST_S, Setting, set_up, setting_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended, parts_of
from aftersale.shops.models import Shop
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

_LONGEST, _USUAL_S, _DIGITS = 256, 30, 4


@page
def drafting(ask: Ask) -> HttpResponse:
    """Show for each shop of the person whether drafts are asked for, and where."""
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP)).order_by("name")
    return shown(
        ask,
        "settings_drafting.html",
        parts=parts_of(ask, "settings_drafting"),
        rows=[(shop, setting_of(shop)) for shop in shops],
        least=LEAST_S,
        most=MOST_S,
    )


@require_POST
@page
def change(ask: Ask, shop_id: int) -> HttpResponse:
    """Change the setting of one shop."""
    ask.caller.let(Permission.MANAGE_SHOP, shop_id)
    seconds = ask.said("timeout")
    wanted = Setting(
        bool(ask.said("on")),
        ask.said("base_url")[:_LONGEST],
        ask.said("model")[: _LONGEST // 2],
        ask.said("key")[: _LONGEST * 2],
        int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= _DIGITS else _USUAL_S,
    )
    set_up(Shop.objects.get(pk=shop_id), ask.person, wanted, ask.now)
    return ended(ask, _("Saved."), "settings_drafting")
