"""Let people sign in; a demo desk says which name and password to use, for they are public anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.views import LoginView

from aftersale.config.demo_desk import OWNER, PASSWORD
from aftersale.shops.models import Person, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping


class SignIn(LoginView):  # type: ignore[misc]  # allauth ships no types
    """Ask for name and password."""

    def get_context_data(self, **kwargs: object) -> Mapping[str, Any]:
        """Give what the page shows; at a demo desk also how to get in."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return {**shown, "demo": {"name": OWNER, "password": PASSWORD} if only_demo() else None}


def only_demo() -> bool:
    """Tell whether the desk holds demo shops and nothing else, and its owner is still there."""
    kinds = set(Shop.objects.values_list("demo", flat=True).distinct())
    return kinds == {True} and Person.objects.filter(username=OWNER, is_active=True).exists()
