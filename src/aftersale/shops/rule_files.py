"""Read rule files: those that come with the package and those a shop keeps in a folder."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from aftersale.domain.errors import Finding, RulebookInvalid
from aftersale.policy.load import load
from aftersale.texts import Text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from aftersale.policy.rulebook import Rulebook

PACKAGED = "aftersale.rulebooks"


def _walk(folder: Traversable, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".yaml", ".yml")):
            found[f"{prefix}{entry.name}"] = _text(entry, f"{prefix}{entry.name}")
    return found


def _text(file: Traversable, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        said = Text(zh="不是 UTF-8，请另存为 UTF-8", en="this is not UTF-8; save it as UTF-8")
        raise RulebookInvalid([Finding("rulebook.not_utf8", name, "", said)]) from None


def packaged_texts() -> dict[str, str]:
    """Give the law and platform rule files of the package, by name."""
    every = _walk(files(PACKAGED), "")
    return {name: text for name, text in every.items() if not name.startswith("shop/")}


def shop_texts(folder: Path) -> dict[str, str]:
    """Give the rule files of a shop's folder, by name; raises RulebookInvalid for no folder."""
    if not folder.is_dir():
        missing = Text(zh=f"没有这个规则文件夹：{folder}", en=f"there is no rule folder {folder}")
        raise RulebookInvalid([Finding("rulebook.no_folder", str(folder), "", missing)])
    return _walk(folder, "shop/")


def load_rulebook(shop: Path | None = None) -> Rulebook:
    """Compose the packaged layers and, where given, a shop's folder; raises RulebookInvalid."""
    return load(packaged_texts() | (shop_texts(shop) if shop else {}))
