"""Render one self-contained html page: inline style, no script, no address of any other machine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from aftersale.texts import translator

if TYPE_CHECKING:
    from aftersale.texts import Lang

_HTML_LANG: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("aftersale.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(title: str, body_template: str, *, lang: Lang = "zh", **values: object) -> str:
    """Fill a body template and set it into the frame of all pages.

    Templates see `values`, and `_` which speaks the language of the page; everything is escaped. A name that
    nobody gave raises UndefinedError.
    """
    words = {"_": translator(lang), "lang": _HTML_LANG[lang], "title": title}
    return _environment().get_template(body_template).render(values | words)
