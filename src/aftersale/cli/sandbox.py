"""Run the sandbox: both platforms as local servers, with generated shops and buyers."""

import json
import signal
from pathlib import Path
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
