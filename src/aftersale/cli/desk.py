"""Run and keep the desk: serve, work, verify, backup, restore, doctor."""

import json
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from aftersale.cli.asked import BROKEN, SOME_WRONG, JsonFlag, asked_of
from aftersale.cli.packs import prove_pack
from aftersale.config.home import Home, home
from aftersale.config.terminal import screen
from aftersale.progress import bar
from aftersale.texts import Lang, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.config.restore import Restored
    from aftersale.evidence.proof import Proof

# Django starts inside the commands: those that judge sheets and read rules come without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()
_PORT, _KEPT = 8321, 14
_COLOURS = {"ok": "green", "warn": "yellow", "bad": "bold red"}


@commands.command(help=_("Run the desk: pages, interface and worker, until you press Ctrl+C."))
def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help=_("Address to answer at."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port to answer at."), min=1, max=65535)] = _PORT,
    web_only: Annotated[
        bool, typer.Option("--web-only", help=_("Leave the work to `aftersale work`, here or elsewhere."))
    ] = False,
) -> None:
    """Serve, or say why not."""
    asked = asked_of(ctx)
    from aftersale.config.django import start

    place = start()
    from aftersale.config.serve import Address, Terms
    from aftersale.config.serve import serve as run

    run(place, Terms(Address(host, port), web_only, asked.lang, typer.echo), asked.now)


@commands.command(help=_("Do the work behind the pages: jobs, clocks, messages, seals; several may run."))
def work(
    ctx: typer.Context,
    *,
    interval: Annotated[float, typer.Option(help=_("Seconds between two looks for work."), min=0.05)] = 1.0,
) -> None:
    """Work until told to stop."""
    del ctx
    from aftersale.config.django import start

    place = start()
    from aftersale.config.upgrade import need_current
    from aftersale.config.wiring import beats
    from aftersale.config.work import work as run
    from aftersale.jobs.clock import desk_clock

    need_current()
    run(place, beats(place, interval), desk_clock, Event())


@commands.command(
    help=_("Prove chains, logs and files of the desk, or one pack: nothing was changed or taken away.")
)
def verify(
    ctx: typer.Context,
    pack: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PACK]", help=_("A pack (zip); without one, the whole desk."), dir_okay=False
        ),
    ] = None,
    *,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="ID", help=_("Id of the key that has to have signed it.")),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify; breaks make the exit code 4."""
    lang = asked_of(ctx).lang
    _ = translator(lang)
    if pack is not None:
        if not prove_pack(pack, key or (), lang, as_json=as_json):
            raise typer.Exit(BROKEN)
        return
    from aftersale.config.django import start

    place = start()
    from aftersale.config.proving import as_data, proof_of
    from aftersale.config.upgrade import need_current

    need_current()
    with bar(shown=not as_json) as shown:
        shown.begin(_("Checking records, in thousands"))
        thousands = shown.each(iter(int, 1))
        proof = proof_of(place, lambda _read: _ticked(thousands))
    if as_json:
        for line in as_data(proof, lang):
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        _say_proof(proof, lang)
    if proof.breaks:
        raise typer.Exit(BROKEN)


def _ticked(steps: "Iterator[int]") -> None:
    next(steps)


def _say_proof(proof: "Proof", lang: Lang) -> None:
    """Say each break with what to do, then how much was checked."""
    _ = translator(lang)
    for broken in proof.first:
        where, what, step = broken.where.of(lang), broken.what.of(lang), broken.next_step.of(lang)
        screen().print(f"[bold red]{escape(where)}[/] {escape(what)}", soft_wrap=True)
        screen().print(f"    {escape(step)}", soft_wrap=True)
    if proof.breaks > len(proof.first):
        typer.echo(_("… and {n} more.").format(n=proof.breaks - len(proof.first)))
    if proof.unsealed:
        typer.echo(_("{n} records are not sealed yet; the worker seals them.").format(n=proof.unsealed))
    said = _("{events} records checked, {breaks} broken.")
    typer.echo(said.format(events=proof.events, breaks=proof.breaks))


@commands.command(help=_("Write a backup of the running desk into one file; the newest ones are kept."))
def backup(
    ctx: typer.Context,
    *,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Folder to write into."), file_okay=False)
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help=_("Put the keys in too: who has the file can read all of it."))
    ] = False,
    keep: Annotated[int, typer.Option(help=_("How many backups to keep in the folder."), min=1)] = _KEPT,
) -> None:
    """Back up, and say where it lies and how to put it back."""
    asked = asked_of(ctx)
    _ = translator(asked.lang)
    from aftersale.config.django import start

    place = start()
    from aftersale.config.backup import back_up
    from aftersale.config.upgrade import need_current

    need_current()
    made = back_up(place, asked.now, to, keys=with_keys, keep=keep)
    typer.echo(_("Backup written: {path}").format(path=made.path))
    keys = place.head_key.parent
    if with_keys:
        typer.echo(_("It holds the keys: keep it where nobody else can read it."))
    else:
        typer.echo(_("The keys are not in it. Keep a copy of {keys} apart from it.").format(keys=keys))
    typer.echo(_("To put it back: aftersale restore {path} --home DIR").format(path=made.path))


@commands.command(help=_("Put a backup back, on hold: nothing is sent until each shop was read once."))
def restore(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("A file that backup wrote."), exists=True, dir_okay=False)
    ],
    *,
    into: Annotated[
        Path | None,
        typer.Option(
            "--home", metavar="DIR", help=_("Folder of the desk; else AFTERSALE_HOME."), file_okay=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help=_("Move data that is there aside; nothing is deleted."))
    ] = False,
) -> None:
    """Restore; a proof that fails makes the exit code 4."""
    asked = asked_of(ctx)
    place = Home(into.expanduser().resolve()) if into else home()
    from aftersale.config.django import configure

    configure(place)
    from aftersale.config.restore import restore as run

    done = run(file, place, asked.now, force=force)
    _say_proof(done.proof, asked.lang)
    _say_restored(done, place, asked.lang)
    if done.proof.breaks or not done.same_heads:
        raise typer.Exit(BROKEN)


def _say_restored(done: "Restored", place: Home, lang: Lang) -> None:
    _ = translator(lang)
    for old in done.aside:
        typer.echo(_("What was there before lies in {old}").format(old=old))
    if done.same_heads:
        typer.echo(_("The heads are those of the backup."))
    else:
        typer.echo(_("The heads are not those of the backup: do not use this data."))
    typer.echo(_("Restored into {home}.").format(home=place.root))
    held = _("{shops} shops are on hold; the outcome of {actions} actions is unknown.")
    typer.echo(held.format(shops=done.shops, actions=done.actions))
    if done.erased_again:
        typer.echo(_("Buyers of {n} tickets were erased again.").format(n=done.erased_again))
    typer.echo(_("Next: aftersale serve, then import a fresh sheet of each shop."))


@commands.command(help=_("Look the desk over: what is well, what is not, and what to do about it."))
def doctor(ctx: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Examine the desk; anything bad makes the exit code 1."""
    asked = asked_of(ctx)
    from aftersale.config.django import start

    place = start()
    from aftersale.config.doctor import LEVEL_WORDS, Level, examine
    from aftersale.config.looks_work import LOOKS

    bad = False
    for looked in examine(LOOKS, place, asked.now):
        found = looked.finding
        bad = bad or found.level is Level.BAD
        if as_json:
            typer.echo(json.dumps(looked.as_data(asked.lang), ensure_ascii=False))
            continue
        word, said = LEVEL_WORDS[found.level].of(asked.lang), found.said.of(asked.lang)
        screen().print(f"[{_COLOURS[found.level]}]{word}[/] {looked.part}: {escape(said)}", soft_wrap=True)
        if found.next_step:
            screen().print(f"    {escape(found.next_step.of(asked.lang))}", soft_wrap=True)
    if bad:
        raise typer.Exit(SOME_WRONG)
