"""Write what the desk kept of an order, a payment or a parcel as lines that people read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.fact_table import FACTS
from aftersale.domain.money import yuan
from aftersale.domain.value_words import VALUE_WORDS, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = (("ticket", "售后单"), ("order", "订单"), ("status", "平台状态"))
_WORDS = {True: "是", False: "否"}


class _Record(msgspec.Struct):
    ticket: str = ""
    order: str = ""
    status: str = ""
    as_of: str = ""
    known: dict[str, bool | int | str] = {}


_read = msgspec.json.Decoder(_Record).decode


def lines_of(content: bytes) -> list[str]:
    """Give the lines of a record that the desk wrote; none for bytes that are no such record."""
    try:
        record = _read(content)
    except msgspec.MsgspecError:
        return []
    return list(_lines(record))


def _lines(record: _Record) -> Iterator[str]:
    for name, words in _HEAD:
        if value := getattr(record, name):
            yield f"{words}：{value}"
    for name, said in record.known.items():
        if name in FACTS:
            yield f"{FACTS[name].label.zh}：{_said(name, said)}"
    if record.as_of:
        yield f"记录时间：{_moment(record.as_of)}"


def _said(name: str, said: bool | int | str) -> str:  # noqa: FBT001  # a value of a fact
    if isinstance(said, bool):
        return _WORDS[said]
    if isinstance(said, int):
        return yuan(said) if name.endswith("_fen") else str(said)
    return _moment(said) if name.endswith("_at") else word_of(VALUE_WORDS, said, "zh")


def _moment(said: str) -> str:
    try:
        return f"{datetime.fromisoformat(said).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return said
