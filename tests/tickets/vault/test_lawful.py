"""What speaks against using a piece of evidence as it is, is said beside it."""

from __future__ import annotations

import pytest

from aftersale.evidence.models import Piece
from aftersale.evidence.pieces import Giver, Ground, PieceType
from aftersale.tickets.vault.lawful import doubts_of
from tests.api.desk import now

FINE = {"type": PieceType.PHOTO, "source": Giver.SHOP, "ground": Ground.CONTRACT, "taken_at": now()}


def doubts(fields: dict[str, object] | None = None, *, masked: bool = False) -> list[str]:
    return [each.zh for each in doubts_of(Piece(**{**FINE, **(fields or {})}), masked=masked)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ground": Ground.UNKNOWN}, "没写为什么可以留存"),
        ({"type": PieceType.AUDIO}, "录音要有我方在场或对方同意"),
        ({"taken_at": None}, "拍摄时间不详"),
        ({"software": "Adobe Photoshop 25"}, "像是用 Adobe Photoshop 25 改过，尽量换原图"),
        ({"source": Giver.CARRIER}, "面单上有他人信息的话，先打码"),
    ],
)
def test_each_doubt_is_named(fields: dict[str, object], said: str) -> None:
    assert doubts(fields) == [said]


def test_what_is_in_order_is_left_in_peace() -> None:
    assert doubts() == []
    assert doubts({"type": PieceType.AUDIO, "ground": Ground.PARTY}) == []
    assert doubts({"source": Giver.CARRIER}, masked=True) == []
    assert doubts({"software": "iPhone 18 camera"}) == []
