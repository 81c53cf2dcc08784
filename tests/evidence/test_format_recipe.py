"""Run the commands of docs/evidence-format.md, word by word, on files that this program wrote."""

from __future__ import annotations

import io
import json
import re
import subprocess
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import MARK
from aftersale.evidence.heads import head_bytes, key_id, public_pem
from aftersale.evidence.merkle import inclusion_proof, sides, verify_inclusion
from aftersale.evidence.redaction import seal_value
from tests.evidence.logs import KEY, Log, make_log, start_of
from tests.evidence.pack.made import packed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence-format.md"
WORDS, CHAIN, LOG, HEAD, SEAL, LIST, EVENTS = re.findall(
    r"^```bash\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
SUBJECT, BUYER, SALT = "3", "张三 100%", bytes(range(32))


def write_files(folder: Path, log: Log) -> None:
    """Write what somebody needs who checks the chain of one ticket."""
    chain = [(index, event) for index, event in enumerate(log.events) if event.subject == SUBJECT]
    subject = canonical({"kind": "ticket", "shop": "shop-1", "number": SUBJECT})
    (folder / "subject.json").write_bytes(subject)
    for _, event in chain:
        (folder / f"{event.sequence}.json").write_bytes(event.payload)
    (folder / "hashes.txt").write_text("".join(f"{event.hash.hex()}\n" for _, event in chain))
    steps = zip(sides(chain[-1][0], len(log.events)), proof_of(log, chain[-1][0]), strict=True)
    (folder / "proof.txt").write_text("".join(f"{side} {step.hex()}\n" for side, step in steps))
    (folder / "head.bin").write_bytes(head_bytes(log.heads[-1].head))
    (folder / "head.sig").write_bytes(log.heads[-1].signature)
    (folder / "pub.pem").write_bytes(public_pem(KEY.public_key()))
    (folder / "value.txt").write_bytes(BUYER.encode())
    (folder / "salt.txt").write_text(SALT.hex() + "\n")


def proof_of(log: Log, index: int) -> list[bytes]:
    hashes = [event.hash for event in log.events]
    proof = inclusion_proof(hashes, index)
    assert verify_inclusion(hashes[index], index, len(hashes), proof, log.heads[-1].head.root)
    return proof


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, make_log(events=77, tickets=11, every=20))
    return tmp_path


def said(folder: Path, *blocks: str) -> list[str]:
    """Give the lines that the commands print."""
    run = subprocess.run(
        ["bash", "-c", "\n".join([WORDS, *blocks])],  # noqa: S607  # bash is wherever the reader has it
        cwd=folder,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )
    return run.stdout.splitlines()


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_the_commands_find_an_untouched_chain_log_and_head_good(folder: Path) -> None:
    assert said(folder, CHAIN) == ["chain: good"]
    assert said(folder, LOG) == ["log: good"]
    assert said(folder, HEAD) == [
        "Signature Verified Successfully",
        "head: good",
        key_id(KEY.public_key()),
    ]


@pytest.mark.parametrize("name", ["subject.json", "1.json", "2.json", "4.json", "hashes.txt"])
@pytest.mark.parametrize("place", [0, 7, -2])
def test_a_flipped_byte_of_the_chain_is_found(folder: Path, name: str, place: int) -> None:
    flip(folder / name, place)
    assert "chain: good" not in said(folder, CHAIN)


@pytest.mark.parametrize(("name", "place"), [("hashes.txt", -2), ("proof.txt", 9), ("head.bin", 30)])
def test_a_flipped_byte_on_the_way_to_the_root_is_found(folder: Path, name: str, place: int) -> None:
    flip(folder / name, place)
    assert "log: good" not in said(folder, LOG)


@pytest.mark.parametrize(("name", "place"), [("head.bin", 0), ("head.bin", -2), ("head.sig", 5)])
def test_a_flipped_byte_of_the_head_or_its_signature_is_found(folder: Path, name: str, place: int) -> None:
    flip(folder / name, place)
    assert "head: good" not in said(folder, HEAD)


def test_the_seal_of_a_personal_value_is_found_again(folder: Path) -> None:
    assert said(folder, SEAL) == [seal_value(BUYER, SALT)]


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Unpack a pack as any program does."""
    with ZipFile(io.BytesIO(packed())) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_the_commands_find_an_untouched_pack_good(unpacked: Path) -> None:
    assert said(unpacked, LIST) == [
        "Signature Verified Successfully",
        "manifest: good",
        "files: good",
        "nothing else: good",
    ]
    assert said(unpacked, EVENTS) == ["events: checked"]
    assert said(unpacked, HEAD)[:2] == ["Signature Verified Successfully", "head: good"]


@pytest.mark.parametrize("name", ["files/02.jpg", "events/01.json", "head.bin", "SHA256SUMS"])
def test_the_commands_find_a_changed_file_of_a_pack(unpacked: Path, name: str) -> None:
    flip(unpacked / name, 5)
    assert "files: good" not in said(unpacked, LIST)


@pytest.mark.parametrize("name", ["files/02.jpg", "events/01.json", "proofs/03.txt", "events.txt"])
def test_the_commands_find_what_the_log_does_not_hold(unpacked: Path, name: str) -> None:
    flip(unpacked / name, 9)
    assert said(unpacked, EVENTS) != ["events: checked"]


def test_the_commands_find_a_changed_list_and_a_file_put_beside(unpacked: Path) -> None:
    (unpacked / "files" / "04.jpg").write_bytes(b"more")
    assert "nothing else: good" not in said(unpacked, LIST)
    flip(unpacked / "manifest.json", 40)
    assert "manifest: good" not in said(unpacked, LIST)


def test_the_page_names_the_marks_that_the_program_writes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"`{MARK.decode().strip()}\\n`" in page
    assert f"`{head_bytes(make_log(1, 1, 1).heads[0].head).split()[0].decode()}`" in page


def test_the_page_writes_the_subject_as_the_program_does(folder: Path) -> None:
    written = (folder / "subject.json").read_bytes()
    assert [*json.loads(written)] == ["kind", "number", "shop"]
    assert start_of(SUBJECT) == sha256(MARK + written).digest()
