"""A pack proves itself, and whatever is done to a single byte of it is found."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.evidence.canonical import canonical
from aftersale.evidence.heads import Head, head_bytes, key_id, public_pem
from aftersale.evidence.merkle import inclusion_proof, inclusion_proofs, root_of
from aftersale.evidence.pack.build import MANIFEST, PUBLIC, SIGNATURE, SUMS, sums_of
from aftersale.evidence.pack.check import Step, check_pack, said
from aftersale.evidence.pack.contents import Signed
from aftersale.evidence.pack.zipped import NotAPack, read_zip, write_zip
from tests.evidence.pack.made import AT, KEY, OTHER, built, contents, packed, with_exhibit

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.evidence.pack.check import Checked


def signed_again(change: Callable[[dict[str, bytes]], None], key: object = KEY) -> bytes:
    """Change the files of a pack and let the owner of the key sign the new list."""
    files = read_zip(packed())
    change(files)
    manifest = json.loads(files[MANIFEST])
    files[SUMS] = sums_of(files)
    listed = sorted(name for name in files if name not in {MANIFEST, SIGNATURE})
    manifest["files"] = [
        {"path": name, "bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()}
        for name in listed
    ]
    files[MANIFEST] = canonical(manifest)
    files[SIGNATURE] = KEY.sign(files[MANIFEST])
    del key
    return write_zip(files)


def broken(data: bytes) -> Step | None:
    return check_pack(data).broken


def test_a_pack_is_proven_step_by_step() -> None:
    found = check_pack(packed(), [key_id(KEY.public_key())])
    assert found.proven == tuple(Step)
    assert found.broken is None
    assert (found.exhibits, found.key) == (3, key_id(KEY.public_key()))
    assert found.at == "2026-06-10T09:00:00.000000Z"
    assert [text.zh[:2] for _, text in said(found)] == [f"{n}." for n in range(1, 8)]
    assert Step.KEY not in check_pack(packed()).proven


def test_the_same_contents_give_the_same_bytes() -> None:
    assert built(contents()) == built(contents()) == packed()


def test_other_programs_read_the_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        assert archive.testzip() is None
        assert archive.read("files/02.jpg") == b"second piece"
        assert archive.namelist() == sorted(archive.namelist())


def test_every_flipped_byte_is_found() -> None:
    data = packed()
    missed = [
        at for at in range(len(data)) if broken(data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]) is None
    ]
    assert missed == []


@given(st.data())
def test_any_byte_put_in_place_of_another_is_found(data: st.DataObject) -> None:
    whole = packed()
    at = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda each: each != whole[at]))
    assert broken(whole[:at] + bytes([value]) + whole[at + 1 :]) is not None


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=40))
def test_bytes_put_in_or_taken_out_are_found(at: int, more: bytes) -> None:
    whole = packed()
    at %= len(whole)
    assert broken(whole[:at] + more + whole[at:]) is not None
    assert broken(whole[:at] + whole[at + len(more) :]) is not None


@given(st.integers(0, 10_000))
def test_a_pack_cut_off_is_found(at: int) -> None:
    assert broken(packed()[: at % len(packed())]) is not None


@given(st.binary(max_size=500))
def test_what_is_no_pack_is_told_so(data: bytes) -> None:
    assert broken(data) is Step.ZIP


@pytest.mark.parametrize("name", sorted(read_zip(packed())))
def test_a_file_taken_out_is_found(name: str) -> None:
    files = read_zip(packed())
    del files[name]
    assert broken(write_zip(files)) is not None


@pytest.mark.parametrize("name", ["files/09.jpg", "notes.txt", "files/01.png"])
def test_a_file_put_in_is_found(name: str) -> None:
    assert broken(write_zip({**read_zip(packed()), name: b"more"})) is Step.FILES


def test_two_files_exchanged_are_found() -> None:
    files = read_zip(packed())
    files["files/01.jpg"], files["files/02.jpg"] = files["files/02.jpg"], files["files/01.jpg"]
    assert broken(write_zip(files)) is Step.FILES


def test_files_in_another_order_are_found() -> None:
    files, out = read_zip(packed()), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files, reverse=True):
            archive.writestr(name, files[name])
    assert broken(out.getvalue()) is Step.ZIP


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "files/../x", "a\\b", "files/a/b", "C:x", "", ".", "files/", "文件"]
)
def test_a_name_that_leads_elsewhere_is_neither_written_nor_read(name: str) -> None:
    with pytest.raises(ValueError, match="no pack has"):
        write_zip({name: b""})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name or "x/", b"x")
    with pytest.raises(NotAPack):
        read_zip(out.getvalue())


def test_two_files_of_one_name_are_found() -> None:
    data = write_zip({"a": b"1", "b": b"2"})
    with pytest.raises(NotAPack):
        read_zip(data.replace(b"b", b"a"))


def test_a_comment_or_a_compressed_file_is_no_pack() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"x" * 100)
    with pytest.raises(NotAPack):
        read_zip(out.getvalue())
    with pytest.raises(NotAPack):
        read_zip(write_zip({"a": b"1"})[:-2] + b"\x01\x00!")


def test_an_edited_manifest_is_found() -> None:
    files = read_zip(packed())
    files[MANIFEST] = files[MANIFEST].replace("山茶小店".encode(), "别家小店".encode())
    assert broken(write_zip(files)) is Step.MANIFEST


def test_a_manifest_that_is_not_canonical_is_found_even_when_signed() -> None:
    files = read_zip(packed())
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST])).encode()
    files[SIGNATURE] = KEY.sign(files[MANIFEST])
    assert broken(write_zip(files)) is Step.MANIFEST


def test_whoever_signs_it_anew_has_another_key() -> None:
    ours = key_id(KEY.public_key())
    said_again = contents()
    assert said_again.head is not None
    head = replace(said_again.head, signature=OTHER.sign(said_again.head.data))
    forged = built(replace(said_again, head=head), OTHER)
    assert check_pack(forged).broken is None
    assert check_pack(forged).key != ours
    assert check_pack(forged, [ours]).broken is Step.KEY


def test_a_key_in_place_of_the_key_is_found() -> None:
    files = read_zip(packed())
    files[PUBLIC] = public_pem(OTHER.public_key())
    assert broken(write_zip(files)) is Step.MANIFEST


def test_even_the_owner_of_the_key_cannot_show_a_file_that_was_never_logged() -> None:
    def replaced(files: dict[str, bytes]) -> None:
        files["files/01.jpg"] = b"made up later"

    assert broken(signed_again(replaced)) is Step.EVENTS


def test_even_the_owner_of_the_key_cannot_change_an_event() -> None:
    def changed(files: dict[str, bytes]) -> None:
        files["events/01.json"] = files["events/01.json"].replace(b'"seq":1', b'"seq":9')

    assert broken(signed_again(changed)) is Step.EVENTS


def test_a_head_of_another_log_is_found() -> None:
    whole = contents()
    assert whole.head is not None
    data = head_bytes(Head("shop-1", whole.head.size, sha256(b"other").digest(), AT))
    other = Signed(data, KEY.sign(data), whole.head.size, sha256(b"other").digest())
    assert broken(built(replace(whole, head=other))) is Step.LOG
    swapped = replace(whole.head, data=data, signature=KEY.sign(data))
    assert broken(built(replace(whole, head=swapped))) is Step.HEAD


def test_an_exhibit_that_tells_of_another_original_is_found() -> None:
    assert broken(built(with_exhibit(0, original_sha256="0" * 64))) is Step.EVENTS
    assert broken(built(with_exhibit(0, sha256="0" * 64))) is Step.EVENTS


def test_steps_that_were_not_reached_are_not_claimed() -> None:
    found: Checked = check_pack(b"")
    assert (found.proven, found.broken, found.exhibits) == ((), Step.ZIP, 0)
    assert [ok for ok, _ in said(found)] == [False]


@given(st.integers(1, 70), st.data())
def test_proofs_of_one_pass_are_those_made_one_by_one(size: int, data: st.DataObject) -> None:
    log = [sha256(bytes([number])).digest() for number in range(size)]
    wanted = data.draw(st.sets(st.integers(0, size - 1)))
    root, proofs = inclusion_proofs(log, size, wanted)
    assert root == root_of(log)
    assert proofs == {index: inclusion_proof(log, index) for index in wanted}


def test_a_log_that_is_too_short_has_no_proofs() -> None:
    with pytest.raises(ValueError, match="fewer"):
        inclusion_proofs([b"x" * 32], 2, [0])
    with pytest.raises(ValueError, match="not all"):
        inclusion_proofs([b"x" * 32], 1, [1])
