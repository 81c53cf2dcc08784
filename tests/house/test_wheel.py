"""Hold the wheel to what it has to carry."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = {".yaml", ".html", ".css", ".svg", ".json", ".csv", ".po", ".typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel into a folder with blanks and Chinese characters in its name."""
    folder = tmp_path_factory.mktemp("wheel") / "售后 台"
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    """Unpack the wheel beside itself."""
    folder = wheel.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_carries_all_data_of_the_package(unpacked: Path) -> None:
    source = ROOT / "src"
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.suffix in DATA | {".py", ".mo"}}
    carried = {path.relative_to(unpacked) for path in unpacked.rglob("*")}
    assert wanted - carried == set()


def test_the_wheel_carries_the_licence_and_names_it(unpacked: Path) -> None:
    about = next(unpacked.glob("*.dist-info"))
    assert "License-Expression: Apache-2.0" in (about / "METADATA").read_text(encoding="utf-8")
    assert (about / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_runs_from_a_path_with_blanks_and_chinese_characters(unpacked: Path) -> None:
    program = "import aftersale.cli as cli; print(cli.__file__); cli.main()"
    answer = subprocess.run(
        [sys.executable, "-c", program, "rules", "list"],
        env={**os.environ, "PYTHONPATH": str(unpacked), "PYTHONUTF8": "1"},
        cwd=unpacked.parent,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(str(unpacked))
