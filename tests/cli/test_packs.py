"""Anyone proves a pack by the command, without a desk: step by step, and with an exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale.cli import app
from aftersale.cli.asked import BROKEN
from aftersale.evidence.heads import key_id
from tests.evidence.pack.made import KEY, TICKET, packed

if TYPE_CHECKING:
    from pathlib import Path

OURS = key_id(KEY.public_key())


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "pack.zip"
    path.write_bytes(packed())
    return path


def test_a_whole_pack_is_said_step_by_step_with_the_key_to_compare(pack: Path) -> None:
    result = CliRunner().invoke(app, ["verify", str(pack), "--key", OURS])
    assert result.exit_code == 0
    for words in ("1. ", "7. ", TICKET, OURS):
        assert words in result.output


def test_another_key_or_a_changed_byte_ends_with_the_code_of_what_is_broken(pack: Path) -> None:
    assert CliRunner().invoke(app, ["verify", str(pack), "--key", "0" * 16]).exit_code == BROKEN
    pack.write_bytes(packed()[:-1] + b"\x01")
    result = CliRunner().invoke(app, ["verify", str(pack)])
    assert result.exit_code == BROKEN
    assert "不要采用这份材料" in result.output


def test_programs_read_the_proof_as_json(pack: Path) -> None:
    said = json.loads(CliRunner().invoke(app, ["verify", str(pack), "--json"]).output)["pack"]
    assert (said["whole"], said["exhibits"], said["key"], said["broken"]) == (True, 3, OURS, None)
