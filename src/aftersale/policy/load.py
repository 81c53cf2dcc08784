"""Read rulebook files into one composed rulebook, or list everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import yaml

from aftersale.domain.clock import make_calendar
from aftersale.domain.errors import Finding, RulebookInvalid
from aftersale.policy.build import Builder
from aftersale.policy.written import (
    DeadlineW,
    DerivedW,
    DocumentW,
    EvidenceW,
    FileW,
    Layer,
    ParameterW,
    Platform,
    RejectReasonW,
    RemedyW,
    RuleW,
    StepW,
    WordingW,
    Written,
)
from aftersale.shapes import shaper
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aftersale.policy.rulebook import Rulebook

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SHAPES: dict[str, type[Written]] = {
    "rules": RuleW,
    "parameters": ParameterW,
    "documents": DocumentW,
    "derive": DerivedW,
    "amount": StepW,
    "punitive": StepW,
    "deadlines": DeadlineW,
    "remedies": RemedyW,
    "evidence": EvidenceW,
    "reject_reasons": RejectReasonW,
    "wording": WordingW,
}
_whole = shaper(FileW)
_ITEM = {section: shaper(shape) for section, shape in _SHAPES.items()}
SHOP_FOLDER = "shop/"
_OF_A_SHOP = frozenset(
    {"layer", "platform", "rules", "parameters", "documents", "evidence", "calendar", "shop", "wording"}
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Keep an item with the file, layer and platform it was written for."""

    item: Written
    file: str
    layer: Layer
    platform: Platform


@dataclass(slots=True)
class Collected:
    """Gather the items of all files, and what is wrong with them."""

    items: dict[str, list[Placed]] = field(default_factory=lambda: {name: [] for name in _SHAPES})
    overrides: tuple[str, ...] = ()
    none_when_main: frozenset[str] = frozenset()
    notices: dict[date, bool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, code: str, path: str, value: object, en: str, zh: str) -> None:
        """Note a fault."""
        self.findings.append(Finding(code, path, str(value), Text(zh=zh, en=en)))


class _NoDoubles(_LOADER):  # type: ignore[valid-type,misc]
    """Refuse a mapping that says one key twice; YAML itself would keep the last and lose the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Build a mapping whose keys are all different."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key} stands here twice", problem_mark=key_node.start_mark
                )
            seen.add(key if isinstance(key, Hashable) else id(key_node))
        return cast("dict[Any, Any]", super().construct_mapping(node, deep))


def _parse_yaml(file: str, text: str, into: Collected) -> object:
    try:
        return yaml.load(text, Loader=_NoDoubles)  # noqa: S506  # a safe loader, the C one where it is built in
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else file
        problem = getattr(error, "problem", None) or error
        into.wrong(
            "rulebook.not_yaml", where, problem, f"this is not YAML: {problem}", f"不是有效的 YAML：{problem}"
        )
        return None


def _read_whole(file: str, text: str, into: Collected) -> FileW | None:
    content = _parse_yaml(file, text, into)
    if isinstance(content, dict):
        content = _known_keys(file, content, into)
    try:
        return None if content is None else _whole(content)
    except msgspec.ValidationError as error:
        into.wrong("rulebook.bad_file", file, error, str(error), f"文件写法不对：{error}")
        return None


def _read_items(file: str, section: str, whole: FileW, into: Collected) -> None:
    for number, raw in enumerate(getattr(whole, section)):
        named = raw if isinstance(raw, dict) else {}
        name = named.get("id") or named.get("name") or named.get("code") or number
        try:
            item = _ITEM[section](raw)
        except msgspec.ValidationError as error:
            into.wrong("rulebook.bad_entry", f"{file} {name}", raw, str(error), f"写法不对：{error}")
            continue
        into.items[section].append(Placed(item, file, whole.layer, whole.platform))


def _known_keys(file: str, content: dict[str, object], into: Collected) -> dict[str, object]:
    """Note keys that nobody reads and keep the others, so that what they hold is looked at too."""
    known = {str(key): value for key, value in content.items() if key in FileW.__struct_fields__}
    for key in sorted(str(key) for key in content if key not in known):
        into.wrong("rulebook.unknown_key", file, key, f"nobody reads {key!r}", f"没有“{key}”这一项")
    if file.startswith(SHOP_FOLDER):
        _hold_to_the_shop_layer(file, known, into)
    return known


def _hold_to_the_shop_layer(file: str, content: dict[str, object], into: Collected) -> None:
    """Refuse what a shop may not write: another layer, overrides, steps of amounts, derived facts."""
    for key in sorted(content.keys() - _OF_A_SHOP):
        en, zh = f"a shop cannot write {key!r}", f"店铺规则里不能写“{key}”"
        into.wrong("rulebook.not_for_shops", file, key, en, zh)
    layer = content.setdefault("layer", "shop")
    if layer != "shop":
        en, zh = "rules of a shop belong to the layer shop", "店铺规则的 layer 只能是 shop"
        into.wrong("rulebook.not_for_shops", file, layer, en, zh)


def _read_file(file: str, text: str, into: Collected) -> None:
    whole = _read_whole(file, text, into)
    if whole is None:
        return
    for section in _SHAPES:
        _read_items(file, section, whole, into)
    into.overrides += whole.overrides
    into.none_when_main |= frozenset(whole.none_when_main)
    into.notices |= dict.fromkeys(whole.calendar.rest, True)
    into.notices |= dict.fromkeys(whole.calendar.work, False)


def digest_of(texts: Mapping[str, str]) -> str:
    """Give the SHA-256 of a set of files: names and texts, in order of names, whatever the line ends."""
    running = hashlib.sha256()
    for file in sorted(texts):
        text = texts[file].replace("\r\n", "\n").encode()
        running.update(f"{file}\0{len(text)}\0".encode())
        running.update(text)
    return running.hexdigest()


def read(texts: Mapping[str, str]) -> tuple[Rulebook | None, tuple[Finding, ...]]:
    """Compose the files of all layers into a rulebook, None where it cannot be built, and every finding."""
    collected = Collected()
    for file in sorted(texts):
        _read_file(file, texts[file], collected)
    if collected.findings:
        return None, tuple(collected.findings)
    builder = Builder(collected, make_calendar(notices=collected.notices))
    rulebook = builder.build()
    if collected.findings or rulebook is None:
        return None, tuple(collected.findings)
    return replace(rulebook, digest=digest_of(texts)), ()


def load(texts: Mapping[str, str]) -> Rulebook:
    """Compose the files of all layers; raises RulebookInvalid with every finding."""
    rulebook, findings = read(texts)
    if rulebook is None:
        raise RulebookInvalid(findings)
    return rulebook
