from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import serializers

from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.models import Event, PersonalValue
from aftersale.shops.models import Shop
from aftersale.tickets.change import change
from aftersale.tickets.erasure import erase_buyer
from aftersale.tickets.forgotten import ListBroken
from aftersale.tickets.models import Buyer, Erasure, ParkedRow, Ticket
from aftersale.tickets.retention import COUNTS, reapply_erasures, retain
from tests.tickets.privacy.desk import (
    ENDED,
    FREE,
    LAST_DAY,
    SECRETS,
    breaks,
    hang_things_on,
    make_buyer,
    make_person,
    make_shop,
    make_ticket,
    still_there,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(COUNTS, 0)


def tickets(count: int, **shop: object) -> list[Ticket]:
    of = make_shop("云杉家居旗舰店", **shop)
    return [make_ticket(make_buyer(of, f"##{n}##"), f"71{n:017}") for n in range(count)]


def full() -> int:
    return Ticket.objects.exclude(remark="").count()


@pytest.mark.parametrize("now", [LAST_DAY - timedelta(days=1), LAST_DAY])
def test_what_the_law_holds_stays_although_the_shop_would_let_it_go(now: datetime) -> None:
    tickets(1, retain_days=30)
    assert retain(now, 10)["expired"] == 0
    assert full() == 1


def test_on_the_day_after_it_goes_with_everything() -> None:
    (ticket,) = tickets(1, retain_days=30)
    hang_things_on(ticket, make_person())
    assert retain(FREE, 10) == {**NOTHING, "expired": 1, "rows": 1}
    assert still_there() == set()
    assert breaks() == 0


@pytest.mark.parametrize(("days", "gone"), [(1_460, 0), (1_461, 0), (1_462, 1)])
def test_a_shop_may_keep_values_longer_and_then_they_go(days: int, gone: int) -> None:
    # From 2023-06-10 on there is a 29 February; the day on which it ended is not counted.
    tickets(1, retain_days=1_461)
    assert retain(ENDED.replace(hour=0) + timedelta(days=days), 10)["expired"] == gone


def test_a_limit_takes_small_steps_and_the_next_sweep_goes_on() -> None:
    tickets(5)
    assert [retain(FREE, 2)["expired"] for _ in range(4)] == [2, 2, 1, 0]
    assert retain(FREE, 2) == NOTHING


def test_sweeping_again_writes_nothing() -> None:
    tickets(2)
    retain(FREE, 10)
    events, listed = Event.objects.count(), Erasure.objects.count()
    assert retain(FREE + timedelta(days=30), 10) == NOTHING
    assert (Event.objects.count(), Erasure.objects.count()) == (events, listed)


def test_a_dispute_that_opens_again_keeps_its_ticket_and_no_other() -> None:
    first, _ = tickets(2)
    Ticket.objects.filter(pk=first.pk).update(arbitration_state="open")
    assert retain(FREE, 10)["expired"] == 1
    assert full() == 1


def test_held_tickets_do_not_stand_in_the_way_of_younger_ones() -> None:
    leap = datetime(2024, 2, 29, 12, tzinfo=SHANGHAI)
    sunday = datetime(2027, 3, 1, 12, tzinfo=SHANGHAI)
    held, free = tickets(2)
    Ticket.objects.filter(pk=held.pk).update(arbitration_state="won", ended_at=ENDED - timedelta(days=1))
    Ticket.objects.filter(pk=held.pk).update(
        observed=f'{{"facts":{{"judged_at":"{leap.isoformat()}"}},"unknown":[],"sources":{{}},"services":[]}}'
    )
    counts = retain(sunday, 1)
    assert (counts["held"], counts["expired"]) == (1, 1)
    assert Ticket.objects.get(pk=free.pk).remark == ""


def test_a_request_is_carried_out_when_its_last_hold_ends() -> None:
    buyer, person = make_buyer(make_shop(retain_days=4_000)), make_person()
    make_ticket(buyer)
    erase_buyer(buyer, person, "withdrawn", LAST_DAY)
    assert retain(LAST_DAY, 10) == NOTHING
    assert retain(FREE, 10) == {**NOTHING, "requested": 1}
    assert still_there() == set()
    done = Erasure.objects.get()
    assert (done.erased_at, done.next_at, done.why) == (FREE, None, "withdrawn")


def test_a_hold_that_nobody_can_date_is_looked_at_each_day() -> None:
    buyer = make_buyer(make_shop(retain_days=4_000))
    ticket = make_ticket(buyer, arbitration_state="open")
    erase_buyer(buyer, make_person(), "withdrawn", FREE)
    tomorrow = FREE + timedelta(days=1)
    assert [retain(at, 10)["held"] for at in (FREE, tomorrow, tomorrow)] == [0, 1, 0]
    Ticket.objects.filter(pk=ticket.pk).update(arbitration_state="closed")
    assert retain(tomorrow + timedelta(days=1), 10)["requested"] == 1


def test_what_an_old_sheet_brings_back_goes_again() -> None:
    buyer, person = make_buyer(make_shop(retain_days=4_000)), make_person()
    ticket = make_ticket(buyer)
    erase_buyer(buyer, person, "purpose", FREE)
    ticket.refresh_from_db()
    back = make_buyer(buyer.shop)
    change(ticket, Entry("observed", FREE, None, {}, {"remark": "王小明"}), remark="王小明", buyer_id=back.pk)
    assert still_there() != set()
    assert retain(FREE, 10)["again"] == 1
    assert still_there() == set()
    assert retain(FREE, 10) == NOTHING


def test_raw_rows_values_of_imports_and_lone_buyers_go_with_age() -> None:
    shop = make_shop()
    hang_things_on(make_ticket(make_buyer(shop)), make_person())
    record(Subject(shop.pk, "import", 1, "1"), Entry("noted", ENDED, None, {}, {"note": "王小明"}))
    ParkedRow.objects.update(shop=None)
    make_buyer(shop, "##lone##")
    assert (retain(ENDED, 10)["buyers"], ParkedRow.objects.exclude(cells="").count()) == (1, 1)
    assert retain(FREE, 10) == {**NOTHING, "expired": 1, "rows": 1, "values": 1}
    assert still_there() == set()
    assert PersonalValue.objects.count() == 0


def backup() -> str:
    """Keep the tables as a backup would."""
    models: list[type[Model]] = [Shop, Buyer, Ticket, Event, PersonalValue, Erasure]
    rows = [row for model in models for row in model._default_manager.order_by("pk")]  # noqa: SLF001  # public
    return str(serializers.serialize("json", rows))


def restore(kept: str) -> None:
    """Put the tables back as they were."""
    for model in (PersonalValue, Erasure, Event):
        model.objects.all().delete()
    for found in serializers.deserialize("json", io.StringIO(kept)):
        found.save()


def test_a_restored_backup_is_erased_again_by_the_list() -> None:
    buyer, person = make_buyer(make_shop()), make_person()
    make_ticket(buyer)
    kept = backup()
    erase_buyer(buyer, person, "purpose", FREE)
    restore(kept)
    assert still_there() >= {"王小明", "13800138000"}
    assert Erasure.objects.count() == 0
    assert reapply_erasures(FREE) == 1
    assert still_there() == set()
    assert breaks() == 0
    again = Erasure.objects.get()
    assert (again.why, again.person, again.erased_at) == ("purpose", person, FREE)
    assert reapply_erasures(FREE) == 0


def test_what_was_erased_is_erased_again_although_the_backup_shows_it_open() -> None:
    buyer = make_buyer(make_shop())
    ticket = make_ticket(buyer)
    kept = backup()
    erase_buyer(buyer, make_person(), "purpose", FREE)
    restore(kept)
    Ticket.objects.filter(pk=ticket.pk).update(open=True)
    assert reapply_erasures(FREE) == 1


def test_a_request_that_the_backup_does_not_know_is_due_again() -> None:
    buyer = make_buyer(make_shop(retain_days=4_000))
    make_ticket(buyer)
    kept = backup()
    erase_buyer(buyer, make_person(), "withdrawn", LAST_DAY)
    restore(kept)
    assert reapply_erasures(LAST_DAY) == 0
    assert full() == 1
    assert retain(LAST_DAY, 10)["held"] == 1
    assert retain(FREE, 10)["requested"] == 1


def test_the_list_holds_numbers_and_no_values(folder: Path) -> None:
    buyer = make_buyer(make_shop())
    make_ticket(buyer)
    erase_buyer(buyer, make_person(), "purpose", FREE)
    text = (folder / "erasures.jsonl").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 2
    assert [secret for secret in (*SECRETS, buyer.key) if secret in text] == []
    assert (folder / "erasures.jsonl").stat().st_mode & 0o077 == 0


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_done(folder: Path) -> None:
    (folder / "erasures.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(ListBroken) as broken:
        reapply_erasures(datetime(2026, 6, 11, tzinfo=UTC))
    assert "1" in broken.value.message.zh
