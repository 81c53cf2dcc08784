"""Give people tokens for the API: shown once, kept as SHA-256, never more than the person may.

A token is `as_<prefix>_<random>`; the prefix names it on pages, the random part (256 bits) opens.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import MAY, MOVES_MONEY, Permission, Role
from aftersale.shops.models import ApiToken, Membership, Person
from aftersale.shops.second_factor import (
    has_factor_column,
    has_second_factor,
    needed_by,
    needed_by_owner_of_all,
    needs_second_factor,
)
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_USED_EVERY = timedelta(minutes=1)
_LONGEST = 128
_NAME = 64

_WORDS: dict[str, tuple[Text, Text]] = {
    "token.name": (
        Text(zh="令牌要有名字，最多 64 个字。", en="A token needs a name of at most 64 characters."),
        Text(zh="写上它给谁用。", en="Say what it is for."),
    ),
    "token.scopes": (
        Text(zh="令牌的权限不能为空，也不能超过本人的权限。", en="A token needs scopes that its person has."),
        Text(zh="只选本人有的权限。", en="Choose among the permissions of the person."),
    ),
    "token.expired": (
        Text(zh="到期时间已经过去。", en="The token would have expired already."),
        Text(zh="选一个以后的时间。", en="Choose a later time."),
    ),
    "token.second_factor": (
        Text(
            zh="能动钱的令牌要先设置两步验证。",
            en="A token that can move money needs two-factor authentication first.",
        ),
        Text(zh="先在“两步验证”里设置，再来创建。", en="Set up two-factor authentication, then come back."),
    ),
}


class TokenRefused(AftersaleError):
    """Refuse to issue a token as it was asked for."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


class Issued(NamedTuple):
    """Hold a new token with its secret, which is shown once and not kept."""

    token: ApiToken
    secret: str


class Bearer(NamedTuple):
    """Hold who calls with a token, and what this token may at most."""

    person: Person
    scopes: frozenset[Permission]


def issue(
    person: Person, name: str, scopes: Iterable[Permission], expires_at: datetime | None, now: datetime
) -> Issued:
    """Make a token for a person; raises TokenRefused. `expires_at` None: until it is revoked."""
    wanted = frozenset(scopes)
    _check(person, name, wanted)
    if expires_at is not None and expires_at <= now:
        raise TokenRefused("token.expired")
    prefix = secrets.token_hex(4)
    secret = f"as_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(secret),
        scopes=sorted(wanted),
        created_at=now,
        expires_at=expires_at,
    )
    return Issued(token, secret)


def _check(person: Person, name: str, wanted: frozenset[Permission]) -> None:
    if not 0 < len(name.strip()) <= _NAME:
        raise TokenRefused("token.name")
    if not wanted or wanted - _permissions(person, _roles(person)):
        raise TokenRefused("token.scopes")
    if wanted & MOVES_MONEY and needs_second_factor(person) and not has_second_factor(person):
        raise TokenRefused("token.second_factor")


def person_of(secret: str, now: datetime) -> Bearer | None:
    """Find whose token this is; None for one that is unknown, revoked, expired or of somebody who left.

    The scopes are those of the token that the person has in any shop today; what a shop allows is asked of
    `permissions.may` on top. Without a second factor where one is needed, nothing that moves money is left.
    """
    token = (
        ApiToken.objects.filter(digest=_digest(secret[:_LONGEST]), revoked_at=None)
        .select_related("person")
        .annotate(second_factor=has_factor_column("person"))
        .first()
    )
    if token is None or not token.person.is_active or (token.expires_at and token.expires_at <= now):
        return None
    roles = _roles(token.person)
    scopes = _known(token.scopes) & _permissions(token.person, roles)
    if scopes & MOVES_MONEY and not token.second_factor and _needs(token.person, roles):
        scopes -= MOVES_MONEY
    _touch(token, now)
    return Bearer(token.person, scopes)


def revoke(token: ApiToken, now: datetime) -> bool:
    """End a token; False when it had ended before."""
    return ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now) == 1


def revoke_all(person: Person, now: datetime) -> int:
    """End every token of a person, and say how many."""
    return ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=now)


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


def _known(scopes: Iterable[str]) -> frozenset[Permission]:
    return frozenset(each for each in Permission if each.value in set(scopes))


def _roles(person: Person) -> list[tuple[str, bool]]:
    return list(Membership.objects.filter(person=person).values_list("role", "shop__demo"))


def _permissions(person: Person, roles: Iterable[tuple[str, bool]]) -> frozenset[Permission]:
    if person.is_superuser:
        return frozenset(Permission)
    return frozenset().union(*(MAY[Role(role)] for role, _ in roles))


def _needs(person: Person, roles: Iterable[tuple[str, bool]]) -> bool:
    return needed_by_owner_of_all() if person.is_superuser else needed_by(roles)


def _touch(token: ApiToken, now: datetime) -> None:
    """Note that a token was used, at most once a minute: reading must not become writing."""
    if token.used_at is None or token.used_at <= now - _USED_EVERY:
        ApiToken.objects.filter(pk=token.pk, used_at=token.used_at).update(used_at=now)
