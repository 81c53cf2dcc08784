"""Let a second person look at a draft of rules, and anybody look at the versions that were published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.insight.desk import try_rules
from aftersale.library.text_changes import text_changes
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.rules import desk_of
from aftersale.pages.rules_edit import Written, found_in, stands_in_the_way, version_of
from aftersale.shops.models import PublishedRules, RuleDraft
from aftersale.shops.models.rulebook import DraftState
from aftersale.tickets.rule_drafts import approve, give_back
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.insight.desk import Tried


def _one(ask: Ask, draft_id: int) -> RuleDraft:
    """Find a draft of a shop whose rules the person may change."""
    found = RuleDraft.objects.select_related("shop", "author", "settled_by").filter(pk=draft_id).first()
    ask.caller.let(Permission.MANAGE_SHOP, found.shop_id if found else None)
    if found is None:  # `let` has refused it already
        raise NotHere
    return found


@page
def draft(ask: Ask, draft_id: int) -> HttpResponse:
    """Show a draft: what it changes, what is wrong with it, who wrote it and why."""
    return _shown(ask, _one(ask, draft_id))


def _shown(
    ask: Ask, found: RuleDraft, told: str = "", tried: Tried | None = None, status: int = 200
) -> HttpResponse:
    base = PublishedRules.objects.filter(shop=found.shop_id, number=found.base).first()
    waits = found.state == DraftState.WAITING
    faults = found_in(found.files) if waits else None
    around: dict[str, Any] = {
        "draft": found,
        "waits": waits,
        "mine": found.author_id == ask.person.pk,
        "changes": text_changes(base.files if base else {}, found.files),
        "written": Written(found.files, found.base, found=faults, tried=tried, told=told),
    }
    return shown(ask, "rules_draft.html", status=status, **around)


@page
def draft_try(ask: Ask, draft_id: int) -> HttpResponse:
    """Say who would be treated differently by a draft."""
    found = _one(ask, draft_id)
    faults = found_in(found.files)
    stopped = any(not each.vouched for each in faults)
    tried = None if stopped else try_rules(found.shop_id, found.files, ask.now, lang())
    if not ask.part:
        return _shown(ask, found, tried=tried)
    written = Written(found.files, found.base, found=faults, tried=tried)
    return shown(ask, "_rules_found.html", written=written)


@require_POST
@page
def draft_settle(ask: Ask, draft_id: int) -> HttpResponse:
    """Publish a colleague's draft, or return it with words."""
    found = _one(ask, draft_id)
    if ask.said("do") != "approve":
        return _return(ask, found)
    if stands_in_the_way(ask, found_in(found.files)):
        return _shown(ask, found, _("Nothing was published yet: look below."), status=422)
    version = approve(found, ask.person, ask.now)
    ask.tell(_("Version {number} is published.").format(number=version.number))
    return HttpResponseRedirect(f"{reverse('rules_edit')}?shop={found.shop_id}")


def _return(ask: Ask, found: RuleDraft) -> HttpResponse:
    said = ask.said("said")[:500]
    if not said and found.author_id != ask.person.pk:
        raise Incomplete
    give_back(found, ask.person, ask.now, said)
    ask.tell(_("The draft is returned."))
    return HttpResponseRedirect(reverse("rules_draft", args=[found.pk]))


@page
def version(ask: Ask, number: int) -> HttpResponse:
    """Show a published version: its texts, and what it changed."""
    desk = desk_of(ask)
    found = version_of(desk, str(number))
    former = PublishedRules.objects.filter(shop=desk.shop, number=number - 1).first()
    return shown(
        ask,
        "rules_version.html",
        desk=desk,
        here="edit",
        version=found,
        changes=text_changes(former.files if former else {}, found.files),
    )
