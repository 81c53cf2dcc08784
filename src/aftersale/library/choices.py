"""Write the choices that most shops make as rules, so that nobody has to know how a rule is written.

They stand in a file of their own. A number that changes keeps its former value until the day of the change:
who applied before it is treated by what held then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersale.domain.errors import AftersaleError
from aftersale.library.rule_text import days, read, span_of, written
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FILE = "shop/choices.yaml"
MOST_FEN, MOST_DAYS, MOST_BATCHES = 100_000_00, 365, 50
_DOCUMENT = "shop-choices"
_HEAD = "这个文件由页面上的“常用选择”写成，再次保存时会整个重写。"
_ANY_REFUND = "apply_type in ('refund_only', 'return_refund')"
_KEEP, _TRUST, _DAYS, _BATCH = "SHOP-KEEP", "SHOP-TRUST", "SHOP-DAYS", "SHOP-BATCH"
_KEEP_FEN, _TRUST_FEN, _DAYS_NUMBER = "choice_keep_max_fen", "choice_trust_max_fen", "choice_no_reason_days"


class ChoiceOutOfRange(AftersaleError):
    """Refuse a choice that no shop can mean."""

    def __init__(self) -> None:
        super().__init__(
            "rules.choice_out_of_range",
            Text(zh="有一项不在可选的范围里。", en="One of the choices is out of range."),
            Text(
                zh=f"金额不超过 {MOST_FEN // 100} 元，天数 8 到 {MOST_DAYS}，批次不超过 {MOST_BATCHES} 个。",
                en=f"At most {MOST_FEN // 100} yuan, 8 to {MOST_DAYS} days, {MOST_BATCHES} batches.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """Hold what a shop gives beyond the law; None and empty give nothing.

    `keep_max_fen`: up to this paid amount goods that are faulty, as verified, need not be sent back.
    `trust_max_fen`: up to this one the buyer's word is enough. `no_reason_days`: days of return without a
    reason for the whole shop. `batches`: bad ones, refunded without return.
    """

    keep_max_fen: int | None = None
    trust_max_fen: int | None = None
    no_reason_days: int | None = None
    batches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """Hold how one choice is written as a rule."""

    id: str
    title: dict[str, str]
    note: dict[str, str]
    article: str
    priority: int
    when: str
    then: dict[str, Any]
    evidence: str


_NO_RETURN = {"remedies": ["refund_no_return"], "liability": "merchant", "freight": "none"}
_SHAPES = {
    _KEEP: _Shape(
        _KEEP,
        {
            "zh": "小额商品有质量问题或破损，退款不用寄回",
            "en": "Low-priced goods, faulty or broken: refund, no return",
        },
        {"zh": "核实照片后直接退款，商品不用寄回。", "en": "Check the photo, then refund; no return."},
        "小额商品",
        505,
        "received and merchant_fault and (quality_proven = 'yes' or damaged_on_arrival) "
        f"and {_ANY_REFUND} and paid_fen <= {_KEEP_FEN}",
        _NO_RETURN,
        "F-Q01",
    ),
    _TRUST: _Shape(
        _TRUST,
        {
            "zh": "小额商品的质量问题或破损，不用核实，直接退款不用寄回",
            "en": "Low-priced goods said to be faulty or broken: refund at the buyer's word, no return",
        },
        {"zh": "买家怎么说就怎么退，不用寄回。", "en": "The buyer's word is enough; no return."},
        "小额信任退款",
        515,
        "received and (quality_reason or reason = 'damaged') and quality_proven <> 'no' "
        f"and defect_disclosed is not true and {_ANY_REFUND} and paid_fen <= {_TRUST_FEN}",
        _NO_RETURN,
        "F-Q01",
    ),
    _DAYS: _Shape(
        _DAYS,
        {"zh": "店铺承诺的无理由退货", "en": "Return without a reason, as the shop promises"},
        {"zh": "按签收次日起算，最后一天遇休息日顺延。", "en": "Counted from the day after sign-off."},
        "无理由退货",
        495,
        "reason = 'no_reason' and shipped and received and signed and intact is not false "
        "and excluded_by_law is not true and excluded_by_confirm is not true "
        "and apply_type = 'return_refund' and merchant_fault is not true "
        "and not (food_unsafe or safety_hazard or banned_goods or merchant_refused_parcel) "
        f"and applied_at < start_of(last_day(day_of(signed_at) + {_DAYS_NUMBER}) + 1)",
        {"remedies": ["return_refund"], "liability": "none", "freight": "buyer"},
        "F-N01",
    ),
    _BATCH: _Shape(
        _BATCH,
        {"zh": "问题批次，退款不用寄回", "en": "A bad batch: refund, no return"},
        {"zh": "请买家停用，商品不用寄回。", "en": "Ask the buyer to stop using it; no return."},
        "问题批次",
        525,
        f"batch in ({{batches}}) and received and {_ANY_REFUND}",
        _NO_RETURN,
        "F-Q01",
    ),
}
_NUMBERS = {
    _KEEP: (
        _KEEP_FEN,
        {"zh": "退款不用寄回的金额上限", "en": "Refund without return: paid up to"},
        "fen",
        "keep_max_fen",
    ),
    _TRUST: (
        _TRUST_FEN,
        {"zh": "不用核实直接退款的金额上限", "en": "Refund at the buyer's word: paid up to"},
        "fen",
        "trust_max_fen",
    ),
    _DAYS: (
        _DAYS_NUMBER,
        {"zh": "店铺承诺的无理由天数", "en": "Days of the shop's own no-reason return"},
        "days",
        "no_reason_days",
    ),
}


def choices_of(own: Mapping[str, str]) -> Choices:
    """Read the choices that hold from now on; a file that is none of ours holds none."""
    known = read(own.get(FILE, ""))
    values = {
        field: _open_value(_listed(known, "parameters", "name", name))
        for choice, (name, _title, _unit, field) in _NUMBERS.items()
        if _is_open(_listed(known, "rules", "id", choice))
    }
    batch = _listed(known, "rules", "id", _BATCH)
    return Choices(**values, batches=_batches(batch) if _is_open(batch) else ())


def _listed(content: Mapping[str, Any], section: str, key: str, name: str) -> dict[str, Any]:
    items = content.get(section)
    found = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return next((each for each in found if each.get(key) == name), {})


def _is_open(rule: Mapping[str, Any]) -> bool:
    return bool(rule) and span_of(rule)[1] is None


def _open_value(parameter: Mapping[str, Any]) -> int | None:
    values = parameter.get("values")
    found = values[-1].get("value") if isinstance(values, list) and values else None
    return found if isinstance(found, int) else None


def _batches(rule: Mapping[str, Any]) -> tuple[str, ...]:
    listed = str(rule.get("when", "")).partition("(")[2].partition(")")[0]
    return tuple(each.strip()[1:-1].replace("''", "'") for each in listed.split(", ") if each.strip())


def chosen(own: Mapping[str, str], wanted: Choices, since: date) -> dict[str, str]:
    """Give the shop's files with these choices from a day on; raises ChoiceOutOfRange."""
    _check(wanted)
    before = read(own.get(FILE, ""))
    rules = [rule for choice in _SHAPES if (rule := _rule(choice, wanted, since, before))]
    if not rules:
        return {name: text for name, text in own.items() if name != FILE}
    parameters = [each for choice in _NUMBERS if (each := _parameter(choice, wanted, since, before))]
    first = min(span_of(rule)[0] for rule in rules)
    content = {
        "layer": "shop",
        "platform": "any",
        "documents": [_document(first, since)],
        "parameters": parameters,
        "rules": rules,
    }
    return {**own, FILE: written(_HEAD, content)}


def _check(wanted: Choices) -> None:
    amounts, promised = (wanted.keep_max_fen, wanted.trust_max_fen), wanted.no_reason_days
    in_range = (
        all(amount is None or 0 < amount <= MOST_FEN for amount in amounts)
        # Seven days are the law's own; a shop that promises seven promises nothing.
        and (promised is None or 7 < promised <= MOST_DAYS)  # noqa: PLR2004
        and len(wanted.batches) <= MOST_BATCHES
        and not any(character in batch for batch in wanted.batches for character in "(),\n")
    )
    if not in_range:
        raise ChoiceOutOfRange


def _value(choice: str, wanted: Choices) -> object:
    return wanted.batches if choice == _BATCH else getattr(wanted, _NUMBERS[choice][3])


def _span(choice: str, wanted: Choices, since: date, before: Mapping[str, Any]) -> list[date | None] | None:
    """Give from when until when a choice holds; one that is given up ends, for those who apply later."""
    known = _listed(before, "rules", "id", choice)
    start, until = span_of(known)
    if _value(choice, wanted):
        return days(min(start, since) if _is_open(known) else since, None)
    if not known or (until is None and start >= since):
        return None
    return days(start, since if until is None else until)


def _rule(choice: str, wanted: Choices, since: date, before: Mapping[str, Any]) -> dict[str, Any] | None:
    span, shape = _span(choice, wanted, since, before), _SHAPES[choice]
    if span is None:
        return None
    when = shape.when
    if choice == _BATCH:
        batches = wanted.batches or _batches(_listed(before, "rules", "id", _BATCH))
        when = when.format(batches=", ".join("'" + each.replace("'", "''") + "'" for each in batches))
    return {
        "id": shape.id,
        "title": dict(shape.title),
        "kind": "entitle",
        "mode": "D",
        "effective": span,
        "anchor": "applied",
        "priority": shape.priority,
        "when": when,
        "then": {**shape.then, "remedies": list(shape.then["remedies"])},
        "evidence": [shape.evidence],
        "cite": [{"document": _DOCUMENT, "article": shape.article}],
        "confidence": "H",
        "note": dict(shape.note),
    }


def _parameter(choice: str, wanted: Choices, since: date, before: Mapping[str, Any]) -> dict[str, Any] | None:
    if _span(choice, wanted, since, before) is None:
        return None
    name, title, unit, field = _NUMBERS[choice]
    wish = getattr(wanted, field)
    listed = _listed(before, "parameters", "name", name).get("values")
    known = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if wish:
        known = _changed(known, wish, since, _SHAPES[choice].article)
    return {"name": name, "title": dict(title), "unit": unit, "values": known}


def _changed(known: list[dict[str, Any]], wish: int, since: date, article: str) -> list[dict[str, Any]]:
    """Let the former value end where the new one begins; the same value simply goes on."""
    kept = [each for each in known if span_of(each)[0] < since]
    last = kept.pop() if kept else None
    if last is not None and last.get("value") == wish:
        return [*kept, {**last, "effective": days(span_of(last)[0], None)}]
    cite = [{"document": _DOCUMENT, "article": article}]
    new = {"value": wish, "effective": [since, None], "confidence": "H", "cite": cite}
    return [*kept, *([{**last, "effective": days(span_of(last)[0], since)}] if last else []), new]


def _document(first: date, read_on: date) -> dict[str, Any]:
    return {
        "id": _DOCUMENT,
        "short": "店铺售后政策",
        "title": {"zh": "本店售后政策（常用选择）", "en": "The shop's after-sale policy (choices)"},
        "kind": "shop_policy",
        "effective": days(first, None),
        "source": {"zh": "页面上的常用选择", "en": "the choices on the page"},
        "read_on": read_on,
        "confidence": "H",
    }
