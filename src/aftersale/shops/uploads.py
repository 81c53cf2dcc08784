"""Judge uploaded files by what they are: a short list of kinds, nothing that runs, and sizes that are borne.

Files are only ever sent back as a download (`download_headers`), never shown as a page of the desk.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD_BYTES = 64 * 1024
"""So many bytes of the beginning tell every kind but a PDF, which is looked at whole."""

_MB = 1024 * 1024


class Kind(StrEnum):
    """Name the kinds of files that are taken, by the ending they have."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    MP4 = "mp4"
    PDF = "pdf"
    MP3 = "mp3"
    M4A = "m4a"
    XLSX = "xlsx"
    CSV = "csv"


CONTENT_TYPES: dict[Kind, str] = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.HEIC: "image/heic",
    Kind.MP4: "video/mp4",
    Kind.PDF: "application/pdf",
    Kind.MP3: "audio/mpeg",
    Kind.M4A: "audio/mp4",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv; charset=utf-8",
}
_ENDINGS: dict[Kind, frozenset[str]] = {
    Kind.JPEG: frozenset({"jpg", "jpeg", "jfif"}),
    Kind.HEIC: frozenset({"heic", "heif"}),
    Kind.MP4: frozenset({"mp4", "m4v", "mov"}),
    Kind.CSV: frozenset({"csv", "txt"}),
}
PHOTOS = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.HEIC})
SOUNDS = frozenset({Kind.MP3, Kind.M4A})
EVIDENCE = PHOTOS | SOUNDS | {Kind.MP4, Kind.PDF}
SHEETS = frozenset({Kind.XLSX, Kind.CSV})


@dataclass(frozen=True, slots=True)
class Limits:
    """Say what is taken: kinds, bytes a file, files at once."""

    kinds: frozenset[Kind] = EVIDENCE
    most_bytes: int = 20 * _MB
    most_files: int = 30


_NEXT: dict[str, Text] = {
    "upload.empty": Text(zh="重新选择文件。", en="Choose the file again."),
    "upload.size": Text(zh="压缩或分成几份再传。", en="Make it smaller or send it in parts."),
    "upload.count": Text(zh="分几次上传。", en="Upload them in turns."),
    "upload.kind": Text(zh="换一种格式再传。", en="Use another format."),
    "upload.name": Text(zh="改成正确的扩展名再传。", en="Give it the ending of what it is."),
    "upload.active": Text(zh="另存为图片或普通 PDF 再传。", en="Save it as a picture or a plain PDF."),
}


class UploadRefused(AftersaleError):
    """Refuse an uploaded file, with the reason."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code, Text(zh=zh, en=en), _NEXT[code])


def check_upload(name: str, head: bytes, size: int, limits: Limits) -> Kind:
    """Tell what a file is and let it pass; raises UploadRefused.

    `head` are its first HEAD_BYTES bytes, of a PDF all of them; `size` counts all its bytes.
    """
    if not size or not head:
        raise UploadRefused("upload.empty", "文件是空的。", "The file is empty.")
    if size > limits.most_bytes:
        most = limits.most_bytes // _MB
        raise UploadRefused("upload.size", f"文件超过 {most} MB。", f"The file is larger than {most} MB.")
    kind = _kind(head, size)
    if kind is None or kind not in limits.kinds:
        raise _not_taken(limits)
    _check_name(name, kind)
    if kind is Kind.PDF:
        _check_pdf(head, size)
    return kind


def ending_of(content: bytes) -> str:
    """Give the ending that suits a file by its content; empty for what is of no kind that is taken."""
    kind = _kind(content[:HEAD_BYTES], len(content))
    return kind.value if kind else ""


def check_count(files: int, limits: Limits) -> None:
    """Let pass so many files at once; raises UploadRefused."""
    if files > limits.most_files:
        most = limits.most_files
        raise UploadRefused("upload.count", f"一次最多 {most} 个文件。", f"At most {most} files at once.")


def download_headers(name: str, kind: Kind) -> dict[str, str]:
    """Give the headers under which a stored file is sent: saved, never shown, never run."""
    exact = quote(_safe(name), safe="")
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", _safe(name)).lstrip(".") or f"file.{kind.value}"
    return {
        "Content-Type": CONTENT_TYPES[kind],
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


def _safe(name: str) -> str:
    """Take the folders and control signs off a name."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).encode(errors="ignore").decode()[-120:]


def _not_taken(limits: Limits) -> UploadRefused:
    kinds = sorted(kind.value for kind in limits.kinds)
    return UploadRefused(
        "upload.kind",
        f"不支持这种文件，可以传：{'、'.join(kinds)}。",
        f"This kind of file is not taken; possible are: {', '.join(kinds)}.",
    )


def _kind(head: bytes, size: int) -> Kind | None:
    return next((kind for kind, fits in _SIGNS if fits(head)), Kind.CSV if _is_table(head, size) else None)


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_MP4_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"qt  ",
    b"dash",
)
# Layer III of MPEG 1, 2 and 2.5, with and without a checksum.
_MP3_FRAMES = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2")


def _is_zip_of_sheets(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head or b"xl/" in head)


_SIGNS: tuple[tuple[Kind, Callable[[bytes], bool]], ...] = (
    (Kind.JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (Kind.PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (Kind.WEBP, lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    (Kind.HEIC, lambda head: head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS),
    (Kind.MP4, lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS),
    (Kind.PDF, lambda head: head.startswith(b"%PDF-")),
    (Kind.M4A, lambda head: head[4:11] == b"ftypM4A"),
    (Kind.MP3, lambda head: head.startswith(b"ID3") or head[:2] in _MP3_FRAMES),
    (Kind.XLSX, _is_zip_of_sheets),
)

_ACTIVE_TEXT = re.compile(
    rb"<\s*(?:!doctype|\?xml|html|svg|script|iframe|object|embed|body|head|meta|link|style|img|a\s|xsl)"
    rb"|javascript\s*:|^#!|<\?php|<%",
    re.IGNORECASE,
)
_ENCODINGS = ("utf-8-sig", "gb18030")


def _is_table(head: bytes, size: int) -> bool:
    """Tell whether this is text with nothing that a browser or shell would run."""
    if b"\x00" in head or _ACTIVE_TEXT.search(head):
        return False
    # The last sign may be cut in two where the head ends before the file.
    cut = range(4) if size > len(head) else range(1)
    return any(_decodes(head[: len(head) - less], encoding) for encoding in _ENCODINGS for less in cut)


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return all(sign.isprintable() or sign in "\t\r\n\u3000\u00a0\ufeff\u200b" for sign in text)


def _check_name(name: str, kind: Kind) -> None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in _ENDINGS.get(kind, frozenset({kind.value})):
        raise UploadRefused(
            "upload.name",
            f"文件内容是 {kind.value}，扩展名却是“{ending[:12]}”。",
            f"The file is {kind.value}, but its name ends in “{ending[:12]}”.",
        )


# What makes a PDF do something; names may be written in hex (#4a for J), and stand in compressed objects.
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch|RichMedia|XFA|SubmitForm|ImportData|Encrypt)(?![A-Za-z])")
_HEX_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY, _MOST_UNPACKED = 512, 4 * _MB


def _check_pdf(content: bytes, size: int) -> None:
    """Refuse a PDF that acts, and one that cannot be looked at because it is encrypted or cut."""
    if len(content) < size or _acts(content) or any(_acts(each) for each in _compressed_objects(content)):
        raise UploadRefused(
            "upload.active",
            "PDF 加了密，或里面有脚本、自动动作，不能收。",
            "The PDF is encrypted or holds scripts or actions, and is not taken.",
        )


def _acts(content: bytes) -> bool:
    return bool(_ACTIVE_PDF.search(_plain_names(content)))


def _plain_names(content: bytes) -> bytes:
    return _HEX_IN_NAME.sub(lambda found: bytes([int(found[1], 16)]), content)


def _compressed_objects(content: bytes) -> Iterator[bytes]:
    """Unpack the streams that hold objects, each as far as is borne."""
    for found in _STREAM.finditer(content):
        said = _plain_names(content[max(0, found.start() - _DICTIONARY) : found.start()])
        if b"/ObjStm" in said:
            try:
                yield zlib.decompressobj().decompress(content[found.end() :], _MOST_UNPACKED)
            except zlib.error:
                continue
