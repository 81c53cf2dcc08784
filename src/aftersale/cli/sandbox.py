"""Run the sandbox: both platforms as local servers, with generated shops and buyers."""

import json
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Annotated

import typer

from aftersale.cli.asked import asked_of, time_of
from aftersale.texts import translator

# The servers come in inside the command: help comes without them.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()
_HELP = _("Serve 抖店 and 快手小店 as local servers with generated data, to try everything against.")
_DAY_TICKETS, _SEED = 912, 20260610

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="DIR", help=_("Folder of its state; it goes on where it was."), file_okay=False
    ),
]
PortOption = Annotated[
    int | None, typer.Option("--port", help=_("One port for both platforms."), min=0, max=65535)
]
DouyinPort = Annotated[int, typer.Option(help=_("Port of 抖店; 0 takes a free one."), min=0, max=65535)]
KuaishouPort = Annotated[int, typer.Option(help=_("Port of 快手小店; 0 takes a free one."), min=0, max=65535)]
SeedOption = Annotated[int, typer.Option(help=_("Seed of a new folder."))]
SpeedOption = Annotated[
    float, typer.Option(help=_("Seconds that pass in one, in a new folder."), min=0, max=100_000)
]
TicketsOption = Annotated[int, typer.Option(help=_("Tickets of the day in a new folder."), min=0, max=20_000)]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help=_("When a new folder begins; else now.")),
]


@commands.callback(invoke_without_command=True, help=_HELP)
@commands.command(help=_HELP)
def serve(  # noqa: PLR0913  # each option of the command is a parameter
    ctx: typer.Context,
    *,
    port_douyin: DouyinPort = 0,
    port_kuaishou: KuaishouPort = 0,
    port: PortOption = None,
    folder: HomeOption = None,
    seed: SeedOption = _SEED,
    speed: SpeedOption = 1.0,
    tickets: TicketsOption = _DAY_TICKETS,
    at: AtOption = None,
) -> None:
    """Serve until told to end; the first line of output names the addresses."""
    if ctx.invoked_subcommand:
        return
    from aftersale.sandbox.wire.server import Plan, Sandbox

    plan = Plan(
        home=folder.expanduser().resolve() if folder else None,
        seed=seed,
        now=time_of(at) if at else asked_of(ctx).now,
        tickets=tickets,
        speed=speed,
        port=port,
        port_douyin=port_douyin,
        port_kuaishou=port_kuaishou,
    )
    ended = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    sandbox = Sandbox(plan)
    typer.echo(json.dumps({"sandbox": sandbox.addresses}, ensure_ascii=False))
    ended.wait()
    sandbox.close()


StepsOption = Annotated[int, typer.Option("--steps", help=_("How many things happen."), min=1, max=100_000)]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Only the summary, as JSON."))]
_SOAK_HELP = _("Let a desk of its own live with the sandbox at random, then compare both books.")


@commands.command(help=_SOAK_HELP)
def soak(
    ctx: typer.Context,
    *,
    seed: Annotated[int, typer.Option(help=_("Seed of the run."))] = 1,
    steps: StepsOption = 200,
    as_json: JsonOption = False,
) -> None:
    """Run, and end with code 1 where anything is lost, doubled, different or late."""
    from aftersale.config.home import Home
    from aftersale.config.soak.run import soak as run
    from aftersale.progress import bar

    _ = translator(asked_of(ctx).lang)
    with TemporaryDirectory(prefix="aftersale-soak-") as folder:
        place = Home(Path(folder))
        with bar(shown=not as_json) as shown:
            shown.begin(_("Living with the sandbox"), steps)
            books = run(place, seed, steps, shown.each)
    if not as_json:
        for fault in books.faults:
            typer.echo(fault)
    typer.echo(json.dumps({"summary": books.summary.as_json()}))
    raise typer.Exit(0 if books.summary.clean else 1)
