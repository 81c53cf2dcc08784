"""Turn what a person, a case file or an export says into the facts of one ticket, or say why it cannot be."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from aftersale.domain.clock import moment_of, seconds_of
from aftersale.domain.errors import FactsInvalid, Finding
from aftersale.domain.fact_table import COMPANION_OF, FACTS, REQUIRED, SLOT, FactSpec
from aftersale.domain.vocabulary import Kind, Silence, Stage
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Value = bool | int | str | frozenset[str] | None

# Without these there is no rule to select and no time to judge at.
NEVER_UNKNOWN = frozenset({"platform", "applied_at", "now"})

_PROOFS_OF_DELIVERY = frozenset({"buyer_signed", "pin_code", "authorised_agent"})
_RISK_POINTS = 10_000
# Wide enough for any ticket, narrow enough for every calendar and database that meets it.
_YEARS = range(2000, 2100)
_MOST_FEN, _MOST_COUNT = 10**12, 10**6
_NO_TAGS: frozenset[str] = frozenset()
_DEFAULTS: tuple[Value, ...] = tuple(_NO_TAGS if s.kind is Kind.TAGS else s.default for s in FACTS.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold the facts of one ticket in the order of the fact table.

    Times are epoch seconds, money is fen, a risk score is points of 10,000, NULL (`None`) means unknown.
    `unknown` names the facts nobody knows; `unalleged` those that are false because nobody alleges them.
    """

    values: tuple[Value, ...]
    unknown: frozenset[str] = field(default_factory=frozenset)
    unalleged: frozenset[str] = field(default_factory=frozenset)

    def __getitem__(self, name: str) -> Value:
        """Give the value of a fact by name."""
        return self.values[SLOT[name]]

    def with_values(self, changes: Mapping[str, Value]) -> Facts:
        """Copy these facts with some values replaced; what is set is no longer unknown."""
        values = list(self.values)
        for name, value in changes.items():
            values[SLOT[name]] = value
        return Facts(tuple(values), self.unknown - set(changes), self.unalleged)

    @property
    def digest(self) -> str:
        """Give the SHA-256 of these facts, the same on every machine."""
        readable = [sorted(v) if isinstance(v, frozenset) else v for v in self.values]
        text = json.dumps([readable, sorted(self.unknown)], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def stage(self) -> Stage:
        """Tell how far the goods have come, as far as anybody knows."""
        if self["goods_back"]:
            return Stage.GOODS_BACK
        if self["received"]:
            return Stage.RECEIVED
        return Stage.SHIPPED if self["shipped"] else Stage.APPLIED


class _NotAllowed(Exception):
    """Carry what would have been allowed."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def _time(raw: object, _spec: FactSpec) -> Value:
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
        if moment.tzinfo is not None and moment.year in _YEARS:
            return seconds_of(moment)
    except ValueError:
        pass
    raise _NotAllowed(f"2026-06-10T09:00:00+08:00, {_YEARS.start}-{_YEARS.stop - 1}")


def _whole(raw: object, least: int, most: int, allowed: str) -> int:
    """Read a whole number within bounds; true and false are none."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise _NotAllowed(f"{allowed}, <= {most}")
    return raw


def _count(raw: object, _spec: FactSpec) -> Value:
    # JSON writers turn 72 into 72.0; that is still a whole number of hours.
    whole = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    return _whole(whole, 0, _MOST_COUNT, "integer >= 0")


def _money(raw: object, spec: FactSpec) -> Value:
    # A request of zero or less is what a rule is there for; nothing else can be negative.
    if spec.name == "requested_refund_fen":
        return _whole(raw, -_MOST_FEN, _MOST_FEN, "integer fen")
    return _whole(raw, 0, _MOST_FEN, "integer fen >= 0")


def _points(raw: object, _spec: FactSpec) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1:
        raise _NotAllowed("0..1")
    return round(raw * _RISK_POINTS)


def _flag(raw: object, _spec: FactSpec) -> Value:
    if not isinstance(raw, bool):
        raise _NotAllowed("true, false")
    return raw


def _choice(raw: object, spec: FactSpec) -> Value:
    if raw not in spec.values:
        raise _NotAllowed(", ".join(spec.values))
    return str(raw)


def _text(raw: object, _spec: FactSpec) -> Value:
    if not isinstance(raw, str):
        raise _NotAllowed("text")
    return raw


def _tags(raw: object, spec: FactSpec) -> Value:
    if not isinstance(raw, list | tuple | set | frozenset) or not all(tag in spec.values for tag in raw):
        raise _NotAllowed(f"[{', '.join(spec.values)}]")
    return frozenset(str(tag) for tag in raw)


_READ: dict[Kind, Callable[[object, FactSpec], Value]] = {
    Kind.TIME: _time,
    Kind.FEN: _money,
    Kind.COUNT: _count,
    Kind.POINTS: _points,
    Kind.BOOL: _flag,
    Kind.ENUM: _choice,
    Kind.TEXT: _text,
    Kind.TAGS: _tags,
}


def _finding(code: str, path: str, value: object, zh: str, en: str) -> Finding:
    return Finding(code, path, str(value), Text(zh=zh, en=en))


def _unknown_name(name: str) -> Finding:
    return _finding(
        "facts.unknown_key", name, name, f"没有“{name}”这项信息", f"there is no fact called {name!r}"
    )


def _bad_value(name: str, raw: object, allowed: str) -> Finding:
    label = FACTS[name].label
    zh = f"“{label.zh}”的值 {raw!r} 读不懂，可以写：{allowed}"
    return _finding("facts.bad_value", name, raw, zh, f"{name} cannot be {raw!r}; allowed: {allowed}")


_READERS = {name: (_READ[spec.kind], spec) for name, spec in FACTS.items()}


def _read_all(raw: Mapping[str, object], findings: list[Finding]) -> dict[str, Value]:
    read: dict[str, Value] = {}
    for name, value in raw.items():
        if name not in _READERS:
            findings.append(_unknown_name(name))
        elif value is not None:
            reader, spec = _READERS[name]
            try:
                read[name] = reader(value, spec)
            except _NotAllowed as refusal:
                findings.append(_bad_value(name, value, refusal.allowed))
    return read


def _missing(raw: Mapping[str, object], unknown: frozenset[str]) -> list[Finding]:
    return [
        _finding("facts.missing", name, "", f"缺少“{FACTS[name].label.zh}”", f"{name} is missing")
        for name in dict.fromkeys((*REQUIRED, *(NEVER_UNKNOWN & unknown)))
        if raw.get(name) is None and (name not in unknown or name in NEVER_UNKNOWN)
    ]


# (earlier, later): a pair in the wrong order cannot belong to one ticket.
_IN_ORDER = (
    ("paid_at", "shipped_at"),
    ("shipped_at", "signed_at"),
    ("applied_at", "merchant_agreed_at"),
    ("applied_at", "merchant_rejected_at"),
    ("arbitration_applied_at", "judged_at"),
)


def _out_of_order(read: Mapping[str, Value]) -> list[Finding]:
    findings = []
    for early, late in _IN_ORDER:
        first, second = read.get(early), read.get(late)
        if isinstance(first, int) and isinstance(second, int) and second < first:
            value = f"{moment_of(second).isoformat()} < {moment_of(first).isoformat()}"
            zh = f"“{FACTS[late].label.zh}”早于“{FACTS[early].label.zh}”"
            findings.append(_finding("facts.contradiction", late, value, zh, f"{late} lies before {early}"))
    return findings


def _contradictions(read: Mapping[str, Value], unknown: frozenset[str]) -> list[Finding]:
    findings = _out_of_order(read)
    # What was paid may be unknown; only what is left out altogether is nothing.
    paid = read.get("paid_fen", None if "paid_fen" in unknown else 0)
    refunded = read.get("refunded_fen", 0)
    if isinstance(paid, int) and isinstance(refunded, int) and refunded > paid:
        zh, en = "已退金额大于实付金额", "more was refunded than was paid"
        findings.append(_finding("facts.contradiction", "refunded_fen", f"{refunded} > {paid}", zh, en))
    for companion, name in COMPANION_OF.items():
        if read.get(companion) is False and read.get(name) is not None:
            zh, en = (
                f"“{FACTS[companion].label.zh}”写了否，却有值",
                f"{companion} is false, yet {name} is given",
            )
            findings.append(_finding("facts.contradiction", companion, "false", zh, en))
    return findings


def _say_companions(read: dict[str, Value], unknown: set[str]) -> None:
    for companion, name in COMPANION_OF.items():
        if read.get(companion) and name not in read:
            unknown.add(name)
        if name in read:
            unknown.discard(companion)
        if companion in read or companion in unknown:
            continue
        if read.get(name) is not None:
            read[companion] = True
        elif name in unknown:
            unknown.add(companion)


def _say_shipped(read: dict[str, Value], unknown: set[str]) -> None:
    """Fill `shipped`: goods that were signed for or received were sent, at a time nobody gave."""
    arrived = read.get("signed") or read.get("received")
    if arrived and not read.keys() & {"shipped", "shipped_at"} and "shipped_at" not in unknown:
        read["shipped"] = True
        unknown.add("shipped_at")
        unknown.discard("shipped")


def _say_received(read: dict[str, Value], unknown: set[str]) -> None:
    """Fill `received`: goods that the buyer says he never had are received only on proof of delivery."""
    if read.get("reason") == "signed_not_received":
        proven = read.get("sign_proof", "none") in _PROOFS_OF_DELIVERY
        read["received"] = proven and read.get("received", True)
        unknown.discard("received")
    elif "received" not in read and "received" not in unknown:
        if "signed" in unknown:
            unknown.add("received")
        else:
            read["received"] = read.get("signed", False)


def _say_answer(read: dict[str, Value], unknown: set[str]) -> None:
    """Fill the merchant's answer from its times: the later of consent and refusal is the one that stands."""
    if "merchant_response" in read or "merchant_response" in unknown:
        return
    agreed, rejected = read.get("merchant_agreed_at"), read.get("merchant_rejected_at")
    if isinstance(rejected, int) and not (isinstance(agreed, int) and agreed > rejected):
        read["merchant_response"] = "rejected"
    elif isinstance(agreed, int):
        read["merchant_response"] = "agreed"


def _say_totals(read: dict[str, Value], unknown: set[str]) -> None:
    """Fill the totals of the order from the ticket's own lines; what is unknown there is unknown here."""
    read.setdefault("now", read.get("applied_at"))
    for total, part in (("order_paid_fen", "paid_fen"), ("order_refunded_fen", "refunded_fen")):
        if total not in read and part in unknown:
            unknown.add(total)
        read.setdefault(total, read.get(part, 0))


def _assemble(read: dict[str, Value], unknown: set[str], unalleged: frozenset[str]) -> Facts:
    _say_shipped(read, unknown)
    _say_companions(read, unknown)
    _say_received(read, unknown)
    _say_answer(read, unknown)
    _say_totals(read, unknown)
    nobody_knows = frozenset(unknown)
    values = list(_unread(nobody_knows))
    for name, value in read.items():
        if name not in nobody_knows:
            values[SLOT[name]] = value
    return Facts(tuple(values), nobody_knows, unalleged)


# Thousands of tickets of a sheet say nothing of the very same facts.
@lru_cache(maxsize=4096)
def _unread(unknown: frozenset[str]) -> tuple[Value, ...]:
    """Give the values of facts of which nothing was read: the default, or what stands for the unknown."""
    values = list(_DEFAULTS)
    for name in unknown:
        values[SLOT[name]] = "unknown" if FACTS[name].never_null else None
    return tuple(values)


def parse_facts(raw: Mapping[str, object], unknown: Iterable[str] = ()) -> Facts:
    """Read the facts of one ticket; a fact left out takes its default, one named in `unknown` is NULL.

    Raises FactsInvalid with every fault: an unknown key, a value of the wrong type, a time without a zone,
    a contradiction. A null timestamp has not happened.

    >>> facts = parse_facts({"platform": "douyin", "apply_type": "refund_only", "reason": "no_reason",
    ...                      "applied_at": "2025-06-10T15:59:59Z", "paid_fen": 12900})
    >>> facts["shipped"], facts["order_paid_fen"]
    (False, 12900)
    """
    findings: list[Finding] = []
    nobody_knows = frozenset(unknown)
    read = _read_all(raw, findings)
    findings += [_unknown_name(name) for name in sorted(nobody_knows) if name not in FACTS]
    findings += _missing(raw, nobody_knows)
    findings += _contradictions(read, nobody_knows)
    if findings:
        raise FactsInvalid(findings)
    left = {name for name in nobody_knows if name not in read}
    return _assemble(read, left, frozenset())


def _is_silent(spec: FactSpec, reason: object) -> Silence:
    """Say what silence means for a fact under the reason of this ticket."""
    if (
        spec.silence is Silence.ASK
        and spec.alleged_by
        and reason is not None
        and reason not in spec.alleged_by
    ):
        return Silence.ASSERTED
    return spec.silence


_COMPUTED = frozenset({"received", "now", "order_paid_fen", "order_refunded_fen", *COMPANION_OF})
_MAY_BE_SILENT = tuple(
    spec for spec in FACTS.values() if spec.name not in _COMPUTED and spec.silence is not Silence.GIVEN
)


@cache
def _silent(reason: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Name the facts of which silence says, under a reason, that nobody alleges them or that nobody knows."""
    meant = {spec.name: _is_silent(spec, reason) for spec in _MAY_BE_SILENT}
    asserted = frozenset(name for name, silence in meant.items() if silence is Silence.ASSERTED)
    unknown = frozenset(name for name, silence in meant.items() if silence in {Silence.REGISTER, Silence.ASK})
    return asserted, unknown


@lru_cache(maxsize=4096)
def _nobody_said(
    reason: str | None, told: frozenset[str], unknown: frozenset[str], denied: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Name the facts that nobody alleges and those that nobody knows, where these were told.

    `denied` are the steps that were told not to have happened.
    """
    asserted, nobody_said = _silent(reason)
    spoken = told | unknown | {COMPANION_OF[name] for name in denied}
    missing = unknown | (nobody_said - spoken)
    return asserted - spoken, missing - {"signed_at"} if "shipped" in denied else missing


def facts_of_export(raw: Mapping[str, object], unknown: Iterable[str] = ()) -> Facts:
    """Read the facts that an export shows, where silence has a meaning per fact.

    What nobody alleges is false and listed in `unalleged`; what the product register or a person would
    have to say is NULL and listed in `unknown`. Raises FactsInvalid as parse_facts does.
    """
    reason = raw.get("reason")
    denied = frozenset(name for name in COMPANION_OF.keys() & raw.keys() if raw[name] is False)
    unalleged, missing = _nobody_said(
        reason if isinstance(reason, str) else None, frozenset(raw), frozenset(unknown), denied
    )
    facts = parse_facts(raw, missing)
    return Facts(facts.values, facts.unknown, unalleged)
