"""Know who signs in with a second factor: whoever may let money move in a shop that is no demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from aftersale.domain.roles import Role, moves_money
from aftersale.shops.models import Membership, Person, Shop

if TYPE_CHECKING:
    from collections.abc import Iterable

MONEY_ROLES = tuple(role.value for role in Role if moves_money(role))
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needs_second_factor(person: Person) -> bool:
    """Tell whether a person must sign in with a second factor; in a desk of demo shops nobody must."""
    if person.is_superuser:
        return needed_by_owner_of_all()
    return Membership.objects.filter(person=person, role__in=MONEY_ROLES, shop__demo=False).exists()


def needed_by(roles: Iterable[tuple[str, bool]]) -> bool:
    """Tell the same from the roles of a person as (role, shop is a demo)."""
    return any(role in MONEY_ROLES and not demo for role, demo in roles)


def needed_by_owner_of_all() -> bool:
    """Tell the same of whoever owns every shop: only while there is nothing but demo shops, no."""
    kinds = set(Shop.objects.values_list("demo", flat=True).distinct())
    return kinds != {True}


def has_second_factor(person: Person) -> bool:
    """Tell whether a person has set one up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=person, type__in=FACTORS).exists())


def has_factor_column(person: str) -> Exists:
    """Give the same as a column of a query; `person` names its key of the person."""
    return Exists(Authenticator.objects.filter(user=OuterRef(person), type__in=FACTORS))


def forget_second_factor(person: Person) -> int:
    """Delete a person's second factors and recovery codes, and say how many there were."""
    return int(Authenticator.objects.filter(user=person).delete()[0])
