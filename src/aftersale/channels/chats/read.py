"""Read a conversation line by line: pasted text or a csv file, who spoke, when, and what.

Two forms of text are known: a head of name and time above what was said, and time, name and words in one
line. Who is neither the shop nor the platform is the buyer. What cannot be placed is parked with its line.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersale.channels.base import Parked
from aftersale.channels.interface import Said
from aftersale.channels.spreadsheet.cells import Unreadable, read_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

_TIME = r"(?P<time>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*T?\s*\d{1,2}:\d{2}(?::\d{2})?)"
_HEADS = (
    re.compile(rf"^\[?{_TIME}\]?\s+(?P<who>[^:：]{{1,40}}?)\s*[:：]\s*(?P<words>\S.*)$"),
    re.compile(rf"^(?P<who>\S[^:：]{{0,39}}?)\s*[(（\[]?\s*{_TIME}\s*[)）\]]?\s*[:：]?\s*(?P<words>)$"),
    re.compile(rf"^\[?{_TIME}\]?\s+(?P<who>\S[^:：]{{0,39}}?)\s*[:：]?\s*(?P<words>)$"),
)
_SHOP = re.compile(
    r"商家|客服|店铺|旗舰店|专营店|专卖店|小店|卖家|^我$|^我们$|seller|merchant|staff", re.IGNORECASE
)
_PLATFORM = re.compile(r"平台|系统|小二|机器人|官方|platform|system|robot", re.IGNORECASE)
_TITLES = {
    "time": ("时间", "发送时间", "消息时间", "日期", "time"),
    "who": ("发送人", "发送方", "发送者", "角色", "昵称", "发言人", "who", "role"),
    "words": ("内容", "消息内容", "消息", "聊天内容", "文本", "words", "text"),
}
MOST_LINES, MOST_SIGNS, _QUOTE = 1_000, 300_000, 80
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Chat:
    """Hold a conversation, oldest line first, and what could not be placed."""

    lines: tuple[Said, ...]
    parked: tuple[Parked, ...]


def decoded(content: bytes) -> str | None:
    """Read bytes as text, UTF-8 or GB18030; None where they are neither."""
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_chat(text: str, name: str = "", ours: Collection[str] = ()) -> Chat:
    """Read a conversation; `ours` are names under which the shop speaks, `name` is that of the file."""
    rows = text[:MOST_SIGNS].replace("\r\n", "\n").replace("\r", "\n").split("\n")[: 5 * MOST_LINES]
    reading = _Reading(name, frozenset(each.strip().lower() for each in ours if each.strip()))
    table = _as_table(rows)
    if table is None:
        reading.take_text(rows)
    else:
        reading.take_table(*table)
    return reading.whole()


def _as_table(rows: Sequence[str]) -> tuple[dict[str, int], list[list[str]]] | None:
    """Read rows as a table where the first one names time, speaker and words; else None."""
    first = next((row for row in rows if row.strip()), "")
    sign = "\t" if "\t" in first else ","
    titles = [title.strip().lower() for title in first.split(sign)]
    places = {
        what: next((titles.index(each) for each in named if each in titles), -1)
        for what, named in _TITLES.items()
    }
    if -1 in places.values():
        return None
    return places, list(csv.reader(rows, delimiter=sign))


@dataclass(slots=True)
class _Reading:
    name: str
    ours: frozenset[str]
    lines: list[Said] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def take_text(self, rows: Iterable[str]) -> None:
        """Take lines of text: a head begins what somebody said, and what follows belongs to it."""
        for number, raw in enumerate(rows, 1):
            row = raw.strip()
            head = next((found for each in _HEADS if (found := each.match(row))), None)
            if head is not None:
                self._begin(number, head["who"], head["time"], head["words"])
            elif row and self.lines and not self._lost(number):
                self._go_on(row)
            elif row and not self.lines:
                self.parked.append(Parked(self.name, number, None, row[:_QUOTE], "chat_no_head"))

    def take_table(self, places: dict[str, int], table: Sequence[Sequence[str]]) -> None:
        """Take rows of a table below its titles."""
        begun = False
        for number, cells in enumerate(table, 1):
            if not any(cell.strip() for cell in cells):
                continue
            if not begun:
                begun = True
                continue
            said = {what: cells[at].strip() if at < len(cells) else "" for what, at in places.items()}
            if said["words"]:
                self._begin(number, said["who"], said["time"], said["words"])

    def whole(self) -> Chat:
        """Give what was read, oldest first."""
        said = [line for line in self.lines if line.words][:MOST_LINES]
        return Chat(tuple(sorted(said, key=lambda line: line.at)), tuple(self.parked))

    def _begin(self, row: int, who: str, time: str, words: str) -> None:
        at = _time(time)
        if at is None:
            self.parked.append(Parked(self.name, row, "时间", time[:_QUOTE], "bad_time"))
            return
        self.lines.append(Said(at, self._role(who.strip()), words.strip()))

    def _lost(self, row: int) -> bool:
        """Tell whether the head right above could not be read, so that nobody knows who says this."""
        return bool(self.parked) and self.parked[-1].code == "bad_time" and self.parked[-1].row == row - 1

    def _go_on(self, words: str) -> None:
        last = self.lines[-1]
        self.lines[-1] = Said(last.at, last.role, f"{last.words}\n{words}".strip())

    def _role(self, who: str) -> str:
        if who.lower() in self.ours or _SHOP.search(who):
            return "merchant"
        return "platform" if _PLATFORM.search(who) else "buyer"


def _time(said: str) -> datetime | None:
    plain = re.sub(r"[年月]", "-", said).replace("日", " ").replace("T", " ")
    try:
        return read_time(" ".join(plain.split()))
    except Unreadable:
        return None
