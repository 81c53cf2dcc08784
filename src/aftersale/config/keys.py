"""Read the keys of the desk: which sign heads now, and which ever did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.config.refusals import DeskRefused
from aftersale.evidence.heads import key_id, load_private, load_public
from aftersale.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from aftersale.config.home import Home


def head_key(place: Home) -> Ed25519PrivateKey:
    """Give the key that signs heads; raises DeskRefused where the file holds none."""
    try:
        return load_private(place.head_key.read_bytes())
    except ValueError:
        raise _unreadable(place.head_key) from None


def head_keys(place: Home) -> dict[str, Ed25519PublicKey]:
    """Give the public keys that may have signed heads, by id: `keys/heads*.pem`, old ones included."""
    found = [_public(path) for path in sorted(place.head_key.parent.glob("heads*.pem"))]
    return {key_id(key): key for key in found}


def _public(path: Path) -> Ed25519PublicKey:
    pem = path.read_bytes()
    try:
        return load_private(pem).public_key() if b"PRIVATE KEY" in pem else load_public(pem)
    except ValueError:
        raise _unreadable(path) from None


def _unreadable(path: Path) -> DeskRefused:
    return DeskRefused(
        "keys.unreadable",
        Text(zh=f"签名密钥读不懂：keys/{path.name}", en=f"keys/{path.name} holds no key that signs heads."),
        Text(
            zh="从备份把 keys 文件夹放回来，再试。",
            en="Put the folder keys back from its copy and try again.",
        ),
    )
