"""Manage people from the desk's own machine: add, password, role, token, deactivate."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aftersale.cli.asked import Asked, asked_of
from aftersale.domain.roles import Permission, Role
from aftersale.texts import translator

if TYPE_CHECKING:
    from aftersale.shops.people import Change

# Django starts inside the commands: help comes without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer(
    help=_("Manage the people of the desk: who signs in, and what each may do in which shop."),
    no_args_is_help=True,
)

Username = Annotated[str, typer.Argument(metavar="NAME", help=_("Name to sign in with."))]
ShopName = Annotated[str | None, typer.Option("--shop", metavar="SHOP", help=_("Name of the shop."))]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help=_("Read the password from the first line of standard input."))
]
MadeUp = Annotated[
    bool, typer.Option("--make-up", help=_("Let the desk make up a password and show it once."))
]


def _ready() -> None:
    from aftersale.config.django import start

    start()
    from aftersale.config.upgrade import need_current

    need_current()


def _write(change: "Change", asked: Asked) -> None:
    from aftersale.config.people import journal

    journal(change, asked.now)


def _password(asked: Asked, *, from_stdin: bool) -> str:
    """Take a password from standard input, or twice from the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    _ = translator(asked.lang)
    return str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Once more")))


@commands.command(help=_("Add a person; the first one owns every shop, others get a role in one."))
def add(  # noqa: PLR0913  # each option of the command is a parameter
    ctx: typer.Context,
    username: Username,
    *,
    shop: ShopName = None,
    role: Annotated[Role, typer.Option(help=_("What the person may do in the shop."))] = Role.AGENT,
    name: Annotated[str, typer.Option(help=_("Name that colleagues see."))] = "",
    password_stdin: FromStdin = False,
    make_up: MadeUp = False,
) -> None:
    """Add a person."""
    asked = asked_of(ctx)
    _ready()
    from aftersale.config.people import shop_named
    from aftersale.shops.people import Newcomer, add_person, first_owner

    of = shop_named(shop) if shop else None
    password = None if make_up else _password(asked, from_stdin=password_stdin)
    if of is None:
        made = first_owner(username, password, asked.now)
    else:
        made = add_person(of, Newcomer(username, name, role, password), None, asked.now)
    _write(made.change, asked)
    _ = translator(asked.lang)
    typer.echo(_("{name} was added.").format(name=username))
    if make_up:
        typer.echo(_("Password, shown this once: {password}").format(password=made.password))


@commands.command(help=_("Give a person a new password; the tokens of the person end."))
def password(
    ctx: typer.Context, username: Username, *, password_stdin: FromStdin = False, make_up: MadeUp = False
) -> None:
    """Change a password."""
    asked = asked_of(ctx)
    _ready()
    from aftersale.config.people import person_named, set_password
    from aftersale.shops.people import reset_password

    person = person_named(username)
    _ = translator(asked.lang)
    if make_up:
        made = reset_password(person, None, asked.now)
        _write(made.change, asked)
        typer.echo(_("Password, shown this once: {password}").format(password=made.password))
        return
    _write(set_password(person, _password(asked, from_stdin=password_stdin), asked.now), asked)
    typer.echo(_("{name} has a new password.").format(name=person.username))


@commands.command(help=_("Give a person a role in a shop, or take it."))
def role(
    ctx: typer.Context,
    username: Username,
    *,
    shop: Annotated[str, typer.Option("--shop", metavar="SHOP", help=_("Name of the shop."))],
    role: Annotated[Role | None, typer.Option(help=_("The role; without one it is taken away."))] = None,
) -> None:
    """Set a role."""
    asked = asked_of(ctx)
    _ready()
    from aftersale.config.people import person_named, shop_named
    from aftersale.shops.people import set_role

    change = set_role(person_named(username), shop_named(shop), role, None)
    _write(change, asked)
    _ = translator(asked.lang)
    said = _("{name} in {shop}: {before} → {after}")
    nothing = _("no role")
    typer.echo(
        said.format(name=username, shop=shop, before=change.before or nothing, after=change.after or nothing)
    )


@commands.command(help=_("Make a token for the interface; it is shown this once."))
def token(
    ctx: typer.Context,
    username: Username,
    *,
    label: Annotated[str, typer.Option("--for", metavar="WHAT", help=_("What the token is for."))],
    scope: Annotated[
        list[Permission] | None, typer.Option(help=_("What it may do; several times for several."))
    ] = None,
    days: Annotated[int, typer.Option(help=_("After how many days it ends."), min=1)] = 365,
) -> None:
    """Issue a token."""
    asked = asked_of(ctx)
    _ready()
    from aftersale.config.people import person_named
    from aftersale.shops.people import Change
    from aftersale.shops.tokens import issue

    person = person_named(username)
    made = issue(person, label, scope or [Permission.VIEW], asked.now + timedelta(days=days), asked.now)
    scopes = " ".join(made.token.scopes)
    _write(Change(person, "token", "", f"{made.token.prefix} {scopes}"), asked)
    _ = translator(asked.lang)
    typer.echo(_("Token, shown this once: {secret}").format(secret=made.secret))


@commands.command(help=_("Let a person go: no sign-in, no token; what the person did stays."))
def deactivate(ctx: typer.Context, username: Username) -> None:
    """Deactivate a person."""
    asked = asked_of(ctx)
    _ready()
    from aftersale.config.people import person_named
    from aftersale.shops.people import deactivate as let_go

    _write(let_go(person_named(username), None, asked.now), asked)
    _ = translator(asked.lang)
    typer.echo(_("{name} cannot sign in any more.").format(name=username))
