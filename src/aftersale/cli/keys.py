"""Turn over the keys that encrypt personal values: list, rotate, drop."""

from typing import TYPE_CHECKING, Annotated

import typer

from aftersale.cli.asked import SOME_WRONG, asked_of
from aftersale.texts import translator

if TYPE_CHECKING:
    from aftersale.config.home import Home
    from aftersale.shops.rekey import Rekeyed

# Django starts inside the commands: help comes without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer(
    help=_("Turn over the keys that encrypt buyers' data: list, rotate, drop."), no_args_is_help=True
)


def _ready() -> "Home":
    from aftersale.config.django import start

    place = start()
    from aftersale.config.upgrade import need_current

    need_current()
    return place


@commands.command("list", help=_("List the keys and how many values stand under each."))
def list_keys(ctx: typer.Context) -> None:
    """List keys; what they are is never shown."""
    _ = translator(asked_of(ctx).lang)
    _ready()
    from aftersale.config.rotation import keys_in_use

    for each in keys_in_use():
        said = _("{key}: {count} values, encrypts") if each.current else _("{key}: {count} values")
        typer.echo(said.format(key=each.key_id, count=each.values))


@commands.command(help=_("Put a fresh key in front and encrypt everything again, while the desk runs."))
def rotate(
    ctx: typer.Context,
    *,
    no_new_key: Annotated[
        bool, typer.Option("--no-new-key", help=_("Only encrypt again what old keys encrypted."))
    ] = False,
) -> None:
    """Rotate; values that do not open make the exit code tell."""
    _ = translator(asked_of(ctx).lang)
    place = _ready()
    from aftersale.config.rotation import add_key, encrypt_again

    if not no_new_key:
        typer.echo(_("{key} encrypts from now on.").format(key=add_key(place)))
    moved = _("{place}: {count} encrypted again")
    done = encrypt_again(lambda where, count: typer.echo(moved.format(place=where, count=count), err=True))
    _say(ctx, done)
    if done.unreadable:
        raise typer.Exit(SOME_WRONG)


def _say(ctx: typer.Context, done: "Rekeyed") -> None:
    _ = translator(asked_of(ctx).lang)
    typer.echo(_("{count} values were encrypted again.").format(count=sum(done.done.values())))
    for where, rows in done.unreadable.items():
        said = _("{place}: {count} values open with no key of the ring: {rows}")
        typer.echo(said.format(place=where, count=len(rows), rows=", ".join(rows[:20])))
    if not done.left:
        typer.echo(_("The old keys are needed only for old backups: aftersale keys drop KEY"))


@commands.command(help=_("Take out an old key under which nothing stands."))
def drop(
    ctx: typer.Context, key: Annotated[str, typer.Argument(metavar="KEY", help=_("Name of the key."))]
) -> None:
    """Drop a key."""
    _ = translator(asked_of(ctx).lang)
    place = _ready()
    from aftersale.config.rotation import drop_key

    drop_key(place, key)
    typer.echo(_("{key} was taken out. Keep a copy apart as long as backups need it.").format(key=key))
