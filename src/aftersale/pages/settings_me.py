"""Show a person their own settings: quiet hours, language, tokens for programs, and how they sign in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.evidence.shop_journal import journal_person, together
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import Secret, ended, parts_of, shown_once
from aftersale.pages.settings_messages import minute_of
from aftersale.shops import tokens
from aftersale.shops.models import ApiToken
from aftersale.shops.people import Change, set_lang, set_quiet_hours
from aftersale.shops.permissions import PERMISSION_WORDS
from aftersale.shops.second_factor import has_second_factor
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse

_LANGUAGES = {"zh": "zh-hans", "en": "en"}
_DAYS, _MOST_DAYS = 90, 730
_MINUTES = 60


@page
def me(ask: Ask) -> HttpResponse:
    """Show one's own settings."""
    person = ask.person
    return shown(
        ask,
        "settings_me.html",
        parts=parts_of(ask, "me"),
        person=person,
        quiet=(_clock(person.quiet_from), _clock(person.quiet_until)),
        tokens=_tokens(ask),
        scopes=[
            (each.value, PERMISSION_WORDS[each].of(lang())) for each in Permission if ask.caller.shops(each)
        ],
        words={each.value: PERMISSION_WORDS[each].of(lang()) for each in Permission},
        two_step=has_second_factor(person),
        days=_DAYS,
    )


def _clock(minute: int) -> str:
    return "{:02}:{:02}".format(*divmod(minute, _MINUTES))


def _tokens(ask: Ask) -> list[tuple[ApiToken, bool]]:
    """Give the tokens of a person, newest first, and whether each still opens."""
    rows = ApiToken.objects.filter(person=ask.person).order_by("-id")
    return [(row, _opens(row, ask)) for row in rows]


def _opens(token: ApiToken, ask: Ask) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > ask.now)


@require_POST
@page
def change(ask: Ask, what: str) -> HttpResponse:
    """Change one of one's own settings."""
    flow = _FLOWS.get(what)
    if flow is None:
        raise NotHere
    return flow(ask)


def _quiet(ask: Ask) -> HttpResponse:
    start, end = minute_of(ask.said("from")), minute_of(ask.said("until"))
    if start is None or end is None:
        raise Incomplete
    with together():
        journal_person(set_quiet_hours(ask.person, start, end), ask.person.pk, ask.now)
    return ended(ask, _("Saved."), "me")


def _language(ask: Ask) -> HttpResponse:
    """Set the language of messages, and of the pages in this browser."""
    with together():
        journal_person(set_lang(ask.person, ask.said("lang")), ask.person.pk, ask.now)
    answer = ended(ask, _("Saved."), "me")
    answer.set_cookie(
        django_settings.LANGUAGE_COOKIE_NAME, _LANGUAGES[ask.person.lang], samesite="Lax", httponly=True
    )
    return answer


def _issue(ask: Ask) -> HttpResponse:
    said = ask.said("days")
    days = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(_MOST_DAYS)) else 0
    if not 0 < days <= _MOST_DAYS:
        raise Incomplete
    wanted = {each for each in Permission if each.value in ask.all_said("scope")}
    with together():
        made = tokens.issue(ask.person, ask.said("name"), wanted, ask.now + timedelta(days=days), ask.now)
        told = Change(ask.person, "token", "", f"{made.token.prefix} {' '.join(made.token.scopes)}")
        journal_person(told, ask.person.pk, ask.now)
    secret = Secret(
        _("Token, shown this once"),
        made.secret,
        _("Copy it to where it is used; the desk keeps only its digest."),
        reverse("me"),
    )
    return shown_once(ask, secret)


def _revoke(ask: Ask) -> HttpResponse:
    said = ask.said("token")
    mine = ApiToken.objects.filter(person=ask.person)
    found = mine.filter(pk=int(said)).first() if said.isascii() and said.isdigit() else None
    if found is None:
        raise NotHere
    with together():
        if tokens.revoke(found, ask.now):
            journal_person(Change(ask.person, "token_revoked", found.prefix, ""), ask.person.pk, ask.now)
    return ended(ask, _("The token opens nothing any more."), "me")


_FLOWS: Mapping[str, Callable[[Ask], HttpResponse]] = {
    "quiet": _quiet,
    "language": _language,
    "token": _issue,
    "revoke": _revoke,
}
