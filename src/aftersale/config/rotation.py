"""Turn over the keys that encrypt personal values: a fresh one in, everything again, old ones out."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING, NamedTuple

from aftersale.config.refusals import DeskRefused
from aftersale.shops.crypto import parse_ring, removed, rotated
from aftersale.shops.encryption import KEYS, ring
from aftersale.shops.rekey import rekey, under
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.config.home import Home
    from aftersale.shops.rekey import Progress, Rekeyed

_ROUNDS = 5
# Every process looks for a replaced file once a second; a shared folder may take a moment more.
SEEN_S = 3.0
_OWNER_ONLY = 0o600


class KeyUse(NamedTuple):
    """Say how many values stand under a key, and whether it is the one that encrypts."""

    key_id: str
    values: int
    current: bool


def keys_in_use() -> list[KeyUse]:
    """List the keys of the ring with what stands under each."""
    keys = ring()
    return [KeyUse(key_id, under(key_id), key_id == keys.current) for key_id in keys.ciphers]


def add_key(place: Home, wait: Callable[[float], object] = sleep) -> str:
    """Put a fresh key in front of the file and wait until every process has read it; give its id.

    Raises DeskRefused where the ring is kept in the environment, which the desk cannot write.
    """
    _refuse_environment()
    text = rotated(place.field_keys.read_text(encoding="ascii"))
    _replace(place, text)
    wait(SEEN_S)
    return parse_ring(text).current


def encrypt_again(progress: Progress) -> Rekeyed:
    """Bring every value under the key that encrypts; what others write meanwhile takes another round."""
    done = rekey(progress=progress)
    for _ in range(_ROUNDS):
        if done.left <= sum(map(len, done.unreadable.values())):
            break
        done = done.then(rekey(progress=progress))
    return done


def drop_key(place: Home, key_id: str) -> None:
    """Take an old key out of the file.

    Raises DeskRefused while values stand under it, KeysInvalid for the key that encrypts.
    """
    _refuse_environment()
    text = place.field_keys.read_text(encoding="ascii")
    if key_id not in parse_ring(text).ciphers:
        raise _no_such_key(key_id)
    if left := under(key_id):
        raise _still_used(key_id, left)
    _replace(place, removed(text, key_id))


def _replace(place: Home, text: str) -> None:
    """Replace the file whole, so that nobody ever reads half of it and no crash leaves half of it."""
    beside = place.field_keys.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place.field_keys)


def _refuse_environment() -> None:
    if os.environ.get(KEYS):
        raise DeskRefused(
            "keys.in_environment",
            Text(
                zh=f"密钥在环境变量 {KEYS} 里，售后台改不了它。",
                en=f"The keys are in {KEYS} of the environment, which the desk cannot change.",
            ),
            Text(
                zh="在它最前面加一行新密钥，重启所有进程，再运行 aftersale keys rotate --no-new-key。",
                en="Put a line in front, restart every process, then aftersale keys rotate --no-new-key.",
            ),
        )


def _no_such_key(key_id: str) -> DeskRefused:
    return DeskRefused(
        "keys.no_such_key",
        Text(zh=f"没有密钥 {key_id}。", en=f"There is no key {key_id}."),
        Text(zh="aftersale keys list 列出所有密钥。", en="aftersale keys list shows all keys."),
    )


def _still_used(key_id: str, left: int) -> DeskRefused:
    return DeskRefused(
        "keys.still_used",
        Text(
            zh=f"还有 {left} 个值由密钥 {key_id} 加密，去掉它就再也打不开了。",
            en=f"{left} values stand under key {key_id}; without it nobody could open them again.",
        ),
        Text(zh="先运行 aftersale keys rotate。", en="Run aftersale keys rotate first."),
    )
