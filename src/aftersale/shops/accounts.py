"""Fit the sign-in of allauth and the lock-out of axes to the desk: nobody signs up, no secret lies open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.views import ActivateTOTPView
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from aftersale.shops.encryption import ring
from aftersale.shops.second_factor import needs_second_factor
from aftersale.texts import Text

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from aftersale.shops.models import Person

AUTHENTICATORS = "mfa_authenticator.data"
"""The place to which secrets of second factors are bound when they are encrypted."""

_LENGTH = Text(zh="密码要有 {least} 到 {most} 个字符。", en="A password has {least} to {most} characters.")


class NoSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Close the sign-up page, count failures in the database, and end the duty to change a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count tries by name over all addresses; axes counts them by name and address.

        The limit of allauth's own for passwords would answer before axes and not say until when.
        """
        key = self._get_login_attempts_cache_key(request, **credentials)
        usage = ratelimit.consume(request, app="allauth.account", action="login_name", key=key)
        self._login_failed_rl_usage = usage
        if not usage:
            raise self.validation_error("too_many_login_attempts")

    def is_reauthentication_required(self, *, app: str, **_asked: object) -> bool:
        """Ask for the password again unless it, or a code, was given within minutes."""
        records = get_authentication_records(context.request, context.request.user)
        newest = max((record["at"] for record in records), default=0.0)
        fresh = timezone.now().timestamp() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app))

    def set_password(self, user: Person, password: str) -> None:
        """Store a password that its owner chose."""
        user.must_change_password = False
        super().set_password(user, password)

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Send nothing: the desk knows no mail addresses of its people."""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Keep the secrets of second factors encrypted, and keep the factor of whoever needs one."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret at rest."""
        return ring().encrypt(text, AUTHENTICATORS)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return ring().decrypt(encrypted_text, AUTHENTICATORS)

    def can_delete_authenticator(self, authenticator: object) -> bool:
        """Let go only whom no role holds to a second factor."""
        return not needs_second_factor(authenticator.user)  # type: ignore[attr-defined]


class Activate(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Set up an authenticator; the code just typed counts as this session's second factor."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Activate, and note the second factor in the session."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        return response


class PasswordLength:
    """Refuse passwords that are guessed, and those so long that hashing them is work for its own sake."""

    def __init__(self, min_length: int = 12, max_length: int = 128) -> None:
        self.least, self.most = min_length, max_length

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError for a password of another length."""
        del user
        if not self.least <= len(password) <= self.most:
            raise ValidationError(self.get_help_text(), code="password_length")

    def get_help_text(self) -> str:
        """Say how long a password is, in the language of the page."""
        said = _LENGTH.format(least=self.least, most=self.most)
        return said.of("zh" if (get_language() or "").startswith("zh") else "en")


def client_address(request: HttpRequest) -> str:
    """Give the address of who calls: behind a proxy the last it names, else that of the connection."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def typed_name(_request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """Give the name under which tries are counted: however it is written, it is one person's."""
    return (credentials or {}).get("username", "").strip().lower()[:255]


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """Say that there were too many wrong tries, and from when on it can be tried again."""
    name, address = typed_name(request, credentials), client_address(request)
    tried = AccessAttempt.objects.filter(username=name, ip_address=address)
    last = tried.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    again = timezone.localtime(last + get_cool_off(request))
    # The minute shown has fully passed the lock, so that trying at that minute works.
    said = {"again": again.replace(second=0, microsecond=0) + timedelta(minutes=1)}
    return render(request, "account/locked.html", said, status=429)
