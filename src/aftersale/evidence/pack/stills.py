"""Take stills with their time out of a film, where ffmpeg is on the machine; without it that is said."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

MOST, EVERY_S = 6, 5
_PATIENCE_S = 60
_PROGRAM = "ffmpeg"


class Still(NamedTuple):
    """Hold one still (JPEG) and the second of the film that it shows."""

    second: int
    picture: bytes

    @property
    def time_code(self) -> str:
        """Write the second as minutes and seconds."""
        return f"{self.second // 60:02}:{self.second % 60:02}"


def is_possible() -> bool:
    """Tell whether stills can be taken on this machine."""
    return shutil.which(_PROGRAM) is not None


def stills_of(film: bytes) -> list[Still]:
    """Take a still every five seconds, six at most; none without ffmpeg or of what it cannot read."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return []
    with TemporaryDirectory(prefix="aftersale-film-") as name:
        place = Path(name)
        (place / "film.mp4").write_bytes(film)
        taken = _run(program, place)
        pictures = sorted(place.glob("still-*.jpg")) if taken else []
        return [Still(n * EVERY_S, each.read_bytes()) for n, each in enumerate(pictures)]


def _run(program: str, place: Path) -> bool:
    """Let ffmpeg read the one file and nothing else: no network, no other protocol."""
    line = [
        program, "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i", str(place / "film.mp4"),
        "-vf", f"fps=1/{EVERY_S}:round=up,scale='min(1280,iw)':-2", "-frames:v", str(MOST), "-q:v", "3",
        str(place / "still-%02d.jpg"),
    ]  # fmt: skip
    try:
        return subprocess.run(line, check=False, capture_output=True, timeout=_PATIENCE_S).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
