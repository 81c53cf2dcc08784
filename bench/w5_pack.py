"""W5, second half: a pack of fifty files built, proven, and altered a thousand times."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import genesis, link
from aftersale.evidence.heads import Head, head_bytes
from aftersale.evidence.merkle import inclusion_proofs
from aftersale.evidence.pack.build import build
from aftersale.evidence.pack.check import check_pack
from aftersale.evidence.pack.contents import Contents, Exhibit, Line, Proven, Quote, Signed
from aftersale.evidence.pack.typeset import typeset
from aftersale.evidence.pack.zipped import read_zip, write_zip

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
FILES, BUILD_S, ALTERED = 50, 5.0, 1_000
_AT = datetime(2026, 6, 10, 9, tzinfo=UTC)
_NUMBER = "7100000000000000001"
# A photo of a phone after the chat program made it smaller: about 250 kB.
_WIDE, _HIGH = 1_280, 960


@dataclass(frozen=True, slots=True)
class Packed:
    """Hold what a pack of so many files cost: proving events, printing, zipping, checking."""

    files: int
    bytes: int
    log: int
    proving_s: float
    printing_s: float
    zipping_s: float
    checking_s: float
    altered: int
    found: int
    same: bool

    @property
    def building_s(self) -> float:
        """Give how long it took until the pack was there."""
        return self.proving_s + self.printing_s + self.zipping_s


def packed(files: int, log: int, altered: int) -> Packed:
    """Build a pack out of a log of so many events, check it, and alter it in ways drawn at random."""
    key, random_ = Ed25519PrivateKey.generate(), random.Random(5)  # noqa: S311  # the same alterations every run
    contents = _contents([_photo(number, random_) for number in range(files)])
    start = perf_counter()
    contents = _proven(contents, log, key)
    proving = perf_counter() - start
    printed, printing = _timed(lambda: typeset(contents))
    data, zipping = _timed(lambda: build(contents, printed, key))
    whole, checking = _timed(lambda: check_pack(data))
    assert whole.broken is None, "a pack that nobody changed is whole"
    found = sum(check_pack(_altered(data, random_)).broken is not None for _ in range(altered))
    same = build(contents, typeset(contents), key) == data
    return Packed(files, len(data), log, proving, printing, zipping, checking, altered, found, same)


def printed_sample(files: int) -> bytes:
    """Print the pack of so many invented photos, as a PDF."""
    random_ = random.Random(5)  # noqa: S311  # the same photos every time
    return typeset(_contents([_photo(number, random_) for number in range(files)]))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = perf_counter()
    return work(), perf_counter() - start


def _photo(number: int, random_: random.Random) -> bytes:
    noise = Image.frombytes("RGB", (200, 150), random_.randbytes(200 * 150 * 3))
    image = Image.blend(
        noise.resize((_WIDE, _HIGH)), Image.new("RGB", (_WIDE, _HIGH), (number * 5, 90, 120)), 0.7
    )
    out = BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _contents(pieces: list[bytes]) -> Contents:
    tip, exhibits = genesis("ticket", "1", _NUMBER), list[Exhibit]()
    for number, content in enumerate(pieces, 1):
        digest = sha256(content).hexdigest()
        payload = canonical({"seq": number, "number": _NUMBER, "data": {"sha256": digest}})
        proven = Proven("evidence_added", payload, tip, link(tip, payload), 0)
        tip = proven.hash
        about = (content, digest, "jpg", f"照片 {number}", "仓库", "打包时拍的", _AT, _AT)
        exhibits.append(Exhibit(*about, proven, drawable=True))
    return Contents(
        _NUMBER,
        "云杉家居旗舰店",
        "抖店",
        _AT,
        (("售后单", _NUMBER),),
        "买家称杯子有裂纹；发货前照片显示完好。",
        "请平台核实。",
        tuple(Line(_AT, "店铺", f"第 {number} 步") for number in range(20)),
        (Quote("消费者权益保护法", "第二十三条", "2014-03-15 起施行", "质量担保"),),
        tuple(exhibits),
        best=3,
    )


def _proven(contents: Contents, log: int, key: Ed25519PrivateKey) -> Contents:
    """Put the events into a log among those of others, and sign its head."""
    step = log // (len(contents.exhibits) + 1)
    places = {step * (n + 1): each.proven.hash for n, each in enumerate(contents.exhibits)}
    other = sha256(b"somebody else's").digest()
    root, proofs = inclusion_proofs((places.get(n, other) for n in range(log)), log, places)
    data = head_bytes(Head("shop-1", log, root, _AT))
    exhibits = tuple(
        replace(each, proven=replace(each.proven, index=step * (n + 1)))
        for n, each in enumerate(contents.exhibits)
    )
    return replace(contents, exhibits=exhibits, proofs=proofs, head=Signed(data, key.sign(data), log, root))


def _altered(data: bytes, random_: random.Random) -> bytes:
    """Flip a bit, drop, double or move bytes, cut the end, drop, exchange or rename a file inside."""
    at = random_.randrange(len(data))
    length = random_.randrange(1, 400)
    match random_.randrange(7):
        case 0 | 1:
            return data[:at] + bytes([data[at] ^ (1 << random_.randrange(8))]) + data[at + 1 :]
        case 2:
            return data[:at] + data[at + length :]
        case 3:
            return data[:at] + data[at : at + length] + data[at:]
        case 4:
            return data[:at]
        case _:
            return _other_files(data, random_)


def _other_files(data: bytes, random_: random.Random) -> bytes:
    files = read_zip(data)
    one, other = random_.sample(sorted(files), 2)
    match random_.randrange(3):
        case 0:
            del files[one]
        case 1 if files[one] != files[other]:
            files[one], files[other] = files[other], files[one]
        case _:
            files["files/99.jpg"] = files[one]
    return write_zip(files)
