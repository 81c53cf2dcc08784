"""Read from an address which tickets a queue is to show; every filter is an address that can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import urlencode

from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.queries import NOBODY, Filters
from aftersale.tickets.tabs import LANE_OF, Tab

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.pages.door import Ask

WHO = ("all", "mine", "free")
_LONGEST = 64
_MOST_FEN = 10**13
_DIGITS = 9
_NAMES = (
    "tab",
    "who",
    "shop",
    "channel",
    "claim",
    "stage",
    "reason",
    "due",
    "least",
    "most",
    "article",
    "person",
    "flag",
    "money",
)
SENSITIVE = ("counterfeit", "safety_hazard", "late_shipment", "fraud")
"""The reasons that are answered before all others; `sensitive` in an address asks for any of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what an address asks for, as it stands there; what cannot be read asks for nothing."""

    tab: str = "ours"
    who: str = "all"
    shop: str = ""
    claim: str = ""
    reason: str = ""
    due: str = ""
    least: str = ""
    most: str = ""
    article: str = ""
    person: str = ""
    channel: str = ""
    stage: str = ""
    flag: str = ""
    money: str = ""

    def address(self, **changes: str) -> str:
        """Give the query of the same queue with some things asked otherwise; what is usual is left out."""
        said = {name: getattr(self, name) for name in _NAMES} | changes
        usual = {"tab": "ours", "who": "all"}
        return urlencode({name: value for name, value in said.items() if value and value != usual.get(name)})

    def is_narrow(self) -> bool:
        """Tell whether anything beside tab and person was asked for."""
        return any(getattr(self, name) for name in _NAMES[2:])

    def narrowed(self) -> int:
        """Count what was asked for beside tab and person."""
        return sum(bool(getattr(self, name)) for name in _NAMES[2:])

    def chosen(self, name: str) -> str:
        """Give what one filter asks for."""
        return str(getattr(self, name))

    def shops(self, seen: tuple[int, ...]) -> tuple[int, ...]:
        """Give the shops asked for, of those that the person sees."""
        return tuple(shop for shop in seen if str(shop) == self.shop) if self.shop else seen

    def filters(self, person_id: int, now: datetime) -> Filters:
        """Give the filter of the queue."""
        lane, tab = _place(self.tab)
        return Filters(
            lane=lane,
            tab=tab,
            apply_type=self.claim or None,
            reason=None if self.reason == _SENSITIVE else self.reason or None,
            reasons=SENSITIVE if self.reason == _SENSITIVE else None,
            channel=self.channel or None,
            stage=self.stage or None,
            flag=self.flag or None,
            money_state=self.money or None,
            article_no=self.article or None,
            assignee=_assignee(self, person_id),
            min_fen=fen_of(self.least),
            max_fen=fen_of(self.most),
            due_before=_until(self.due, now),
        )


_SENSITIVE = "sensitive"


def asked_of(ask: Ask) -> Asked:
    """Read an address."""
    return Asked(**{name: ask.said(name)[:_LONGEST] for name in _NAMES if ask.said(name)})


def of_stored(stored: Mapping[str, str]) -> Asked:
    """Read what a saved view keeps."""
    return Asked(**{name: str(value) for name, value in stored.items() if name in _NAMES})


def whole(said: str) -> int | None:
    """Read a whole number as it is typed; None where it is none, or longer than nine digits."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else None


def fen_of(yuan: str) -> int | None:
    """Read an amount in yuan as it is typed; None where it is none."""
    # A Chinese input method types digits, points and signs at full width.
    plain = normalize("NFKC", yuan).replace("。", ".").replace("元", "")
    whole, _, part = "".join(plain.replace("¥", "").replace(",", "").split()).partition(".")
    digits = f"{whole}{part:0<2}" if whole else ""
    if not (digits.isascii() and digits.isdigit() and len(part) <= 2 and len(digits) < len(str(_MOST_FEN))):  # noqa: PLR2004  # fen
        return None
    return int(digits)


def _place(tab: str) -> tuple[str | None, str | None]:
    if tab in set(Tab):
        return LANE_OF[Tab(tab)].value, tab
    if tab == "open":
        return None, None
    lanes = {"ours": Lane.OURS, "waiting": Lane.WAITING, "missing": Lane.MISSING, "done": Lane.DONE}
    return (lanes[tab].value, None) if tab in lanes else (Lane.OURS.value, None)


def _assignee(asked: Asked, person_id: int) -> int | None:
    if asked.person.isascii() and asked.person.isdigit():
        return int(asked.person[:18])
    return {"mine": person_id, "free": NOBODY}.get(asked.who)


def _until(due: str, now: datetime) -> datetime | None:
    if due == "over":
        return now
    return now + timedelta(hours=int(due)) if due in {"1", "4", "24"} else None
