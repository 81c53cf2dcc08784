"""Bring the message catalogues up to date with the source."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "aftersale"
CATALOGUES = sorted(SOURCE.glob("locale/*/LC_MESSAGES/*.po"))

# Our own header: Babel's carries the hour at which it ran, and no two runs would be alike.
HEADER = """\
# Texts of Aftersale; `make texts` keeps this file in step with the source.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted() -> Catalog:
    """Collect every message that the source marks with `_`."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    methods = [(each["pattern"], each["method"]) for each in config["tool"]["babel"]["mappings"]]
    template = Catalog(project="aftersale", charset="utf-8")
    for path, _line, message, _comments, context in extract_from_dir(SOURCE, methods):
        template.add(message, locations=[(path, 1)], context=context)
    return template


def read(path: Path) -> Catalog:
    """Read one catalogue."""
    with path.open("rb") as po_file:
        return read_po(po_file, locale=path.parent.parent.name)


def rendered(catalogue: Catalog, language: str) -> str:
    """Write a catalogue as text, sorted, without the places that change with every edit."""
    body = io.BytesIO()
    write_po(body, catalogue, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return HEADER.format(language=language) + body.getvalue().decode()


def main() -> None:
    """Add new messages with an empty translation, drop those that the source no longer says."""
    for path in CATALOGUES:
        catalogue = read(path)
        catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
        path.write_text(rendered(catalogue, path.parent.parent.name), encoding="utf-8", newline="\n")
        missing = [message.id for message in catalogue if message.id and not message.string]
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {len(missing)} to translate")


if __name__ == "__main__":
    main()
