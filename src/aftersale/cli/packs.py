"""Prove a pack without a desk."""

import json
from collections.abc import Collection
from pathlib import Path

import typer
from rich.markup import escape

from aftersale.config.terminal import screen
from aftersale.evidence.pack.check import Checked, check_pack, said
from aftersale.texts import Lang, translator


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
