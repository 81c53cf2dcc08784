"""Take sheets in: after-sale exports, the warehouse's returns, the product register."""

import json
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from aftersale.cli.asked import SOME_WRONG, Asked, JsonFlag, asked_of, day_of, time_of, utc_clock
from aftersale.cli.parcels import start_parcels
from aftersale.config.terminal import REFUSED, screen
from aftersale.domain.clock import SHANGHAI
from aftersale.progress import bar
from aftersale.texts import Lang, translator

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.imports import Given
    from aftersale.tickets.models import Import

# Django starts inside the command: help comes without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()
_LOOK_S = 0.5


ShopName = Annotated[
    str | None,
    typer.Option(
        "--shop",
        metavar="NAME",
        help=_("Shop of the sheets; a new name adds it. Else the 店铺 column says it."),
    ),
]
States = Annotated[
    list[str] | None,
    typer.Option(
        "--state", metavar="WORD", help=_("Status that the export was filtered by; may be repeated.")
    ),
]
Since = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help=_("First day of application it covers."))
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help=_("Last day of application it covers."))
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help=_("When the export was made; else as it tells itself.")),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="USER", help=_("Who counted, where the sheets are a warehouse's.")),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help=_("What the headers of an unknown sheet mean."),
        exists=True,
        dir_okay=False,
    ),
]


@commands.command(
    "import",
    help=_(
        "Take in after-sale exports, with order sheets beside them, or a warehouse's returns, for a shop."
    ),
)
def import_sheets(  # noqa: PLR0913  # each option of the command is a parameter
    ctx: typer.Context,
    sheets: Annotated[
        list[Path],
        typer.Argument(metavar="SHEET...", help=_("Sheets, csv or xlsx."), exists=True, dir_okay=False),
    ],
    *,
    shop: ShopName = None,
    state: States = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    partial: Annotated[
        bool, typer.Option("--partial", help=_("Only some tickets: look for no missing ones."))
    ] = False,
    mapping: Mapping = None,
    by: By = None,
    as_json: JsonFlag = False,
) -> None:
    """Import, showing how far it is; a refused sheet makes the exit code 3, parked rows 1."""
    asked = asked_of(ctx)
    from aftersale.config.django import start

    start()
    from aftersale.config.upgrade import need_current

    need_current()
    from aftersale.returns.imports import are_parcels
    from aftersale.tickets.imports import Given
    from aftersale.tickets.scope import Scope

    if are_parcels(sheets):
        done = _followed(start_parcels(sheets, shop, by, asked), asked, as_json=as_json)
    else:
        text = mapping.read_text(encoding="utf-8") if mapping else ""
        scope = Scope(frozenset(state) if state else None, _start(since), _end(until), partial)
        of = _shop(shop, sheets, text, asked)
        given = Given(sheets, of, scope, time_of(as_of) if as_of else None, text)
        done = _followed(_begun(given, asked), asked, as_json=as_json)
    _say(done, asked.lang, as_json=as_json)
    if done.state == "refused":
        raise typer.Exit(REFUSED)
    if done.counts["parked"] or done.counts.get("other_shop"):
        raise typer.Exit(SOME_WRONG)


def _start(text: str | None) -> datetime | None:
    return datetime.combine(day_of(text), datetime.min.time(), SHANGHAI) if text else None


def _end(text: str | None) -> datetime | None:
    return datetime.combine(day_of(text), datetime.max.time(), SHANGHAI) if text else None


def _shop(name: str | None, sheets: list[Path], mapping: str, asked: Asked) -> "Shop | None":
    """Find the shop, or add one on the platform that the sheets come from."""
    if name is None:
        return None
    from aftersale.shops.models import Shop

    found = Shop.objects.filter(name=name).first()
    if found:
        return found
    from aftersale.channels.spreadsheet import NO_MAP, Limits, SheetReader, parse_map

    platform = SheetReader(sheets, parse_map(mapping) if mapping else NO_MAP, Limits()).channel
    typer.echo(translator(asked.lang)("Added the shop {name}.").format(name=name), err=True)
    return Shop.objects.create(name=name, platform=platform, created_at=asked.now)


def _begun(given: "Given", asked: Asked) -> "Import":
    from aftersale.tickets.imports import start_import

    return start_import(given, None, asked.now)


def _followed(made: "Import", asked: Asked, *, as_json: bool) -> "Import":
    """Run the import here; where a worker was quicker, watch it."""
    from aftersale.config.wiring import import_now
    from aftersale.tickets.models import Import

    _ = translator(asked.lang)
    clock = utc_clock()
    with bar(shown=not as_json) as shown:
        shown.begin(_("Taking in rows"))
        ticks = shown.each(iter(int, 1))
        done = made if made.ended_at else import_now(made.pk, clock, lambda: next(ticks))
        while done is None or done.ended_at is None:
            sleep(_LOOK_S)
            done = Import.objects.get(pk=made.pk)
    return done


def _say(done: "Import", lang: Lang, *, as_json: bool) -> None:
    _ = translator(lang)
    if as_json:
        for line in _lines(done, lang):
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    console = screen()
    if done.state == "refused":
        console.print(f"{done.message[lang]}\n    {done.message['next_' + lang]}", soft_wrap=True)
        return
    if "same_as" in done.message:
        console.print(_("These very files were taken in before: nothing to do."))
    said = _("{rows} rows: {new} new, {changed} changed, {unchanged} unchanged, {parked} parked.")
    console.print(said.format(**done.counts))
    _say_parked(done, lang)
    if done.counts.get("missing"):
        console.print(
            _("{n} open tickets are no longer in the back office: check them.").format(
                n=done.counts["missing"]
            )
        )


def _say_parked(done: "Import", lang: Lang) -> None:
    """Name the first rows that were parked, with what to do about them."""
    for row in done.parked.order_by("id")[:_SHOWN]:
        screen().print(
            f"    {row.sheet} {row.row} {row.column} {row.reason[lang]}", soft_wrap=True, markup=False
        )


_SHOWN = 10
_NOTHING = {"rows": 0, "new": 0, "changed": 0, "unchanged": 0, "parked": 0, "missing": 0, "other_shop": 0}


def _lines(done: "Import", lang: Lang) -> "list[dict[str, object]]":
    """Give the parked rows, a refusal, and at the end the counts."""
    from aftersale.tickets.models import Ticket

    parked = [
        {"parked": {"sheet": row.sheet, "row": row.row, "column": row.column, "reason": row.reason[lang]}}
        for row in done.parked.order_by("id").iterator()
    ]
    while_it_ran = {"missing_at__gte": done.created_at, "missing_at__lte": done.ended_at}
    gone = Ticket.objects.filter(shop=done.shop, **while_it_ran) if done.shop else ()
    missing = [{"missing": {"ticket_no": ticket.ticket_no, "status": ticket.status}} for ticket in gone]
    refused = [{"refused": done.message}] if done.state == "refused" else []
    return [*parked, *missing, *refused, {"summary": {**_NOTHING, **done.counts}}]
