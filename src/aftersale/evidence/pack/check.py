"""Check a pack with nothing but the pack, and say in order what was proven."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature

from aftersale.evidence.canonical import canonical
from aftersale.evidence.heads import MARK, key_id, load_public
from aftersale.evidence.merkle import sides, verify_inclusion
from aftersale.evidence.pack.build import (
    EVENTS,
    FORMAT,
    HEAD,
    HEAD_SIGNATURE,
    MANIFEST,
    PUBLIC,
    SIGNATURE,
    SUMS,
    sums_of,
)
from aftersale.evidence.pack.zipped import NotAPack, read_zip
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SIGNATURE_BYTES, _HEAD_LINES = 64, 5


class Step(StrEnum):
    """Name what is proven, in the order in which one rests on the other."""

    ZIP = "zip"
    MANIFEST = "manifest"
    KEY = "key"
    FILES = "files"
    EVENTS = "events"
    LOG = "log"
    HEAD = "head"


STEP_WORDS: dict[Step, Text] = {
    Step.ZIP: Text(zh="压缩包完整，没有多余或改动的字节", en="the zip is whole, no byte was changed"),
    Step.MANIFEST: Text(zh="清单的签名对得上包里的公钥", en="the key in it signed the manifest"),
    Step.KEY: Text(zh="签名密钥是约定的那一把", en="the key is the one that was told"),
    Step.FILES: Text(zh="每个文件都和清单一致", en="every file is the one that the manifest names"),
    Step.EVENTS: Text(zh="每件凭证都有入库记录，记录没有改动", en="an unchanged event tells of each exhibit"),
    Step.LOG: Text(zh="这些记录都在店铺日志里", en="the log of the shop holds these events"),
    Step.HEAD: Text(zh="日志在签名时就是这样", en="the log was so when its head was signed"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what a check found: the steps that were proven, the first that was not, and what it was about.

    `key` is who signed, `at` when the head was signed; both empty where that could not be read.
    """

    proven: tuple[Step, ...]
    broken: Step | None = None
    where: str = ""
    key: str = ""
    at: str = ""
    ticket: str = ""
    exhibits: int = 0
    files: int = 0


class _Wrong(Exception):
    """Stop at the first thing that is not as it should be."""

    def __init__(self, where: str = "") -> None:
        super().__init__(where)
        self.where = where


@dataclass(slots=True)
class _Pack:
    """Hold a pack while it is checked."""

    data: bytes
    trusted: Collection[str]
    files: dict[str, bytes]
    said: dict[str, Any]
    key: Ed25519PublicKey | None = None


def check_pack(data: bytes, trusted: Collection[str] = ()) -> Checked:
    """Check the bytes of a pack; where `trusted` ids of keys are given, one of them must have signed."""
    pack, proven = _Pack(data, trusted, {}, {}), list[Step]()
    for step, check in _CHECKS.items():
        if step is Step.KEY and not trusted:
            continue
        try:
            check(pack)
        except _Wrong as wrong:
            return _found(pack, proven, step, wrong.where)
        except (NotAPack, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return _found(pack, proven, step, "")
        proven.append(step)
    return _found(pack, proven)


def _found(pack: _Pack, proven: list[Step], broken: Step | None = None, where: str = "") -> Checked:
    known = Step.MANIFEST in proven
    return Checked(
        tuple(proven),
        broken,
        where,
        key_id(pack.key) if pack.key else "",
        _head_lines(pack)[4] if broken is None else "",
        str(pack.said.get("ticket", "")) if known else "",
        len(pack.said["exhibits"]) if known else 0,
        len(pack.files),
    )


def _zip(pack: _Pack) -> None:
    pack.files = read_zip(pack.data)


def _manifest(pack: _Pack) -> None:
    written = pack.files[MANIFEST]
    pack.key = load_public(pack.files[PUBLIC])
    _signed(pack.key, pack.files[SIGNATURE], written, MANIFEST)
    pack.said = json.loads(written)
    if canonical(pack.said) != written or pack.said["format"] != FORMAT:
        raise _Wrong(MANIFEST)
    if pack.said["key"] != key_id(pack.key) or not isinstance(pack.said["exhibits"], list):
        raise _Wrong(PUBLIC)


def _key(pack: _Pack) -> None:
    if pack.said["key"] not in pack.trusted:
        raise _Wrong(pack.said["key"])


def _files(pack: _Pack) -> None:
    listed = {each["path"]: each for each in pack.said["files"]}
    wrong = listed.keys() ^ (pack.files.keys() - {MANIFEST, SIGNATURE})
    if wrong:
        raise _Wrong(min(wrong))
    for name, each in listed.items():
        content = pack.files[name]
        if (each["bytes"], each["sha256"]) != (len(content), sha256(content).hexdigest()):
            raise _Wrong(name)
    if sums_of(pack.files) != pack.files[SUMS]:
        raise _Wrong(SUMS)


def _events(pack: _Pack) -> None:
    rows = pack.files[EVENTS].decode("ascii").splitlines()
    for number, (row, exhibit) in enumerate(zip(rows, pack.said["exhibits"], strict=True), 1):
        name, previous, digest = row.split(" ")
        payload = pack.files[f"events/{number:02}.json"]
        if name != f"{number:02}" or exhibit["number"] != number:
            raise _Wrong(EVENTS)
        if sha256(bytes.fromhex(previous) + payload).hexdigest() != digest:
            raise _Wrong(f"events/{number:02}.json")
        _tells_of(exhibit, json.loads(payload), sha256(pack.files[exhibit["path"]]).hexdigest(), pack)


def _tells_of(exhibit: dict[str, Any], event: dict[str, Any], digest: str, pack: _Pack) -> None:
    """Hold an exhibit to its event: the same file of the same ticket, blackened from the same original."""
    data = event["data"]
    said = (data["sha256"], data.get("masked_of", ""), event["number"])
    if said != (digest, exhibit["original_sha256"], pack.said["ticket"]) or exhibit["sha256"] != digest:
        raise _Wrong(exhibit["path"])


def _log(pack: _Pack) -> None:
    size, root = pack.said["head"]["size"], bytes.fromhex(pack.said["head"]["root"])
    rows = pack.files[EVENTS].decode("ascii").splitlines()
    for number, (row, exhibit) in enumerate(zip(rows, pack.said["exhibits"], strict=True), 1):
        name, index = f"proofs/{number:02}.txt", exhibit["index"]
        steps = [line.split(" ") for line in pack.files[name].decode("ascii").splitlines()]
        proof = [bytes.fromhex(step) for _, step in steps]
        placed = [side for side, _ in steps] == sides(index, size) if 0 <= index < size else False
        if not placed or not verify_inclusion(bytes.fromhex(row.split(" ")[2]), index, size, proof, root):
            raise _Wrong(name)


def _head(pack: _Pack) -> None:
    mark, _name, size, root, at = _head_lines(pack)
    said = pack.said["head"]
    if (mark, int(size), root) != (MARK, said["size"], said["root"]):
        raise _Wrong(HEAD)
    datetime.fromisoformat(at)
    if pack.key is None:
        raise _Wrong(HEAD)
    _signed(pack.key, pack.files[HEAD_SIGNATURE], pack.files[HEAD], HEAD)


def _head_lines(pack: _Pack) -> list[str]:
    lines = pack.files[HEAD].decode().split("\n")
    if len(lines) != _HEAD_LINES + 1 or lines[-1]:
        raise _Wrong(HEAD)
    return lines[:-1]


def _signed(key: Ed25519PublicKey, signature: bytes, data: bytes, name: str) -> None:
    if len(signature) != _SIGNATURE_BYTES:
        raise _Wrong(name)
    try:
        key.verify(signature, data)
    except InvalidSignature:
        raise _Wrong(name) from None


_CHECKS: dict[Step, Callable[[_Pack], None]] = {
    Step.ZIP: _zip,
    Step.MANIFEST: _manifest,
    Step.KEY: _key,
    Step.FILES: _files,
    Step.EVENTS: _events,
    Step.LOG: _log,
    Step.HEAD: _head,
}


def said(checked: Checked) -> Iterator[tuple[bool, Text]]:
    """Say step by step what was proven; the first that was not is the last."""
    for number, step in enumerate(checked.proven, 1):
        yield True, _numbered(number, STEP_WORDS[step])
    if checked.broken:
        words = STEP_WORDS[checked.broken]
        at = f" ({checked.where})" if checked.where else ""
        broken = Text(zh=f"不成立：{words.zh}{at}", en=f"not so: {words.en}{at}")
        yield False, _numbered(len(checked.proven) + 1, broken)


def _numbered(number: int, text: Text) -> Text:
    return Text(zh=f"{number}. {text.zh}", en=f"{number}. {text.en}")
