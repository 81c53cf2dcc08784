"""Change people from the desk's own machine, and write into the journal what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import override

from aftersale.config.refusals import DeskRefused
from aftersale.evidence.shop_journal import journal_person
from aftersale.shops.models import Person, Shop
from aftersale.shops.people import Change, PeopleRefused
from aftersale.shops.tokens import revoke_all
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import datetime


def person_named(username: str) -> Person:
    """Find a person; raises DeskRefused naming those that there are."""
    found = Person.objects.filter(username__iexact=username).first()
    if found:
        return found
    known = list(Person.objects.order_by("username").values_list("username", flat=True)[:20])
    raise _unknown("person", Text(zh="用户", en="person"), username, known, "aftersale user add NAME")


def shop_named(name: str) -> Shop:
    """Find a shop; raises DeskRefused naming those that there are."""
    found = Shop.objects.filter(name=name).first()
    if found:
        return found
    known = list(Shop.objects.order_by("name").values_list("name", flat=True)[:20])
    raise _unknown("shop", Text(zh="店铺", en="shop"), name, known, "aftersale import SHEET --shop NAME")


def _unknown(code: str, what: Text, name: str, known: list[str], make: str) -> DeskRefused:
    return DeskRefused(
        f"unknown.{code}",
        Text(zh=f"没有叫“{name}”的{what.zh}。", en=f"There is no {what.en} called '{name}'."),
        Text(zh=f"现有：{'、'.join(known)}", en=f"There are: {', '.join(known)}")
        if known
        else Text(zh=f"还一个都没有。新建：{make}", en=f"There is none yet. Make one: {make}"),
    )


def set_password(person: Person, password: str, now: datetime) -> Change:
    """Give a person the password that was typed in; tokens end. Raises PeopleRefused for a weak one."""
    try:
        validate_password(password, person)
    except ValidationError as fault:
        raise PeopleRefused("people.password", _said(fault)) from None
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        revoke_all(person, now)
    return Change(person, "password", "", "set")


def _said(fault: ValidationError) -> Text:
    with override("zh-hans"):
        zh = " ".join(fault.messages)
    with override("en"):
        return Text(zh=zh, en=" ".join(fault.messages))


def journal(change: Change, now: datetime) -> None:
    """Write a change of a person into the chain of each shop that it is about; nobody signed in made it."""
    journal_person(change, None, now)
