"""Hold the generated documents to the program."""

from __future__ import annotations

import re

import pytest

from docs import render


def test_the_generated_documents_say_what_the_program_says() -> None:
    assert render.stale() == [], "run: make docs"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_command_that_a_readme_shows_exists(readme: str) -> None:
    shown = re.findall(
        r"\baftersale ((?:rules )?[a-z]+)", (render.DOCS.parent / readme).read_text(encoding="utf-8")
    )
    described = set(re.findall(r"^## aftersale (.+)$", render.commands(), flags=re.MULTILINE))
    assert shown
    assert set(shown) <= described


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_an_option_that_a_readme_shows_exists(readme: str) -> None:
    text = (render.DOCS.parent / readme).read_text(encoding="utf-8")
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert shown <= set(re.findall(r"--[a-z][a-z-]*", render.commands()))


def test_the_exit_codes_are_documented() -> None:
    _, _, codes = render.commands().partition("## Exit codes")
    assert re.findall(r"^\| (\d+) \| \S", codes, flags=re.MULTILINE)[:2] == ["0", "1"]
