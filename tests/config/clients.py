"""Sign in as a browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.test import Client

from tests.shops.desks import PASSWORD

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from aftersale.shops.models import Person

LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"
SET_UP, CODES = "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"
CODE, AGAIN = "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
PASSWORD_PAGE = "/accounts/password/change/"  # noqa: S105  # a page


def browser(lang: str = "zh-hans", *, csrf: bool = False) -> Client:
    """Give a browser that reads one language."""
    return Client(headers={"accept-language": lang}, enforce_csrf_checks=csrf)


def sign_in(
    client: Client, name: str, password: str = PASSWORD, address: str = "203.0.113.7"
) -> HttpResponseBase:
    """Type name and password."""
    typed = {"login": name, "password": password}
    response: HttpResponseBase = client.post(LOGIN, typed, REMOTE_ADDR=address)
    return response


def signed_in(client: Client) -> bool:
    """Tell whether a browser is let in."""
    return "_auth_user_id" in client.session


def code_for(person: Person, step: int = 0) -> str:
    """Give the code that the person's phone shows now; `step` counts half minutes."""
    secret = decrypt(Authenticator.objects.get(user=person, type="totp").data["secret"])
    return code_of(secret, step)


def code_of(secret: str, step: int = 0) -> str:
    """Give the code of a secret."""
    now = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, now[len(now) // 2] + step)))


def forget_tries() -> None:
    """Begin without tries and used codes."""
    cache.clear()
