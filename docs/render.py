"""Write the generated documents, or with --check say which of them are out of date."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from aftersale.domain.fact_table import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aftersale.domain.fact_table import FactSpec

DOCS = Path(__file__).resolve().parent
GENERATED = "<!-- Written by `make docs`; change the program, not this file. -->"
FACTS_NOTE = """\
What a ticket can say. A fact that is left out takes its default; a time that is null has not happened.
Silence tells what it means when an export does not mention the fact: `given` every source must say it,
`record` the platform would show it, `asserted` not so until somebody alleges it, `register` known per
article, `ask` nobody knows yet."""


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Lay out a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def commands() -> str:
    """Describe every command as the program itself does."""
    cli = importlib.import_module("aftersale.cli")
    root = typer.main.get_command(cli.app)
    codes = table(("code", "means"), [(str(code), text.en) for code, text in sorted(cli.EXIT_CODES.items())])
    sections = _sections(root, typer.Context(root, info_name="aftersale"))
    return "\n\n".join(["# Commands", GENERATED, *sections, "## Exit codes", codes]) + "\n"


# typer keeps the type of its commands private.
def _sections(command: Any, context: typer.Context) -> Iterator[str]:  # noqa: ANN401
    yield f"## {context.command_path}"
    yield (command.help or "").strip()
    yield f"```text\n{command.get_usage(context).removeprefix('Usage: ')}\n```"
    records = [each.get_help_record(context) for each in command.params]
    if rows := [(f"`{name}`", means) for name, means in filter(None, records)]:
        yield table(("parameter", "means"), rows)
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if not child.hidden:
            yield from _sections(child, typer.Context(child, info_name=name, parent=context))


def facts() -> str:
    """Describe every fact as its schema does."""
    head = (
        "fact",
        "中文",
        "English",
        "kind",
        "values",
        "default",
        "silence",
        "answered by",
        "known from",
        "companion",
    )
    rows = [_fact(spec) for spec in FACTS.values()]
    return "\n\n".join(["# Facts", GENERATED, FACTS_NOTE, table(head, rows)]) + "\n"


def _fact(spec: FactSpec) -> tuple[str, ...]:
    return (
        f"`{spec.name}`",
        spec.label.zh,
        spec.label.en,
        spec.kind.value,
        ", ".join(spec.values),
        "" if spec.default is None else str(spec.default).lower(),
        spec.silence.value,
        spec.answered_by.value,
        spec.stage.name.lower(),
        f"`{spec.companion}`" if spec.companion else "",
    )


def calls_of_kuaishou() -> str:
    """Record the calls of 快手小店 as the channel makes them."""
    contract = importlib.import_module("aftersale.channels.kuaishou.contract")
    head = ("call", "verb", "when", "what goes", "what comes", "source", "confidence")
    rows = [
        (f"`{call.method}`", call.verb, call.when, call.params, call.answer, call.source, call.confidence)
        for call in contract.CALLS.values()
    ]
    return "\n\n".join(["# Calls to 快手小店", GENERATED, contract.NOTE, table(head, rows)]) + "\n"


CONTRACT_NOTE = """\
What this desk sends to 抖店 and reads from it, call by call. Confidence: A by two sources or more, B by one
good source, C weak; the sources are public. Amounts are integer fen, times seconds since 1970, ids are text
on our side. Signing, pushes and tokens are held to public vectors in `tests/channels/douyin`."""


def douyin() -> str:
    """Describe every call that the channel of 抖店 makes, and what each verb is there."""
    contract = importlib.import_module("aftersale.channels.douyin.contract")
    calls = [
        (f"`{c.method}`", "yes" if c.writes else "", c.when, c.params, c.answer, c.source, c.confidence)
        for c in contract.CONTRACTS
    ]
    head = ("method", "writes", "when", "params", "answer", "source", "confidence")
    limits = [(name, value, source, confidence) for name, value, source, confidence in contract.LIMITS]
    sections = [
        "# 抖店",
        GENERATED,
        CONTRACT_NOTE,
        "## Calls",
        table(head, calls),
        "## Limits",
        table(("limit", "value", "source", "confidence"), limits),
        "## Verbs",
        contract.VERBS_NOTE,
        table(("verb", "kind of ticket", "stage", "call"), contract.ways()),
        "## Codes of an answer",
        table(("code", "means", "a write", "a read"), contract.codes()),
        "## Where a ticket stands",
        table(("status", "money", "open", "waits for", "answer of the shop"), contract.places()),
    ]
    return "\n\n".join(sections) + "\n"


def documents() -> dict[str, Callable[[], str]]:
    """Name each generated document and what writes it."""
    written: dict[str, Callable[[], str]] = {
        "facts.md": facts,
        "channels/douyin.md": douyin,
        "channels/kuaishou.md": calls_of_kuaishou,
    }
    if importlib.util.find_spec("aftersale.cli"):
        written["commands.md"] = commands
    return written


def stale() -> list[str]:
    """List the generated documents that differ from what the program says."""
    return [name for name, write in documents().items() if _read(DOCS / name) != write()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Write what is stale, or only name it."""
    for name in (found := stale()):
        if "--check" in arguments:
            print(f"docs/{name} is out of date; run: make docs", file=sys.stderr)
        else:
            (DOCS / name).write_text(documents()[name](), encoding="utf-8", newline="\n")
    return int("--check" in arguments and bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
