"""A conversation is read from what people copy: who spoke, when, what; what cannot be placed is parked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.chats.read import MOST_LINES, decoded, read_chat


def said(text: str, *ours: str) -> list[tuple[str, str, str]]:
    chat = read_chat(text, "chat.txt", ours)
    return [(f"{line.at:%d %H:%M}", line.role, line.words) for line in chat.lines]


def test_a_head_of_name_and_time_begins_what_somebody_said() -> None:
    text = """买家 2026-06-01 10:00:05
退我80吧
不然不要了

山茶旗舰店客服 2026-06-01 10:02
补偿您20元可以吗
平台 2026/6/1 10:03:00
协商中"""
    assert said(text) == [
        ("01 10:00", "buyer", "退我80吧\n不然不要了"),
        ("01 10:02", "merchant", "补偿您20元可以吗"),
        ("01 10:03", "platform", "协商中"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "2026-06-01 10:00:05 小花: 退我80吧",
        "[2026-06-01 10:00:05] 小花：退我80吧",
        "2026-06-01 10:00:05 小花\n退我80吧",
        "小花（2026-06-01 10:00:05）\n退我80吧",
        "小花 2026年6月1日 10:00\n退我80吧",
        "时间,发送人,内容\n2026-06-01 10:00:05,小花,退我80吧",
        "时间\t发送人\t内容\n2026-06-01 10:00:05\t小花\t退我80吧",
    ],
)
def test_every_known_form_says_the_same(line: str) -> None:
    assert said(line) == [("01 10:00", "buyer", "退我80吧")]


def test_the_shop_is_known_by_its_own_names() -> None:
    text = "小李 2026-06-01 10:00\n您好"
    assert said(text)[0][1] == "buyer"
    assert said(text, "小李")[0][1] == "merchant"


def test_lines_are_given_oldest_first() -> None:
    text = "买家 2026-06-02 10:00\n后\n买家 2026-06-01 10:00\n先"
    assert [words for _at, _role, words in said(text)] == ["先", "后"]


def test_what_stands_above_the_first_head_and_below_a_bad_time_is_parked_with_its_place() -> None:
    chat = read_chat("聊天记录\n买家 2026-13-45 10:00\n退80\n", "a.txt")
    assert chat.lines == ()
    assert [(each.row, each.code) for each in chat.parked] == [
        (1, "chat_no_head"),
        (2, "bad_time"),
        (3, "chat_no_head"),
    ]
    assert "聊天记录" in chat.parked[0].message.zh
    lost = "买家 2026-13-45 10:00\n别人的话"
    later = read_chat(f"买家 2026-06-01 10:00\n退80\n{lost}\n买家 2026-06-01 11:00\n好")
    assert [line.words for line in later.lines] == ["退80", "好"]


def test_rows_of_a_table_that_lack_something_are_parked_with_what_they_lack() -> None:
    text = "时间,发送人,内容\n2026-06-01 10:00,买家,\n\n2026-06-01 10:01,,在吗\n2026-06-01 10:02,客服,好"
    chat = read_chat(text)
    assert [line.words for line in chat.lines] == ["好"]
    assert [(each.row, each.column, each.code) for each in chat.parked] == [
        (2, "内容", "missing"),
        (4, "发送人", "missing"),
    ]


def test_all_that_stands_below_a_head_that_cannot_be_read_is_said_by_nobody() -> None:
    chat = read_chat("买家 2026-06-01 10:00\n退80\n客服 2026-13-45 10:00\n一\n二")
    assert [line.words for line in chat.lines] == ["退80"]
    assert [(each.row, each.code) for each in chat.parked] == [
        (3, "bad_time"),
        (4, "chat_no_head"),
        (5, "chat_no_head"),
    ]


def test_bytes_are_read_in_either_encoding_of_exports_or_not_at_all() -> None:
    assert decoded("您好".encode()) == decoded("您好".encode("gb18030")) == "您好"
    assert decoded("您好".encode("utf-8-sig")) == "您好"
    assert decoded(b"\xff\xff\xff") is None


def test_what_is_too_much_of_a_conversation_is_parked() -> None:
    text = "\n".join(f"买家 2026-06-01 10:00:{each % 60:02}\n第{each}句" for each in range(MOST_LINES + 500))
    chat = read_chat(text)
    assert len(chat.lines) == MOST_LINES
    assert len(chat.parked) == 500
    assert chat.parked[0].code == "chat_too_long"


@given(st.text(max_size=300))
def test_any_text_is_read_or_parked(text: str) -> None:
    read_chat(text)
