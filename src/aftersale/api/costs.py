"""Answer what each lawful remedy of a ticket would cost, part by part; pages show the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for
from aftersale.api.answer import answered
from aftersale.api.shapes import CostsPage, InPath, says
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Permission
from aftersale.finance.freight_history import return_freight
from aftersale.negotiation.part_refunds import part_refunds
from aftersale.policy.costs.case import Read, asked_for, entitled, lawful, read
from aftersale.policy.costs.compare import compared, out_of_stock
from aftersale.policy.costs.estimate import Mean, Rate
from aftersale.policy.costs.figures import SPECS, Figure, figures_of
from aftersale.policy.costs.rank import PRESETS, Ranked, placed, ranked
from aftersale.policy.costs.settled import Settled, in_force
from aftersale.policy.rulebook import Rulebook
from aftersale.returns.soundness import soundness
from aftersale.shops.cost_settings import Weighing, figures_set, weighing_of
from aftersale.shops.goodwill import coupon_use, left
from aftersale.shops.models import Goodwill, Stock
from aftersale.shops.models.costs import GoodwillKind
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.cost_history import disputes
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision, Ticket
from aftersale.tickets.replacements import stock_for

router = Router(tags=["tickets"])

KEPT_S = 6 * 3_600
"""How long counts of a shop's history are kept; they move slowly, and a ticket is not to wait for them."""

# What a goodwill in force tells of the figure of its kind.
_COST = {
    GoodwillKind.GIFT: "gift_fen",
    GoodwillKind.SERVICE: "service_fen",
    GoodwillKind.UPGRADE: "upgrade_fen",
}


@dataclass(frozen=True)
class StockSeen:
    """Hold what the register says of the stock: pieces that are left, and how many days old that is."""

    said: Stock
    days: int
    old: bool


@dataclass(frozen=True)
class Costs:
    """Hold all that is said of a ticket's costs.

    `owed` names what the buyer may insist on, `asked` what is applied for, `short` what was left out because
    its goods are not in stock.
    """

    ways: tuple[Ranked, ...]
    owed: frozenset[str]
    asked: str
    read: Read
    figures: dict[str, Figure]
    settled: dict[str, Settled]
    weighing: Weighing
    weights: str
    weights_by: Mapping[str, int]
    goodwill: tuple[Goodwill, ...]
    book: Rulebook
    stock: StockSeen | None
    short: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Hold the figures of a shop on a day: what it set, and what its history tells."""

    settled: dict[str, Settled]
    history: dict[str, Rate | Mean]


def history_of(shop_id: int, now: datetime) -> dict[str, Rate | Mean]:
    """Estimate from a shop's own cases; counted anew every six hours."""
    key = f"costs:{shop_id}"
    counted: dict[str, tuple[int, int]] | None = cache.get(key)
    if counted is None:
        today = now.astimezone(SHANGHAI).date()
        counted = {
            **disputes(shop_id, now),
            **soundness(shop_id),
            **coupon_use(shop_id, today),
            **return_freight(shop_id, now),
            **part_refunds(shop_id, now),
        }
        cache.set(key, counted, KEPT_S)
    return {name: SPECS[name].estimated(*seen) for name, seen in counted.items()}


def counts_of(shop_id: int, now: datetime, category: str = "") -> Counts:
    """Read what holds in a shop now for a category of goods."""
    today = now.astimezone(SHANGHAI).date()
    return Counts(in_force(figures_set(shop_id), today, category), history_of(shop_id, now))


def costs_of(ticket: Ticket, now: datetime, preset: str = "") -> Costs | None:
    """Count and rank the lawful ways of a ticket; None where nothing was judged yet.

    `preset` looks through other weights than the shop's.
    """
    stored = StoredDecision.objects.filter(ticket=ticket).order_by("-id").first()
    if stored is None:
        return None
    judge = judge_by(stored.rulebook_digest)
    decision = judge.decide(facts_from(stored.facts))
    stock = stock_for(ticket)
    told = read(decision, _left(ticket), ticket.amount_fen, stock.left if stock else None)
    counts = counts_of(ticket.shop_id, now, told.category)
    goodwill = tuple(left(ticket.shop_id, now.astimezone(SHANGHAI).date()))
    figures = _figures(counts, told, goodwill)
    weighing = weighing_of(ticket.shop_id)
    offered = ("partial_refund", *(each.kind for each in goodwill))
    case = replace(told.case, worth=_worth(goodwill))
    names = lawful(decision)
    ways = compared(names, case, figures, offered)
    weights = PRESETS.get(preset, weighing.weights)
    found = placed(ranked(ways, case, weights), entitled(decision, judge.rulebook))
    return Costs(
        ways=found,
        owed=entitled(decision, judge.rulebook),
        asked=asked_for(decision.facts),
        read=told,
        figures=figures,
        settled=counts.settled,
        weighing=weighing,
        weights=preset if preset in PRESETS else weighing.preset,
        weights_by=weights,
        goodwill=goodwill,
        book=judge.rulebook,
        stock=_seen(stock, figures["stock_days"].value, now),
        short=out_of_stock(names, case),
    )


def _seen(stock: Stock | None, most_days: int, now: datetime) -> StockSeen | None:
    if stock is None:
        return None
    days = (now.astimezone(SHANGHAI).date() - stock.counted_on).days
    return StockSeen(stock, days, days > most_days)


def _left(ticket: Ticket) -> int | None:
    """Give what may still be refunded of the line; None where it is not known what was paid."""
    line = ticket.line
    return None if line is None or line.paid_fen is None else line.paid_fen - line.reserved_fen


def _figures(counts: Counts, told: Read, goodwill: tuple[Goodwill, ...]) -> dict[str, Figure]:
    """Choose the figures; the cheapest goodwill of a kind tells what its kind costs."""
    settings = {name: row.value for name, row in counts.settled.items() if row.value is not None}
    for each in reversed(goodwill):
        if each.kind == GoodwillKind.COUPON:
            settings["coupon_fen"] = each.worth_fen
        else:
            settings[_COST[GoodwillKind(each.kind)]] = each.cost_fen
    return figures_of(settings, counts.history, told.facts)


def _worth(goodwill: tuple[Goodwill, ...]) -> dict[str, int]:
    """Say what gifts and services are worth to the buyer; an upgrade is goods at their price."""
    return {each.kind: each.worth_fen for each in reversed(goodwill) if each.kind != GoodwillKind.UPGRADE}


@router.get("/tickets/{ticket_id}/costs", response=says(CostsPage))
def costs(request: Call, ticket_id: InPath, preset: str = "") -> HttpResponse:
    """Read what each lawful remedy would cost in fen, with its parts, sources and points."""
    ticket = ticket_for(request.auth, ticket_id, Permission.VIEW)
    found = costs_of(ticket, request.auth.now, preset)
    if found is None:
        return answered(CostsPage([], "", [], [], None))
    ways = [_way(each, found.owed) for each in found.ways]
    assumed, short = list(found.read.assumed), list(found.short)
    return answered(CostsPage(ways, found.weights, assumed, short, _stock(found.stock)))


def _stock(seen: StockSeen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    said = seen.said
    counted = {"counted": said.pieces, "held": said.taken, "on": said.counted_on.isoformat()}
    return {"left": said.left, **counted, "origin": said.source, "days": seen.days, "old": seen.old}


def _way(each: Ranked, owed: frozenset[str]) -> dict[str, Any]:
    return {
        "remedy": each.way.name,
        "net_fen": each.way.net_fen,
        "gives_fen": each.way.gives_fen,
        "insists": each.way.name in owed,
        "points": dict(each.points),
        "total": each.total,
        "parts": [
            {
                "part": part.step.value,
                "fen": part.fen,
                "figures": [_figure(figure) for figure in part.figures],
            }
            for part in each.way.parts
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": figure.value,
        "origin": figure.origin.value,
        "cases": figure.cases,
        "few": figure.few,
    }
