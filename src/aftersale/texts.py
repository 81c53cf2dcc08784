"""Say everything in Chinese and in English."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Lang: TypeAlias = Literal["zh", "en"]

DOMAIN = "aftersale"
LOCALE_DIR = Path(__file__).parent / "locale"

# English is the language of the message ids and needs no catalogue.
_CATALOGUES: dict[Lang, str] = {"zh": "zh_Hans"}


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one text of the data, such as the title of a rule, in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the text in one language."""
        return {"zh": self.zh, "en": self.en}[lang]

    def format(self, **values: object) -> Text:
        """Fill in what the text leaves open."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))


@cache
def translator(lang: Lang) -> Callable[[str], str]:
    """Return the function that turns an English message of the program into `lang`.

    Call the result `_`: that is the name by which messages are found for the catalogue.
    A catalogue that was not compiled raises FileNotFoundError; nothing falls back to English unseen.
    """
    if lang not in _CATALOGUES:
        return gettext.NullTranslations().gettext
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[_CATALOGUES[lang]]).gettext
