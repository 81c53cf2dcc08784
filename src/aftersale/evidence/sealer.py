"""Seal the journal: give events their places in the shop's log and sign what the log is now."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.db import connection, transaction

from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence import heads
from aftersale.evidence.merkle import Frontier
from aftersale.evidence.models import Event, Head
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# One batch is one short transaction: a page that writes meanwhile waits for no more than that.
BATCH = 10_000
# PostgreSQL: sealers of one shop wait for nobody, they leave it to the one that is at it.
_SEALERS = 0x5EA1 << 40
_NUMBER = """
    UPDATE evidence_event SET log_index = numbered.place
    FROM (
        SELECT id AS event, %s + row_number() OVER (ORDER BY id) - 1 AS place
        FROM evidence_event WHERE shop_id = %s AND log_index IS NULL AND id <= %s
    ) AS numbered
    WHERE evidence_event.id = numbered.event AND evidence_event.log_index IS NULL
"""


def log_name(shop_id: int) -> str:
    """Name the log of a shop as its heads do."""
    return f"shop-{shop_id}"


def unsealed_shops() -> Sequence[int]:
    """List the shops that have events without a place in their log."""
    waiting = Event.objects.filter(log_index=None).order_by("shop_id")
    found, last = list[int](), 0
    # One step in the index for each shop, however many events wait.
    while (shop := waiting.filter(shop_id__gt=last).values_list("shop_id", flat=True).first()) is not None:
        found.append(shop)
        last = shop
    return found


def seal(shop_id: int, now: datetime, key: Ed25519PrivateKey) -> Head | None:
    """Give every event of a shop that has none its place in the log; the newest signed head, or nothing new.

    Works in batches of 10,000, each in its own transaction. Safe beside writers and other sealers.
    """
    newest = None
    while head := _seal_batch(shop_id, now, key):
        newest = head
    return newest


@transaction.atomic
def _seal_batch(shop_id: int, now: datetime, key: Ed25519PrivateKey) -> Head | None:
    if not _alone(shop_id):
        return None
    last = Head.objects.filter(shop_id=shop_id).order_by("-size").first()
    frontier = Frontier.from_bytes(bytes(last.frontier)) if last else Frontier()
    hashes = _numbered(shop_id, frontier.size)
    if not hashes:
        return None
    now = now.astimezone(UTC)
    signed = _signed(shop_id, frontier.extend(hashes), max(now, last.at) if last else now, key)
    signed.save(force_insert=True)
    return signed


def _alone(shop_id: int) -> bool:
    """Tell whether no other sealer is at this shop; SQLite lets in one writer at a time anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALERS | shop_id])
        return bool(cursor.fetchone()[0])


def _numbered(shop_id: int, size: int) -> list[bytes]:
    """Give the oldest events without a place the places from `size` on, and return their hashes in order."""
    waiting = Event.objects.filter(shop_id=shop_id, log_index=None).order_by("id")
    ids = list(waiting.values_list("id", flat=True)[:BATCH])
    if not ids:
        return []
    beyond = Event.objects.filter(shop_id=shop_id, log_index__gte=size)
    if beyond.exists():
        raise _headless(shop_id, size)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [size, shop_id, ids[-1]])
    return [bytes(digest) for digest in beyond.order_by("log_index").values_list("hash", flat=True)]


def _headless(shop_id: int, size: int) -> EvidenceBroken:
    """Refuse to go on from a head that is not the newest: somebody took a head away."""
    return EvidenceBroken(
        "evidence.headless",
        Text(
            zh=f"店铺 {shop_id} 的记录超出了最后一个签名（{size} 条）：有签名不见了。",
            en=f"The log of shop {shop_id} goes beyond its newest signed head ({size} entries): one is gone.",
        ),
        Text(
            zh="先不要改动数据；运行 aftersale verify 查看，再从备份恢复。",
            en="Leave the data as it is; run aftersale verify, then restore a backup.",
        ),
    )


def _signed(shop_id: int, frontier: Frontier, at: datetime, key: Ed25519PrivateKey) -> Head:
    head = heads.Head(log_name(shop_id), frontier.size, frontier.root(), at)
    return Head(
        shop_id=shop_id,
        size=head.size,
        root=head.root,
        frontier=frontier.to_bytes(),
        at=head.at,
        key_id=heads.key_id(key.public_key()),
        signature=heads.sign(head, key),
    )
