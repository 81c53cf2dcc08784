from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.models import Event
from aftersale.jobs.crew import Crew
from aftersale.tickets import import_run
from aftersale.tickets.imports import Given, cancel_import, run_import, start_import
from aftersale.tickets.models import ParkedRow, SharedText, StoredDecision, Ticket
from aftersale.tickets.preparing import helpers_for
from tests.tickets.taking.notices import NOW, shop
from tests.tickets.taking.sheets import PAID, counts, imported, row, sheet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
_EVERY = 40


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two helpers and small pieces serve the smallest sheet."""
    monkeypatch.setattr(import_run, "helpers_for", lambda _rows: 2)
    monkeypatch.setattr(import_run, "ROWS", 7)


def rows() -> list[list[str]]:
    """Write rows of each kind: new, changed, unreadable, contradicting itself, standing there twice."""
    bad = ["", *row(30)[1:]]
    early = row(31, PAID, 商家退款时间="2026-06-01 08:59:00")
    return [*(row(n, PAID if n % 5 == 0 else "待商家处理") for n in range(30)), bad, early, row(3)]


def standing() -> list[object]:
    """Give what an import left, but for the sheet's own name."""
    return [
        list(
            Ticket.objects.order_by("ticket_no").values_list("ticket_no", "tab", "notice_digest", "sequence")
        ),
        list(Event.objects.filter(subject_kind="ticket").order_by("id").values_list("sequence", "kind")),
        list(
            StoredDecision.objects.order_by("ticket__ticket_no", "id").values_list("rule_id", "facts", "dues")
        ),
        sorted(SharedText.objects.values_list("digest", flat=True)),
        sorted(ParkedRow.objects.values_list("row", "code")),
    ]


@pytest.mark.usefixtures("helped")
def test_helpers_leave_what_an_import_without_them_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(4)]), of)
    with_helpers = counts(imported(sheet(tmp_path / "b.csv", rows()), of))
    left = standing()
    _empty()
    monkeypatch.setattr(import_run, "helpers_for", lambda _rows: 0)
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(4)]), of)
    assert counts(imported(sheet(tmp_path / "c.csv", rows()), of)) == with_helpers
    assert standing() == left
    assert with_helpers["new"] > _EVERY // 2


def _empty() -> None:
    from django.apps import apps  # noqa: PLC0415

    from aftersale.evidence.models import PersonalValue  # noqa: PLC0415
    from aftersale.tickets.models import Action, Buyer, Deadline, Import, OrderLine, SearchText  # noqa: PLC0415

    assert apps.ready
    for model in (
        *(PersonalValue, ParkedRow, Import, SearchText, Deadline, Action, StoredDecision, Event, Ticket),
        *(Buyer, OrderLine, SharedText),
    ):
        model._base_manager.all().delete()  # noqa: SLF001  # no filter hides rows


@pytest.mark.usefixtures("helped")
def test_an_import_whose_helpers_are_killed_ends_as_one_that_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crews: list[Crew[object, object]] = []

    def noted(crew: Crew[object, object]) -> Crew[object, object]:
        crews.append(crew)
        return crew

    monkeypatch.setattr(Crew, "__enter__", noted)
    left = iter(range(5, -1, -1))

    def kill_after_five() -> None:
        if next(left, None) == 0:
            for helper in list(crews[0]._helpers):  # noqa: SLF001  # what the system may kill
                os.kill(helper._process.pid, signal.SIGTERM)  # noqa: SLF001  # as above

    made = start_import(Given([sheet(tmp_path / "a.csv", [row(n) for n in range(60)])], shop()), None, NOW)
    done = run_import(made.pk, lambda: NOW, kill_after_five)
    assert done is not None
    assert counts(done) == {"rows": 60, "new": 60}


@pytest.mark.usefixtures("helped")
def test_an_import_with_helpers_can_be_cancelled(tmp_path: Path) -> None:
    made = start_import(Given([sheet(tmp_path / "a.csv", [row(n) for n in range(60)])], shop()), None, NOW)
    read = iter(range(20, -1, -1))
    done = run_import(made.pk, lambda: NOW, lambda: next(read, None) == 0 and cancel_import(made.pk))
    assert done is not None
    assert (done.state, Ticket.objects.count()) == ("cancelled", 0)


def test_a_small_sheet_asks_for_no_helper() -> None:
    assert helpers_for(500) == 0
    assert helpers_for(100_000) in range(5)
