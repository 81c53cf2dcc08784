"""A conversation is brought as a workbook, as JSON or as text: it says the same, and no row is lost."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO

import pytest
import xlsxwriter

from aftersale.channels.base import SheetRefused
from aftersale.channels.chats.files import read_file

TITLES = ("消息时间", "发送人", "消息内容")
ROWS = (
    ("2026-06-01 10:00:05", "小花", "退我80吧"),
    ("2026-06-01 10:02:00", "山茶旗舰店客服", "补偿您20元可以吗"),
)


def book(*sheets: tuple[tuple[object, ...], ...]) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as made:
        for rows in sheets:
            sheet = made.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()


def said(content: bytes, name: str = "chat") -> list[tuple[str, str, str]]:
    chat = read_file(content, name)
    assert chat is not None
    return [(f"{line.at:%d %H:%M}", line.role, line.words) for line in chat.lines]


BOTH = [("01 10:00", "buyer", "退我80吧"), ("01 10:02", "merchant", "补偿您20元可以吗")]


def test_a_workbook_says_what_the_same_csv_says() -> None:
    csv = "\n".join(",".join(row) for row in (TITLES, *ROWS)).encode()
    assert said(book((TITLES, *ROWS)), "a.xlsx") == said(csv, "a.csv") == BOTH


def test_times_of_a_workbook_may_be_times_and_its_sheets_are_read_all() -> None:
    timed = ((datetime.fromisoformat("2026-06-01T10:00:05"), "小花", "退我80吧"),)
    assert said(book((TITLES, *timed), (TITLES, ROWS[1])), "a.xlsx") == BOTH


def test_json_says_the_same_as_a_list_or_in_an_object_with_times_in_words_or_seconds() -> None:
    rows = [dict(zip(("time", "sender", "content"), row, strict=True)) for row in ROWS]
    assert said(json.dumps(rows).encode()) == BOTH
    counted = [
        {**rows[0], "time": 1_780_279_205},
        {**rows[1], "time": 1_780_279_320_000},
    ]
    assert said(json.dumps({"total": 2, "messages": counted}, ensure_ascii=False).encode("gb18030")) == BOTH


def test_rows_that_cannot_be_placed_are_parked_with_sheet_row_and_reason() -> None:
    bad = (("昨天", "小花", "在吗"), ("2026-06-01 10:03", "", "人呢"), ("2026-06-01 10:04", "小花", ""))
    chat = read_file(book((TITLES, *bad, *ROWS), (("说明",),)), "a.xlsx")
    assert chat is not None
    assert len(chat.lines) == len(ROWS)
    assert [(each.row, each.column, each.code) for each in chat.parked] == [
        (2, "时间", "bad_time"),
        (3, "发送人", "missing"),
        (4, "内容", "missing"),
        (1, None, "chat_no_titles"),
    ]
    assert "昨天" in chat.parked[0].message.zh
    listed = read_file(json.dumps([{"a": 1}, "x", {"time": None, "who": True, "text": "a"}]).encode())
    assert listed is not None
    assert [each.code for each in listed.parked] == ["chat_no_titles", "chat_no_titles", "missing"]


def test_what_is_no_conversation_is_refused_or_read_as_text() -> None:
    with pytest.raises(SheetRefused):
        read_file(b"PK\x03\x04 broken", "a.xlsx")
    assert read_file(b"\xff\xff\xff") is None
    for text in (b"{}", b"12", b"[" * 100_000):
        chat = read_file(text)
        assert chat is not None
        assert chat.lines == ()
