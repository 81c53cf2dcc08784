"""Tell everything about each fact of a ticket in one table: parsing, checks, columns and docs read it."""

from __future__ import annotations

from dataclasses import dataclass

from aftersale.domain.fact_rows import (
    ALLEGED_MONEY,
    COUNTS,
    ENUMS,
    FLAGS,
    MONEY,
    RECEIVED,
    REVIEW,
    RISK_SCORE,
    STALLED_HOURS,
    TAGS,
    TEXTS,
    TIMES,
    TRUE_FLAGS,
    Row,
)
from aftersale.domain.vocabulary import SERVICE_TAGS, Answerer, Kind, Silence, Stage
from aftersale.texts import Text

_Default = bool | int | str | None


@dataclass(frozen=True, slots=True)
class FactSpec:
    """Describe one fact: how it is written, what its absence means, who can answer it and from when.

    `companion` names the boolean that says whether a nullable fact has happened or applies.
    `alleged_by` lists the reasons that allege the fact: with another reason silence means its default.
    `never_null` facts have the value 'unknown' instead of NULL.
    """

    name: str
    kind: Kind
    label: Text
    default: bool | int | str | None
    silence: Silence
    answered_by: Answerer
    stage: Stage = Stage.APPLIED
    values: tuple[str, ...] = ()
    companion: str | None = None
    alleged_by: tuple[str, ...] = ()

    @property
    def never_null(self) -> bool:
        """Tell whether 'unknown' is a value of this fact rather than NULL."""
        return self.kind is Kind.ENUM and "unknown" in self.values


def _spec(row: Row, kind: Kind, default: _Default, companion: str | None = None) -> FactSpec:
    name, zh, en, silence, answered_by, stage = row
    return FactSpec(name, kind, Text(zh=zh, en=en), default, silence, answered_by, stage, companion=companion)


def _nullable(
    row: Row, kind: Kind, default: int | None, companion: str | None, zh: str, en: str
) -> list[FactSpec]:
    """Describe a fact that may not have happened, and its companion where it has one."""
    fact = _spec(row, kind, default, companion)
    if companion is None:
        return [fact]
    return [fact, _spec((companion, zh, en, row[3], row[4], row[5]), Kind.BOOL, default=False)]


def _with_companions() -> list[FactSpec]:
    pairs = [_nullable(row, Kind.TIME, None, companion, zh, en) for row, companion, zh, en in TIMES]
    pairs += [
        _nullable(row, Kind.FEN, default, companion, zh, en) for row, default, companion, zh, en in MONEY
    ]
    return [spec for pair in pairs for spec in pair]


def _alleged(
    row: Row, kind: Kind, default: _Default, alleged_by: tuple[str, ...], values: tuple[str, ...] = ()
) -> FactSpec:
    name, zh, en, silence, answered_by, stage = row
    return FactSpec(
        name, kind, Text(zh=zh, en=en), default, silence, answered_by, stage, values, None, alleged_by
    )


def _all() -> tuple[FactSpec, ...]:
    return (
        *_with_companions(),
        *(_alleged(row, Kind.FEN, 0, reasons) for row, reasons in ALLEGED_MONEY),
        *(_spec(row, Kind.COUNT, default) for row, default in COUNTS),
        _alleged(
            STALLED_HOURS,
            Kind.COUNT,
            0,
            ("logistics_stalled",),
        ),
        _spec(RISK_SCORE, Kind.POINTS, 0),
        *(_alleged(row, Kind.BOOL, default=False, alleged_by=reasons) for row, reasons in FLAGS),
        *(_spec(row, Kind.BOOL, default=True) for row in TRUE_FLAGS),
        _spec(RECEIVED, Kind.BOOL, default=False),
        _spec(REVIEW, Kind.BOOL, default=None),
        *(_alleged(row, Kind.ENUM, default, reasons, values) for row, default, values, reasons in ENUMS),
        _alleged(TAGS, Kind.TAGS, None, (), SERVICE_TAGS),
        *(_spec(row, Kind.TEXT, default="") for row in TEXTS),
    )


FACTS: dict[str, FactSpec] = {spec.name: spec for spec in _all()}
COMPANION_OF: dict[str, str] = {spec.companion: spec.name for spec in FACTS.values() if spec.companion}
SLOT: dict[str, int] = {name: slot for slot, name in enumerate(FACTS)}
REQUIRED = ("platform", "apply_type", "reason", "applied_at")
