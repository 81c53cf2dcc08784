"""Map addresses to the rooms that answer them."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from aftersale.api.interface import api
from aftersale.config.entrance import SignIn
from aftersale.shops.accounts import Activate

# Of allauth's pages only these: nobody signs up, and the desk knows no mail addresses of its people.
_ACCOUNTS = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/totp/activate/", Activate.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("accounts/", include(_ACCOUNTS)),
    path("api/", api.urls),
    path("", include("aftersale.pages.urls")),
]
