"""Give disputes a ticket that the platform asks evidence for, people, and jobs that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Disputed, Source, Turn
from aftersale.disputes.following import follow
from aftersale.disputes.models import Case
from aftersale.domain.roles import Role
from aftersale.jobs import door
from aftersale.tickets.models import Ticket
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.vault import packs
from tests.api.desk import make_person
from tests.tickets.taking.notices import APPLIED, ASKED, NOW, origin, shop, took

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person, Shop

NUMBER = f"{ASKED.ticket_no}_001"
DUE = NOW + timedelta(hours=20)


@pytest.fixture(autouse=True)
def jobs_that_wait() -> None:
    for name in (PERFORM, packs.JOB):
        if name not in door.registered():
            door.register(name, lambda _id, _now: None)


@pytest.fixture
def own_shop() -> Shop:
    return shop()


@pytest.fixture
def agent(own_shop: Shop) -> Person:
    return make_person("小王", Role.AGENT, own_shop)


@pytest.fixture
def lead(own_shop: Shop) -> Person:
    return make_person("周敏", Role.LEAD, own_shop)


def says(of: Shop, hours: float, state: str, **said: object) -> None:
    """Let the platform say how the dispute stands, some hours after noon of the story."""
    at = NOW + timedelta(hours=hours)
    ended, more = bool(said.pop("ended", False)), said.pop("facts", {})
    told: dict[str, object] = {"number": NUMBER, "opened_at": NOW, "changed_at": at, **said}
    turn = Turn.MERCHANT if state == "evidence_due" else Turn.PLATFORM
    facts = {**ASKED.facts, "merchant_response": "rejected", "rejected": True, **more}  # type: ignore[dict-item]  # facts
    if ended:
        facts = {name: value for name, value in facts.items() if name != "status_deadline"}
    notice = replace(
        ASKED,
        open=not ended,
        turn=Turn.DONE if ended else turn,
        status=f"平台介入 {state} {hours}",
        newest_at=at,
        version=str(int(at.timestamp())),
        facts={**facts, **({"refunded_fen": 12900} if ended and said.get("favours") == "buyer" else {})},
        dispute=Disputed(state, **told),  # type: ignore[arg-type]  # by name
    )
    took(of, [notice], origin(Source.API, at, at))


def opened(of: Shop, **said: object) -> Case:
    """Open a dispute that waits for evidence, and let the desk follow."""
    says(of, 0, "evidence_due", due_at=DUE, wants="请上传照片", **said)
    follow(NOW)
    return Case.objects.get(ticket__shop=of)


def again(case: Case, at: datetime) -> Case:
    """Let the desk follow, and read the case again."""
    follow(at)
    return Case.objects.select_related("ticket__shop", "pack").get(pk=case.pk)


def ticket_of(case: Case) -> Ticket:
    return Ticket.objects.get(pk=case.ticket_id)


__all__ = ["APPLIED", "DUE", "NOW", "NUMBER", "again", "opened", "says", "ticket_of"]
