"""Keep the state in one SQLite file: what was answered is on the disk before it is answered."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.domain.errors import AftersaleError
from aftersale.sandbox.platform.case import Actor, Case, Refund, Service, Sold
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_read_sold = msgspec.json.Decoder(Sold).decode
_read_case = msgspec.json.Decoder(Case).decode
_read_service = msgspec.json.Decoder(Service).decode
# One process holds the file: its clock and its quotas are in memory.
_SCHEMA = """
pragma locking_mode = exclusive;
pragma journal_mode = wal;
pragma synchronous = full;
create table if not exists value (name text primary key, text text not null);
create table if not exists sold (no text primary key, shop text not null, buyer text not null,
    paid_at integer not null, updated_at integer not null, body blob not null);
create index if not exists sold_shop on sold (shop, buyer);
create table if not exists waybill (no text primary key, sold text not null);
create table if not exists ticket (no text primary key, shop text not null, sold text not null,
    applied_at integer not null, updated_at integer not null, due_at integer not null, body blob not null);
create index if not exists ticket_updated on ticket (shop, updated_at);
create index if not exists ticket_applied on ticket (shop, applied_at);
create index if not exists ticket_sold on ticket (sold);
create index if not exists ticket_due on ticket (due_at) where due_at > 0;
create table if not exists service (no integer primary key, shop text not null, body blob not null);
create table if not exists refund (no text primary key, ticket text not null, sold text not null,
    shop text not null, fen integer not null, at integer not null, by text not null, why text not null,
    shipped integer not null);
create table if not exists report (event text primary key, shop text not null, body text not null);
create table if not exists agenda (id integer primary key, at integer not null, what text not null,
    ticket text not null, detail text not null);
create index if not exists agenda_at on agenda (at);
create index if not exists agenda_ticket on agenda (ticket);
create table if not exists push (id integer primary key, shop text not null, what text not null,
    body blob not null, due_at integer not null, tries integer not null, state text not null);
create index if not exists push_due on push (due_at) where state = 'waiting';
"""


def in_use(name: str) -> AftersaleError:
    """Say that a file belongs to a sandbox that runs, or cannot be written."""
    return AftersaleError(
        "sandbox.in_use",
        Text(
            zh=f"{name} 正被另一个沙箱使用，或不能写入。",
            en=f"{name} is used by another sandbox.",
        ),
        Text(zh="先结束那一个，或换一个 --home。", en="End the other one, or choose another --home."),
    )


class Planned(NamedTuple):
    """Hold something that is going to happen."""

    number: int
    at: int
    what: str
    ticket: str
    detail: str


class Store:
    """Hold the one connection; every change is one transaction, synced to the disk when it ends."""

    def __init__(self, path: Path | None) -> None:
        self._lock = RLock()
        self._depth = 0
        name = str(path) if path else ":memory:"
        self._db = sqlite3.connect(name, timeout=0.2, check_same_thread=False, isolation_level=None)
        try:
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as fault:
            self._db.close()
            raise in_use(name) from fault

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make what happens inside one change: all of it is kept, or nothing."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("rollback")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("commit")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def rows(self, sql: str, *given: object) -> list[tuple[object, ...]]:
        """Read or write rows by SQL of this package."""
        with self._lock:
            return self._db.execute(sql, given).fetchall()

    def value(self, name: str) -> str | None:
        """Give a kept value."""
        found = self.rows("select text from value where name = ?", name)
        return str(found[0][0]) if found else None

    def keep_value(self, name: str, text: str) -> None:
        """Keep a value under its name."""
        self.rows("insert or replace into value values (?, ?)", name, text)

    def number(self, name: str) -> int:
        """Count up and give the next number of a series."""
        with self.change():
            following = int(self.value(f"number.{name}") or 0) + 1
            self.keep_value(f"number.{name}", str(following))
        return following

    def keep_sold(self, sold: Sold) -> None:
        """Keep an order."""
        row = (sold.no, sold.shop, sold.buyer_id, sold.paid_at, sold.updated_at, _bytes(sold))
        self.rows("insert or replace into sold values (?, ?, ?, ?, ?, ?)", *row)
        if sold.waybill:
            self.rows("insert or replace into waybill values (?, ?)", sold.waybill, sold.no)

    def sold(self, no: str) -> Sold | None:
        """Find an order by its number."""
        found = self.rows("select body from sold where no = ?", no)
        return _read_sold(_blob(found[0][0])) if found else None

    def sold_by(self, where: str, *given: object) -> list[Sold]:
        """List orders by a condition of this package."""
        found = self.rows(f"select body from sold where {where}", *given)  # noqa: S608  conditions are ours
        return [_read_sold(_blob(row[0])) for row in found]

    def buyers(self, shop: str) -> int:
        """Count a shop's buyers."""
        return _int(self.rows("select count(distinct buyer) from sold where shop = ?", shop)[0][0])

    def an_order_of_buyer(self, shop: str, place: int) -> Sold:
        """Give one order of the buyer at a place among a shop's buyers."""
        found = self.rows(
            "select max(no) from sold where shop = ? group by buyer order by buyer limit 1 offset ?",
            shop,
            place,
        )
        (sold,) = self.sold_by("no = ?", found[0][0])
        return sold

    def keep(self, case: Case) -> None:
        """Keep a ticket."""
        due = case.due_at if case.open else 0
        row = (case.no, case.shop, case.order_no, case.applied_at, case.updated_at, due, _bytes(case))
        self.rows("insert or replace into ticket values (?, ?, ?, ?, ?, ?, ?)", *row)

    def case(self, no: str) -> Case | None:
        """Find a ticket by its number."""
        found = self.rows("select body from ticket where no = ?", no)
        return _read_case(_blob(found[0][0])) if found else None

    def cases(self, where: str, *given: object) -> list[Case]:
        """List tickets by a condition of this package."""
        found = self.rows(f"select body from ticket where {where}", *given)  # noqa: S608  conditions are ours
        return [_read_case(_blob(row[0])) for row in found]

    def keep_service(self, service: Service) -> None:
        """Keep a 平台服务单."""
        self.rows(
            "insert or replace into service values (?, ?, ?)", service.no, service.shop, _bytes(service)
        )

    def services(self, shop: str) -> list[Service]:
        """List a shop's 平台服务单."""
        found = self.rows("select body from service where shop = ? order by no", shop)
        return [_read_service(_blob(row[0])) for row in found]

    def pay(self, refund: Refund) -> None:
        """Write a payment into the ledger; what stands there is never changed."""
        row = msgspec.structs.astuple(refund)
        self.rows("insert into refund values (?, ?, ?, ?, ?, ?, ?, ?, ?)", *row)

    def refunds(self, ticket: str | None = None) -> list[Refund]:
        """Read the ledger, oldest first, of one ticket or of all."""
        found = self.rows(
            "select no, ticket, sold, shop, fen, at, by, why, shipped from refund "
            "where ? is null or ticket = ? order by rowid",
            ticket,
            ticket,
        )
        return [_refund(row) for row in found]

    def keep_report(self, event: str, shop: str, told: Mapping[str, object]) -> None:
        """Keep who saw values of a buyer; an event that is known stays as it was told first."""
        self.rows("insert or ignore into report values (?, ?, ?)", event, shop, json.dumps(told))

    def reports(self) -> list[dict[str, object]]:
        """List what was told of who saw values of buyers, oldest first, each with its shop."""
        found = self.rows("select shop, body from report order by rowid")
        return [{"shop": str(shop), **json.loads(str(body))} for shop, body in found]

    def plan(self, at: int, what: str, ticket: str, detail: str = "") -> None:
        """Let something happen later."""
        self.rows(
            "insert into agenda (at, what, ticket, detail) values (?, ?, ?, ?)", at, what, ticket, detail
        )

    def drop_plans(self, ticket: str) -> None:
        """Forget what was going to happen to a ticket."""
        self.rows("delete from agenda where ticket = ?", ticket)

    def take_plan(self, until: int) -> Planned | None:
        """Take the next thing that happens until a time."""
        found = self.rows(
            "select id, at, what, ticket, detail from agenda where at <= ? order by at, id limit 1", until
        )
        if not found:
            return None
        number, at, what, ticket, detail = found[0]
        self.rows("delete from agenda where id = ?", number)
        return Planned(_int(number), _int(at), str(what), str(ticket), str(detail))

    def next_times(self) -> Sequence[int]:
        """Give when the next plan and the next deadline are, if any."""
        found = self.rows(
            "select min(at) from agenda union all select min(due_at) from ticket where due_at > 0"
        )
        return [_int(row[0]) for row in found if row[0] is not None]


def _bytes(document: Case | Sold | Service) -> bytes:
    return msgspec.json.encode(document)


def _blob(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("a document is bytes")
    return value


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a number is expected")
    return value


def _refund(row: tuple[object, ...]) -> Refund:
    no, ticket, order, shop, fen, at, by, why, shipped = row
    return Refund(
        no=str(no),
        ticket=str(ticket),
        order=str(order),
        shop=str(shop),
        fen=_int(fen),
        at=_int(at),
        by=Actor(str(by)),
        why=str(why),
        shipped=bool(shipped),
    )
