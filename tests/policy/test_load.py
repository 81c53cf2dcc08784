"""Every fault of a rule file is found and named with its file, its entry and what is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import yaml

from aftersale.domain.clock import SHANGHAI, seconds_of
from aftersale.domain.errors import RulebookInvalid
from aftersale.policy.load import digest_of, load, read
from aftersale.policy.written import TextW
from aftersale.shops.rule_files import load_rulebook, packaged_texts
from aftersale.texts import Text
from tests.policy.books import book, few_texts

RULE: dict[str, Any] = {
    "id": "R1",
    "title": {"zh": "规则", "en": "a rule"},
    "kind": "entitle",
    "mode": "M",
    "effective": [None, None],
    "anchor": "applied",
    "priority": 10,
    "when": "received",
    "then": {"remedies": ["negotiate"], "liability": "none", "freight": "none"},
    "cite": [{"document": "consumer-law", "article": "24"}],
    "confidence": "H",
    "note": {"zh": "说明", "en": "a note"},
}
VALUE: dict[str, Any] = {"value": 7, "confidence": "H", "cite": [{"document": "consumer-law"}]}
PARAMETER: dict[str, Any] = {"name": "some_days", "title": RULE["title"], "unit": "days", "values": [VALUE]}
DERIVED: dict[str, Any] = {"name": "late", "type": "bool", "title": RULE["title"], "as": "received"}
CLOCK: dict[str, Any] = {
    "name": "answer_by",
    "title": RULE["title"],
    "at": "applied_at",
    "when": "true",
    "source": "rule",
    "whose": "merchant",
    "if_missed": RULE["title"],
}
SEEMS, US = {"zh": "看来如此", "en": "so it seems"}, {"zh": "我们", "en": "us"}
FILE = "platforms/new.yaml"


def read_with(content: object, file: str = FILE) -> list[tuple[str, str, str, str]]:
    """Read the least rulebook with one more file, and give code, path, value and message of each finding."""
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    rulebook, findings = read(few_texts() | {file: text})
    assert (rulebook is None) is bool(findings)
    assert all(finding.message.zh and finding.message.en for finding in findings)
    return [(finding.code, finding.path, finding.value, finding.message.en) for finding in findings]


def rule_without(key: str) -> dict[str, Any]:
    return {name: value for name, value in RULE.items() if name != key}


# What is wrong, the file's content, the code, the entry that is named, and words of value or message.
FAULTS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("an unknown key", {"rule": [RULE]}, "unknown_key", "", "rule"),
    ("an unknown key of a rule", {"rules": [RULE | {"wehn": "true"}]}, "bad_entry", "R1", "wehn"),
    ("no condition", {"rules": [rule_without("when")]}, "bad_entry", "R1", "when"),
    ("no dates", {"rules": [rule_without("effective")]}, "bad_entry", "R1", "effective"),
    ("a bad date", {"rules": [RULE | {"effective": ["2025-02-30", None]}]}, "bad_entry", "R1", "effective"),
    ("an unknown kind", {"rules": [RULE | {"kind": "maybe"}]}, "bad_entry", "R1", "maybe"),
    ("an unknown anchor", {"rules": [RULE | {"anchor": "signed"}]}, "bad_entry", "R1", "signed"),
    ("a rank that is no number", {"rules": [RULE | {"priority": "high"}]}, "bad_entry", "R1", "priority"),
    ("an entry that is a text", {"rules": ["R1"]}, "bad_entry", "0", "object"),
    ("no citation", {"rules": [RULE | {"cite": []}]}, "no_citation", "R1", "without a citation"),
    ("an empty citation", {"rules": [RULE | {"kind": "guard", "cite": [{}]}]}, "no_citation", "R1", "owner"),
    (
        "an assumption without an owner",
        {"rules": [RULE | {"kind": "guard", "cite": [{"assumption": SEEMS}]}]},
        "no_citation",
        "R1",
        "owner",
    ),
    (
        "a granting rule on an assumption",
        {"rules": [RULE | {"cite": [{"assumption": SEEMS, "owner": US}]}]},
        "no_citation",
        "R1",
        "document",
    ),
    (
        "an unknown document",
        {"rules": [RULE | {"cite": [{"document": "lost-law"}]}]},
        "unknown_document",
        "R1",
        "lost",
    ),
    ("an id that comes twice", {"rules": [RULE, RULE]}, "twice", "R1", FILE),
    (
        "an unknown remedy",
        {"rules": [RULE | {"then": RULE["then"] | {"remedies": ["hug"]}}]},
        "unknown_reference",
        "R1",
        "hug",
    ),
    (
        "a granting rule that grants nothing",
        {"rules": [RULE | {"then": RULE["then"] | {"remedies": []}}]},
        "no_remedy",
        "R1",
        "",
    ),
    (
        "an unknown liability",
        {"rules": [RULE | {"then": RULE["then"] | {"liability": "fate"}}]},
        "unknown_reference",
        "R1",
        "fate",
    ),
    (
        "an unknown payer of freight",
        {"rules": [RULE | {"then": RULE["then"] | {"freight": "fate"}}]},
        "unknown_reference",
        "R1",
        "fate",
    ),
    ("unknown evidence", {"rules": [RULE | {"evidence": ["F-X99"]}]}, "unknown_reference", "R1", "F-X99"),
    ("a rank before nobody", {"rules": [RULE | {"before": ["R9"]}]}, "unknown_reference", "R1", "R9"),
    ("an override nobody wrote", {"overrides": ["R9"]}, "unknown_rule", "R9", "R9"),
    ("an exemption nobody wrote", {"none_when_main": ["R9"]}, "unknown_rule", "R9", "R9"),
    ("a step for nobody", {"amount": [{"set": "1", "when_main": ["R9"]}]}, "unknown_rule", "R9", "R9"),
    ("a step after nobody", {"punitive": [{"set": "1", "when_fired": "R9"}]}, "unknown_rule", "R9", "R9"),
    ("a step without a value", {"amount": [{"when_fired": "R9"}]}, "bad_entry", "0", "set"),
    ("a step of the wrong type", {"amount": [{"set": "received"}]}, "bad_condition", "amount 0", "number"),
    (
        "facts that need one another",
        {"derive": [DERIVED | {"as": "early"}, DERIVED | {"name": "early", "as": "late"}]},
        "circle",
        "derive",
        "early, late",
    ),
    ("a fact derived twice", {"derive": [DERIVED, DERIVED]}, "twice", "late", FILE),
    (
        "a derived fact that is a fact",
        {"derive": [DERIVED | {"name": "received"}]},
        "twice",
        "received",
        "two meanings",
    ),
    (
        "a parameter that is a fact",
        {"parameters": [PARAMETER | {"name": "received"}]},
        "twice",
        "received",
        "two meanings",
    ),
    (
        "a derived fact of the wrong type",
        {"derive": [DERIVED | {"as": "paid_fen"}]},
        "bad_condition",
        "late",
        "bool",
    ),
    ("an unknown unit", {"parameters": [PARAMETER | {"unit": "moons"}]}, "bad_entry", "some_days", "moons"),
    (
        "a parameter without a citation",
        {"parameters": [PARAMETER | {"values": [VALUE | {"cite": []}]}]},
        "no_citation",
        "some_days",
        "without a citation",
    ),
    (
        "a clock of the wrong type",
        {"deadlines": [CLOCK | {"at": "paid_fen"}]},
        "bad_condition",
        "answer_by",
        "time",
    ),
    ("a clock that comes twice", {"deadlines": [CLOCK, CLOCK]}, "twice", "answer_by", FILE),
    ("a clock of nobody", {"deadlines": [CLOCK | {"whose": "fate"}]}, "bad_entry", "answer_by", "fate"),
    ("a list that is none", {"rules": {"R1": RULE}}, "bad_file", "", "$.rules"),
    ("a layer nobody has", {"layer": "lore", "rules": [RULE]}, "bad_file", "", "lore"),
    ("a platform nobody has", {"platform": "elsewhere", "rules": [RULE]}, "bad_file", "", "elsewhere"),
    ("overrides that are no list", {"overrides": "R1"}, "bad_file", "", "$.overrides"),
    ("a calendar that is no calendar", {"calendar": ["2027-01-01"]}, "bad_file", "", "$.calendar"),
    ("a holiday that is no date", {"calendar": {"rest": ["New Year"]}}, "bad_file", "", "$.calendar.rest[0]"),
]


@pytest.mark.parametrize(
    ("content", "code", "entry", "piece"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_of_a_file_is_found_and_named(
    content: dict[str, Any], code: str, entry: str, piece: str
) -> None:
    found = read_with(content)
    assert f"rulebook.{code}" in {name for name, _, _, _ in found}
    _, path, value, message = next(fault for fault in found if fault[0] == f"rulebook.{code}")
    assert entry in path
    assert path.startswith(FILE) or path == entry
    assert piece in f"{value} {message} {path}"


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("rules: [", "did not find"),
        ("rules:\n\t- id: R1\n", "cannot start any token"),
        ("layer: law\na: b: c\n", "mapping values are not allowed"),
        ("layer: law\nrules: []\nrules: []\n", "rules stands here twice"),
        ("? [a, b]\n: 1\n", "unhashable key"),
    ],
)
def test_a_file_that_is_not_yaml_is_named_with_its_line(text: str, piece: str) -> None:
    [(code, path, value, message)] = read_with(text)
    assert code == "rulebook.not_yaml"
    assert re.fullmatch(rf"{FILE}:\d", path)
    assert piece in value
    assert piece in message


def test_a_file_with_a_character_that_yaml_forbids_is_named() -> None:
    [(code, path, _, _)] = read_with("rules: \x00")
    assert (code, path.split(":")[0]) == ("rulebook.not_yaml", FILE)


@pytest.mark.parametrize("text", ["- id: R1\n", "just a text\n"])
def test_a_file_that_is_no_mapping_is_named(text: str) -> None:
    [(code, path, _, message)] = read_with(text)
    assert (code, path) == ("rulebook.bad_file", FILE)
    assert "Expected `object`" in message


def test_an_empty_file_is_no_fault() -> None:
    assert read_with("") == []
    assert read_with("# nothing yet\n") == []


def test_all_faults_of_all_files_are_found_at_once() -> None:
    texts = few_texts() | {
        "one.yaml": yaml.safe_dump({"rules": [RULE | {"when": "never_heard_of"}]}),
        "two.yaml": yaml.safe_dump({"rules": [RULE | {"id": "R2", "cite": []}]}),
    }
    with pytest.raises(RulebookInvalid) as caught:
        load(texts)
    assert [finding.path for finding in caught.value.findings] == ["one.yaml R1", "two.yaml R2"]
    assert caught.value.message == caught.value.findings[0].message


def test_two_files_with_the_same_rule_are_told_which() -> None:
    texts = few_texts() | {name: yaml.safe_dump({"rules": [RULE]}) for name in ("one.yaml", "two.yaml")}
    _, findings = read(texts)
    assert [(finding.path, finding.message.en) for finding in findings] == [
        ("two.yaml R1", "it is in one.yaml already")
    ]


def test_an_assumption_with_its_owner_is_citation_enough_for_a_guard() -> None:
    guard = RULE | {"kind": "guard", "cite": [{"assumption": SEEMS, "owner": US}]}
    rulebook, findings = read(few_texts() | {FILE: yaml.safe_dump({"rules": [guard]})})
    assert findings == ()
    assert rulebook is not None
    assert rulebook.rule("R1").citations[0].assumption == Text(**SEEMS)


@pytest.mark.parametrize(
    ("article", "short"),
    [
        ("24", "消法24"),
        ("(但书)", "消法(但书)"),
        ("（但书）", "消法（但书）"),
        ("附则", "消法 附则"),
        (None, "消法"),
    ],
)
def test_a_citation_is_written_as_it_is_quoted(article: str | None, short: str) -> None:
    rule = RULE | {"cite": [{"document": "consumer-law", "article": article}]}
    cited = load(few_texts() | {FILE: yaml.safe_dump({"rules": [rule]})}).rule("R1").citations[0]
    assert (cited.short, str(cited.effective_from)) == (short, "2014-03-15")


def test_the_digest_follows_names_and_texts_and_not_line_ends() -> None:
    texts = packaged_texts()
    other_ends = {file: text.replace("\n", "\r\n") for file, text in texts.items()}
    assert (
        book().digest == digest_of(texts) == digest_of(other_ends) == digest_of(dict(reversed(texts.items())))
    )
    assert digest_of({"a": "bc"}) != digest_of({"ab": "c"})
    assert digest_of({"a": "b"}) != digest_of({"a": "b "})
    assert re.fullmatch(r"[0-9a-f]{64}", book().digest)


def test_the_packaged_rulebook_holds_what_was_promised() -> None:
    assert len(book().rules) == 105
    assert {rule.layer for rule in book().rules} == {"law", "platform"}
    assert load_rulebook().digest == book().digest
    for parameter in book().parameters.values():
        for value in parameter.values:
            assert value.citations
            assert value.confirmed_by is None
    for rule in book().rules:
        assert rule.citations
        assert rule.is_guard or rule.remedies


def test_a_rule_or_remedy_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        book().rule("Z99")
    with pytest.raises(KeyError):
        book().rank_of("hug")


def test_a_notice_of_a_shop_changes_the_calendar() -> None:
    text = "calendar:\n  rest: [2027-05-03]\n  work: [2027-05-08]\n"
    calendar = load(few_texts() | {"shop/calendar.yaml": text}).calendar
    assert calendar.published >= {2027}
    assert calendar != book().calendar


def test_a_text_of_a_rule_file_is_read_in_either_language() -> None:
    text = TextW(zh="七天", en="seven days")
    assert (text.of("zh"), text.of("en")) == ("七天", "seven days")


def test_a_reason_to_refuse_holds_for_its_platform_claim_and_dates() -> None:
    reason = load_rulebook().reject_reasons[0]
    platform = "douyin" if reason.platform == "any" else str(reason.platform)
    start = seconds_of(datetime(2026, 11, 29, tzinfo=SHANGHAI))
    assert reason.holds(platform, reason.claims[0], start)
    assert not reason.holds(platform, "dance", start)
    assert not replace(reason, platform="douyin").holds("kuaishou", reason.claims[0], start)
    begins = replace(reason, effective=(date(2026, 11, 29), date(2026, 11, 30)))
    day = 86_400
    held = [begins.holds(platform, reason.claims[0], start + step) for step in (-1, 0, day - 1, day)]
    assert held == [False, True, True, False]
