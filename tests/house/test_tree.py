"""Hold the tree to what ARCHITECTURE.md and CONTRIBUTING.md promise."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "-c", "core.quotePath=off", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is wherever the developer has it
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
PYTHON = [path for path in FILES if path.suffix == ".py"]
MARKDOWN = [path for path in FILES if path.suffix == ".md"]
OWN_SCRIPTS = {f"src/aftersale/web/static/{name}.js" for name in ("aftersale", "next", "theme")}
# Archives, binaries, scripts and fonts of others: they come from packages, never from the tree.
FOREIGN = {
    ".zip",
    ".gz",
    ".tar",
    ".whl",
    ".js",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".jar",
    ".so",
    ".dll",
    ".exe",
}
MACHINE = re.compile(
    r"(?<![\w.~-])/(?:root|home/\w+|Users/\w+|tmp|opt|work)/|[A-Za-z]:\\Users\\"
    # The names stand in pieces, so that this file does not hold what it looks for.
    r"|(?:py"
    r"pi|python"
    r"hosted|npm"
    r"js|npm"
    r"mirror|deb"
    r"ian|crates|golang)[.](?:org|com|io)"
    r"|(?:extra-)?index-url[ =]",
)
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(path: Path) -> str:
    """Read a file of the tree as text; a picture has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def anchor(heading: str) -> str:
    """Write a heading as the anchor that a page gives it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def leads_nowhere(page: Path, link: str) -> bool:
    """Tell whether a link of a page points at no file, or at no heading of it."""
    target, _, fragment = link.partition("#")
    goal = (page.parent / target).resolve() if target else page
    if not goal.exists():
        return True
    return bool(fragment) and fragment not in map(anchor, HEADING.findall(text_of(goal)))


def test_a_file_of_source_or_tests_has_at_most_400_lines() -> None:
    written = [path for path in PYTHON if path.parent.name != "migrations"]
    long = {str(path.relative_to(ROOT)): len(text_of(path).splitlines()) for path in written}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_a_function_has_at_most_50_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in PYTHON
        if path.parent.name != "migrations"
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


def test_no_file_names_the_machine_or_a_registry() -> None:
    here = re.compile(
        "|".join(re.escape(str(place)) for place in {ROOT, Path.home()} if len(place.parts) > 2)
    )
    named = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in FILES
        for pattern in (MACHINE, here)
        if pattern.pattern and (found := pattern.search(text_of(path)))
    ]
    assert named == []


def test_what_others_made_is_not_in_the_tree() -> None:
    foreign = [str(path.relative_to(ROOT)) for path in FILES if path.suffix.lower() in FOREIGN]
    assert [name for name in foreign if name not in OWN_SCRIPTS] == []


def test_our_own_scripts_stay_short() -> None:
    assert sum(len(text_of(ROOT / name).splitlines()) for name in OWN_SCRIPTS) <= 500


def test_no_folder_has_a_name_that_says_nothing() -> None:
    empty_words = {"utils", "helpers", "common", "core", "services", "managers", "misc", "lib"}
    folders = {part for path in FILES for part in path.relative_to(ROOT).parts[:-1]}
    assert folders & empty_words == set()


def test_no_test_is_skipped() -> None:
    skipped = re.compile(r"pytest[.](?:mark[.](?:skip|xfail)|skip|xfail|importorskip)")
    assert [str(path.relative_to(ROOT)) for path in PYTHON if skipped.search(text_of(path))] == []


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [
        link for link in LINK.findall(text_of(page)) if not link.startswith(("http:", "https:", "mailto:"))
    ]
    assert [link for link in links if leads_nowhere(page, link)] == []


def test_the_picture_of_the_rooms_names_each_room_and_no_other() -> None:
    rooms = {
        path.relative_to(ROOT / "src" / "aftersale").parts[0]
        for path in FILES
        if path.is_relative_to(ROOT / "src" / "aftersale")
    }
    drawn = set(re.findall(r"`(\w+(?:/|\.py))`", text_of(ROOT / "ARCHITECTURE.md").split("## Where")[0]))
    assert {name.rstrip("/") for name in drawn} == rooms - {"__init__.py", "py.typed"}


def test_the_lock_pins_by_hash_and_nothing_else() -> None:
    lines = text_of(ROOT / "requirements.lock").splitlines()
    allowed = re.compile(
        r"#.*|[\w.-]+==[\w.+!]+(?: ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?|    #( via|   ).*",
    )
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_the_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    declared = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    declared += [each for group in project["dependency-groups"].values() for each in group]
    declared += [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in declared}
    locked = set(re.findall(r"^([\w.-]+)==", text_of(ROOT / "requirements.lock"), flags=re.MULTILINE))
    assert names - locked == set()


def test_the_readmes_and_the_automatic_checks_call_the_same_commands() -> None:
    called = "make check test"
    assert called in text_of(ROOT / ".ci" / "run")
    assert called in text_of(ROOT / "README.md")


def test_the_version_is_said_once() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert f'__version__ = "{project["version"]}"' in text_of(ROOT / "src" / "aftersale" / "__init__.py")
    assert f"## [{project['version']}]" in text_of(ROOT / "CHANGELOG.md")


def test_a_term_of_the_glossary_stands_for_one_thing() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for line in text_of(ROOT / "docs" / "glossary.md").splitlines()
        if line.startswith("| ") and not line.startswith(("| en ", "| ---"))
    ]
    assert all(len(row) == 3 and all(row) for row in rows)
    for column in (0, 1):
        words = [row[column] for row in rows]
        assert sorted(words) == sorted(set(words))


def test_types_are_worked_out_when_a_module_is_imported() -> None:
    """msgspec ends the process where two threads work a type out at once (shapes.py)."""
    lazy = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PYTHON
        if path.is_relative_to(ROOT / "src") and path.name != "shapes.py"
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) == "msgspec.convert"
            or (
                ast.unparse(node.func).endswith(".decode")
                and any(word.arg == "type" for word in node.keywords)
            )
        )
    ]
    assert lazy == []
