"""Keep what an order told of a ticket where newer news of the ticket comes without its order.

Kept is only what stays true once it was told: a time, an amount, a place. What was not so yet, or goes on
changing, may have become untrue, and what the newer source says itself always stands.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from aftersale.channels.draft import Draft
from aftersale.domain.fact_table import COMPANION_OF, FACTS
from aftersale.domain.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Notice

ORDER_TABLE = "订单表"
NO_ORDER_TABLE = "没有订单表"
NO_ORDER = "没有读到订单"
NO_COLUMN = "表里没有这一列"
# A channel that reads orders begins the words for where such a fact came from with one of these.
_OF_ORDER = (ORDER_TABLE, "订单·")
_EARLIER = "（此前）"
# Doubts that say only that this source does not speak of it.
_ABSENT = frozenset({"", NO_ORDER_TABLE, NO_ORDER, NO_COLUMN})
_AFTER_DISPATCH = frozenset(
    {"shipped_at", "scanned", "first_scan_at", "signed", "signed_at", "confirmed", "confirmed_at", "carrier"}
)
LASTING = _AFTER_DISPATCH | {
    "article_no",
    "freight_insurance",
    "freight_paid_fen",
    "live",
    "order_paid_fen",
    "paid_at",
    "paid_fen",
    "promised_ship_at",
    "province",
    "shipped",
    "sku",
    "warehouse",
}
_STEP_OF = {time: step for step, time in COMPANION_OF.items()}


def tells_of_order(sources: Mapping[str, str]) -> bool:
    """Tell whether any fact came from an order."""
    return any(source.startswith(_OF_ORDER) for source in sources.values())


def with_order_kept(notice: Notice, facts: Mapping[str, object], sources: Mapping[str, str]) -> Notice:
    """Add what an order told before (facts as JSON knows them, and where each came from) to a notice without.

    A kept fact says in its source that it is from before.
    """
    draft = Draft(dict(notice.facts), set(notice.unknown), dict(notice.sources))
    for name in sorted(LASTING & facts.keys()):
        source = sources.get(name, "")
        if source.startswith(_OF_ORDER) and facts[name] is not False and _fits(draft, name):
            _keep(draft, name, _read(name, facts[name]), f"{source.removesuffix(_EARLIER)}{_EARLIER}")
    return replace(notice, facts=draft.facts, unknown=frozenset(draft.unknown), sources=draft.sources)


def _fits(draft: Draft, name: str) -> bool:
    """Tell whether the newer news leaves a fact open; what it says or doubts itself stands."""
    told = draft.facts
    if name in told or COMPANION_OF.get(name) in told:
        return False
    if name in draft.unknown and draft.sources.get(name, "") not in _ABSENT:
        return False
    not_sent = told.get("shipped") is False and name in _AFTER_DISPATCH
    return not not_sent and told.get(_STEP_OF.get(name, "")) is not False


def _read(name: str, value: object) -> object:
    return datetime.fromisoformat(str(value)) if FACTS[name].kind is Kind.TIME else value


def _keep(draft: Draft, name: str, value: object, source: str) -> None:
    """Take a fact over, unless it and the newer news cannot both be."""
    with_it = {**draft.facts, name: value}
    trial = Draft(dict(with_it), set(), {**draft.sources, name: source})
    trial.settle()
    if trial.facts != with_it:
        return
    draft.say(name, value, source)
    draft.unknown.discard(name)
    if step := _STEP_OF.get(name):
        draft.facts.pop(step, None)
    elif name in COMPANION_OF:
        draft.unknown.add(COMPANION_OF[name])
