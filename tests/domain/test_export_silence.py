"""What an export does not say means something, fact by fact."""

from __future__ import annotations

from typing import Any

import pytest

from aftersale.domain.errors import FactsInvalid
from aftersale.domain.fact_table import COMPANION_OF, FACTS
from aftersale.domain.facts import facts_of_export
from aftersale.domain.vocabulary import REASONS, Silence

ROW: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "applied_at": "2025-06-10T10:00:00+08:00",
    "paid_at": "2025-06-01T10:00:00+08:00",
    "shipped_at": "2025-06-02T10:00:00+08:00",
    "signed_at": "2025-06-05T10:00:00+08:00",
    "paid_fen": 12900,
}
ALLEGED = [(spec.name, spec.alleged_by) for spec in FACTS.values() if spec.alleged_by]
NEVER_SILENT = {"received", "now", "order_paid_fen", "order_refunded_fen", *COMPANION_OF, *ROW}


def of_silence(silence: Silence) -> list[str]:
    return [
        name
        for name, spec in FACTS.items()
        if spec.silence is silence and name not in NEVER_SILENT and not spec.alleged_by
    ]


@pytest.mark.parametrize("name", of_silence(Silence.ASSERTED))
def test_what_nobody_asserts_is_not_so_and_never_asked(name: str) -> None:
    facts = facts_of_export(ROW)
    assert name in facts.unalleged
    assert name not in facts.unknown
    assert facts[name] == FACTS[name].default


@pytest.mark.parametrize("name", of_silence(Silence.REGISTER) + of_silence(Silence.ASK))
def test_what_register_or_person_would_have_to_say_is_unknown(name: str) -> None:
    facts = facts_of_export(ROW)
    assert name in facts.unknown
    assert facts[name] is None
    assert name not in facts.unalleged


@pytest.mark.parametrize("name", [name for name in of_silence(Silence.RECORD) if name != "service_tags"])
def test_what_the_platform_does_not_record_has_not_happened(name: str) -> None:
    facts = facts_of_export(ROW)
    assert name not in facts.unknown | facts.unalleged
    assert facts[name] == FACTS[name].default


@pytest.mark.parametrize(("name", "reasons"), ALLEGED)
def test_what_only_some_reasons_allege_is_a_question_under_them_alone(
    name: str, reasons: tuple[str, ...]
) -> None:
    for reason in REASONS:
        facts = facts_of_export(ROW | {"reason": reason})
        asked = reason in reasons
        assert (name in facts.unknown) is asked
        assert (name in facts.unalleged) is not asked


@pytest.mark.parametrize(("name", "reasons"), ALLEGED)
def test_under_an_unknown_reason_everything_may_be_alleged(name: str, reasons: tuple[str, ...]) -> None:
    assert reasons
    facts = facts_of_export({key: value for key, value in ROW.items() if key != "reason"}, ["reason"])
    assert name in facts.unknown


def test_what_the_row_says_is_neither_unknown_nor_unalleged() -> None:
    said = {
        "wrong_item": True,
        "perishable": False,
        "extortion": True,
        "category": "food",
        "tags_removed": False,
    }
    facts = facts_of_export(ROW | said)
    assert not said.keys() & (facts.unknown | facts.unalleged)
    assert {name: facts[name] for name in said} == said


def test_a_fact_named_unknown_stays_unknown_though_nobody_asserts_it() -> None:
    facts = facts_of_export(ROW, ["extortion", "first_scan_at"])
    assert {"extortion", "first_scan_at", "scanned"} <= facts.unknown
    assert "extortion" not in facts.unalleged


def test_a_parcel_that_was_not_sent_is_not_asked_about() -> None:
    unsent = {key: value for key, value in ROW.items() if key not in {"shipped_at", "signed_at"}}
    assert {"signed_at", "signed", "received"} <= facts_of_export(unsent).unknown
    facts = facts_of_export(unsent | {"shipped": False})
    assert not {"signed_at", "signed", "received"} & facts.unknown
    assert (facts["shipped"], facts["received"]) == (False, False)


def test_a_sign_off_that_did_not_happen_is_not_asked_about() -> None:
    on_its_way = {key: value for key, value in ROW.items() if key != "signed_at"} | {"signed": False}
    facts = facts_of_export(on_its_way)
    assert facts["received"] is False
    assert "signed_at" not in facts.unknown


def test_a_row_that_cannot_be_is_refused_as_any_ticket_is() -> None:
    with pytest.raises(FactsInvalid) as caught:
        facts_of_export(ROW | {"category": "spaceship"}, ["colour"])
    assert [finding.path for finding in caught.value.findings] == ["category", "colour"]


def test_every_fact_has_one_row_with_labels_in_both_languages() -> None:
    assert (
        len(FACTS)
        == len({spec.label.zh for spec in FACTS.values()})
        == len({spec.label.en for spec in FACTS.values()})
    )
    for name, spec in FACTS.items():
        assert name == spec.name
        assert set(spec.alleged_by) <= set(REASONS)
        assert spec.default is None or not spec.values or spec.default in spec.values
