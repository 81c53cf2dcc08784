from __future__ import annotations

import io
import shlex
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from aftersale.channels.base import SheetRefused
from aftersale.domain.clock import SHANGHAI
from aftersale.progress import bar
from aftersale.triage import TriageOptions
from aftersale.triage.options import command_at, quoted
from tests.triage.desk import NOW, as_json, as_screen, run, ticket, write_register, write_rows

if TYPE_CHECKING:
    from pathlib import Path


def written_on(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_twenty_tickets_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    said = as_screen(write_rows(tmp_path / "a.csv", *(ticket(number) for number in range(1, 31))))
    assert sum(f"71000000000000{number:05d}" in said for number in range(1, 31)) == 20
    assert "……待办里还有 10 单" in said


def test_overdue_tickets_leave_room_for_what_can_still_be_caught(tmp_path: Path) -> None:
    late = [ticket(number, 自动处理截止时间="2026-06-01 09:00:00") for number in range(1, 31)]
    said = as_screen(write_rows(tmp_path / "a.csv", *late, ticket(77)))
    assert "7100000000000000077" in said
    assert sum(f"71000000000000{number:05d}" in said for number in range(1, 31)) == 19


def test_the_summary_counts_what_is_due(tmp_path: Path) -> None:
    due = (
        "2026-06-10 08:00:00",
        "2026-06-10 09:30:00",
        "2026-06-10 12:00:00",
        "2026-06-11 08:00:00",
        "2026-06-15 08:00:00",
    )
    rows = [ticket(number, 自动处理截止时间=at) for number, at in enumerate(due, 1)]
    said = as_screen(write_rows(tmp_path / "a.csv", *rows, ticket(9, 售后状态="待买家退货")))
    assert "未完结 6 单：待商家处理 5 单（¥645.00） · 等买家 1 单 · 等平台 0 单" in said
    assert "已超时 1 · 1 小时内超时 1 · 4 小时内 2 · 24 小时内 3" in said
    assert "同意退货，到货验货 4 (¥516.00)" in said


@pytest.mark.parametrize("width", [60, 80, 100, 130, 200])
def test_the_table_fits_the_terminal(tmp_path: Path, width: int) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1, 商品名称="双层玻璃杯" * 20))
    said = as_screen(sheet, width=width)
    table = said.split("\n\n")[0].splitlines()
    assert all(Console(width=500).measure(line).maximum <= width for line in table)
    assert "7100000000000000001" in said or width < 90


def test_a_shop_with_nothing_open_is_told_so(tmp_path: Path) -> None:
    said = as_screen(write_rows(tmp_path / "a.csv", ticket(1, 售后状态="售后关闭")))
    assert "没有等商家处理的售后单。" in said
    assert "表里行数 1 · 售后单 1 · 没读进来 0" in said


def test_a_sheet_without_rows_is_an_empty_worklist(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv")
    assert run(TriageOptions((sheet,))).code == 0
    assert as_json(sheet).lines == [{"summary": {"rows": 0, "tickets": 0, "open": 0, "parked": 0}}]
    assert "没有等商家处理的售后单。" in as_screen(sheet)


def test_an_empty_worklist_is_written_as_a_workbook_too(tmp_path: Path) -> None:
    sheet, out = write_rows(tmp_path / "a.csv"), tmp_path / "待办.xlsx"
    assert run(TriageOptions((sheet,), out=out)).code == 0
    assert out.is_file()
    assert list(tmp_path.glob("*待补*")) == []


def test_where_no_row_can_be_read_the_reasons_are_shown_and_the_exit_code_says_so(tmp_path: Path) -> None:
    rows = [ticket(number) | {"售后单号": f"7.{number}E+18"} for number in range(1, 8)]
    ran = run(TriageOptions((write_rows(tmp_path / "a.csv", *rows),)))
    assert ran.code == 1
    assert "7 行都没能读进来。" in ran.said
    assert "没读进来 7 行：" in ran.said
    assert "……还有 2 行" in ran.said


def test_some_rows_that_cannot_be_read_are_no_failure(tmp_path: Path) -> None:
    ran = run(
        TriageOptions((write_rows(tmp_path / "a.csv", ticket(1), ticket(2) | {"售后单号": "7.1E+18"}),))
    )
    assert ran.code == 0
    assert "没读进来 1 行：" in ran.said


def test_a_fault_of_the_register_is_shown_with_its_file(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1", "类目": "星星"})
    said = as_screen(write_rows(tmp_path / "a.csv", ticket(1)), shop=shop)
    assert "articles.csv: 第 2 行的类目“星星”读不懂" in said


def test_what_is_typed_into_a_sheet_is_never_markup(tmp_path: Path) -> None:
    said = as_screen(write_rows(tmp_path / "a.csv", ticket(1, 商品名称="[bold red]杯[/] [/x]")))
    assert "[bold red]杯[/] [/x]" in said


def test_an_old_sheet_is_judged_at_its_own_time_by_the_command_shown(tmp_path: Path) -> None:
    folder = tmp_path / "我的 导出"
    folder.mkdir()
    sheet = write_rows(folder / "售后 单.csv", ticket(1, 售后申请时间="2026-06-01 09:00:00"))
    options = TriageOptions((sheet,), out=folder / "待办 1.xlsx", lang="en", separator=" ")
    said = run(options).said
    assert "The newest time in the sheets is 2026-06-01 09:00, more than two days ago" in said
    command = next(line for line in said.splitlines() if line.startswith("  aftersale "))
    assert command.strip() == command_at(options, datetime(2026, 6, 1, 9, tzinfo=SHANGHAI))
    assert f"{folder}" in command


def test_a_path_with_blanks_and_chinese_can_be_pasted_on_every_system() -> None:
    words = ["aftersale", "triage", "我的 导出/售后 单.csv", "--separator", " "]
    assert shlex.split(quoted(words, windows=False)) == words
    assert quoted(words, windows=True) == 'aftersale triage "我的 导出/售后 单.csv" --separator " "'


def test_two_days_are_not_yet_old(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1))
    applied = datetime(2026, 6, 9, 9, tzinfo=SHANGHAI)
    assert "--now" not in run(TriageOptions((sheet,)), applied + timedelta(days=2)).said
    assert "--now" in run(TriageOptions((sheet,)), applied + timedelta(days=2, seconds=1)).said


def test_the_command_repeats_every_option(tmp_path: Path) -> None:
    options = TriageOptions(
        (tmp_path / "a.csv", tmp_path / "b.csv"),
        tmp_path,
        tmp_path / "m.yaml",
        json=True,
        lang="en",
        batch_size=9,
    )
    wanted = ["aftersale", "--lang", "en", "triage", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    wanted += ["--shop", str(tmp_path), "--map", str(tmp_path / "m.yaml")]
    wanted += ["--now", "2026-06-10T09:00:00+08:00", "--json", "--batch-size", "9"]
    assert command_at(options, NOW) == quoted(wanted)


def test_the_next_step_names_the_table_and_where_it_belongs(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1))
    assert "加上 --out a-处理建议.xlsx" in run(TriageOptions((sheet,))).said
    said = run(TriageOptions((sheet,), shop=tmp_path / "我的店", out=tmp_path / "待办.xlsx")).said
    assert f"已写出：{tmp_path / '待办.xlsx'}" in said
    assert "还有 1 个商品的信息没填全，其中 1 单填完就能定" in said
    assert f"另存为 {tmp_path / '我的店' / 'articles.csv'}" in said


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(SheetRefused):
        run(TriageOptions((strange,)))


def test_a_bar_appears_only_when_the_work_lasts() -> None:
    short, lasting = (Console(file=io.StringIO(), force_terminal=True) for _ in range(2))
    with bar(shown=True, screen=short, patience=60) as shown:
        shown.begin("reading", 3)
        assert list(shown.each("abc")) == ["a", "b", "c"]
    assert written_on(short) == ""
    with bar(shown=True, screen=lasting, patience=0) as shown:
        shown.begin("judging", 1)
        for _ in shown.each([1]):
            time.sleep(0.3)
    assert "judging" in written_on(lasting)


@pytest.mark.parametrize(("shown", "terminal"), [(True, False), (False, True)])
def test_nobody_is_shown_a_bar_without_a_terminal_or_with_json(*, shown: bool, terminal: bool) -> None:
    screen = Console(file=io.StringIO(), force_terminal=terminal)
    with bar(shown=shown, screen=screen, patience=0) as quiet:
        quiet.begin("reading", 1)
        assert list(quiet.each([1])) == [1]
    assert written_on(screen) == ""
