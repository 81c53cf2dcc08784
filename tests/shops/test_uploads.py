"""Only files of a short list come in, told by what they are, and they go out as downloads."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from aftersale.shops.uploads import (
    CONTENT_TYPES,
    EVIDENCE,
    HEAD_BYTES,
    SHEETS,
    Kind,
    Limits,
    UploadRefused,
    check_count,
    check_upload,
    download_headers,
)

EVERYTHING = Limits(kinds=frozenset(Kind), most_bytes=1_000_000, most_files=3)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /OpenAction [3 0 R /Fit] >>\nendobj\n%%EOF"


def workbook() -> bytes:
    """Write a small workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, "售后单号")
    return out.getvalue()


def zipped(name: str) -> bytes:
    """Write an archive that is no workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


GOOD = [
    ("照片.jpg", b"\xff\xd8\xff\xe0" + bytes(50), Kind.JPEG),
    ("a.JPEG", b"\xff\xd8\xff\xe1" + bytes(50), Kind.JPEG),
    ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), Kind.PNG),
    ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", Kind.WEBP),
    ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(8), Kind.HEIC),
    ("开箱.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(8), Kind.MP4),
    ("开箱.mov", b"\x00\x00\x00\x14ftypqt  " + bytes(8), Kind.MP4),
    ("a.pdf", PDF, Kind.PDF),
    ("通话.mp3", b"ID3\x04" + bytes(50), Kind.MP3),
    ("a.mp3", b"\xff\xfb\x90\x44" + bytes(50), Kind.MP3),
    ("通话.m4a", b"\x00\x00\x00\x1cftypM4A " + bytes(8), Kind.M4A),
    ("a.xlsx", workbook(), Kind.XLSX),
    ("a.csv", "售后单号,金额\n1,2\n".encode(), Kind.CSV),
    ("a.csv", "售后单号,金额\r\n1,2\r\n".encode("gb18030"), Kind.CSV),
    ("a.csv", "\ufeff售后单号\t金额\n".encode(), Kind.CSV),
]
REFUSED = [
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "upload.kind"),
    ("a.csv", b"<?xml version='1.0'?><svg/>", "upload.kind"),
    ("a.csv", b"a,b\n< ScRiPt >alert(1)</script>", "upload.kind"),
    ("a.html", b"<!DOCTYPE html><p>x", "upload.kind"),
    ("a.csv", b"x,<img src=x onerror=alert(1)>", "upload.kind"),
    ("a.csv", b"javascript:alert(1)", "upload.kind"),
    ("a.csv", b"#!/bin/sh\nrm", "upload.kind"),
    ("a.csv", b"<?php system(1);", "upload.kind"),
    ("a.exe", b"MZ\x90\x00" + bytes(50), "upload.kind"),
    ("a.zip", zipped("x.txt"), "upload.kind"),
    ("a.gif", b"GIF89a" + bytes(50), "upload.kind"),
    ("a.csv", b"\x00\x01\x02", "upload.kind"),
    ("a.csv", b"a\x1b[2J,b", "upload.kind"),
    ("a.csv", b"a,b,\xff\xff\xff", "upload.kind"),
    ("a.png", b"\xff\xd8\xff\xe0" + bytes(50), "upload.name"),
    ("a.jpg.html", b"\xff\xd8\xff\xe0" + bytes(50), "upload.name"),
    ("a", b"\xff\xd8\xff\xe0" + bytes(50), "upload.name"),
    ("a.csv", b"%PDF-1.7", "upload.name"),
    ("a.js", b"a,b\n1,2", "upload.name"),
    ("a.jpg", b"", "upload.empty"),
    ("a.pdf", PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>", "upload.active"),
    ("a.pdf", PDF + b"<< /S /Java#53cript >>", "upload.active"),
    ("a.pdf", PDF + b"<< /S /#4a#61vaScript >>", "upload.active"),
    ("a.pdf", PDF + b"<< /S /Launch /F (cmd.exe) >>", "upload.active"),
    ("a.pdf", PDF + b"trailer << /Encrypt 5 0 R >>", "upload.active"),
    (
        "a.pdf",
        PDF
        + b"7 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n"
        + zlib.compress(b"8 0 << /S /JavaScript /JS (1) >>")
        + b"\nendstream",
        "upload.active",
    ),
]


@pytest.mark.parametrize(("name", "content", "kind"), GOOD)
def test_a_file_is_told_by_what_it_is(name: str, content: bytes, kind: Kind) -> None:
    assert check_upload(name, content, len(content), EVERYTHING) is kind


@pytest.mark.parametrize(("name", "content", "code"), REFUSED)
def test_what_runs_or_lies_about_itself_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        check_upload(name, content, len(content), EVERYTHING)
    assert caught.value.code == code
    assert caught.value.message.zh
    assert caught.value.next_step.en


@pytest.mark.parametrize(("size", "taken"), [(999_999, True), (1_000_000, True), (1_000_001, False)])
def test_a_file_is_at_most_so_large(size: int, taken: bool) -> None:  # noqa: FBT001
    head = b"\xff\xd8\xff\xe0"
    if taken:
        assert check_upload("a.jpg", head, size, EVERYTHING) is Kind.JPEG
    else:
        with pytest.raises(UploadRefused, match=r"upload\.size"):
            check_upload("a.jpg", head, size, EVERYTHING)


def test_so_many_files_at_once_and_no_more() -> None:
    check_count(3, EVERYTHING)
    with pytest.raises(UploadRefused, match=r"upload\.count"):
        check_count(4, EVERYTHING)


def test_a_pdf_that_is_not_seen_whole_is_refused() -> None:
    with pytest.raises(UploadRefused, match=r"upload\.active"):
        check_upload("a.pdf", PDF, len(PDF) + 1, EVERYTHING)


def test_a_broken_stream_of_a_pdf_is_passed_over() -> None:
    content = PDF + b"<< /Type /ObjStm >>\nstream\nnot compressed\nendstream"
    assert check_upload("a.pdf", content, len(content), EVERYTHING) is Kind.PDF


@pytest.mark.parametrize("cut", range(4))
def test_a_long_table_may_be_cut_within_a_sign(cut: int) -> None:
    for encoding in ("utf-8", "gb18030"):
        head = ("售后单号,买家留言\n" * 4000).encode(encoding)[: HEAD_BYTES - cut]
        assert check_upload("a.csv", head, HEAD_BYTES * 3, EVERYTHING) is Kind.CSV


@pytest.mark.parametrize("kind", Kind)
def test_each_place_takes_only_its_kinds(kind: Kind) -> None:
    name, content = next((name, content) for name, content, of in GOOD if of is kind)
    for kinds in (EVIDENCE, SHEETS):
        if kind in kinds:
            assert check_upload(name, content, len(content), Limits(kinds)) is kind
        else:
            with pytest.raises(UploadRefused, match=r"upload\.kind"):
                check_upload(name, content, len(content), Limits(kinds))


@given(st.binary(max_size=300), st.text(max_size=20))
def test_nothing_but_a_kind_or_a_refusal_comes_out(content: bytes, name: str) -> None:
    try:
        kind = check_upload(name, content, len(content), EVERYTHING)
    except UploadRefused:
        return
    assert kind in Kind


@given(st.text(), st.sampled_from(Kind))
def test_a_download_is_saved_and_its_name_breaks_no_header(name: str, kind: Kind) -> None:
    headers = download_headers(name, kind)
    assert headers["Content-Disposition"].startswith('attachment; filename="')
    assert headers["Content-Disposition"].isascii()
    assert headers["Content-Disposition"].isprintable()
    assert headers["Content-Disposition"].count('"') == 2
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "html" not in headers["Content-Type"]


def test_a_download_keeps_its_name_without_folders() -> None:
    said = download_headers("../../etc/破损 照片.jpg", Kind.JPEG)["Content-Disposition"]
    assert "filename*=UTF-8''%E7%A0%B4%E6%8D%9F%20%E7%85%A7%E7%89%87.jpg" in said
    assert ".." not in said


def test_every_kind_has_a_content_type() -> None:
    assert set(CONTENT_TYPES) == set(Kind)
