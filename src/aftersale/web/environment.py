"""Set up the templates of the pages: escaped, strict, in the language of who looks, times in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from jinja2 import Environment, StrictUndefined

from aftersale import __version__
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.money import yuan
from aftersale.domain.spans import span_words
from aftersale.texts import Lang, Text, translator

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOUR = 3_600
# Red within an hour or past, amber within four; beyond that a clock is only a time.
_STEPS = ((_HOUR, "red"), (4 * _HOUR, "amber"))


def lang() -> Lang:
    """Give the language of the request that is answered."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def say(message: str) -> str:
    """Translate a message of a template."""
    return translator(lang())(message)


_ = say
"""The name by which messages are marked."""


def word(words: Mapping[Any, Text], code: Any) -> str:  # noqa: ANN401  # codes are enums and plain texts
    """Say a code in words; one that has none stands as it is."""
    text = words.get(code)
    return str(code) if text is None else text.of(lang())


def at(moment: datetime | None) -> str:
    """Write a time to the minute as people here read it; the year only where it is not this one's."""
    if moment is None:
        return ""
    there = moment.astimezone(SHANGHAI)
    return f"{there:%m-%d %H:%M}"


def day_at(moment: datetime | None) -> str:
    """Write a time with its year."""
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def for_field(moment: datetime | None) -> str:
    """Write a time as a field of a form holds it, in Shanghai."""
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def left(moment: datetime, now: datetime) -> str:
    """Write the time left in words, or since when it is over; the script counts it on in the same words."""
    seconds = int((moment - now).total_seconds())
    said = _("{span} to go") if seconds >= 0 else _("{span} over")
    return said.format(span=span_words(abs(seconds), lang()))


def urgency(moment: datetime, now: datetime) -> str:
    """Give the colour step of a clock: red, amber or plain."""
    seconds = (moment - now).total_seconds()
    return next((colour for until, colour in _STEPS if seconds <= until), "plain")


def money(fen: int | None) -> str:
    """Write an amount, a dash where nobody knows it."""
    return "—" if fen is None else yuan(fen)


def asset(path: str) -> str:
    """Give the address of a file of the pages; it changes with the version."""
    return f"{static(path)}?v={__version__}"


def address(name: str, *parts: object) -> str:
    """Give the address of a page."""
    return reverse(name, args=parts)


def environment(**options: Any) -> Environment:  # noqa: ANN401  # Django hands over what it has
    """Make the environment; a name that nobody gave raises, nothing is printed in its place."""
    made = Environment(**{**options, "undefined": StrictUndefined}, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  # Django sets autoescape
    made.globals |= {"_": say, "lang": lang, "url": address, "asset": asset, "word": word, "utc": UTC}
    made.filters |= {"at": at, "day_at": day_at, "money": money, "for_field": for_field}
    made.filters["said"] = lambda value: value.of(lang())
    made.tests["text"] = lambda value: isinstance(value, Text)
    made.globals |= {"left": left, "urgency": urgency, "text": lambda value: value.of(lang())}
    return made
