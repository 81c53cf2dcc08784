"""Make what is not in the tree when the package is built: message catalogues, and the files of the pages."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig

    Hook = BuildHookInterface[BuilderConfig]
else:
    Hook = BuildHookInterface

# By npm package: the files that pages use, and its licence where it ships one.
FRONT = {
    "@tabler/core": ("dist/css/tabler.min.css",),
    "echarts": ("dist/echarts.simple.min.js", "LICENSE", "NOTICE"),
}
VENDOR = Path("src/aftersale/web/static/vendor")
LIST = "CONTENTS.json"


class MakeFiles(Hook):
    """Write a .mo file beside every .po file and copy the files of the pages, editable or not."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch names both
        """Make them before hatch lists the files of the package."""
        for source in sorted(Path(self.root).glob("src/aftersale/locale/*/LC_MESSAGES/*.po")):
            compile_catalogue(source)
        copy_front(Path(self.root))


def compile_catalogue(source: Path) -> Path:
    """Compile one .po file and return the .mo file, replaced only once it is whole."""
    target, compiled = source.with_suffix(".mo"), BytesIO()
    with source.open("rb") as po_file:
        write_mo(compiled, read_po(po_file))
    _put(target, compiled.getvalue())
    return target


def copy_front(root: Path) -> None:
    """Copy what npm fetched into the package, with version, licence and digest of each file.

    From a source archive, where there is no npm, the files that came along are checked instead. Raises
    FileNotFoundError where there are none, ValueError where one is not what its digest says.
    """
    modules, vendor = root / "node_modules", root / VENDOR
    if modules.is_dir():
        listed = [each for package in FRONT for each in _copied(modules / package, package, vendor)]
        _put(vendor / LIST, (json.dumps(listed, indent=1) + "\n").encode())
        _drop_others(vendor, {each["file"] for each in listed} | {LIST})
    check_front(vendor)


def _put(target: Path, content: bytes) -> None:
    """Replace a file only where it differs and only once it is whole: a desk may be serving it."""
    if target.is_file() and target.read_bytes() == content:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(target)


def _drop_others(vendor: Path, wanted: set[str]) -> None:
    for path in vendor.rglob("*"):
        if path.is_file() and path.relative_to(vendor).as_posix() not in wanted and path.suffix != ".partial":
            path.unlink(missing_ok=True)


def _copied(package: Path, name: str, vendor: Path) -> list[dict[str, str]]:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    folder = vendor / name.lstrip("@").replace("/", "-")
    listed = []
    for path in FRONT[name]:
        target = folder / Path(path).name
        _put(target, (package / path).read_bytes())
        said = {"package": name, "version": about["version"], "licence": about["license"]}
        place = target.relative_to(vendor).as_posix()
        listed.append({"file": place, **said, "sha256": sha256(target.read_bytes()).hexdigest()})
    return listed


def check_front(vendor: Path) -> None:
    """Refuse to go on without the files of the pages."""
    if not (vendor / LIST).is_file():
        raise FileNotFoundError(f"{VENDOR}: the files of the pages are missing; run npm ci, then build again")
    for each in json.loads((vendor / LIST).read_text(encoding="utf-8")):
        if sha256((vendor / each["file"]).read_bytes()).hexdigest() != each["sha256"]:
            raise ValueError(
                f"{VENDOR / each['file']}: not the file that was copied; run npm ci, build again"
            )
