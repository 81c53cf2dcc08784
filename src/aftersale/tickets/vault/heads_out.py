"""Give the newest signed head of each log out of the house every day, so that somebody else holds it too.

Always into a file of the desk's folder that is only added to; to a mailbox or group if the shop names one.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from aftersale.domain.clock import SHANGHAI
from aftersale.evidence import heads
from aftersale.evidence.models import Head, HeadsOut
from aftersale.evidence.sealer import log_name
from aftersale.shops.models import Shop
from aftersale.shops.settings import ShopChange
from aftersale.tickets.targets import check_target, own_hosts, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FILE = "heads.txt"
_log = logging.getLogger(__name__)


def put_out(now: datetime, tell: Callable[[str, str, str], bool] = send) -> int:
    """Give out the newest head of each shop that grew, once a day; how many went."""
    today, gone = now.astimezone(SHANGHAI).date(), 0
    for shop in Shop.objects.order_by("pk"):
        newest = Head.objects.filter(shop=shop).order_by("-size").first()
        kept, _ = HeadsOut.objects.get_or_create(shop=shop)
        if newest is None or newest.size <= kept.size or kept.last_on == today:
            continue
        if HeadsOut.objects.filter(pk=kept.pk, size=kept.size).update(size=newest.size, last_on=today):
            _give(shop, kept, newest, now, tell)
            gone += 1
    return gone


def _give(
    shop: Shop, kept: HeadsOut, head: Head, now: datetime, tell: Callable[[str, str, str], bool]
) -> None:
    line = line_of(head)
    with (Path(settings.FILES).parent / FILE).open("a", encoding="ascii") as file:
        file.write(line + "\n")
    if not kept.url:
        return
    try:
        taken = tell(kept.url, f"日志签名 {shop.name}", line)
    except Exception:  # noqa: BLE001  # whatever it is, the file has the line
        _log.exception("heads of shop %s were not taken", shop.pk)
        taken = False
    HeadsOut.objects.filter(pk=kept.pk).update(failed_at=None if taken else now)


def line_of(head: Head) -> str:
    """Write a head as one line: log, size, root, time, key, signature in base64."""
    said = heads.Head(log_name(head.shop_id), head.size, bytes(head.root), head.at)
    _mark, log, size, root, at = heads.head_bytes(said).decode().split("\n")[:5]
    return f"{log} {size} {root} {at} {head.key_id} {b64encode(bytes(head.signature)).decode()}"


def set_target(shop: Shop, url: str) -> ShopChange:
    """Set where heads go beside the file; empty for nowhere. Raises UrlRefused, TargetRefused."""
    after = check_target(url, own_hosts()) if url else ""
    kept, _ = HeadsOut.objects.get_or_create(shop=shop)
    before, kept.url, kept.failed_at = kept.url.partition(":")[0], url, None
    kept.save(update_fields=["url", "failed_at"])
    return ShopChange(shop, "heads_out", before, after)


def last_of(shop: Shop) -> tuple[Head | None, HeadsOut | None]:
    """Give the newest head of a shop and where it goes."""
    return Head.objects.filter(shop=shop).order_by("-size").first(), HeadsOut.objects.filter(
        shop=shop
    ).first()
