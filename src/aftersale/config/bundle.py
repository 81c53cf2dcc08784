"""Write and read a backup: one tar file of the database, the uploads and a manifest that names every hash."""

from __future__ import annotations

import io
import json
import os
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
_PIECE = 1 << 20
_MOST_NAMED = 5


class _Hashing(io.RawIOBase):
    """Hash what is read through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.size = file, sha256(), 0

    def read(self, most: int = -1) -> bytes:
        """Read on."""
        piece = self._file.read(most)
        self._hash.update(piece)
        self.size += len(piece)
        return piece

    @property
    def said(self) -> dict[str, object]:
        """Give what the manifest says of the file."""
        return {"sha256": self._hash.hexdigest(), "bytes": self.size}


@dataclass(slots=True)
class Writer:
    """Add files to a bundle and remember their hashes."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, path: Path, name: str) -> None:
        """Add one file under a name."""
        entry = self.tar.gettarinfo(path, name)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        with path.open("rb") as file:
            passing = _Hashing(file)
            self.tar.addfile(entry, passing)
        self.files[name] = passing.said

    def add_folder(self, folder: Path, name: str) -> None:
        """Add every file of a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                self.add(path, f"{name}/{path.relative_to(folder).as_posix()}")

    def close(self, manifest: Mapping[str, object]) -> None:
        """Add the manifest: what the caller knows, the format, and the hash of every file."""
        said = {"format": FORMAT, **manifest, "files": self.files}
        written = json.dumps(said, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(written)
        self.tar.addfile(entry, io.BytesIO(written))


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write a bundle beside its place, and put it there once it is whole and on the disk."""
    partial = target.with_name(f".{target.name}.part")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def manifest_of(bundle: Path) -> dict[str, Any]:
    """Read the manifest of a bundle; raises DeskRefused for a file that is none."""
    try:
        with tarfile.open(bundle, "r:") as tar:
            file = tar.extractfile(MANIFEST)
            said: dict[str, Any] = json.load(file) if file else {}
    except (tarfile.TarError, KeyError, ValueError):
        said = {}
    if said.get("format") != FORMAT:
        raise _unfit(bundle, Text(zh="不是完整的备份", en="it is no whole backup"))
    return said


def unpack(bundle: Path, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the files of a bundle into a folder; raises DeskRefused unless all are there and as they were."""
    wanted: dict[str, Any] = dict(manifest["files"])
    with tarfile.open(bundle, "r:") as tar:
        found = {entry.name: _unpacked(tar, entry, folder) for entry in tar if entry.name != MANIFEST}
    odd = [name for name in found if name not in wanted]
    wrong = sorted([*odd, *(name for name in wanted if wanted[name] != found.get(name))])
    if wrong:
        named = ", ".join(wrong[:_MOST_NAMED])
        raise _unfit(
            bundle,
            Text(
                zh=f"有 {len(wrong)} 个文件和清单不一样：{named}",
                en=f"{len(wrong)} files are not as its manifest says: {named}",
            ),
        )


def _unpacked(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> dict[str, object] | None:
    """Write one file and give its hash; anything but a plain file inside the folder is not taken."""
    name = PurePosixPath(entry.name)
    file = tar.extractfile(entry) if entry.isreg() else None
    if file is None or name.is_absolute() or ".." in name.parts:
        return None
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = _Hashing(file)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while piece := passing.read(_PIECE):
            out.write(piece)
    return passing.said


def _unfit(bundle: Path, why: Text) -> DeskRefused:
    return DeskRefused(
        "restore.bundle",
        Text(zh=f"{bundle.name} 不能恢复：{why.zh}。", en=f"{bundle.name} cannot be restored: {why.en}."),
        Text(zh="换一份备份再试。", en="Try another backup."),
    )
