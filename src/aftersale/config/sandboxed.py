"""Let a desk play with the sandbox only where it can reach nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Sandboxed:
    """Name the sandbox's control interface and the file that tells its time; empty on other desks."""

    url: str = ""
    clock: str = ""


def sandbox_of(environ: Mapping[str, str], addresses: Iterable[str]) -> Sandboxed:
    """Read AFTERSALE_SANDBOX_URL and AFTERSALE_SANDBOX_CLOCK.

    `addresses` are all that the desk calls: raises DeskRefused where one of them is a real platform's.
    """
    found = Sandboxed(
        environ.get("AFTERSALE_SANDBOX_URL", "").rstrip("/"), environ.get("AFTERSALE_SANDBOX_CLOCK", "")
    )
    reached = (found.url, *addresses) if found.url else addresses
    if (found.url or found.clock) and not all(map(_is_here, reached)):
        raise real_platform()
    return found


def _is_here(url: str) -> bool:
    place = urlsplit(url)
    return place.scheme == "http" and place.hostname in _THIS_MACHINE


def real_platform() -> DeskRefused:
    """Say that a desk with a real connection never takes its time from a sandbox."""
    return DeskRefused(
        "sandbox.real_platform",
        Text(
            zh="设了沙箱，但这个售后台还连着真实平台。",
            en="A sandbox is set, and yet this desk reaches a real platform.",
        ),
        Text(
            zh="去掉 AFTERSALE_SANDBOX_URL 和 AFTERSALE_SANDBOX_CLOCK；演示请用另一个文件夹：make demo。",
            en="Unset AFTERSALE_SANDBOX_URL and AFTERSALE_SANDBOX_CLOCK; make demo has a folder of its own.",
        ),
    )
