"""Manage people from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

SHOP = """
    from datetime import UTC, datetime
    from aftersale.shops.models import Shop
    Shop.objects.create(platform="douyin", name="one", created_at=datetime(2026, 6, 1, tzinfo=UTC), demo=True)
"""
EVENTS = """
    from aftersale.evidence.models import Event
    print(*Event.objects.order_by("id").values_list("kind", flat=True))
"""


def signs_in(desk: OwnDesk, name: str, password: str) -> bool:
    """Tell whether a password opens."""
    code = f"""
    from aftersale.shops.models import Person
    person = Person.objects.get(username={name!r})
    print(person.is_active and person.check_password({password!r}))
    """
    return desk.python(code) == "True"


def test_people_are_added_get_roles_passwords_tokens_and_are_let_go_and_the_journal_tells(
    desk: OwnDesk,
) -> None:
    desk.python(SHOP)
    first = desk.run("user", "add", "boss", "--password-stdin", given="correct horse battery\n")
    assert first.returncode == 0, first.stderr
    assert signs_in(desk, "boss", "correct horse battery")
    added = desk.run("user", "add", "mei", "--shop", "one", "--role", "agent", "--make-up")
    assert signs_in(desk, "mei", added.stdout.rsplit(maxsplit=1)[-1])
    assert "agent → lead" in desk.run("user", "role", "mei", "--shop", "one", "--role", "lead").stdout
    assert (
        desk.run("user", "password", "mei", "--password-stdin", given="another long one 9\n").returncode == 0
    )
    assert signs_in(desk, "mei", "another long one 9")
    token = desk.run("user", "token", "mei", "--for", "sheets", "--scope", "view")
    assert "as_" in token.stdout, token.stderr
    assert desk.run("user", "deactivate", "mei").returncode == 0
    assert not signs_in(desk, "mei", "another long one 9")
    kinds = "person_added person_added person_role person_password person_token person_active"
    assert desk.python(EVENTS) == kinds
    assert '"breaks": 0' in desk.run("verify", "--json").stdout


def test_who_is_not_there_a_weak_password_and_an_unknown_shop_are_refused_with_what_to_do(
    desk: OwnDesk,
) -> None:
    nobody = desk.run("user", "deactivate", "nobody")
    assert nobody.returncode == 3
    assert "aftersale user add" in nobody.stderr
    weak = desk.run("user", "add", "boss", "--password-stdin", given="123\n")
    assert weak.returncode == 3
    assert "12" in weak.stderr
    no_shop = desk.run("user", "add", "mei", "--shop", "two", "--make-up")
    assert no_shop.returncode == 3
    assert "two" in no_shop.stderr


def test_passwords_are_asked_twice_and_never_shown(desk: OwnDesk) -> None:
    done = desk.run("user", "add", "boss", given="correct horse battery\ncorrect horse battery\n")
    assert done.returncode == 0, done.stderr
    assert "correct horse" not in done.stdout + done.stderr
    assert signs_in(desk, "boss", "correct horse battery")
