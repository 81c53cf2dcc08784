"""Read a conversation line by line: pasted text or rows of a table, who spoke, when, and what.

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
from aftersale.domain.clock import moment_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
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
    "time": ("时间", "发送时间", "消息时间", "日期", "time", "at", "timestamp", "send_time"),
    "who": ("发送人", "发送方", "发送者", "角色", "昵称", "发言人", "who", "role", "sender", "from"),
    "words": ("内容", "消息内容", "消息", "聊天内容", "文本", "words", "text", "content", "message"),
}
_NAMES = {"time": "时间", "who": "发送人", "words": "内容"}
# Seconds of the years 2001 to 2286: what lies between is a time, what is larger counts milliseconds.
_FIRST_SECOND, _LAST_SECOND = 10**9, 10**10 - 1
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
    first = next((row for row in rows if row.strip()), "")
    sign = "\t" if "\t" in first else ","
    if _places([title.strip().lower() for title in first.split(sign)]) is not None:
        return read_table(enumerate(csv.reader(rows, delimiter=sign), 1), name, ours)
    reading = _reading(name, ours)
    reading.take_text(rows)
    return reading.whole()


def read_table(
    table: Iterable[tuple[int, Sequence[str]]], name: str = "", ours: Collection[str] = ()
) -> Chat:
    """Read numbered rows, of which the first that is not empty names time, speaker and words."""
    reading, places = _reading(name, ours), None
    for number, cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        if places is None:
            places = _places([cell.strip().lower() for cell in cells])
            if places is None:
                reading.park(number, None, " ".join(cells), "chat_no_titles")
                break
            continue
        reading.take_row(number, {what: _cell(cells, at) for what, at in places.items()})
    return reading.whole()


def read_entries(entries: Iterable[object], name: str = "", ours: Collection[str] = ()) -> Chat:
    """Read entries of a JSON file, each with a time, who spoke and the words, under the names of a table."""
    reading = _reading(name, ours)
    for number, entry in enumerate(entries, 1):
        said = (
            {str(key).strip().lower(): value for key, value in entry.items()}
            if isinstance(entry, dict)
            else {}
        )
        places = _places(list(said))
        if places is None:
            reading.park(number, None, str(entry), "chat_no_titles")
            continue
        values = [_of_json(value) for value in said.values()]
        reading.take_row(number, {what: values[at] for what, at in places.items()})
    return reading.whole()


def _reading(name: str, ours: Collection[str]) -> _Reading:
    return _Reading(name, frozenset(each.strip().lower() for each in ours if each.strip()))


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _of_json(value: object) -> str:
    """Write a value as text; a number of the size of seconds or milliseconds since 1970 is a time."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else 0
    seconds = number // 1_000 if number > _LAST_SECOND else number
    if _FIRST_SECOND < seconds <= _LAST_SECOND:
        return moment_of(seconds).isoformat()
    return "" if value is None else str(value).strip()


def _places(titles: Sequence[str]) -> dict[str, int] | None:
    """Say where time, speaker and words stand; None where one of them is not named."""
    places = {
        what: next((titles.index(each) for each in named if each in titles), -1)
        for what, named in _TITLES.items()
    }
    return None if -1 in places.values() else places


@dataclass(slots=True)
class _Reading:
    name: str
    ours: frozenset[str]
    lines: list[Said] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def take_text(self, rows: Iterable[str]) -> None:
        """Take lines of text: a head begins what somebody said, and what follows belongs to it.

        Below a head that could not be read nobody knows who says it, until the next head.
        """
        placed = False
        for number, raw in enumerate(rows, 1):
            row = raw.strip()
            head = next((found for each in _HEADS if (found := each.match(row))), None)
            if head is not None:
                placed = self._begin(number, head["who"], head["time"], head["words"])
            elif row and placed:
                self._go_on(row)
            elif row:
                self.park(number, None, row, "chat_no_head")

    def take_row(self, number: int, said: Mapping[str, str]) -> None:
        """Take one row of a table; what it lacks is said."""
        lacks = next((what for what, value in said.items() if not value), None)
        if lacks is None:
            self._begin(number, said["who"], said["time"], said["words"])
        else:
            self.park(number, _NAMES[lacks], "", "missing")

    def park(self, row: int, column: str | None, value: str, code: str) -> None:
        """Put aside what cannot be taken, with its place."""
        self.parked.append(Parked(self.name, row, column, value[:_QUOTE], code))

    def whole(self) -> Chat:
        """Give what was read, oldest first; what is too much is parked."""
        said = [(row, line) for row, line in zip(self.rows, self.lines, strict=True) if line.words]
        for row, line in said[MOST_LINES:]:
            self.park(row, None, line.words, "chat_too_long")
        kept = [line for _, line in said[:MOST_LINES]]
        return Chat(tuple(sorted(kept, key=lambda line: line.at)), tuple(self.parked))

    def _begin(self, row: int, who: str, time: str, words: str) -> bool:
        """Begin what somebody said; tells whether its time could be read."""
        at = _time(time)
        if at is None:
            self.park(row, "时间", time, "bad_time")
            return False
        self.lines.append(Said(at, self._role(who.strip()), words.strip()))
        self.rows.append(row)
        return True

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
