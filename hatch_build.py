"""Compile the message catalogues when the package is built."""

from __future__ import annotations

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


class CompileCatalogues(Hook):
    """Write a .mo file beside every .po file, for wheels and editable installs alike."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch names both
        """Compile before hatch lists the files of the package."""
        for source in sorted(Path(self.root).glob("src/aftersale/locale/*/LC_MESSAGES/*.po")):
            compile_catalogue(source)


def compile_catalogue(source: Path) -> Path:
    """Compile one .po file and return the .mo file, replaced only once it is whole."""
    target = source.with_suffix(".mo")
    partial = source.with_suffix(".mo.partial")
    with source.open("rb") as po_file, partial.open("wb") as mo_file:
        write_mo(mo_file, read_po(po_file))
    partial.replace(target)
    return target
