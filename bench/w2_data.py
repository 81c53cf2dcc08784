"""Fill a desk for W2: 20 shops, 37 % of the tickets open, 50,000 buyers, 8,000 articles."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import connection, models, transaction

from aftersale.domain.roles import Permission
from aftersale.returns.models import Match, Parcel, ParcelPhoto
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.tokens import issue
from aftersale.tickets.handling import add_note
from aftersale.tickets.models import Buyer, SavedView, Ticket
from aftersale.tickets.queries import Cursor, write_cursor
from aftersale.tickets.search import Searchable, buyer_token, index_rows, search_text
from bench.w2_pages import page_calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHOPS, ALL_BUYERS, ALL_ARTICLES = 20, 50_000, 8_000
EVENTS, FILES, DEPTH = 200, 30, 250_000
FIVE = "lane=ours&stage=receive&reason=damaged&apply_type=exchange&proposal=reject"
AGENT_SHOPS = 5
# The pages read the clock: what they sum up of the last days must lie there.
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
FAR = datetime(9999, 12, 31, tzinfo=UTC)
AGENT, LEAD = "bench-agent", "bench-lead"
_LANES, _SHARES = ("ours", "waiting", "missing", "done"), (22, 14, 1, 63)
_TAB = {"ours": "receive", "waiting": "buyer", "missing": "under_way", "done": "ended"}
_UNDATED, _HARD, _ASSIGNED = 0.05, 0.1, 0.7
_KINDS = ("杯子", "连衣裙", "运动鞋", "蓝牙耳机", "电饭煲", "行李箱", "面霜", "坚果礼盒")
_TRAITS = ("加厚", "便携", "儿童", "复古", "轻奢", "防水", "大号", "新款", "可爱", "静音")
_COLOURS = ("蓝色", "米白", "黑色", "红色", "墨绿", "浅灰", "粉色", "卡其")
_REASONS = ("no_reason", "quality", "damaged", "wrong_item", "not_as_described", "not_received")
_STAGES = ("decide", "return", "receive", "ship", "rejected", "dispute", "paying", "other")
_PROPOSALS = ("refund_only", "return_refund", "exchange", "reject", "ask", "partial_refund")
_RULES = tuple(f"R{number:03}" for number in range(60))
_OBSERVED = json.dumps(
    {"facts": {f"fact_{n}": n for n in range(30)}, "sources": {f"fact_{n}": "列" for n in range(20)}}
)


@dataclass(frozen=True, slots=True)
class World:
    """Name the people and shops of the world."""

    shops: tuple[int, ...]
    agent: Person
    lead: Person


def _article(number: int) -> tuple[str, str, str]:
    """Give title, own code and platform id of an article."""
    dice = random.Random(number)  # noqa: S311  # seeded, to be the same each time
    volume, colour = dice.choice((350, 500, 750)), dice.choice(_COLOURS)
    title = f"{dice.choice(_TRAITS)}{dice.choice(_KINDS)} {volume}ml {colour}"
    return title, f"SKU-{number:05}", str(3_600_000_000_000_000 + number)


ARTICLES = tuple(_article(number) for number in range(ALL_ARTICLES))


def order_no(number: int) -> str:
    """Give the order number of a ticket."""
    return str(6_920_000_000_000_000_000 + number * 7919)


def ticket_no(number: int) -> str:
    """Give the number of a ticket."""
    return str(7_130_000_000_000_000_000 + number * 104_729)


def phone(buyer: int) -> str:
    """Give the phone of a buyer."""
    return str(13_800_000_000 + buyer)


def _lane(dice: random.Random) -> str:
    return dice.choices(_LANES, weights=_SHARES)[0]


def _ticket(number: int, shops: Sequence[int], people: Sequence[int]) -> dict[str, object]:
    dice = random.Random(number)  # noqa: S311  # as above
    title, article_no, product_id = _article_of(number)
    lane, applied = _lane(dice), NOW - timedelta(minutes=dice.randrange(400_000))
    due = None if dice.random() < _UNDATED else NOW + timedelta(seconds=dice.randrange(-80_000, 900_000))
    is_open = lane != "done"
    return {
        "id": number + 1,
        "shop_id": shops[number % len(shops)],
        "ticket_no": ticket_no(number),
        "order_no": order_no(number),
        "buyer_id": _buyer_of(number, len(shops)) + 1,
        "article": title,
        "article_no": article_no,
        "product_id": product_id,
        "status": "待商家处理" if lane == "ours" else "售后完成",
        "reason_said": "质量问题",
        "claim": "退货退款",
        "reason": dice.choice(_REASONS),
        "apply_type": dice.choice(("return_refund", "refund_only", "exchange")),
        "open": is_open,
        "turn": "merchant" if lane == "ours" else "buyer" if is_open else "done",
        "lane": lane,
        "tab": _TAB[lane],
        "stage": dice.choice(_STAGES) if is_open else "done",
        "step": "return_refund" if is_open else "nothing",
        "amount_fen": dice.randrange(500, 90_000),
        "applied_at": applied,
        "channel": "spreadsheet",
        "rank": 1,
        "observed": _OBSERVED,
        "observed_at": applied,
        "notice_digest": number.to_bytes(32, "big"),
        "seen_at": NOW,
        "missing_at": NOW if lane == "missing" else None,
        "rule_id": dice.choice(_RULES),
        "proposal": dice.choice(_PROPOSALS),
        "needs_person": dice.random() < _HARD,
        "due_at": due if is_open else None,
        "due_kind": "respond_by" if due else "",
        "queue_at": (due or FAR) if is_open else applied,
        "assignee_id": dice.choice(people) if dice.random() < _ASSIGNED else None,
        "sequence": 1,
        "head": number.to_bytes(32, "big"),
        "created_at": applied,
        "changed_at": NOW,
        "ended_at": None if is_open else NOW,
    }


def _buyer_of(number: int, shops: int) -> int:
    """Give the buyer of a ticket, one of the same shop."""
    return number * 48_271 % (ALL_BUYERS // shops) * shops + number % shops


def _article_of(number: int) -> tuple[str, str, str]:
    return ARTICLES[number * 7_919 % ALL_ARTICLES]


def _columns(model: type[models.Model], given: Iterable[str]) -> list[models.Field[Any, Any]]:
    """List the columns that rows fill: those given, and those that must have something."""
    named = set(given)
    fields = list(model._meta.concrete_fields)  # noqa: SLF001  # Django's public name for the table's columns
    return [f for f in fields if f.attname in named or (not f.null and not f.primary_key)]


def _filler(field: models.Field[Any, Any]) -> object:
    default = field.get_default()
    return "" if default is None else field.get_db_prep_save(default, connection)


def write(model: type[models.Model], rows: Iterator[dict[str, object]]) -> None:
    """Write rows with executemany or COPY, the table's indexes built afterwards."""
    first = next(rows)
    fields = _columns(model, first)
    table, names = model._meta.db_table, [str(f.column) for f in fields]  # noqa: SLF001  # as above
    empty = {f.attname: _filler(f) for f in fields if f.attname not in first}

    def values(row: dict[str, object]) -> tuple[object, ...]:
        full = {**empty, **row}
        return tuple(full[f.attname] for f in fields)

    def every() -> Iterator[tuple[object, ...]]:
        yield values(first)
        yield from map(values, rows)

    (_copy if connection.vendor == "postgresql" else _many)(table, names, every())


def _many(table: str, names: list[str], rows: Iterator[tuple[object, ...]]) -> None:
    marks, listed = ",".join("?" * len(names)), ",".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name=%s AND sql IS NOT NULL",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        # Django's own cursor would rewrite the statement for each batch; the driver takes a stream.
        raw = connection.connection.cursor()
        said = f'INSERT INTO "{table}" ({listed}) VALUES ({marks})'  # noqa: S608  # names of our own tables
        raw.executemany(said, (tuple(map(_plain, row)) for row in rows))
        for _name, sql in indexes:
            cursor.execute(sql)


def _plain(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _copy(table: str, names: list[str], rows: Iterator[tuple[object, ...]]) -> None:
    listed = ",".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _people(shops: Sequence[int]) -> tuple[Person, Person]:
    agent, lead = (Person.objects.create(username=name) for name in (AGENT, LEAD))
    roles = [(agent, shop, "agent") for shop in shops[:AGENT_SHOPS]] + [
        (lead, shop, "lead") for shop in shops
    ]
    Membership.objects.bulk_create(Membership(person=p, shop_id=s, role=r) for p, s, r in roles)
    return agent, lead


def _texts(tickets: int, shops: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    buyers = [buyer_token(shops[buyer % len(shops)], phone(buyer)) for buyer in range(ALL_BUYERS)]
    for number in range(tickets):
        shop, hashed = shops[number % len(shops)], (buyers[_buyer_of(number, len(shops))],)
        said = Searchable(ticket_no(number), order_no(number), *_article_of(number), hashed)
        yield number + 1, shop, search_text(said)


_VIEWS: tuple[tuple[str, dict[str, object]], ...] = (
    ("破损件", {"lane": "ours", "reason": "damaged"}),
    ("高金额", {"lane": "ours", "min_fen": 50_000}),
    ("要人看", {"lane": "ours", "needs_person": True}),
    ("待收货", {"lane": "ours", "stage": "receive"}),
    ("可拒绝", {"lane": "ours", "proposal": "reject"}),
    ("今天到期", {"lane": "ours", "due_before": f"{NOW + timedelta(hours=15):%Y-%m-%dT%H:%M:%SZ}"}),
    ("换货", {"lane": "ours", "apply_type": "exchange", "stage": "ship"}),
    ("等买家", {"lane": "waiting"}),
)


def _busy(ticket: Ticket, person: Person) -> None:
    """Give one ticket 200 events, thirty files of a parcel, clocks and a decision's worth of notes."""
    for number in range(EVENTS - 1):
        add_note(ticket, person, f"第 {number} 条备注", NOW)
    parcel = Parcel.objects.create(
        shop_id=ticket.shop_id,
        waybill="SF1",
        arrived_at=NOW,
        recorded_at=NOW,
        recorded_by=person,
        digest=b"",
    )
    Match.objects.create(
        parcel=parcel, ticket=ticket, by="person", goods_before="back", at=NOW, person=person
    )
    ParcelPhoto.objects.bulk_create(
        ParcelPhoto(
            parcel=parcel,
            name=f"{number}.jpg",
            sha256=f"{number:064}",
            size=1,
            kind="jpeg",
            stored_at=NOW,
            stored_by=person,
        )
        for number in range(FILES)
    )


def fill(tickets: int) -> World:
    """Fill an empty, migrated database."""
    made = (Shop.objects.create(platform="douyin", name=f"店铺{n:02}", created_at=NOW) for n in range(SHOPS))
    shops = [shop.pk for shop in made]
    agent, lead = _people(shops)
    write(
        Buyer,
        (
            {"id": n + 1, "shop_id": shops[n % SHOPS], "key": str(n), "mask": "买**"}
            for n in range(ALL_BUYERS)
        ),
    )
    write(Ticket, (_ticket(number, shops, (agent.pk, lead.pk)) for number in range(tickets)))
    index_rows(_texts(tickets, shops))
    SavedView.objects.bulk_create(
        SavedView(person=person, name=name, filters=filters)
        for person in (agent, lead)
        for name, filters in _VIEWS
    )
    _busy(Ticket.objects.get(pk=1), agent)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return World(tuple(shops), agent, lead)


def _deep(shops: Sequence[int], tickets: int) -> tuple[int, str]:
    """Give a cursor as deep in the queue as the bar asks, or half way through a smaller one."""
    waiting = Ticket.objects.filter(shop__in=shops, open=True).order_by("queue_at", "id")
    depth = min(DEPTH, waiting.count() // 2) if tickets else 0
    at, ticket = waiting.values_list("queue_at", "id")[depth]
    return depth, write_cursor(Cursor(at, ticket))


def prepare(tickets: int) -> list[dict[str, object]]:
    """Fill the database and name the calls to make as the agent of five shops, and as the lead of all."""
    world = fill(tickets)
    depth, cursor = _deep(world.shops, tickets)
    mine = world.shops[:AGENT_SHOPS]
    numbers = [n for n in range(0, tickets, max(1, tickets // 400)) if world.shops[n % SHOPS] in mine]
    paths = {
        "first page": ["/api/tickets?limit=50"],
        "five filters and count": [
            f"/api/tickets?count=true&{FIVE}&min_fen={fen}" for fen in range(500, 900)
        ],
        f"page {depth:,} deep, 20 shops": [f"/api/tickets?cursor={cursor}"],
        "search, order no.": [f"/api/tickets/search?q={order_no(n)}" for n in numbers],
        "search, buyer's phone": [f"/api/tickets/search?q={phone(_buyer_of(n, SHOPS))}" for n in numbers],
        "search, article": [f"/api/tickets/search?q={quote(_article_of(n)[0])}" for n in numbers],
        "8 saved views counted": ["/api/views/counters"],
        f"ticket, {EVENTS} events, {FILES} files": ["/api/tickets/1"],
    }
    as_agent, as_lead = (_headers(who) for who in (world.agent, world.lead))
    asked: list[dict[str, object]] = [
        {"name": name, "paths": each, "headers": as_lead if name.endswith("20 shops") else as_agent}
        for name, each in paths.items()
    ]
    return asked + page_calls(world.agent, world.lead, _article_of(numbers[0])[0])


def _headers(person: Person) -> dict[str, str]:
    now = datetime.now(UTC)
    secret = issue(person, "bench", {Permission.VIEW}, now + timedelta(days=1), now).secret
    return {"Authorization": f"Bearer {secret}"}
