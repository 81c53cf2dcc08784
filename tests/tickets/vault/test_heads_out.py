"""Every day the newest signed head leaves the house: into a file, and to whom the shop names."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from aftersale.evidence import heads
from aftersale.evidence.models import Head, HeadsOut
from aftersale.evidence.sealer import log_name, seal
from aftersale.tickets.vault.heads_out import FILE, line_of, put_out, set_target
from aftersale.tickets.vault.packs import signing_key
from tests.api.desk import make_ticket, now
from tests.tickets.vault.files import put

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Path:
    """Give the file of heads, empty."""
    path = Path(settings.FILES).parent / FILE
    path.unlink(missing_ok=True)
    return path


def sealed(shop: Shop) -> Head:
    head = seal(shop.pk, now(), signing_key())
    assert head is not None
    return head


def test_a_line_says_all_that_is_needed_to_check_it(ticket: Ticket, shop: Shop, lines: Path) -> None:
    head = sealed(shop)
    assert put_out(now()) == 1
    log, size, root, at, key, signature = lines.read_text().split()
    said = heads.Head(log_name(shop.pk), head.size, bytes(head.root), head.at)
    assert heads.head_bytes(said).decode().split("\n")[1:5] == [log, size, root, at]
    assert key == head.key_id
    assert heads.verify(said, base64.b64decode(signature), signing_key().public_key())
    del ticket


@pytest.mark.usefixtures("ticket")
def test_once_a_day_and_only_when_the_log_grew(shop: Shop, person: Person, lines: Path) -> None:
    sealed(shop)
    assert [put_out(now()), put_out(now())] == [1, 0]
    put(make_ticket(shop, 2), person)
    sealed(shop)
    assert put_out(now()) == 0
    assert put_out(now() + timedelta(days=1)) == 1
    assert put_out(now() + timedelta(days=2)) == 0
    assert len(lines.read_text().splitlines()) == 2


@pytest.mark.usefixtures("ticket", "lines")
def test_the_address_that_a_shop_names_hears_it_and_a_failure_is_kept(shop: Shop) -> None:
    change = set_target(shop, "mailtos://user:word@example.com?to=a@example.com")
    assert (change.before, change.after) == ("", "mailtos")
    head, told = sealed(shop), list[str]()

    def refusing(_url: str, _title: str, body: str) -> bool:
        told.append(body)
        return False

    put_out(now(), refusing)
    assert told == [line_of(head)]
    assert HeadsOut.objects.get().failed_at


@pytest.mark.usefixtures("ticket", "lines")
def test_an_address_that_breaks_stops_nothing(shop: Shop) -> None:
    set_target(shop, "mailtos://user:word@example.com?to=a@example.com")
    sealed(shop)

    def broken(_url: str, _title: str, _body: str) -> bool:
        raise OSError("no network")

    assert put_out(now(), broken) == 1
    assert HeadsOut.objects.get().failed_at
