"""Hold every refusal to a sentence, a next step and an exit code."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale import cli
from aftersale.cli import app

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
    assert "rules.yaml" in said


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


def test_the_error_speaks_english_where_asked() -> None:
    _, said = run("--lang", "en", "rules", "show", "Z99")
    assert "There is no rule 'Z99'." in said


def test_an_interrupted_command_is_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_shop: Path | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load_rulebook", interrupted)
    assert CliRunner().invoke(app, ["rules", "list"]).exit_code == 130


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
