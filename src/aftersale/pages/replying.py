"""Prepare a reply: ways to choose from, words by scene and stage, a draft on request; then copy it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.evidence.pieces import TYPE_WORDS, PieceType
from aftersale.negotiation.drafting import ask_draft, body_of, masked, setting_of
from aftersale.negotiation.replies import offered, use
from aftersale.negotiation.scenes import NEED_WORDS, SCENE_WORDS, STAGE_WORDS, Stage, scene_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.reply_values import ground_of, options_for, options_words, values_for
from aftersale.pages.service import NotReady
from aftersale.policy.talks.fill import filled
from aftersale.tickets.vault import adding
from aftersale.tickets.wording import check_words
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from aftersale.negotiation.replies import Offered
    from aftersale.tickets.models import Ticket

_LONGEST, _MOST_PICTURES = 2_000, 12
_BLANK = "【"


@page
def reply(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show words for the buyer by scene and stage; when sent, look them over and let them be copied."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    if ask.request.method != "POST":
        return _shown(ask, ticket)
    text = ask.said("text")[:_LONGEST]
    try:
        if ask.said("do") == "draft":
            return _drafted(ask, ticket)
        if not text:
            raise NotReady("service.empty")
        if _BLANK in text:
            raise NotReady("service.blank")
        check_words(ticket.shop, text, ask.now)
    except AftersaleError as refusal:
        return _shown(ask, ticket, text=text, why=refusal)
    use(ticket, ask.person, ask.said("code"), ask.now)
    return _shown(ask, ticket, text=text, ready=True, pictures=_pictures(ticket))


def _pictures(ticket: Ticket) -> list[tuple[int, str]]:
    """Give what can be shown to a buyer beside the words: pictures, none of which has parts to hide."""
    links = adding.of_ticket(ticket).filter(piece__masked=None).exclude(piece__file__thumb=None)
    rows = links.order_by("-best", "pk").values_list("pk", "piece__type")[:_MOST_PICTURES]
    return [(pk, TYPE_WORDS[PieceType(kind)].of(lang())) for pk, kind in rows]


def _drafted(ask: Ask, ticket: Ticket) -> HttpResponse:
    """Show what would leave; once that was seen, ask for a draft. Raises DraftFailed."""
    prompt = masked(ticket, ask.said("prompt") or _prompt(ticket, ask))
    if not ask.said("sure"):
        return _shown(ask, ticket, text=ask.said("text"), leaving=prompt)
    return _shown(ask, ticket, text=ask_draft(ticket.shop, prompt), drafted=True)


def _prompt(ticket: Ticket, ask: Ask) -> str:
    """Say what a draft rests on, in Chinese: facts, positions and options; no name, number or address."""
    values = values_for(ground_of(ticket, ask.now))
    named = ("商品", "申请", "申请金额", "买家要", "我们给", "谈妥", "时间", "依据")
    lines = [f"{name}：{values[name]}" for name in named if values[name]]
    stage = STAGE_WORDS[Stage(_stage(ask))].zh
    return "\n".join([f"这条回复要做的：{stage}", *lines, f"可选的办法：\n{values['方案']}"])


def _stage(ask: Ask) -> str:
    said = ask.said("stage")
    return said if said in set(Stage) else Stage.OFFER


def _shown(ask: Ask, ticket: Ticket, **more: Any) -> HttpResponse:  # noqa: ANN401  # what a template takes
    ground = ground_of(ticket, ask.now)
    talk = ground.talk
    scene = ask.said("scene") or scene_of(ticket.reason, keeps_goods=bool(talk and talk.keeps_goods))
    stage, values = _stage(ask), values_for(ground)
    known = offered(ticket.shop, ask.person, scene, stage)
    chosen = next((each for each in known if each.code == ask.said("code")), known[0] if known else None)
    setting = setting_of(ticket.shop)
    around: dict[str, Any] = {
        "ticket": ticket,
        "scene": scene,
        "stage": stage,
        "scenes": [(code.value, words.of(lang())) for code, words in SCENE_WORDS.items()],
        "stages": [(code.value, words.of(lang())) for code, words in STAGE_WORDS.items()],
        "needs": [(code.value, words.of(lang())) for code, words in NEED_WORDS.items()],
        "talk": talk,
        "known": known,
        "chosen": chosen,
        "text": _words(chosen, values),
        "options": options_words(options_for(ground), ground.book),
        "drafting": setting if setting and setting.on else None,
        "leaving": "",
        "drafted": False,
        "ready": False,
        "pictures": [],
        "why": None,
        **more,
    }
    if around["leaving"] and setting:
        around["body"] = body_of(setting, around["leaving"])
    template = "_reply.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if around["why"] else 200, form="_reply.html", **around)


def _words(chosen: Offered | None, values: Mapping[str, str]) -> str:
    return filled(chosen.text, values) if chosen else ""


def told_uses(each: Offered) -> str:
    """Say how often a reply was used and how often that ended in an agreement."""
    return _("used {uses} times, {worked} agreed").format(uses=each.uses, worked=each.worked)
