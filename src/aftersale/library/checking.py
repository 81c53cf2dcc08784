"""Check the files of a rulebook as a shop keeps them: all that is wrong with them, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.errors import RulebookInvalid
from aftersale.library.shop_card import shop_card, void_clauses
from aftersale.policy.check import check
from aftersale.policy.load import SHOP_FOLDER, read
from aftersale.shops.rule_files import packaged_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.errors import Finding

# A platform may change a number before any source we know says so; then the shop vouches for it.
VOUCHED = frozenset({"rulebook.unlisted_number"})
_LINE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+)$")


@dataclass(frozen=True, slots=True)
class Spot:
    """Say where a finding stands: file, the entry in it, its line from 1; what is not known is empty or 0."""

    file: str
    entry: str
    line: int


def faults(texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Find every fault in the composed files of all layers, the shop's own words included."""
    return _faults(texts, texts, "")


def shop_faults(own: Mapping[str, str]) -> tuple[Finding, ...]:
    """Find every fault that a shop's own files bring; those of the package are checked before it ships."""
    return _faults({**packaged_texts(), **own}, own, SHOP_FOLDER)


def _faults(texts: Mapping[str, str], with_card: Mapping[str, str], about: str) -> tuple[Finding, ...]:
    book, unread = read(texts)
    if book is None:
        return unread
    found = check(texts, about=about)
    try:
        shop_card(with_card)
    except RulebookInvalid as invalid:
        found = (*found, *invalid.findings)
    return (*found, *void_clauses(book))


def spot_of(finding: Finding, own: Mapping[str, str]) -> Spot:
    """Find the place of a finding in a shop's own files."""
    if told := _LINE.match(finding.path):
        return Spot(told["file"], "", int(told["line"]))
    file, _, entry = finding.path.partition(" ")
    if file not in own:
        # A finding about a number names the parameter and not the file in which it stands.
        entry = entry or file
        file = next((name for name, text in own.items() if _line_of(entry, text)), "")
    return Spot(file, entry, _line_of(entry, own.get(file, "")))


def _line_of(entry: str, text: str) -> int:
    named = re.compile(rf"^[\s-]*(?:id|name|code)\s*:\s*['\"]?{re.escape(entry)}['\"]?\s*(?:#.*)?$")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if entry and named.match(line)), 0)
