"""A platform fetches one picture by its signed address, for two days; nothing else is to be had there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

from aftersale.evidence.models import StoredFile
from aftersale.pages.evidence_out import LASTS_S, addresses_of
from tests.pages.test_disputes import case, job

if TYPE_CHECKING:
    from django.conf import LazySettings

    from aftersale.disputes.models import Case

pytestmark = pytest.mark.django_db
__all__ = ["case", "job"]
DESK = "https://desk.example.com"


@pytest.fixture(autouse=True)
def _public(settings: LazySettings) -> None:
    settings.PUBLIC_URL = DESK
    cache.clear()


def address(of: Case, number: int = 1) -> str:
    assert of.pack is not None
    return addresses_of(of.pack, number)[-1].removeprefix(DESK)


def test_who_has_the_address_gets_the_picture_and_keeps_no_copy(case: Case) -> None:
    answer = Client().get(address(case))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies


@pytest.mark.parametrize(("seconds", "status"), [(-3_600, 200), (-60, 200), (60, 404), (86_400, 404)])
def test_it_is_over_after_two_days(
    case: Case, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    made_at = time.time() - LASTS_S - seconds
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: made_at)
        known = address(case)
    assert Client().get(known).status_code == status


def test_nobody_makes_an_address_of_another_picture_pack_or_file(case: Case) -> None:
    token = address(case).removeprefix("/shown/").removesuffix(".jpg")
    said, _, signature = token.partition(".")
    pack, _, number = said.partition("-")
    forged = [f"{pack}-{int(number) + 1}", f"{int(pack) + 1}-{number}", f"{pack}-text", f"{pack}-..", "x"]
    for other in forged:
        assert Client().get(f"/shown/{other}.{signature}.jpg").status_code == 404
    assert Client().get(address(case, 99)).status_code == 404


def test_a_picture_that_is_gone_or_broken_looks_like_one_that_never_was(
    case: Case, settings: LazySettings
) -> None:
    known = address(case)
    file = StoredFile.objects.get(packs=case.pack)
    (Path(settings.FILES) / file.path).write_bytes(b"broken")
    assert Client().get(known).status_code == 404
