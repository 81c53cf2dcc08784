"""Write a clause as people quote it: 《民法典》第六百二十条."""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_NUMBER = re.compile(r"(\d+)(?:-(\d+))?((?:\(\d+\)|（\d+）)*)(.*)")
_PART = re.compile(r"([(（])(\d+)[)）]")
_KINDS = {"(": "款", "（": "项"}
# What may follow the number of an article; anything else is the name of a section.
_AFTER = ("", "但书", "另有约定")
_REMARK = re.compile(r"（[^（）]*）$")


def quoted(document: str, article: str) -> str:
    """Quote an article of a document by its Chinese title.

    `article` is as rulebooks write it: 620, 620,621, 201-203, 25(3) for a paragraph (款), 9（2） for an
    item (项), or the name of a section.

    >>> quoted("民法典", "620,621"), quoted("消费者权益保护法（2013年修正）", "25(3)")
    ('《民法典》第六百二十条、第六百二十一条', '《消费者权益保护法》第二十五条第三款')
    """
    title = f"《{_REMARK.sub('', document)}》"
    parts = [_NUMBER.fullmatch(part) for part in article.split(",")]
    named = [_article(part) for part in parts if part is not None and part[4] in _AFTER]
    if len(named) == len(parts):
        return title + "、".join(named)
    return title + article.replace("(", "（").replace(")", "）")


def _article(found: re.Match[str]) -> str:
    first, last, parts, rest = found.groups()
    upto = f"至第{in_words(int(last))}条" if last else ""
    named = [(_KINDS[mark], in_words(int(number))) for mark, number in _PART.findall(parts)]
    alike = len({kind for kind, _number in named}) == 1
    within = ("、" if alike else "").join(f"第{number}{kind}" for kind, number in named)
    return f"第{in_words(int(first))}条{upto}{within}{rest}"


def in_words(number: int) -> str:
    """Write a whole number below ten thousand in Chinese, as articles are numbered."""
    said, gap = "", False
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), map(int, digits), strict=True):
        if digit == 0:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said.removeprefix("一") if said.startswith("一十") else said
