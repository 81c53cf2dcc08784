"""Make packs out of nothing: a log, exhibits with their events, a head over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import genesis, link
from aftersale.evidence.heads import Head, head_bytes
from aftersale.evidence.merkle import inclusion_proofs
from aftersale.evidence.pack.build import build
from aftersale.evidence.pack.contents import Contents, Exhibit, Line, Proven, Quote, Signed
from aftersale.texts import Text

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
AT = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
TICKET = "7100000000000000001"


def event_of(number: int, content: bytes, previous: bytes, **data: str) -> tuple[bytes, bytes]:
    """Write the event that tells of a file: payload and hash."""
    said = {"sha256": sha256(content).hexdigest(), **data}
    payload = canonical({"seq": number, "number": TICKET, "kind": "evidence_added", "data": said})
    return payload, link(previous, payload)


def contents(pieces: list[bytes] | None = None, strangers: int = 7) -> Contents:
    """Give the contents of a pack of some pieces, in a log that holds events of others too."""
    shown = pieces if pieces is not None else [b"first piece", b"second piece", b"third piece"]
    log, exhibits, tip = list[bytes](), list[Exhibit](), genesis("ticket", "1", TICKET)
    for number, content in enumerate(shown, 1):
        log += [sha256(f"{number} {n}".encode()).digest() for n in range(strangers)]
        payload, digest = event_of(number, content, tip)
        proven = Proven("evidence_added", payload, tip, digest, len(log))
        log.append(digest)
        exhibits.append(exhibit(number, content, proven))
        tip = digest
    root, proofs = inclusion_proofs(log, len(log), [each.proven.index for each in exhibits])
    data = head_bytes(Head("shop-1", len(log), root, AT))
    signed = Signed(data, KEY.sign(data), len(log), root)
    return Contents(
        TICKET,
        "山茶小店",
        "抖店",
        AT,
        (("售后单", TICKET), ("订单", "6900000000000000001")),
        "买家称杯子有裂纹；发货前照片显示完好。",
        "我方已按规则处理。",
        (Line(AT - timedelta(days=3), "买家", "提出申请"), Line(AT, "店铺", "提交举证")),
        (Quote("消费者权益保护法", "第二十五条", "2014-03-15 起", "七日无理由退货"),),
        tuple(exhibits),
        1,
        (Text(zh="开箱视频：平台不收视频", en="the film: the platform takes none"),),
        proofs,
        signed,
    )


def exhibit(number: int, content: bytes, proven: Proven) -> Exhibit:
    digest = sha256(content).hexdigest()
    return Exhibit(
        content, digest, "jpg", f"证据{number}", "仓库", "打包时拍的", AT - timedelta(hours=9), AT, proven
    )


@cache
def packed() -> bytes:
    return build(contents(), b"%PDF-1.7 printed", KEY)


def built(said: Contents, key: Ed25519PrivateKey = KEY) -> bytes:
    return build(said, b"%PDF-1.7 printed", key)


def with_exhibit(number: int, **fields: object) -> Contents:
    """Give contents of which one exhibit says something else."""
    said = contents()
    exhibits = list(said.exhibits)
    exhibits[number] = replace(exhibits[number], **fields)  # type: ignore[arg-type]  # any field by name
    return replace(said, exhibits=tuple(exhibits))
