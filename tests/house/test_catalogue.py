"""Hold the message catalogues to the source."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest

from aftersale import texts
from aftersale.texts import Text, translator
from docs import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Message

each_catalogue = pytest.mark.parametrize(
    "path", catalogue.CATALOGUES, ids=lambda path: path.parent.parent.name
)


def messages(path: Path) -> Iterator[Message]:
    """Give the messages of a catalogue without its header."""
    return (message for message in catalogue.read(path) if message.id)


def placeholders(text: str) -> set[str]:
    """Name what a text leaves open."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_chinese_catalogue() -> None:
    assert [path.parent.parent.name for path in catalogue.CATALOGUES] == ["zh_Hans"]


@each_catalogue
def test_every_message_of_the_source_is_translated(path: Path) -> None:
    said = {str(message.id) for message in catalogue.extracted() if message.id}
    translated = {str(message.id) for message in messages(path) if message.string and not message.fuzzy}
    assert said - translated == set(), "run: make texts, then translate"


@each_catalogue
def test_no_translation_has_outlived_its_message(path: Path) -> None:
    said = {str(message.id) for message in catalogue.extracted()}
    assert {str(message.id) for message in messages(path)} - said == set(), "run: make texts"
    assert dict(catalogue.read(path).obsolete) == {}, "run: make texts"


@each_catalogue
def test_a_translation_leaves_open_what_its_message_leaves_open(path: Path) -> None:
    for message in messages(path):
        assert placeholders(str(message.id)) == placeholders(str(message.string)), message.id


@each_catalogue
def test_the_compiled_catalogue_speaks_the_translations(path: Path) -> None:
    assert {translator("zh")(str(m.id)) for m in messages(path)} == {str(m.string) for m in messages(path)}


def test_english_needs_no_catalogue() -> None:
    assert translator("en")("A sentence nobody translated") == "A sentence nobody translated"


def test_a_text_gives_the_language_it_is_asked_for() -> None:
    text = Text(zh="售后单", en="ticket")
    assert (text.of("zh"), text.of("en")) == ("售后单", "ticket")


def test_a_catalogue_that_was_not_compiled_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "LOCALE_DIR", tmp_path)
    with pytest.raises(FileNotFoundError):
        translator.__wrapped__("zh")
