"""Fill a desk with generated shops and tickets, to look around in."""

import os
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from aftersale.cli.asked import asked_of, time_of, utc_clock
from aftersale.texts import translator

# Django starts inside the command: help comes without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()


@commands.command(help=_("Fill an empty desk with generated shops, people and tickets of today."))
def demo(
    ctx: typer.Context,
    *,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help=_("When the generated day begins; else now."))
    ] = None,
) -> None:
    """Fill the desk, and say how to look at it; one that has shops is left alone."""
    asked = asked_of(ctx)
    _ = translator(asked.lang)
    from aftersale.config.django import start

    place = start()
    from aftersale.config.demo_desk import OWNER, PASSWORD, fill
    from aftersale.config.upgrade import need_current

    need_current()
    with TemporaryDirectory(prefix="aftersale-demo-") as folder:
        begin = time_of(at) if at else None
        made = fill(Path(folder), (lambda: begin) if begin else utc_clock())
    said = _("Demo data, all generated: {tickets} tickets of {shops} shops in {home}")
    typer.echo(said.format(tickets=made.tickets, shops=made.shops, home=place.root))
    typer.echo(_("Sign in as {name} with {password}").format(name=OWNER, password=PASSWORD))
    if made.parked:
        more = _("{rows} more rows were written badly on purpose and not read; they wait under Import.")
        typer.echo(more.format(rows=made.parked))
    typer.echo(_("Start it: {command}").format(command=starting(place.root)))


def starting(root: Path) -> str:
    """Give the command that starts a desk, as a shell takes it; of the usual folder nothing is said."""
    elsewhere = f"AFTERSALE_HOME={shlex.quote(str(root))} " if os.environ.get("AFTERSALE_HOME") else ""
    return f"{elsewhere}aftersale serve"
