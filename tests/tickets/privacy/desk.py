"""Set up buyers with everything that is kept of them, and look for it everywhere afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps
from django.db import connection

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import ActionState
from aftersale.evidence.chains_kept import Kept
from aftersale.evidence.heads import key_id
from aftersale.evidence.journal import Entry
from aftersale.evidence.proof import prove
from aftersale.evidence.sealer import seal
from aftersale.shops.crypto import KeysInvalid
from aftersale.shops.encryption import ring
from aftersale.shops.models import Person, Shop
from aftersale.shops.rekey import encrypted_fields
from aftersale.tickets.change import TICKET, change, subject_of
from aftersale.tickets.erasure import ERASED
from aftersale.tickets.models import Action, Answer, Buyer, Import, Note, ParkedRow, Task, Ticket
from aftersale.tickets.parties import buyer_key
from aftersale.tickets.search import Searchable, buyer_token, index_rows, search_text

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Wednesday; three years later, 2026-06-10, is one too.
ENDED = datetime(2023, 6, 10, 15, tzinfo=SHANGHAI)
LAST_DAY = datetime(2026, 6, 10, 23, 59, 59, tzinfo=SHANGHAI)
FREE = datetime(2026, 6, 11, tzinfo=SHANGHAI)
WORLD_ID = "##C1##|$$C1$$"
SECRETS = ("王小明", "13800138000", "科技园路", "小明的备注", "发错人了")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def make_shop(name: str = "云杉家居旗舰店", **fields: object) -> Shop:
    return Shop.objects.create(platform="douyin", name=name, created_at=ENDED, **fields)


def make_person(name: str = "小李") -> Person:
    return Person.objects.create(username=name, name=name)


def make_buyer(shop: Shop, platform_id: str = WORLD_ID) -> Buyer:
    return Buyer.objects.create(
        shop=shop,
        key=buyer_key(shop.pk, platform_id),
        mask="王*",
        contact="王小明，13800138000，深圳市南山区科技园路1号",
    )


def said(**facts: object) -> str:
    return json.dumps({"facts": facts, "unknown": [], "sources": {}, "services": []})


def make_ticket(buyer: Buyer, number: str = "7100000000000000001", **fields: object) -> Ticket:
    """Make a closed ticket with two events."""
    known: dict[str, Any] = {
        "order_no": f"69{number[2:]}",
        "status": "退款成功",
        "open": False,
        "turn": "done",
        "lane": "done",
        "stage": "done",
        "step": "nothing",
        "money_state": "paid",
        "applied_at": ENDED - timedelta(days=2),
        "channel": "douyin",
        "rank": 1,
        "observed": said(),
        "observed_at": ENDED,
        "notice_digest": bytes(32),
        "seen_at": ENDED,
        "queue_at": ENDED,
        "created_at": ENDED,
        "changed_at": ENDED,
        "ended_at": ENDED,
        "head": bytes(32),
        "return_waybill": "SF13800138000",
        "remark": "小明的备注：打 13800138000",
    }
    ticket = Ticket(shop=buyer.shop, buyer=buyer, ticket_no=number, **{**known, **fields})
    ticket.head = subject_of(ticket).genesis
    ticket.save()
    ticket.head = subject_of(ticket).genesis
    ticket.save()
    personal = {"contact": buyer.contact, "remark": ticket.remark}
    change(ticket, Entry("imported", ENDED, None, {"status": ticket.status}, personal))
    change(ticket, Entry("action_confirmed", ENDED, None, {}, {"note": "王小明来电说发错人了"}))
    text = search_text(
        Searchable(
            number, ticket.order_no, "双层玻璃杯", "CUP-1", "", (buyer_token(buyer.shop_id, WORLD_ID),)
        )
    )
    index_rows([(ticket.pk, buyer.shop_id, text)])
    return ticket


def hang_things_on(ticket: Ticket, person: Person) -> None:
    """Put something personal into every place that hangs on a ticket."""
    Note.objects.create(ticket=ticket, person=person, text="王小明说发错人了", at=ENDED)
    Action.objects.create(
        ticket=ticket, shop=ticket.shop, key=f"k{ticket.pk}", verb="refund", intent_no=1,
        state=ActionState.DONE, approved_at=ENDED, not_before=ENDED, ended_at=ENDED,
        params={"text": "王小明您好", "reason": "no_reason", "citation": "消法25"},
        receipt={"outcome": "done", "code": "ok", "raw": {"receiver": "王小明"}},
    )  # fmt: skip
    Task.objects.create(
        shop=ticket.shop, ticket=ticket, kind="review", created_at=ENDED, done_at=ENDED,
        params={"verb": "refund", "amount_fen": 100, "params": {"text": "王小明您好"}},
    )  # fmt: skip
    Answer.objects.create(ticket=ticket, fact="province", value="科技园路1号", person=person, at=ENDED)
    batch = Import.objects.create(shop=ticket.shop, created_at=ENDED)
    cells = [["售后单号", ticket.ticket_no], ["收件人", "王小明"]]
    ParkedRow.objects.create(
        batch=batch, shop=ticket.shop, sheet="售后.csv", row=3, value="13800138000", code="cell.bad",
        cells=json.dumps(cells, ensure_ascii=False),
    )  # fmt: skip


def texts() -> Iterator[str]:
    """Give every text that stands anywhere in the database, as it is stored, and opened where it opens."""
    places = {each.place for each in encrypted_fields()}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table  # noqa: SLF001  # the public way to a table's name
        names = [f.column for f in model._meta.local_concrete_fields]  # noqa: SLF001  # as above
        quoted = ", ".join(connection.ops.quote_name(str(name)) for name in names)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield from _readings(value, places)


def _readings(value: object, places: set[str]) -> Iterator[str]:
    if isinstance(value, bytes | memoryview):
        yield bytes(value).decode("utf-8", "replace")
        return
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    yield text
    yield text.encode().decode("unicode_escape", "replace")
    for place in places:
        try:
            yield ring().decrypt(text, place)
        except (KeysInvalid, ValueError):
            continue


def still_there() -> set[str]:
    """Name the secrets that can still be found."""
    everything = "\n".join(texts())
    return {secret for secret in SECRETS if secret in everything}


def kept_by_tickets() -> Iterator[Kept]:
    rows = Ticket.objects.order_by("pk").values_list("pk", "shop_id", "ticket_no", "sequence", "head")
    return (Kept(pk, shop, number, sequence, bytes(head)) for pk, shop, number, sequence, head in rows)


def sealed() -> None:
    """Give every event its place in the log of its shop."""
    for shop in Shop.objects.all():
        seal(shop.pk, datetime(2026, 6, 11, tzinfo=UTC), KEY)


def breaks() -> int:
    """Count what is wrong with chains, logs, heads and the values that are left."""
    keys = {key_id(KEY.public_key()): KEY.public_key()}
    proof = prove({TICKET: kept_by_tickets}, keys, lambda _: None, {TICKET: ERASED})
    assert proof.events
    return proof.breaks
