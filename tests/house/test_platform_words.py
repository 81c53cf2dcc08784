"""Hold the rule that a platform's fields, calls and codes stop in its channel and in the sandbox.

The list is not kept by hand: it is what the channels of both platforms say in their own source.
"""

from __future__ import annotations

import ast
import re
from enum import IntEnum
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.douyin import codes as douyin
from aftersale.channels.kuaishou import codes as kuaishou
from tests.house.test_tree import ROOT, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "aftersale"
CHANNELS = SOURCE / "channels"
# Where every platform is spoken of in our own words: what stands there is no platform's.
OURS = (*(SOURCE / "domain").rglob("*.py"), *CHANNELS.glob("*.py"))
# A field, a call or a badge: words joined by an underscore, a capital or a dot.
NAME = re.compile(r"[a-z]+(?:[A-Z][A-Za-z]*)+|[a-z]+(?:_[a-z0-9]+)+|[a-zA-Z]+(?:\.[A-Za-z]+)+")
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_]+)*")
# Words of Django and of our tables, and a code of our own tree of errors that a channel raises as well.
EVERYBODYS = {"order_by", "shop_id", "event_id", "channel.unauthorised"}
KINDS = {".py", ".html", ".js", ".yaml"}


def said(path: Path) -> Iterator[str]:
    """Give the texts of a file, docstrings apart."""
    tree = ast.parse(text_of(path))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def named(path: Path) -> Iterator[str]:
    """Give every word of a file's code."""
    for node in ast.walk(ast.parse(text_of(path))):
        for field in ("id", "attr", "arg", "name"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                yield word


def of_platforms() -> set[str]:
    """Collect what the channels of both platforms name and nobody else has a word for."""
    files = [path for name in ("douyin", "kuaishou") for path in (CHANNELS / name).rglob("*.py")]
    names = {text for path in files for text in said(path) if NAME.fullmatch(text)}
    ours = {word for path in OURS for word in (*said(path), *named(path))}
    return names - ours - EVERYBODYS


def codes() -> set[int]:
    """Collect numbers that are nothing but a platform's: those of enumerations that no round figure is."""
    kinds = [
        each for module in (douyin, kuaishou) for each in vars(module).values() if isinstance(each, type)
    ]
    numbers = {int(code) for kind in kinds if issubclass(kind, IntEnum) for code in kind}
    return {number for number in numbers if number > 1_000 and number % 1_000}


def elsewhere(*kinds: str) -> list[Path]:
    """List the files of the package outside of channels and sandbox."""
    apart = {"channels", "sandbox", "vendor", "migrations"}
    return [path for path in SOURCE.rglob("*") if path.suffix in kinds and not apart & {*path.parts}]


def test_the_list_knows_what_it_is_for() -> None:
    found = of_platforms()
    assert {"afterSale.operate", "real_refund_amount", "refundVersion", "open.refund.reject"} <= found
    assert len(found) > 200
    assert 30_002 in codes()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_field_and_no_call_of_a_platform_is_named_elsewhere(kind: str) -> None:
    names = of_platforms()
    leaks = {
        str(path.relative_to(SOURCE)): sorted(known)
        for path in elsewhere(kind)
        if (known := names & {*WORD.findall(text_of(path))})
    }
    assert leaks == {}


def test_no_code_of_a_platform_is_named_elsewhere() -> None:
    numbers = {str(code) for code in codes()}
    leaks = [
        f"{path.relative_to(SOURCE)}: {number}"
        for path in elsewhere(".py")
        for number in re.findall(r"\d+", text_of(path).replace("_", ""))
        if number in numbers
    ]
    assert leaks == []


def test_nobody_but_the_registry_imports_a_platform_s_channel() -> None:
    channel = re.compile(r"aftersale\.channels\.(?:douyin|kuaishou)")
    assert [str(path.relative_to(SOURCE)) for path in elsewhere(".py") if channel.search(text_of(path))] == []
