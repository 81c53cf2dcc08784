"""Add people, give them roles, help them in again, let them go.

Each flow says what it changed; whoever calls it writes that into the journal. `by` is who asks, None on the
command line of the desk's own machine.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import override

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission, Role
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.permissions import NotAllowed, require, shops_with
from aftersale.shops.second_factor import forget_second_factor
from aftersale.shops.tokens import revoke_all
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import datetime

_DAY_MINUTES = 24 * 60

_WORDS: dict[str, tuple[Text, Text]] = {
    "people.not_first": (
        Text(
            zh="已经有人了，第一位店主只建一次。",
            en="There are people already; there is one first owner.",
        ),
        Text(zh="请店主添加其他人。", en="Have the owner add other people."),
    ),
    "people.username": (
        Text(
            zh="用户名不能用：只写字母、数字和 @ . + - _，最多 150 个。",
            en="This username cannot be used: letters, digits and @ . + - _ only, at most 150.",
        ),
        Text(zh="换一个用户名。", en="Choose another username."),
    ),
    "people.taken": (
        Text(zh="这个用户名已经有人用了。", en="Somebody has this username."),
        Text(zh="换一个；同一个人就给他加角色。", en="Choose another, or give that person a role."),
    ),
    "people.last_owner": (
        Text(zh="这是最后一位店主，不能这样改。", en="This is the last owner and has to stay one."),
        Text(zh="先让另一个人当店主。", en="Make somebody else an owner first."),
    ),
    "people.minutes": (
        Text(zh="免打扰时间要在 00:00 到 23:59 之间。", en="Quiet hours lie between 00:00 and 23:59."),
        Text(zh="改一下时间。", en="Correct the times."),
    ),
}


class PeopleRefused(AftersaleError):
    """Refuse a change of people, with the reason and a way on."""

    def __init__(self, code: str, message: Text | None = None) -> None:
        fixed = _WORDS.get(code)
        said = message or (fixed[0] if fixed else Text(zh="不行。", en="Refused."))
        step = fixed[1] if fixed else Text(zh="换一个密码再试。", en="Choose another password.")
        super().__init__(code, said, step)


@dataclass(frozen=True, slots=True)
class Change:
    """Say what changed about a person, for the journal: short texts without secrets."""

    person: Person
    what: str
    before: str
    after: str
    shop: Shop | None = None


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Hold a password that the desk made up; it is said once, and changed at the next sign-in."""

    change: Change
    password: str


def first_owner(username: str, password: str | None, now: datetime) -> NewPassword:
    """Add the first person, who owns every shop; without a password one is made up. Raises PeopleRefused."""
    with transaction.atomic():
        if Person.objects.exists():
            raise PeopleRefused("people.not_first")
        made = _create(username, "", password, now)
        Person.objects.filter(pk=made.change.person.pk).update(is_superuser=True)
    made.change.person.is_superuser = True
    return made


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Say who is added; without a password one is made up."""

    username: str
    name: str
    role: Role
    password: str | None = None


def add_person(shop: Shop, who: Newcomer, by: Person | None, now: datetime) -> NewPassword:
    """Add a person with a role in a shop; raises NotAllowed or PeopleRefused."""
    _may_manage(by, shop)
    with transaction.atomic():
        made = _create(who.username, who.name, who.password, now)
        Membership.objects.create(person=made.change.person, shop=shop, role=who.role)
    return NewPassword(Change(made.change.person, "added", "", who.role, shop), made.password)


def set_role(person: Person, shop: Shop, role: Role | None, by: Person | None) -> Change:
    """Give a person a role in a shop, or with None take it; raises NotAllowed or PeopleRefused."""
    _may_manage(by, shop)
    with transaction.atomic():
        held = Membership.objects.select_for_update().filter(person=person, shop=shop).first()
        before = held.role if held else ""
        if before == Role.OWNER and role != Role.OWNER:
            _keep_an_owner(shop, person)
        if role is None:
            Membership.objects.filter(person=person, shop=shop).delete()
        else:
            Membership.objects.update_or_create(person=person, shop=shop, defaults={"role": role})
    return Change(person, "role", before, role or "", shop)


def reset_password(person: Person, by: Person | None, now: datetime) -> NewPassword:
    """Make up a new password for somebody who cannot get in; sessions and tokens end. Raises NotAllowed."""
    _may_manage_person(by, person)
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = True
        person.save(update_fields=["password", "must_change_password"])
        revoke_all(person, now)
    return NewPassword(Change(person, "password", "", "reset"), password)


def reset_second_factor(person: Person, by: Person | None) -> Change:
    """Let somebody set up a second factor again who lost theirs; raises NotAllowed."""
    _may_manage_person(by, person)
    gone = forget_second_factor(person)
    return Change(person, "second_factor", str(gone), "0")


def deactivate(person: Person, by: Person | None, now: datetime) -> Change:
    """Let a person go: no sign-in, no token, history stays; raises NotAllowed or PeopleRefused."""
    _may_manage_person(by, person)
    with transaction.atomic():
        for shop in Shop.objects.filter(memberships__person=person, memberships__role=Role.OWNER):
            _keep_an_owner(shop, person)
        if person.is_superuser and not _other_superuser(person):
            raise PeopleRefused("people.last_owner")
        Person.objects.filter(pk=person.pk).update(is_active=False)
        revoke_all(person, now)
    before, person.is_active = person.is_active, False
    return Change(person, "active", str(before).lower(), "false")


def activate(person: Person, by: Person | None) -> Change:
    """Let a person in again; raises NotAllowed."""
    _may_manage_person(by, person)
    Person.objects.filter(pk=person.pk).update(is_active=True)
    before, person.is_active = person.is_active, True
    return Change(person, "active", str(before).lower(), "true")


def set_quiet_hours(person: Person, quiet_from: int, quiet_until: int) -> Change:
    """Set when a person is left in peace, as minutes of the day in Shanghai, equal for never.

    Raises PeopleRefused.
    """
    if not all(0 <= minute < _DAY_MINUTES for minute in (quiet_from, quiet_until)):
        raise PeopleRefused("people.minutes")
    before = f"{person.quiet_from}-{person.quiet_until}"
    Person.objects.filter(pk=person.pk).update(quiet_from=quiet_from, quiet_until=quiet_until)
    person.quiet_from, person.quiet_until = quiet_from, quiet_until
    return Change(person, "quiet_hours", before, f"{quiet_from}-{quiet_until}")


def set_lang(person: Person, lang: str) -> Change:
    """Set the language in which messages reach a person: zh, or else en."""
    before, person.lang = person.lang, "zh" if lang == "zh" else "en"
    Person.objects.filter(pk=person.pk).update(lang=person.lang)
    return Change(person, "lang", before, person.lang)


def _create(username: str, name: str, password: str | None, now: datetime) -> NewPassword:
    chosen = password or secrets.token_urlsafe(12)
    person = Person(
        username=Person.normalize_username(username.strip()),
        name=name.strip(),
        date_joined=now,
        must_change_password=password is None,
    )
    _check_username(person)
    if password is not None:
        _check_password(chosen, person)
    person.set_password(chosen)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise PeopleRefused("people.taken") from None
    return NewPassword(Change(person, "added", "", "owner"), chosen)


def _check_username(person: Person) -> None:
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError:
        raise PeopleRefused("people.username") from None
    if Person.objects.filter(username__iexact=person.username).exists():
        raise PeopleRefused("people.taken")


def _check_password(password: str, person: Person) -> None:
    zh, en = (_faults(password, person, language) for language in ("zh-hans", "en"))
    if zh or en:
        raise PeopleRefused("people.password", Text(zh=zh, en=en))


def _faults(password: str, person: Person, language: str) -> str:
    # Some validators say their sentence when they are asked, not when it is read.
    with override(language):
        try:
            validate_password(password, person)
        except ValidationError as fault:
            return " ".join(fault.messages)
    return ""


def _may_manage(by: Person | None, shop: Shop) -> None:
    if by is not None:
        require(by, Permission.MANAGE_PEOPLE, shop)


def may_manage(by: Person, person: Person) -> bool:
    """Tell who manages every shop that a person works in: no owner reaches into another's shop."""
    if by.is_superuser:
        return by.is_active
    managed = set(shops_with(by, Permission.MANAGE_PEOPLE).values_list("pk", flat=True))
    theirs = set(Membership.objects.filter(person=person).values_list("shop_id", flat=True))
    return not person.is_superuser and bool(theirs) and theirs <= managed


def _may_manage_person(by: Person | None, person: Person) -> None:
    if by is not None and not may_manage(by, person):
        raise NotAllowed(Permission.MANAGE_PEOPLE)


def _keep_an_owner(shop: Shop, leaving: Person) -> None:
    others = Membership.objects.filter(shop=shop, role=Role.OWNER, person__is_active=True).exclude(
        person=leaving
    )
    if not others.exists() and not _other_superuser(leaving):
        raise PeopleRefused("people.last_owner")


def _other_superuser(leaving: Person) -> bool:
    return Person.objects.filter(is_superuser=True, is_active=True).exclude(pk=leaving.pk).exists()
