"""Spoil calls on purpose: which fault, for which call, how often; chance is thrown by dice of the seed."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

BEFORE = {
    "delay": "answers only after `seconds`",
    "timeout_before": "does nothing, never answers",
    "error_before": "does nothing, answers 502 with a text",
    "html": "does nothing, answers 200 with a page",
    "throttle": "does nothing, answers that there were too many calls",
    "token_revoked": "the shop's token is revoked from now on",
    "ip_refused": "does nothing, answers that the caller's address is not on the list (抖店)",
    "conflict": "the buyer changes the ticket just before the call is carried out",
}
AFTER = {
    "timeout_after": "acts, never answers",
    "error_after": "acts, answers 502 with a text",
    "half": "acts, cuts the answer in the middle",
    "wrong_type": "acts, answers with texts where numbers and objects belong",
    "rounded_ids": "acts, rounds integers above 2^53 as JavaScript does",
}
PUSH = {
    "push_lose": "the message is never sent",
    "push_duplicate": "the message is sent twice",
    "push_reorder": "the message is sent `seconds` later, behind those that follow",
    "push_no_open_id": "the message of 快手 names no openId",
}
KINDS = {**BEFORE, **AFTER, **PUSH}


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hold one knob: `times` is how often it still happens (-1 for ever), `rate` in which share of calls.

    `platform` and `method` are patterns with `*`; for messages `method` is the tag or event.
    """

    kind: str
    platform: str = "*"
    method: str = "*"
    shop: str = "*"
    times: int = -1
    rate: float = 1.0
    seconds: float = 0.0
    id: int = 0

    def fits(self, platform: str, method: str, shop: str) -> bool:
        """Tell whether a call is meant."""
        pairs = ((self.platform, platform), (self.method, method), (self.shop, shop))
        return self.times != 0 and all(fnmatch.fnmatchcase(text, pattern) for pattern, text in pairs)


_read = msgspec.json.Decoder(Fault).decode
_read_all = msgspec.json.Decoder(list[Fault]).decode


class Faults:
    """Keep the knobs in the store, so that they survive a kill."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def listed(self) -> list[Fault]:
        """List the knobs."""
        kept = self._market.store.value("faults")
        return _read_all(kept) if kept else []

    def add(self, given: bytes) -> Fault:
        """Turn a knob; what makes no sense raises ValueError."""
        fault = _read(given)
        if fault.kind not in KINDS or not 0 <= fault.rate <= 1 or not 0 <= fault.seconds <= 600:  # noqa: PLR2004
            raise ValueError(f"kind is one of {', '.join(KINDS)}; rate is 0 to 1, seconds 0 to 600")
        with self._market.store.change():
            numbered = msgspec.structs.replace(fault, id=self._market.store.number("fault"))
            self._keep([*self.listed(), numbered])
        return numbered

    def clear(self) -> None:
        """Turn all knobs off."""
        with self._market.store.change():
            self._keep([])

    def draw(self, platform: str, method: str, shop: str, kinds: dict[str, str]) -> Fault | None:
        """Throw the dice for one call: at most one fault, the first that fits and falls."""
        fits = [
            fault for fault in self.listed() if fault.kind in kinds and fault.fits(platform, method, shop)
        ]
        if not fits:
            return None
        with self._market.store.change():
            rng = self._market.dice("fault", self._market.store.number("fault-dice"))
            for fault in fits:
                if rng.random() < fault.rate:
                    self._used(fault)
                    return fault
        return None

    def _used(self, fault: Fault) -> None:
        left = max(-1, fault.times - 1) if fault.times > 0 else fault.times
        spent = msgspec.structs.replace(fault, times=left)
        self._keep([spent if each.id == fault.id else each for each in self.listed()])

    def _keep(self, faults: list[Fault]) -> None:
        self._market.store.keep_value("faults", msgspec.json.encode(faults).decode())
