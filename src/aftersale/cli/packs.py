"""Prove a pack without a desk, and build one from the shell."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from aftersale.cli.asked import SOME_WRONG, asked_of
from aftersale.config.terminal import screen
from aftersale.evidence.pack.check import Checked, check_pack, said
from aftersale.texts import Lang, translator

# Django starts inside the command: to prove a pack nothing of it is needed.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()


@commands.command(
    help=_("Build the pack of a ticket: its evidence, signed, for the platform, a lawyer or the file.")
)
def pack(
    ctx: typer.Context,
    ticket_no: Annotated[
        str, typer.Argument(metavar="TICKET_NO", help=_("Number of the ticket (售后单号)."))
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="PACK", help=_("File to write."), dir_okay=False)],
) -> None:
    """Build, and say how it is checked; a ticket that several shops have is refused."""
    asked = asked_of(ctx)
    _ = translator(asked.lang)
    from aftersale.config.django import start

    start()
    from aftersale.config.upgrade import need_current
    from aftersale.config.wiring import register_jobs
    from aftersale.evidence import vault
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.vault import packs

    need_current()
    register_jobs()
    found = list(Ticket.objects.filter(ticket_no=ticket_no)[:2])
    if len(found) != 1:
        typer.echo(_("No ticket has this number, or several shops have one."))
        raise typer.Exit(SOME_WRONG)
    wanted = packs.ask(found[0], packs.Form.WHOLE, packs.draft(found[0], asked.now), None, asked.now)
    built = packs.build(wanted.pk, asked.now)
    if built is None or built.file is None:
        typer.echo(
            built.failure.get(asked.lang, "") if built else _("A worker is building it; look on the ticket.")
        )
        raise typer.Exit(SOME_WRONG)
    out.write_bytes(vault.read(built.file))
    typer.echo(_("Pack written: {path}").format(path=out))
    typer.echo(_("To check it: aftersale verify {path}").format(path=out))


def prove_pack(path: Path, trusted: Collection[str], lang: Lang, *, as_json: bool) -> bool:
    """Say step by step what a pack proves; tell whether all of it holds."""
    found = check_pack(path.read_bytes(), trusted)
    if as_json:
        typer.echo(json.dumps(_as_data(found), ensure_ascii=False))
    else:
        _say(found, lang)
    return found.broken is None


def _as_data(found: Checked) -> dict[str, object]:
    return {
        "pack": {
            "whole": found.broken is None,
            "proven": [step.value for step in found.proven],
            "broken": found.broken.value if found.broken else None,
            "where": found.where,
            "ticket": found.ticket,
            "exhibits": found.exhibits,
            "key": found.key,
            "signed_at": found.at,
        }
    }


def _say(found: Checked, lang: Lang) -> None:
    _ = translator(lang)
    for holds, words in said(found):
        colour = "green" if holds else "bold red"
        screen().print(f"[{colour}]{escape(words.of(lang))}[/]", soft_wrap=True)
    if found.broken:
        typer.echo(_("Do not rely on this pack; ask for another copy of it."))
        return
    typer.echo(
        _("Ticket {ticket}: {n} exhibits, signed at {at}.").format(
            ticket=found.ticket, n=found.exhibits, at=found.at
        )
    )
    typer.echo(_("Signed by key {key}: compare it to the one you were told.").format(key=found.key))
