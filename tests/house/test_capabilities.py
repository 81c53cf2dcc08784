"""Hold docs/capabilities.yaml to the tests it names."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
KNOWN_IDS = {f"A{number:03}" for number in range(1, 269)}


def listed() -> list[dict[str, Any]]:
    """Read the entries."""
    text = (ROOT / "docs" / "capabilities.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(text)["capabilities"]
    return entries


@cache
def named_in(path: str) -> frozenset[str]:
    """Name the tests of one file, methods with their class."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    names += [
        f"{c.name}::{node.name}" for c in classes for node in c.body if isinstance(node, ast.FunctionDef)
    ]
    return frozenset(name for name in names if name.split("::")[-1].startswith("test_"))


def exists(test_id: str) -> bool:
    """Tell whether a test of that id is there; the parameters in brackets do not count."""
    path, _, name = test_id.split("[", maxsplit=1)[0].partition("::")
    return name in named_in(path)


def test_every_entry_says_which_capability_where_it_is_met_and_what_proves_it() -> None:
    for entry in listed():
        assert set(entry) == {"id", "where", "tests"}, entry
        assert entry["id"] in KNOWN_IDS, entry
        assert str(entry["where"] or "").strip(), entry
        assert entry["tests"], entry


def test_entries_stand_in_order_and_once() -> None:
    ids = [entry["id"] for entry in listed()]
    assert ids == sorted(set(ids))


def test_every_named_test_exists() -> None:
    missing = [f"{entry['id']}: {each}" for entry in listed() for each in entry["tests"] if not exists(each)]
    assert missing == []


def test_a_test_that_is_not_there_is_noticed() -> None:
    here = "tests/house/test_capabilities.py"
    assert exists(f"{here}::test_every_named_test_exists")
    assert not exists(f"{here}::test_nobody_wrote")
    assert not exists("tests/nowhere.py::test_every_named_test_exists")
