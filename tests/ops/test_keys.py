"""Turn over the keys from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

BUYERS = """
    from datetime import UTC, datetime
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Buyer
    shop = Shop.objects.create(platform="douyin", name="one", created_at=datetime(2026, 6, 1, tzinfo=UTC))
    for number in range(3):
        Buyer.objects.create(shop=shop, key=str(number), contact=f"1380000000{number}")
"""
CONTACTS = """
    from aftersale.tickets.models import Buyer
    print(*Buyer.objects.order_by("id").values_list("contact", flat=True))
"""
ALTER = """
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_buyer SET contact = 'k9.' || substr(contact, 4) WHERE key = '0'")
"""
PLAIN = "13800000000 13800000001 13800000002"


def test_a_fresh_key_encrypts_everything_again_and_the_old_one_goes_only_then(desk: OwnDesk) -> None:
    desk.python(BUYERS)
    assert desk.run("keys", "list").stdout.splitlines() == ["k1: 3 values, encrypts"]
    refused = desk.run("keys", "drop", "k1")
    assert (refused.returncode, "keys rotate" in refused.stderr) == (3, True)
    done = desk.run("keys", "rotate")
    assert done.returncode == 0, done.stderr
    assert "k2 encrypts from now on." in done.stdout
    assert "3 values were encrypted again." in done.stdout
    assert desk.run("keys", "list").stdout.splitlines() == ["k2: 3 values, encrypts", "k1: 0 values"]
    assert desk.run("keys", "drop", "k1").returncode == 0
    assert desk.run("keys", "list").stdout.splitlines() == ["k2: 3 values, encrypts"]
    assert desk.python(CONTACTS) == PLAIN


def test_the_key_that_encrypts_stays_and_an_unknown_one_is_said(desk: OwnDesk) -> None:
    assert desk.run("keys", "drop", "k1").returncode == 3
    assert "There is no key k7." in desk.run("keys", "drop", "k7").stderr


def test_a_value_that_opens_with_no_key_is_named_and_its_keys_are_not_called_idle(desk: OwnDesk) -> None:
    desk.python(BUYERS)
    desk.python(ALTER)
    done = desk.run("keys", "rotate")
    assert done.returncode != 0
    assert "tickets_buyer.contact: 1 values open with no key of the ring" in done.stdout
    assert "2 values were encrypted again." in done.stdout
    assert "keys drop" not in done.stdout
