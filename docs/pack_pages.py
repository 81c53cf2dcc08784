"""Draw the pages of a pack as pictures into screens/, to be looked at; without a pack, those of a sample."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pypdfium2

from aftersale.evidence.pack.build import PRINTED
from bench.w5_pack import printed_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OUT = Path(__file__).resolve().parent.parent / "screens"
_SCALE, _PIECES = 1.5, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw each page and name the file; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python docs/pack_pages.py", description=__doc__)
    parser.add_argument("pack", nargs="?", type=Path, help="a pack of evidence (zip)")
    asked = parser.parse_args(arguments)
    pdf = ZipFile(asked.pack).read(PRINTED) if asked.pack else printed_sample(_PIECES)
    for path in drawn(pdf, OUT):
        print(path.relative_to(OUT.parent))
    return 0


def drawn(pdf: bytes, folder: Path) -> Iterator[Path]:
    """Draw every page of a PDF into a folder, numbered from 1."""
    folder.mkdir(exist_ok=True)
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        path = folder / f"pack-{number:02}.png"
        page.render(scale=_SCALE).to_pil().save(path)
        yield path


if __name__ == "__main__":
    sys.exit(main())
