"""Check the files of a rulebook as a shop keeps them: all that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.errors import RulebookInvalid
from aftersale.library.shop_card import shop_card, void_clauses
from aftersale.policy.check import check
from aftersale.policy.load import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.errors import Finding


def faults(texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Find every fault in the composed files of all layers, the shop's own words included."""
    found = check(texts)
    book, _unread = read(texts)
    if book is None:
        return found
    try:
        shop_card(texts)
    except RulebookInvalid as invalid:
        found = (*found, *invalid.findings)
    return (*found, *void_clauses(book))
