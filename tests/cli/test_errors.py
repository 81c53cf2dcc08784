"""Hold every refusal to a sentence, a next step and an exit code."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale.cli import app, rules

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> tuple[int, str]:
    """Run a command and give its exit code and what it said on stderr."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert "Traceback" not in result.output
    return result.exit_code, result.stderr


def test_an_unknown_rule_is_refused_with_the_next_step() -> None:
    code, said = run("rules", "show", "Z99")
    assert code == 3
    assert "没有编号为“Z99”的规则。" in said
    assert "aftersale rules list" in said


def test_a_bad_rule_folder_is_refused_with_every_finding(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("layer: shop\nrules:\n  - {id: S}\ncolour: red\n", encoding="utf-8")
    code, said = run("rules", "list", "--shop", tmp_path)
    assert code == 3
    assert "rulebook.bad_entry" in said
    assert "rulebook.unknown_key" in said
    assert "aftersale rules check" in said


def test_a_file_that_is_no_utf_8_is_named_for_a_rule_folder(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_bytes("layer: shop # 店".encode("gbk"))
    code, said = run("rules", "list", "--shop", tmp_path)
    assert code == 3
    assert "shop/rules.yaml" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules", "at", "2025-13-01"),
        ("rules", "diff", "2025-05-01", "tomorrow"),
        ("rules", "list", "--layer", "city"),
        ("decide", "nowhere.jsonl"),
        ("rules", "list", "--shop", "nowhere"),
        ("triage", "nowhere.csv"),
        ("dicide",),
    ],
)
def test_a_mistyped_command_line_is_code_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("triage", "nowhere.csv"), "没有 'nowhere.csv'"),
        (("triage", "."), "'.' 是文件夹，这里要写文件"),
        (("decide", "nowhere.jsonl"), "没有 'nowhere.jsonl'"),
        (("rules", "list", "--shop", "nowhere"), "没有 'nowhere'"),
        (("rules", "list", "--layer", "city"), "'city' 不在可选的"),
        (("rules", "at", "2025-13-01"), "写得不对：'2025-13-01'"),
        (("triage",), "少写了 'SHEET...'"),
        (("dicide",), "没有 'dicide' 这个命令，是 'decide' 吗"),
        (("triage", "--foo"), "没有 --foo 这个选项"),
        (("rules", "--foo"), "没有 --foo 这个选项"),
        (("--foo",), "没有 --foo 这个选项"),
        (("triage", "--out"), "'--out' 后面要写内容"),
        (("triage", "--json=3"), "'--json' 后面不写内容"),
        (("rules", "show", "N01", "N02"), "多写了 N02"),
        (("triage", "a.csv", "--batch-size", "0"), "不能小于 1"),
        (("triage", "a.csv", "--batch-size", "x"), "要写整数"),
    ],
)
def test_a_mistyped_command_line_is_said_in_chinese(arguments: tuple[str, ...], wanted: str) -> None:
    said = run(*arguments)[1].split("写法不对")[1]
    assert wanted in "".join(line.strip("│ ") for line in said.splitlines()) or wanted in " ".join(
        line.strip("│ ") for line in said.splitlines()
    )
    assert not re.search(r"Invalid|does not|No such|Missing|unexpected|should", said)


def test_a_sheet_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    sheet = tmp_path / "notes.csv"
    sheet.write_text("a,b\n1,2\n", encoding="utf-8")
    code, said = run("triage", sheet)
    assert code == 3
    assert "--map" in said


def test_a_time_that_is_none_is_code_2(tmp_path: Path) -> None:
    sheet = tmp_path / "notes.csv"
    sheet.write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("triage", sheet, "--now", "noon")[0] == 2


def test_a_page_that_cannot_be_written_is_code_3(tmp_path: Path) -> None:
    code, said = run("rules", "public", "--html", tmp_path / "nowhere" / "page.html")
    assert code == 3
    assert "page.html" in said
    assert "没有这个文件或文件夹" in said


def test_the_error_speaks_english_where_asked() -> None:
    _, said = run("--lang", "en", "rules", "show", "Z99")
    assert "There is no rule 'Z99'." in said


def test_an_interrupted_command_is_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_shop: Path | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rules, "load_rulebook", interrupted)
    assert CliRunner().invoke(app, ["rules", "list"]).exit_code == 130


def test_the_module_runs_like_the_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "aftersale", "--version"], capture_output=True, check=True, text=True
    )
    assert answer.stdout.startswith("aftersale ")


def test_a_reader_that_goes_away_leaves_no_traceback() -> None:
    program = "from aftersale.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "rules", "at", "2025-05-01"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
