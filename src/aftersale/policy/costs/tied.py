"""Find in a text what ties a benefit to a review or to the withdrawal of a complaint.

A rule of the desk, stricter than any law: goodwill buys neither praise nor silence, and a text about it
has no need of such words, so any mention is found. They are searched in what is left when blanks, marks and
signs are taken out; spelling them apart does not help.
"""

from __future__ import annotations

import re
from unicodedata import category, normalize

_REVIEW = [
    "好评",
    "好坪",
    "五星",
    "5星",
    "全星",
    "满星",
    "追评",
    "改评",
    "删评",
    "差评",
    "中评",
    "评价",
    "评论",
    "晒图",
    "晒单",
    "返现",
]
_COMPLAINT = [
    "投诉",
    "举报",
    "12315",
    "撤诉",
    "撤回介入",
    "撤销介入",
    "取消介入",
    "平台介入",
    "申请介入",
    "不再追究",
    "放弃追究",
    "放弃维权",
]
_ENGLISH = ("review", "fivestar", "5star", "rating", "feedback", "complaint", "dispute")
_FOUND = re.compile("|".join(map(re.escape, (*_REVIEW, *_COMPLAINT, *_ENGLISH))))
_KEPT = ("L", "N")


def tied_to(text: str) -> str:
    """Give the first word that speaks of a review or a complaint, empty where there is none.

    >>> tied_to("满意请给 五-星 哦"), tied_to("送您一张 10 元券")
    ('五星', '')
    """
    plain = "".join(sign for sign in normalize("NFKC", text).casefold() if category(sign)[0] in _KEPT)
    found = _FOUND.search(plain)
    return found.group() if found else ""
