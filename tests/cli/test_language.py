"""Hold the command to both languages and its documents to one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from aftersale import __version__
from aftersale.cli import EXIT_CODES, app
from aftersale.config.terminal import ENV_LANG
from aftersale.texts import translator
from docs import render


def said(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Run a command and give everything it said."""
    return CliRunner().invoke(app, list(arguments), env=env or {ENV_LANG: ""}).output


def every_help_text(command: Any) -> list[str]:  # noqa: ANN401  # typer keeps the types private
    """Collect the help of a command, of its parameters and of its children."""
    own = [command.help, *(each.help for each in command.params)]
    children = [
        text for child in getattr(command, "commands", {}).values() for text in every_help_text(child)
    ]
    return [text for text in own + children if text]


def test_chinese_is_spoken_first() -> None:
    assert "售后单" in said("--help")
    assert "显示这段说明" in said("decide", "--help")


def test_english_is_spoken_where_the_option_stands_before_or_after_the_command() -> None:
    for arguments in (
        ("--lang", "en", "decide", "--help"),
        ("decide", "--lang", "en", "--help"),
        ("decide", "--help", "--lang=en"),
    ):
        assert "Show this message and exit." in said(*arguments)


def test_the_environment_sets_the_language_and_the_option_overrides_it() -> None:
    assert "Show this message" in said("--help", env={ENV_LANG: "en"})
    assert "显示这段说明" in said("--lang", "zh", "--help", env={ENV_LANG: "en"})


def test_an_unknown_language_is_a_mistake_of_the_command_line() -> None:
    result = CliRunner().invoke(app, ["--lang", "fr", "rules", "list"])
    assert result.exit_code == 2
    assert "fr" in result.output


def test_what_stands_after_two_dashes_is_no_option() -> None:
    result = CliRunner().invoke(app, ["rules", "show", "--", "--lang"], env={ENV_LANG: "en"})
    assert "There is no rule '--lang'." in result.output


def test_every_help_text_is_translated() -> None:
    chinese = translator("zh")
    texts = every_help_text(typer.main.get_command(app))
    assert texts
    assert [text for text in texts if chinese(text) == text] == []


def test_the_documents_are_english_whatever_was_spoken_before() -> None:
    said("--help")
    assert "## aftersale decide\n\nDecide tickets given as JSON Lines" in render.commands()


def test_the_version_is_shown() -> None:
    assert said("--version").strip() == f"aftersale {__version__}"


def test_without_a_command_the_help_is_shown() -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 2
    assert "decide" in result.output


def test_every_exit_code_is_explained_in_both_languages() -> None:
    assert set(EXIT_CODES) == {0, 1, 2, 3, 4, 130}
    assert all(text.zh and text.en for text in EXIT_CODES.values())


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
def test_the_output_is_utf_8_whatever_the_code_page(encoding: str) -> None:
    program = "from aftersale.cli import main; main()"
    answer = subprocess.run(
        [sys.executable, "-c", program, "rules", "show", "N01"],
        env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PATH": "", "SYSTEMROOT": ""},
        capture_output=True,
        check=True,
    )
    assert "7天无理由" in answer.stdout.decode()
