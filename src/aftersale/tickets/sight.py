"""See on the platform what became of an act beside the answer whose own answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import FLAG_WORDS, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Notice


def _flag(params: Mapping[str, object], notice: Notice) -> bool:
    flag, there = str(params.get("flag")), notice.flag or ""
    return bool(there) and (there == flag or FLAG_WORDS[flag].zh.startswith(there))


def _text(params: Mapping[str, object], notice: Notice) -> bool:
    return str(params.get("text", "")).strip() in (notice.remark or "")


def _waybill(params: Mapping[str, object], notice: Notice) -> bool:
    return notice.return_waybill == params.get("waybill")


SHOWS: Mapping[str, Callable[[Mapping[str, object], Notice], bool]] = {
    Verb.FLAG: _flag,
    Verb.REMARK: _text,
    Verb.RETURN_WAYBILL: _waybill,
    Verb.REPLY_SERVICE: _text,
}
"""Acts that a look at the ticket shows as done or not."""

LEAVES_NO_TRACE = frozenset({Verb.INTERCEPT, Verb.SMALL_PAYOUT})
"""Acts of which no look at the ticket tells anything: a person is asked."""
