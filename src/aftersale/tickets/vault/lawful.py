"""Look whether a piece of evidence may be used as it is: its ground, its time, what was done to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aftersale.evidence.pieces import Giver, Ground, PieceType
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.evidence.models import Piece

_EDITORS = re.compile(r"photoshop|lightroom|snapseed|picsart|meitu|美图|醒图|gimp|canva|pixlr", re.IGNORECASE)
_TIMED = frozenset({PieceType.PHOTO, PieceType.VIDEO, PieceType.AUDIO})
_SHOWS_OTHERS = frozenset({Giver.CARRIER, Giver.BUYER, Giver.WAREHOUSE})


def doubts_of(piece: Piece, *, masked: bool) -> Iterator[Text]:
    """Name what speaks against using a piece as it is; none of it forbids to keep it."""
    if piece.ground == Ground.UNKNOWN:
        yield Text(zh="没写为什么可以留存", en="why it may be kept is not told")
    if piece.type == PieceType.AUDIO and piece.ground not in {Ground.PARTY, Ground.CONSENT}:
        yield Text(
            zh="录音要有我方在场或对方同意", en="a recording needs a part of ours in the talk, or consent"
        )
    if piece.type in _TIMED and piece.taken_at is None:
        yield Text(zh="拍摄时间不详", en="when it was taken is not known")
    if _EDITORS.search(piece.software):
        yield Text(
            zh=f"像是用 {piece.software} 改过，尽量换原图",
            en=f"{piece.software} wrote it: use the unedited original",
        )
    if piece.type == PieceType.PHOTO and piece.source in _SHOWS_OTHERS and not masked:
        yield Text(zh="面单上有他人信息的话，先打码", en="black out a label that shows somebody's data")
