"""Build a pack: the files, what proves when each came, a list of digests, all of it signed."""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from aftersale.evidence.canonical import canonical
from aftersale.evidence.heads import key_id, public_pem
from aftersale.evidence.merkle import sides
from aftersale.evidence.pack.zipped import write_zip

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from aftersale.evidence.pack.contents import Contents, Exhibit, Proven, Signed

FORMAT = "aftersale-pack-1"
MANIFEST, SIGNATURE, SUMS, PUBLIC = "manifest.json", "manifest.sig", "SHA256SUMS", "pub.pem"
HEAD, HEAD_SIGNATURE, EVENTS, PRINTED, HOW = "head.bin", "head.sig", "events.txt", "pack.pdf", "how.txt"
UNLISTED = frozenset({MANIFEST, SIGNATURE, SUMS})
"""Files that the list of digests does not name: it itself, and what signs it."""


def build(contents: Contents, printed: bytes, key: Ed25519PrivateKey) -> bytes:
    """Give the bytes of a pack; the same contents and key give the same bytes."""
    head = _head_of(contents)
    files: dict[str, bytes] = {
        PRINTED: printed,
        HOW: (resources.files(__package__) / HOW).read_bytes(),
        PUBLIC: public_pem(key.public_key()),
        HEAD: head.data,
        HEAD_SIGNATURE: head.signature,
        EVENTS: _events(contents),
    }
    for number, exhibit in enumerate(contents.exhibits, 1):
        files[path_of(number, exhibit)] = exhibit.content
        files[f"events/{number:02}.json"] = exhibit.proven.payload
        files[f"proofs/{number:02}.txt"] = _proof(exhibit.proven, contents, head.size)
    files[SUMS] = sums_of(files)
    manifest = canonical(_manifest(contents, files, key_id(key.public_key())))
    return write_zip({**files, MANIFEST: manifest, SIGNATURE: key.sign(manifest)})


def path_of(number: int, exhibit: Exhibit) -> str:
    """Name the file of an exhibit."""
    return f"files/{number:02}.{exhibit.kind}"


def sums_of(files: dict[str, bytes]) -> bytes:
    """List digests as sha256sum writes and checks them."""
    named = sorted(name for name in files if name not in UNLISTED)
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in named).encode()


def _head_of(contents: Contents) -> Signed:
    if contents.head is None:
        raise ValueError("a pack needs a signed head")
    return contents.head


def _events(contents: Contents) -> bytes:
    """List the events: number, hash of the event before, hash of the event."""
    rows = [(number, each.proven) for number, each in enumerate(contents.exhibits, 1)]
    return "".join(f"{n:02} {each.previous.hex()} {each.hash.hex()}\n" for n, each in rows).encode()


def _proof(proven: Proven, contents: Contents, size: int) -> bytes:
    steps = zip(sides(proven.index, size), contents.proofs[proven.index], strict=True)
    return "".join(f"{side} {step.hex()}\n" for side, step in steps).encode()


def _manifest(contents: Contents, files: dict[str, bytes], signer: str) -> dict[str, object]:
    head = _head_of(contents)
    return {
        "format": FORMAT,
        "ticket": contents.number,
        "shop": contents.shop,
        "platform": contents.platform,
        "as_of": _utc(contents.as_of),
        "summary": contents.summary,
        "key": signer,
        "head": {"size": head.size, "root": head.root.hex()},
        "files": [
            {"path": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
        "exhibits": [_exhibit(n, each) for n, each in enumerate(contents.exhibits, 1)],
        "left_out": [each.zh for each in contents.left_out],
    }


def _exhibit(number: int, exhibit: Exhibit) -> dict[str, object]:
    return {
        "number": number,
        "path": path_of(number, exhibit),
        "sha256": exhibit.sha256,
        "original_sha256": exhibit.original_sha256,
        "title": exhibit.title,
        "source": exhibit.source,
        "caption": exhibit.caption,
        "taken_at": _utc(exhibit.taken_at) if exhibit.taken_at else None,
        "added_at": _utc(exhibit.added_at),
        "index": exhibit.proven.index,
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
