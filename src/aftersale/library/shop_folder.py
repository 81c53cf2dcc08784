"""Write the folder in which a shop keeps its rules: commented, ready to load, never over what is there."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

TEMPLATES = "aftersale.rulebooks"
FOLDER = "shop"
# The templates carry this day where a shop's own policy begins; nobody sells by a policy of that age.
_DAY_OF_START = "2000-01-01"


class FolderInUse(AftersaleError):
    """Refuse to write over files of the shop."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        listed = ", ".join(names)
        super().__init__(
            "shop.folder_in_use",
            Text(
                zh=f"{folder} 里已经有 {listed}，没有改动。",
                en=f"{folder} already has {listed}; nothing was changed.",
            ),
            Text(
                zh="换一个文件夹，或先把这些文件移走。",
                en="Name another folder, or move those files away first.",
            ),
        )


def templates(today: date) -> dict[str, str]:
    """Give the files of a new shop folder by name, its policy beginning on a day."""
    folder = files(TEMPLATES).joinpath(FOLDER)
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.is_file()}
    return {name: texts[name].replace(_DAY_OF_START, today.isoformat()) for name in sorted(texts)}


def start(folder: Path, today: date) -> tuple[Path, ...]:
    """Write a new shop folder and name its files; raises FolderInUse, writing nothing, where one is there."""
    written = {folder / name: text for name, text in templates(today).items()}
    if taken := [path.name for path in written if path.exists()]:
        raise FolderInUse(folder, taken)
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in written.items():
        # A spreadsheet program knows a csv for UTF-8 by its BOM.
        encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
        path.write_text(text, encoding=encoding, newline="\n")
    return tuple(written)
