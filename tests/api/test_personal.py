"""See that personal values leave the desk masked, are shown on a reason, and lie in no column in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.tickets.models import IdempotencyKey, Import, ParkedRow
from tests.api.desk import answer, caller, make_person, now

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db
PHONE = "13800138000"


def columns(table: str) -> str:
    """Give everything that a table holds, as it is stored."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr(cursor.fetchall())


def test_a_remark_is_masked_on_the_ticket(lead: Caller, ticket: Ticket) -> None:
    assert PHONE in ticket.remark
    remark = answer(lead.get(f"/tickets/{ticket.pk}"))["whole"]["ticket"]["remark"]
    assert remark
    assert PHONE not in remark


def test_a_remark_is_shown_on_a_reason_with_an_event_and_stored_nowhere(lead: Caller, ticket: Ticket) -> None:
    asked = {"field": "remark", "reason": "买家要求回电"}
    assert PHONE in answer(lead.post(f"/tickets/{ticket.pk}/unmask", asked))["value"]
    assert Event.objects.filter(kind="unmasked", subject_id=ticket.pk, actor=lead.person.pk).count() == 1
    assert not IdempotencyKey.objects.exists()


def test_who_may_not_unmask_is_shown_nothing(shop: Shop, ticket: Ticket) -> None:
    reader = caller(make_person("看的人", Role.READ_ONLY, shop))
    refused = reader.post(f"/tickets/{ticket.pk}/unmask", {"field": "remark", "reason": "想看"})
    assert refused.status_code == 403
    assert PHONE not in refused.content.decode()


def test_a_stored_answer_lies_encrypted(lead: Caller, ticket: Ticket) -> None:
    answer(lead.post(f"/tickets/{ticket.pk}/notes", {"text": "x"}), 201)
    assert IdempotencyKey.objects.get().body.startswith("{")
    assert "sequence" not in columns("tickets_idempotencykey")


def test_why_a_row_was_parked_repeats_no_cell_in_clear(shop: Shop) -> None:
    batch = Import.objects.create(shop=shop, digest="d", created_at=now())
    reason = {"zh": f"“{PHONE}”不是时间", "en": f"{PHONE} is no time"}
    ParkedRow.objects.create(batch=batch, shop=shop, sheet="a.csv", row=2, code="bad_time", reason=reason)
    assert ParkedRow.objects.get().reason == reason
    assert PHONE not in columns("tickets_parkedrow")
