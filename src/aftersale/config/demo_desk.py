"""Fill a desk with the demo's shops, people, articles and tickets; everything in it is generated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.register import read_register
from aftersale.config import demo_serve
from aftersale.config.home import home
from aftersale.config.people import journal
from aftersale.config.wiring import import_now
from aftersale.domain.roles import Role
from aftersale.sandbox.demo import SEED, write_demo
from aftersale.shops.models import Connection, Person, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.shops.people import Newcomer, add_person, first_owner, set_role
from aftersale.tickets.imports import Given, start_import
from aftersale.tickets.models import ParkedRow, Ticket
from aftersale.tickets.parking import PARKED
from aftersale.tickets.register_changes import rows_of, take_register
from aftersale.tickets.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from aftersale.sandbox.demo import DemoSheets

OWNER, PASSWORD = demo_serve.OWNER, demo_serve.PASSWORD
"""Who owns the demo desk, and the password of everybody at it, printed where it is filled."""
PEOPLE = (
    ("周敏", Role.LEAD, None),
    ("小王", Role.AGENT, "douyin"),
    ("小李", Role.AGENT, "kuaishou"),
    ("阿雯", Role.TRAINEE, "douyin"),
    ("老陈", Role.WAREHOUSE, None),
    ("何姐", Role.FINANCE, None),
)


@dataclass(frozen=True, slots=True)
class DemoDesk:
    """Count what the demo desk holds; `parked` are rows of its sheets that were not read."""

    shops: int
    tickets: int
    parked: int


def fill(folder: Path, clock: Callable[[], datetime]) -> DemoDesk:
    """Write sheets of the generated day into a folder and take them in; a desk with shops is left alone."""
    if Shop.objects.exists():
        return _counted()
    now = clock()
    demo_serve.Place(home().root).begun.write_text(now.isoformat(), encoding="utf-8")
    register, sheets = write_demo(folder, SEED, now)
    shops = {each.shop.name: _shop(each, now) for each in sheets}
    _people(list(shops.values()), now)
    articles = rows_of(read_register(register, "zh"))
    for each in sheets:
        shop = shops[each.shop.name]
        take_register(shop, articles, None, now)
        given = Given([each.after_sales, each.orders], shop, Scope(partial=True), now)
        import_now(start_import(given, None, now).pk, clock)
    return _counted()


def _counted() -> DemoDesk:
    parked = ParkedRow.objects.filter(state=PARKED).count()
    return DemoDesk(Shop.objects.count(), Ticket.objects.count(), parked)


def _shop(sheets: DemoSheets, now: datetime) -> Shop:
    of = sheets.shop
    made = Shop.objects.create(name=of.name, platform=of.platform, demo=True, created_at=now)
    Connection.objects.create(shop=made, state=ConnectionState.NONE, since=now, note="演示数据")
    return made


def _people(shops: list[Shop], now: datetime) -> None:
    """Add the owner and the team, all with the password of the demo, so that a visitor can try every role."""
    journal(first_owner(OWNER, PASSWORD, now).change, now)
    for name, role, shop in _places(shops):
        known = Person.objects.filter(username=name).first()
        if known is None:
            journal(add_person(shop, Newcomer(name, name, role, PASSWORD), None, now).change, now)
        else:
            journal(set_role(known, shop, role, None), now)
    Person.objects.update(must_change_password=False)


def _places(shops: list[Shop]) -> Iterator[tuple[str, Role, Shop]]:
    for name, role, platform in PEOPLE:
        for shop in shops:
            if platform in {None, shop.platform}:
                yield name, role, shop
