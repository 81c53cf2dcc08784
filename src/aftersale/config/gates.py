"""Stand between a signed-in person and the desk: sessions end, passwords change, money wants two factors."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request

from aftersale.shops.permissions import places_for
from aftersale.shops.second_factor import has_second_factor, needed_by, needed_by_owner_of_all
from aftersale.texts import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest, HttpResponseBase

    Next = Callable[[HttpRequest], HttpResponseBase]

_SINCE, _SEEN = "desk.since", "desk.seen"
_SEEN_EVERY = 60
_METHODS = "account_authentication_methods"

# Whoever is held at a gate still reaches these; nothing of the desk is among them.
_ALWAYS = frozenset({"account_logout", "account_reauthenticate", "mfa_reauthenticate"})
_WITH_PASSWORD = _ALWAYS | {"account_change_password"}
_WITH_FACTOR = _ALWAYS | {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
}

_SAID = {
    "account_change_password": (
        "person.password",
        Text(zh="先换一个自己的密码。", en="Choose a password of your own first."),
    ),
    "mfa_activate_totp": (
        "person.second_factor",
        Text(
            zh="你能处理退款，先设置两步验证。",
            en="You can move money: set up two-factor authentication first.",
        ),
    ),
    "mfa_reauthenticate": (
        "person.second_factor",
        Text(zh="先输入两步验证码。", en="Enter your authenticator code first."),
    ),
}


class Sessions:
    """End a session some hours after sign-in, and sooner when nobody uses it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign out who stayed too long, then answer."""
        if request.user.is_authenticated and not _alive(request.session, int(timezone.now().timestamp())):
            logout(request)
        return self.get_response(request)


def _alive(session: SessionBase, now: int) -> bool:
    """Note at most once a minute that a session is used, and tell whether it may go on."""
    since, seen = session.get(_SINCE, now), session.get(_SEEN, now)
    if now - since >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_SECONDS:
        return False
    if _SEEN not in session or now - seen >= _SEEN_EVERY:
        session[_SINCE], session[_SEEN] = since, now
    return True


class Gates:
    """Send people to the page where they have to do something first, and let them reach nothing else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as usual."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        """Hold a signed-in person back where a gate is shut."""
        if not request.user.is_authenticated:
            return None
        match = request.resolver_match
        held = _gate(request, match.url_name or "" if match else "")
        return None if held is None else _answer(request, held)


def _gate(request: HttpRequest, page: str) -> str | None:
    """Name the page to which a person has to go instead of `page`; None for nowhere."""
    person = request.user
    if not person.is_authenticated:
        return None
    if person.must_change_password:
        return None if page in _WITH_PASSWORD else "account_change_password"
    if page in _WITH_FACTOR or _passed(request.session) or not _moves_money(request):
        return None
    return "mfa_reauthenticate" if has_second_factor(person) else "mfa_activate_totp"


def _moves_money(request: HttpRequest) -> bool:
    """Tell whether who asks must sign in with a second factor."""
    if getattr(request.user, "is_superuser", False):
        return needed_by_owner_of_all()
    return needed_by((place.role, place.shop.demo) for place in places_for(request))


def _passed(session: SessionBase) -> bool:
    return any(each.get("method") == "mfa" for each in session.get(_METHODS, ()))


def _answer(request: HttpRequest, page: str) -> HttpResponseBase:
    code, said = _SAID[page]
    lang: Lang = "en" if get_language_from_request(request).startswith("en") else "zh"
    if request.path_info.startswith("/api/"):
        # As the interface says every refusal (see api/faults.py), in the language that was asked for.
        error = {"code": code, "message": said.of(lang), "next_step": "", "findings": None}
        return JsonResponse({"error": error}, status=403)
    if request.headers.get("HX-Request") != "true":
        messages.info(request, said.of(lang))
    back = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse(page)}{back}")
