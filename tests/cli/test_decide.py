"""Hold `decide` to its answers, line by line."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from aftersale.channels.lines import BadLine, read_lines
from aftersale.cli import app
from aftersale.library.answers import answers
from aftersale.policy.decide import Judge
from aftersale.shops.rule_files import load_rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVEN_DAYS = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "category": "apparel",
    "paid_at": "2025-05-30T09:00:00+08:00",
    "shipped_at": "2025-05-31T08:00:00+08:00",
    "signed_at": "2025-06-03T10:15:00+08:00",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "paid_fen": 12900,
}
KEYS = [
    "id",
    "rule",
    "preferred",
    "remedies",
    "alternatives",
    "liability",
    "freight",
    "amount_fen",
    "payable_fen",
    "punitive_fen",
    "mode",
    "guards",
    "citations",
    "evidence",
    "deadlines",
    "unknown",
    "needs_person",
    "rulebook",
]


def text_of(name: str) -> str:
    """Read a file of the repository."""
    return (Path(__file__).resolve().parents[2] / name).read_text(encoding="utf-8")


def line(**changes: object) -> bytes:
    """Write one ticket."""
    return json.dumps({"id": "T1", "facts": SEVEN_DAYS} | changes).encode() + b"\n"


def decided(given: bytes, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `decide - --json` and read its answers."""
    result = CliRunner().invoke(app, ["decide", "-", "--json", *options], input=given)
    return result.exit_code, [json.loads(each) for each in result.stdout.splitlines()]


def test_an_answer_has_the_agreed_shape() -> None:
    code, (answer,) = decided(line())
    assert code == 0
    assert list(answer) == KEYS
    assert (answer["id"], answer["rule"], answer["preferred"]) == ("T1", "N01", "return_refund")
    assert (answer["amount_fen"], answer["payable_fen"], answer["mode"]) == (12900, 12900, "M")
    assert answer["alternatives"] == [{"rule": "X01", "remedies": ["negotiate", "human_review"]}]
    assert answer["citations"][0] == {
        "short": "消法25",
        "document": "消费者权益保护法（2013年修正）",
        "article": "25",
        "rule": "N01",
        "effective_from": "2014-03-15",
    }
    assert answer["deadlines"]["respond_by"] == {"at": "2025-06-07T10:00:00+08:00", "source": "rule"}
    assert answer["unknown"] == [{"fact": "quality_proven", "rule": "Q01", "could_become": "return_refund"}]
    assert answer["needs_person"] is False
    assert answer["rulebook"] == {"digest": load_rulebook().digest}


def test_a_deadline_of_the_platform_names_the_platform() -> None:
    facts = SEVEN_DAYS | {"status_deadline": "2025-06-06T18:00:00+08:00"}
    _, (answer,) = decided(line(facts=facts))
    assert answer["deadlines"]["respond_by"] == {"at": "2025-06-06T18:00:00+08:00", "source": "platform"}


def test_what_nobody_knows_never_ends_in_a_refusal() -> None:
    facts = SEVEN_DAYS | {"applied_at": "2025-06-20T10:00:00+08:00", "now": "2025-06-20T10:00:00+08:00"}
    _, (answer,) = decided(line(facts=facts, unknown=["promise_no_reason_days"]))
    assert answer["preferred"] == "negotiate"
    assert "promise_no_reason_days" in {change["fact"] for change in answer["unknown"]}


def test_a_bad_line_is_answered_and_the_others_are_decided() -> None:
    code, found = decided(line() + b"{\n" + line(id=2))
    assert code == 1
    assert [answer.get("rule") for answer in found] == ["N01", None, "N01"]
    assert found[1]["line"] == 2
    assert found[2]["id"] == 2


BAD_LINES = [
    (b"\n", "line.empty", ""),
    (b"   \n", "line.empty", ""),
    (b'{"id": 1\n', "line.not_json", ""),
    (b"[1]\n", "line.not_an_object", ""),
    (b"null\n", "line.not_an_object", ""),
    (b'{"id": NaN}\n', "line.not_a_number", ""),
    (b'{"id": -Infinity}\n', "line.not_a_number", ""),
    (b'{"id": 1, "facts": {"paid_fen": 1, "paid_fen": 2}}\n', "line.duplicate_key", "paid_fen"),
    (b'{"id": ' + b"[" * 100_000 + b"\n", "line.too_deep", ""),
    (b'{"id": ' + b"1" * 5_000 + b"}\n", "line.number_too_long", ""),
    (b'{"id": "\xff"}\n', "line.not_utf8", ""),
    (b'{"id": {}, "facts": {}}\n', "line.bad_id", "id"),
    (b'{"id": true, "facts": {}}\n', "line.bad_id", "id"),
    (b'{"id": 1}\n', "line.no_facts", "facts"),
    (b'{"id": 1, "facts": []}\n', "line.no_facts", "facts"),
    (line(unknown="tags_removed"), "line.bad_unknown", "unknown"),
    (line(unknown=[1]), "line.bad_unknown", "unknown"),
    (line(unkown=["tags_removed"]), "line.misspelt_key", "unkown"),
    (line(unknown=["tag_removed"]), "facts.unknown_key", "unknown.tag_removed"),
    (line(facts=SEVEN_DAYS | {"colour": "red"}), "facts.unknown_key", "facts.colour"),
    (line(facts=SEVEN_DAYS | {"paid_fen": "129.00"}), "facts.bad_value", "facts.paid_fen"),
    (line(facts=SEVEN_DAYS | {"paid_fen": 129.5}), "facts.bad_value", "facts.paid_fen"),
    (line(facts=SEVEN_DAYS | {"applied_at": "2025-06-05 10:00"}), "facts.bad_value", "facts.applied_at"),
    (line(facts={"platform": "douyin"}), "facts.missing", "facts.apply_type"),
    (line(facts=SEVEN_DAYS | {"refunded_fen": 20000}), "facts.contradiction", "facts.refunded_fen"),
    (
        line(facts=SEVEN_DAYS | {"applied_at": "9999-12-31T10:00:00+08:00"}),
        "facts.bad_value",
        "facts.applied_at",
    ),
]


@pytest.fixture(scope="module")
def refusals() -> list[dict[str, Any]]:
    """Hand all bad lines in at once."""
    code, found = decided(b"".join(given for given, _, _ in BAD_LINES))
    assert code == 1
    assert [answer["line"] for answer in found] == list(range(1, len(BAD_LINES) + 1))
    return [answer["error"] for answer in found]


@pytest.mark.parametrize(
    "number", range(len(BAD_LINES)), ids=[f"{n} {row[1]}" for n, row in enumerate(BAD_LINES)]
)
def test_a_line_that_is_no_ticket_says_what_is_wrong_and_where(
    number: int, refusals: list[dict[str, Any]]
) -> None:
    error = refusals[number]
    assert list(error) == ["code", "path", "message"]
    assert (error["code"], error["path"]) == BAD_LINES[number][1:]
    assert error["message"]


def test_the_message_of_a_bad_line_speaks_the_language_asked_for() -> None:
    english, chinese = (decided(b"\n", "--lang", lang)[1][0]["error"]["message"] for lang in ("en", "zh"))
    assert (english, chinese) == ("this line is empty", "这一行是空的")


def test_every_fault_of_the_facts_is_named() -> None:
    (bad,) = read_lines([line(facts=SEVEN_DAYS | {"colour": "red", "paid_fen": "x"})])
    assert isinstance(bad, BadLine)
    assert "colour" in bad.message.zh
    assert "实付金额" in bad.message.zh


def test_notes_of_the_user_beside_the_facts_are_let_be() -> None:
    code, (answer,) = decided(line(title="my own note", expected={"rule": "N01"}))
    assert (code, answer["rule"]) == (0, "N01")


def test_a_bom_crlf_and_a_missing_last_line_end_are_read() -> None:
    given = b"\xef\xbb\xbf" + line().replace(b"\n", b"\r\n") + line().rstrip()
    code, found = decided(given)
    assert code == 0
    assert [answer["rule"] for answer in found] == ["N01", "N01"]


def test_half_a_surrogate_pair_comes_back_as_it_went_in() -> None:
    code, (answer,) = decided(b'{"id": "\\ud800", "facts": ' + json.dumps(SEVEN_DAYS).encode() + b"}\n")
    assert (code, answer["id"]) == (0, "\ud800")


def test_an_empty_file_has_no_answers() -> None:
    assert decided(b"") == (0, [])


def test_the_trace_says_of_every_rule_which_part_failed_with_its_value() -> None:
    _, (answer,) = decided(line(), "--explain")
    steps = {step["rule"]: step for step in answer["trace"]}
    assert len(steps) == len(load_rulebook().rules)
    assert steps["N01"]["outcome"] == "hit"
    assert (steps["G04"]["outcome"], steps["G04"]["values"]) == ("failed", {"buyer_fraud": "none"})
    assert steps["A06"]["outcome"] == "out_of_force"
    assert steps["Q05"]["part"]
    assert list(answer) == [*KEYS, "trace"]


def test_times_and_tags_in_a_trace_can_be_read() -> None:
    facts = SEVEN_DAYS | {"service_tags": ["fast_refund"], "return_received_at": "2025-06-05T09:00:00+08:00"}
    _, (answer,) = decided(line(facts=facts), "--explain")
    values = {name: value for step in answer["trace"] for name, value in step["values"].items()}
    assert values["service_tags"] == ["fast_refund"]
    assert values["now"] == "2025-06-05T10:00:00+08:00"


def test_for_a_person_the_answer_tells_proposal_money_clauses_clocks_and_what_would_change_it() -> None:
    result = CliRunner().invoke(app, ["decide", "-"], input=line())
    assert result.exit_code == 0
    for said in (
        "售后单 T1：建议 同意退货退款",
        "退货运费：买家出",
        "退款：¥129.00",
        "《消费者权益保护法（2013年修正）》第25条（2014-03-15 起施行的版本）",
        "7天无理由到期：2025-06-10 24:00（法律规定）",
        "若“质量问题是否属实”为“是” → 同意退货退款（Q01 七天内，质量问题成立）",
    ):
        assert said in result.stdout


def test_for_a_person_holidays_that_are_not_announced_are_said() -> None:
    late = {"signed_at": "2027-02-01T10:00:00+08:00", "shipped_at": "2027-01-30T10:00:00+08:00"}
    facts = {"platform": "douyin", "apply_type": "return_refund", "reason": "no_reason", "paid_fen": 100}
    given = json.dumps({"facts": facts | late | {"applied_at": "2027-02-02T10:00:00+08:00"}})
    said = CliRunner().invoke(app, ["decide", "-"], input=given).output
    assert "2027 年的放假安排还没公布" in said


def test_for_a_person_a_refusal_is_a_proposal_that_pays_nothing() -> None:
    late = SEVEN_DAYS | {"applied_at": "2025-06-20T10:00:00+08:00"}
    result = CliRunner().invoke(app, ["decide", "-", "--lang", "en"], input=line(facts=late))
    assert "Ticket T1: Refuse" in result.stdout
    assert "At stake: ¥129.00, nothing is paid yet" in result.stdout
    assert "A person has to confirm this." in result.stdout


def test_for_a_person_the_trace_is_in_words_and_bad_lines_are_named() -> None:
    result = CliRunner().invoke(app, ["decide", "-", "--explain"], input=line() + b"\n")
    assert result.exit_code == 1
    assert "G04 已查实买家欺诈：不成立" in result.stdout
    assert "第 2 行：这一行是空的" in result.stdout


def test_tickets_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "售后 单.jsonl"
    file.write_bytes(line())
    result = CliRunner().invoke(app, ["decide", str(file), "--json"])
    assert json.loads(result.stdout)["rule"] == "N01"


def test_rules_of_a_shop_are_counted_in(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["rules", "init", str(tmp_path / "shop")])
    broken = {"reason": "damaged", "damaged_on_arrival": True, "paid_fen": 1500}
    _, (answer,) = decided(line(facts=SEVEN_DAYS | broken), "--shop", str(tmp_path / "shop"))
    assert (answer["rule"], answer["preferred"]) == ("SHOP-01", "refund_no_return")
    _, (answer,) = decided(
        line(facts=SEVEN_DAYS | broken | {"paid_fen": 2001}), "--shop", str(tmp_path / "shop")
    )
    assert answer["rule"] == "L05"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_line_that_a_readme_shows_is_decided(readme: str) -> None:
    shown = re.findall(r"^echo '(.+)' [|] aftersale decide - --json$", text_of(readme), flags=re.MULTILINE)
    code, (answer,) = decided(shown[0].encode())
    assert (code, answer["rule"]) == (0, "N01")


def test_a_line_is_answered_before_the_next_is_read() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield line()

    found = answers(Judge(load_rulebook()), read_lines(endless()), explain=False)
    assert len(list(islice(found, 3))) == 3
