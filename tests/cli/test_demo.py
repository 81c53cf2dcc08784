"""Run the demo as `make demo` does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from aftersale.cli.demo import starting
from aftersale.config.demo import main

if TYPE_CHECKING:
    import pytest


def test_the_demo_writes_a_worklist_for_every_shop_and_says_how_to_use_your_own_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--out", str(tmp_path)])
    said = capsys.readouterr().out
    worklists = sorted(tmp_path.glob("*-工作清单-演示数据.xlsx"))
    assert len(worklists) == 7
    assert all(path.name in said for path in worklists)
    assert "aftersale triage" in said
    assert "演示数据，全部虚构" in said
    judged = re.search(r"(\d+) 行售后：判断好 (\d+) 单，(\d+) 行故意写坏", said)
    assert judged
    assert int(judged[1]) == int(judged[2]) + int(judged[3])
    assert judged[3] == "2"


def test_the_command_to_start_is_taken_whole_by_a_shell_from_a_folder_with_blanks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AFTERSALE_HOME", "somewhere")
    told = starting(Path("我的 售后台"))
    assert shlex.split(told) == ["AFTERSALE_HOME=我的 售后台", "aftersale", "serve"]
    monkeypatch.delenv("AFTERSALE_HOME")
    assert starting(Path("我的 售后台")) == "aftersale serve"


def test_two_bad_rows_of_the_demo_are_parked_and_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--out", str(tmp_path)])
    capsys.readouterr()
    sheet = CalamineWorkbook.from_path(next(tmp_path.glob("云杉源头好物*工作清单*.xlsx")))
    parked = sheet.get_sheet_by_name("没读进来").to_python()
    assert "2025-13-45" in str(parked)


def test_a_register_that_somebody_filled_in_survives_the_next_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--out", str(tmp_path)])
    register = tmp_path / "shop" / "articles.csv"
    own = register.read_bytes() + "MY-1,我的杯子\n".encode()
    register.write_bytes(own)
    main(["--out", str(tmp_path)])
    capsys.readouterr()
    assert register.read_bytes() == own
