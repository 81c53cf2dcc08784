"""Films become stills with their time where ffmpeg is there; where it is not, that is said."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.value_words import VALUE_WORDS
from aftersale.evidence.pack.long import Limits, fit, with_stills
from aftersale.evidence.pack.records import lines_of
from tests.evidence.pack.made import contents
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.evidence.pack.contents import Exhibit

LIMITS = Limits(4, 5_000_000, 500)
# Stands in for ffmpeg: the last argument is the pattern of the stills.
PROGRAM = """#!/bin/sh
[ "$(head -c 4 "${7}")" = film ] || exit 1
for target; do :; done
for n in 01 02; do cp "$(dirname "$0")/still.jpg" "$(dirname "$target")/still-$n.jpg"; done
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program of that name on the path."""
    (tmp_path / "ffmpeg").write_text(PROGRAM)
    (tmp_path / "ffmpeg").chmod(0o700)
    (tmp_path / "still.jpg").write_bytes(photo(3))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def film(content: bytes = b"film of a box") -> Exhibit:
    first = contents().exhibits[0]
    return replace(first, content=content, kind="mp4", title="打包视频")


@pytest.mark.usefixtures("program")
def test_a_film_becomes_stills_with_their_time_and_the_digest_of_the_film() -> None:
    shown = list(with_stills([film()]))
    assert [each.title for each in shown] == ["打包视频 视频 00:00", "打包视频 视频 00:05"]
    assert {each.sha256 for each in shown} == {film().sha256}
    fitted = fit(shown, "", LIMITS)
    assert fitted.pictures
    assert fitted.left_out == ()


@pytest.mark.usefixtures("program")
def test_a_film_that_cannot_be_read_is_named() -> None:
    (left_out,) = fit(list(with_stills([film(b"no film")])), "", LIMITS).left_out
    assert left_out.zh == "凭证 1 打包视频：mp4 不能画成图片，要单独上传"


def test_without_ffmpeg_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (left_out,) = fit(list(with_stills([film()])), "", LIMITS).left_out
    assert "ffmpeg" in left_out.zh


def test_what_the_desk_wrote_is_drawn_as_lines_that_people_read() -> None:
    known = {"paid_at": "2026-06-01T02:03:04+00:00", "paid_fen": 12900, "sign_proof": "pin_code", "other": 1}
    record = {"ticket": "71", "order": "69", "known": known, "as_of": "2026-06-02T00:00:00+00:00"}
    assert lines_of(json.dumps(record).encode()) == [
        "售后单：71",
        "订单：69",
        "付款时间：2026-06-01 10:03:04",
        "实付金额：¥129.00",
        f"签收凭证：{VALUE_WORDS['pin_code'].zh}",
        "记录时间：2026-06-02 08:00:00",
    ]
    assert lines_of(b"no record") == []


def test_as_many_pictures_are_used_as_are_taken() -> None:
    first = contents().exhibits[0]
    shown = [replace(first, content=photo(each), kind="jpg", drawable=True) for each in range(6)]
    for most in (1, 2, 3, 4):
        assert len(fit(shown, "", Limits(most, 10**7, 500)).pictures) == most
    assert len(fit(shown[:2], "", Limits(4, 10**7, 500)).pictures) == 2
