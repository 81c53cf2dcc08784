"""Let two sealers and a writer be at one shop at once."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

FILL = """
    from datetime import UTC, datetime
    from aftersale.evidence.journal import Entry, Subject, record
    from aftersale.shops.models import Shop
    now = datetime(2026, 6, 10, tzinfo=UTC)
    shop = Shop.objects.create(platform="douyin", name="one", created_at=now)
    for number in range(1, 301):
        record(Subject(shop.pk, "parcel", number, str(number)), Entry("noted", now))
"""
SEAL = """
    from datetime import UTC, datetime
    from aftersale.config.keys import head_key
    from aftersale.evidence import sealer
    from aftersale.evidence.models import Event
    from aftersale.shops.models import Shop
    sealer.BATCH = 3
    shop, key = Shop.objects.get().pk, head_key(place)
    while Event.objects.filter(log_index=None).exists():
        sealer.seal(shop, datetime.now(UTC), key)
"""


def test_two_sealers_at_once_give_every_event_one_place_and_no_head_twice(desk: OwnDesk) -> None:
    desk.python(FILL)
    sealers = [
        subprocess.Popen(desk.program(SEAL), env=desk.env, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for sealer in sealers:
        said = sealer.communicate(timeout=120)[1]
        assert sealer.returncode == 0, said
    proven = desk.run("verify", "--json")
    assert json.loads(proven.stdout)["summary"] == {"events": 300, "breaks": 0, "unsealed": 0}
