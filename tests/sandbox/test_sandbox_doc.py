from __future__ import annotations

import re
from pathlib import Path

from aftersale.sandbox.douyin import gateway as douyin
from aftersale.sandbox.douyin.operate import OPERATIONS
from aftersale.sandbox.kuaishou import gateway as kuaishou
from aftersale.sandbox.platform import disputes
from aftersale.sandbox.platform.buyers import HABITS
from aftersale.sandbox.wire.faults import KINDS
from aftersale.sandbox.wire.hands import HANDS
from aftersale.sandbox.wire.limits import Limits

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def in_first_column(text: str) -> set[str]:
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_methods_of_each_platform_are_those_that_are_served() -> None:
    assert in_first_column(section("抖店")) == {*douyin.METHODS, *douyin.WITHOUT_TOKEN}
    assert in_first_column(section("快手小店")) == {*kuaishou.METHODS, *kuaishou.ADDRESSES}
    assert set(map(int, re.findall(r"\b[1-4]\d\d\b", operate_row()))) == set(OPERATIONS)


def operate_row() -> str:
    return next(line for line in TEXT.splitlines() if line.startswith("| `afterSale.operate`"))


def test_the_faults_are_those_that_can_be_switched_on() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Control"), flags=re.MULTILINE))
    assert rows == KINDS


def test_what_can_be_done_by_hand_and_set_is_listed() -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith("| `POST /sandbox/tickets/NO/VERB`"))
    assert set(HANDS) <= set(re.findall(r"[a-z-]+", row))
    limits = next(line for line in TEXT.splitlines() if line.startswith("| `POST /sandbox/limits`"))
    assert set(re.findall(r"`(\w+)`", limits)) == set(Limits.__struct_fields__)


def test_every_character_is_named() -> None:
    assert set(HABITS) <= set(re.findall(r"`(\w+)`", section("Buyers")))


def test_the_rule_of_judgement_has_the_figures_of_the_judge() -> None:
    rule = section("How disputes are judged")
    assert f"from {disputes.LEAST_STATEMENT} characters" in rule
    assert f"{disputes.PICTURES} pictures; {disputes.PICTURES_AGAINST_PICTURES} pictures" in rule
