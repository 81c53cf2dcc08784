"""Read tickets from JSON Lines: a line is a ticket or says why not, and none stops the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from aftersale.domain.errors import FactsInvalid
from aftersale.domain.facts import Facts, parse_facts
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Id = str | int | float | None

KEYS = ("id", "facts", "unknown")
_BOM = b"\xef\xbb\xbf"
_LONGEST_QUOTE = 200
_LONGEST_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """Hold one ticket of a file, with the number of its line from 1."""

    line: int
    id: Id
    facts: Facts


@dataclass(frozen=True, slots=True)
class BadLine:
    """Say what is wrong with one line: a stable code, the path inside the line, a message."""

    line: int
    code: str
    path: str
    message: Text


class _Refused(Exception):
    def __init__(self, code: str, path: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.path, self.message = code, path, Text(zh=zh, en=en)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            zh, en = f"“{_short(key)}”写了两次", f"{_short(key)!r} is written twice"
            raise _Refused("line.duplicate_key", key, zh, en)
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Refused("line.not_a_number", "", f"{name} 不是数字", f"{name} is not a number")


def _short(text: str, longest: int = _LONGEST_QUOTE) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _decoded(raw: bytes) -> str:
    try:
        text = raw.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        zh = f"第 {error.start + 1} 个字节不是 UTF-8，请把文件另存为 UTF-8"
        en = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        raise _Refused("line.not_utf8", "", zh, en) from None
    if not text.strip():
        raise _Refused("line.empty", "", "这一行是空的", "this line is empty")
    return text


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        zh, en = f"第 {error.colno} 个字符起不是 JSON", f"not JSON from character {error.colno}: {error.msg}"
        raise _Refused("line.not_json", "", zh, en) from None
    except RecursionError:
        raise _Refused("line.too_deep", "", "嵌套太深", "nested too deeply") from None
    except ValueError:
        raise _Refused("line.number_too_long", "", "数字太长", "a number has too many digits") from None


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        zh, en = "一行要写一个 JSON 对象", "a line is one JSON object"
        raise _Refused(
            "line.not_an_object",
            "",
            f'{zh}：{{"id": …, "facts": {{…}}}}',
            f'{en}: {{"id": …, "facts": {{…}}}}',
        )
    for key in value:
        # Other keys are the user's own notes; a misspelt one would silently change the answer.
        if key not in KEYS and (meant := get_close_matches(key, KEYS, 1, 0.75)):
            zh, en = (
                f"“{_short(key)}”是不是要写“{meant[0]}”？",
                f"{_short(key)!r}: did you mean {meant[0]!r}?",
            )
            raise _Refused("line.misspelt_key", key, zh, en)
    return value


def _id_of(line: dict[str, object]) -> Id:
    name = line.get("id")
    if name is None or (isinstance(name, str | int | float) and not isinstance(name, bool)):
        return name
    raise _Refused("line.bad_id", "id", "id 要写文字或数字", "an id is a text or a number")


def _facts_of(line: dict[str, object]) -> Facts:
    raw, unknown = line.get("facts"), line.get("unknown")
    if not isinstance(raw, dict):
        zh, en = "缺少 facts，或者不是对象", "facts are missing or no object"
        raise _Refused("line.no_facts", "facts", zh, en)
    if unknown is not None and not (
        isinstance(unknown, list) and all(isinstance(name, str) for name in unknown)
    ):
        zh, en = "unknown 要写信息名的列表", "unknown is a list of names of facts"
        raise _Refused("line.bad_unknown", "unknown", zh, en)
    return parse_facts(raw, unknown or ())


def _path_of(name: str, line: object) -> str:
    facts = line.get("facts") if isinstance(line, dict) else None
    unknown = line.get("unknown") if isinstance(line, dict) else None
    only_unknown = (
        isinstance(unknown, list) and name in unknown and isinstance(facts, dict) and name not in facts
    )
    return f"unknown.{name}" if only_unknown else f"facts.{name}"


def _ticket(number: int, raw: bytes) -> Ticket | BadLine:
    value: object = None
    try:
        value = _object(_parsed(_decoded(raw)))
        return Ticket(number, _id_of(value), _facts_of(value))
    except _Refused as refusal:
        return BadLine(number, refusal.code, refusal.path, refusal.message)
    except FactsInvalid as invalid:
        first, faults = invalid.findings[0], invalid.faults
        message = Text(zh=_short(faults.zh, _LONGEST_MESSAGE), en=_short(faults.en, _LONGEST_MESSAGE))
        return BadLine(number, first.code, _path_of(first.path, value), message)


def read_lines(lines: Iterable[bytes]) -> Iterator[Ticket | BadLine]:
    """Read tickets one line at a time, holding none; a leading BOM is skipped."""
    for number, raw in enumerate(lines, start=1):
        yield _ticket(number, raw.removeprefix(_BOM) if number == 1 else raw)
