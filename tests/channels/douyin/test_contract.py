"""Hold the recorded contract to what the channel really does: no call without its entry, none too many."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aftersale.channels import douyin
from aftersale.channels.douyin.contract import CONTRACTS, codes, places, ways
from aftersale.channels.douyin.ways import WAYS
from docs import render

SOURCES = sorted(Path(douyin.__file__).parent.glob("*.py"))
_METHOD = re.compile(r'"((?:afterSale|order|address|material|security|token)\.[A-Za-z]+)"')


def test_every_call_that_the_channel_names_has_its_contract() -> None:
    named = {
        found
        for path in SOURCES
        if path.name != "contract.py"
        for found in _METHOD.findall(path.read_text(encoding="utf-8"))
    }
    assert named == {contract.method for contract in CONTRACTS}


def test_a_call_is_described_once_and_whole() -> None:
    assert len({contract.method for contract in CONTRACTS}) == len(CONTRACTS)
    for each in CONTRACTS:
        assert all((each.when, each.params, each.answer, each.source))
        assert each.confidence[0] in "ABC"


def test_the_document_says_what_the_program_does() -> None:
    assert (render.DOCS / "channels" / "douyin.md").read_text(encoding="utf-8") == render.douyin()


@pytest.mark.parametrize("rows", [ways(), codes(), places()])
def test_a_table_of_the_document_has_rows_of_one_width(rows: list[tuple[str, ...]]) -> None:
    assert len({len(row) for row in rows}) == 1
    assert all(row[0] for row in rows)


def test_every_way_is_in_the_document() -> None:
    assert len(ways()) == len(WAYS)


def test_no_code_of_the_platform_stands_outside_its_file() -> None:
    bare = {
        f"{path.name}: {found}"
        for path in SOURCES
        if path.name not in {"codes.py", "contract.py"}
        for found in re.findall(
            r"\b(?:10000|2000[01]|300\d\d|400\d\d|5000\d|60000|70000|80000|90000)\b",
            path.read_text(encoding="utf-8"),
        )
    }
    assert bare == set()
