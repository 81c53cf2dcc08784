from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aftersale.channels.parked_rows import ParkedRow
from aftersale.channels.register import Register
from aftersale.channels.spreadsheet import read
from aftersale.triage.judged import Judging, Known
from tests.triage.desk import JUDGE, NOW, ticket, write_rows

if TYPE_CHECKING:
    from pathlib import Path


def test_facts_that_cannot_belong_to_one_ticket_park_its_row(tmp_path: Path) -> None:
    (notice,) = read([write_rows(tmp_path / "a.csv", ticket(1))]).notices
    torn = replace(notice, facts={**notice.facts, "paid_fen": 100, "refunded_fen": 900})
    judging = Judging(Known(Register(), orders=False), JUDGE, NOW, "zh")
    parked = judging.row_of(torn)
    assert isinstance(parked, ParkedRow)
    assert (parked.sheet, parked.row, parked.column) == ("a.csv", 2, "refunded_fen")
    assert "7100000000000000001" in parked.value
    assert parked.reason == "已退金额大于实付金额"
