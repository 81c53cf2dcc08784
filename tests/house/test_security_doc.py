"""Hold docs/security.md to the standard, the tests and the settings it names."""

from __future__ import annotations

import re
from collections import Counter

from aftersale.config import settings as desk
from tests.house.test_capabilities import ROOT, exists

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))? \| .+ \| (.+) \|$", re.MULTILINE)
PROOF = re.compile(r"`tests/[^`]+`|setting: `[A-Z_]+`|reason: \S|n/a: \S")
# How many lines each section of OWASP ASVS 4.0.3 has, deleted ones and those of level 3 included.
SECTIONS = {
    "1": (7, 4, 0, 5, 4, 4, 2, 2, 2, 1, 3, 2, 0, 6),
    "2": (12, 7, 3, 5, 7, 3, 6, 7, 3, 4),
    "3": (1, 4, 4, 5, 3, 2, 1),
    "4": (5, 2, 3),
    "5": (5, 8, 10, 3, 4),
    "6": (3, 8, 3, 2),
    "7": (4, 2, 4, 3),
    "8": (6, 3, 8),
    "9": (3, 5),
    "10": (1, 6, 3),
    "11": (8,),
    "12": (3, 1, 6, 2, 2, 1),
    "13": (5, 6, 2, 2),
    "14": (5, 6, 3, 7, 4),
}
DELETED = {"1.4.2", "1.4.3", "1.12.1", "4.1.4", "7.3.2", "13.1.2", "13.2.4", "14.3.1"}
THIRD_LEVEL = {
    "1.11.3", "2.2.4", "2.2.5", "2.2.6", "2.2.7", "3.6.1", "3.6.2", "6.2.7", "6.2.8", "6.3.3", "8.1.5",
    "8.1.6", "9.2.5", "10.1.1", "10.2.3", "10.2.4", "10.2.5", "10.2.6", "14.1.5",
}  # fmt: skip


def rows() -> list[tuple[list[str], str]]:
    """Give each row: the lines it speaks of, and its proof."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [(spread(first, last or first), proof) for first, last, proof in found]


def spread(first: str, last: str) -> list[str]:
    """Name the lines from one to another of the same section."""
    section, _, begin = first.rpartition(".")
    assert last.rpartition(".")[0] == section, (first, last)
    return [f"{section}.{number}" for number in range(int(begin), int(last.rpartition(".")[2]) + 1)]


def expected() -> set[str]:
    """Name every line of the standard at levels 1 and 2."""
    every = {
        f"{chapter}.{section}.{line}"
        for chapter, counts in SECTIONS.items()
        for section, count in enumerate(counts, 1)
        for line in range(1, count + 1)
    }
    assert every >= DELETED | THIRD_LEVEL
    return every - DELETED - THIRD_LEVEL


def test_every_line_of_the_standard_stands_there_once() -> None:
    said = Counter(line for lines, _ in rows() for line in lines)
    assert {line for line, times in said.items() if times > 1} == set()
    assert set(said) == expected()


def test_every_line_has_a_test_a_setting_or_a_reason() -> None:
    assert [lines for lines, proof in rows() if not PROOF.match(proof)] == []


def test_every_test_and_setting_named_there_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    tests = re.findall(r"`(tests/[^`]+)`", text)
    missing = [each for each in tests if not (exists(each) if "::" in each else (ROOT / each).is_file())]
    assert missing == []
    assert [name for name in re.findall(r"setting: `([A-Z_]+)`", text) if not hasattr(desk, name)] == []
    assert len(tests) > 50


def test_a_row_that_names_no_proof_is_noticed() -> None:
    assert not PROOF.match("we take care")
    assert spread("2.1.3", "2.1.5") == ["2.1.3", "2.1.4", "2.1.5"]
