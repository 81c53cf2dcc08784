"""Describe how rulebook files are written; msgspec holds every file to these shapes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from aftersale.domain.states import Goods  # noqa: TC001  # msgspec reads the types

if TYPE_CHECKING:
    from aftersale.texts import Lang

Confidence = Literal["H", "M-H", "M", "M-L", "L"]
Layer = Literal["law", "platform", "shop"]
Platform = Literal["any", "douyin", "kuaishou"]
Unit = Literal["hours", "days", "months", "fen", "bp", "count", "flag"]
Span = tuple[date | None, date | None]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Refuse keys nobody reads."""


class TextW(Written, frozen=True):
    """Hold a text in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the text in one language."""
        return {"zh": self.zh, "en": self.en}[lang]


class CiteW(Written, frozen=True, rename={"from_": "from"}):
    """Point to an article of a document, or own up to an assumption."""

    document: str | None = None
    article: str | None = None
    from_: date | None = None
    assumption: TextW | None = None
    owner: TextW | None = None


class DocumentW(Written, frozen=True):
    """Describe a law, rule or page that is cited."""

    id: str
    short: str
    title: TextW
    effective: Span
    kind: str
    source: TextW
    read_on: date
    confidence: Confidence
    issuer: TextW | None = None


class ThenW(Written, frozen=True):
    """Say what a rule grants."""

    remedies: tuple[str, ...]
    liability: str
    freight: str


class RuleW(Written, frozen=True):
    """Hold one rule as it is written."""

    id: str
    title: TextW
    kind: Literal["entitle", "guard"]
    mode: Literal["M", "D"]
    effective: Span
    anchor: Literal["applied", "paid", "now"]
    priority: int
    when: str
    then: ThenW
    cite: tuple[CiteW, ...]
    confidence: Confidence
    note: TextW
    group: str = "shop"
    before: tuple[str, ...] = ()
    follows: str | None = None
    evidence: tuple[str, ...] = ()


class AlternativeW(Written, frozen=True):
    """Keep a value another source gives."""

    value: int | str
    source: TextW


class ParameterValueW(Written, frozen=True):
    """Hold one dated value of a parameter for one platform."""

    value: int
    cite: tuple[CiteW, ...]
    confidence: Confidence
    platform: Platform = "any"
    effective: Span = (None, None)
    confirmed_by: str | None = None
    alternatives: tuple[AlternativeW, ...] = ()


class ParameterW(Written, frozen=True):
    """Hold a number that changes with time or platform."""

    name: str
    title: TextW
    unit: Unit
    values: tuple[ParameterValueW, ...]


class DerivedW(Written, frozen=True, rename={"as_": "as"}):
    """Hold a fact that follows from others."""

    name: str
    type: Literal["bool", "time", "day", "number"]
    title: TextW
    as_: str


class StepW(Written, frozen=True):
    """Hold one step of an amount: when a rule fired, is the main rule, or a condition holds."""

    set: str
    when_fired: str | None = None
    when_main: tuple[str, ...] = ()
    when: str | None = None


class DeadlineW(Written, frozen=True):
    """Hold one clock: when it runs out, where it stands, and whose value wins."""

    name: str
    title: TextW
    at: str
    when: str
    source: Literal["rule", "statute"]
    whose: Literal["merchant", "buyer", "platform"]
    if_missed: TextW
    platform_when: str | None = None


class RemedyW(TextW, frozen=True):
    """Hold a remedy by its name, how good it is for the buyer and what it pays."""

    id: str
    verb: TextW
    rank: int
    pays: Literal["none", "refund", "difference", "compensation"]
    returns_goods: bool
    needs_person: bool


class CalendarW(Written, frozen=True):
    """Hold the announced days of a year that the package does not know yet."""

    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()


class FileW(Written, frozen=True):
    """Hold a rule file as a whole; the items of its sections are read one by one."""

    layer: Layer = "law"
    platform: Platform = "any"
    overrides: tuple[str, ...] = ()
    none_when_main: tuple[str, ...] = ()
    calendar: CalendarW = CalendarW()
    shop: dict[str, Any] = {}  # msgspec copies a default
    rules: list[Any] = []
    parameters: list[Any] = []
    documents: list[Any] = []
    derive: list[Any] = []
    amount: list[Any] = []
    punitive: list[Any] = []
    deadlines: list[Any] = []
    remedies: list[Any] = []
    evidence: list[Any] = []
    reject_reasons: list[Any] = []
    wording: list[Any] = []


class RejectReasonW(Written, frozen=True):
    """Name one reason for refusing that people pick in the platform's back office, and what comes with it."""

    id: str
    words: TextW
    claims: tuple[str, ...]
    hint: TextW
    needs_text: bool
    needs_evidence: bool
    effective: Span
    cite: tuple[CiteW, ...]
    confidence: Confidence
    received: bool | None = None
    goods: tuple[Goods, ...] = ()
    says: tuple[str, ...] = ()


class WordingW(Written, frozen=True):
    """Describe what must not, or had better not, stand in a text to a buyer.

    `any` and `unless` are regular expressions over the text in one width and lower case; what `unless` finds
    in the same sentence makes it harmless. `digits`: numerals of every kind are read as digits first.
    """

    id: str
    kind: Literal[
        "contact", "off_platform", "threat", "review", "rude", "blame", "rights", "promise", "jargon"
    ]
    any: tuple[str, ...]
    change: TextW
    effective: Span
    cite: tuple[CiteW, ...]
    confidence: Confidence
    stops: bool = False
    unless: tuple[str, ...] = ()
    digits: bool = False


class PieceW(TextW, frozen=True):
    """Name one piece of a checklist, who can give it and what it is; it has the same id in every list."""

    id: str = ""
    who: Literal["buyer", "shop", "warehouse", "carrier", "supplier", "platform"] = "shop"
    what: Literal[
        "photo",
        "video",
        "audio",
        "chat",
        "tracking",
        "order",
        "payment",
        "listing",
        "report",
        "licence",
        "record",
    ] = "record"


class EvidenceW(Written, frozen=True):
    """Hold a checklist of what each side should bring; those of old rulebooks have no citation yet."""

    code: str
    title: TextW
    buyer: tuple[PieceW, ...]
    merchant: tuple[PieceW, ...]
    decides: TextW
    effective: Span = (None, None)
    cite: tuple[CiteW, ...] = ()
    confidence: Confidence = "L"
