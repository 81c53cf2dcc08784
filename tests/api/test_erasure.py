"""A buyer asks: a plan is shown, confirmed by its digest, carried out, and what the law holds stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.tickets.models import Buyer, Erasure, IdempotencyKey, Ticket
from tests.api.desk import answer, caller, make_person, now
from tests.tickets.privacy.desk import make_buyer, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=5 * 366)


@pytest.fixture
def owner(shop: Shop) -> Caller:
    return caller(make_person("店主", Role.OWNER, shop))


@pytest.fixture
def free(shop: Shop) -> Ticket:
    at = now() - LONG_AGO
    return make_ticket(make_buyer(shop), applied_at=at, ended_at=at, observed_at=at)


@pytest.fixture
def held(free: Ticket) -> Ticket:
    assert free.buyer
    return make_ticket(free.buyer, "7100000000000000002", open=True, lane="ours", ended_at=None)


def plan_of(owner: Caller, ticket: Ticket) -> dict[str, Any]:
    plan: dict[str, Any] = answer(owner.get(f"/tickets/{ticket.pk}/erasure"))
    return plan


def confirm(owner: Caller, ticket: Ticket, plan: dict[str, Any], reason: str = "withdrawn") -> Any:  # noqa: ANN401
    return owner.post(f"/tickets/{ticket.pk}/erasure", {"digest": plan["digest"], "reason": reason})


def test_a_plan_names_what_would_go_and_what_is_held_and_changes_nothing(
    owner: Caller, free: Ticket, held: Ticket
) -> None:
    events = Event.objects.count()
    plan = plan_of(owner, free)
    assert [(one["ticket_no"], [hold["kind"] for hold in one["holds"]]) for one in plan["tickets"]] == [
        (free.ticket_no, []),
        (held.ticket_no, ["open"]),
    ]
    assert plan["tickets"][0]["what"]
    assert plan["tickets"][1]["holds"][0]["clauses"]
    assert (plan["whole"], set(plan["grounds"])) == (
        False,
        {"purpose", "ended", "withdrawn", "unlawful", "other"},
    )
    assert Event.objects.count() == events


def test_a_confirmed_plan_erases_what_is_free_and_dates_the_rest(
    owner: Caller, free: Ticket, held: Ticket
) -> None:
    done = answer(confirm(owner, free, plan_of(owner, free)))
    assert (done["erased"], [one["ticket_no"] for one in done["held"]]) == (
        [free.ticket_no],
        [held.ticket_no],
    )
    free.refresh_from_db()
    held.refresh_from_db()
    assert (free.remark, free.buyer) == ("", None)
    assert held.remark
    assert Event.objects.filter(kind="erased", subject_id=free.pk, actor=owner.person.pk).exists()
    assert Erasure.objects.get(ticket_no=held.ticket_no).next_at is not None
    assert "小明" not in IdempotencyKey.objects.get().body


def test_a_buyer_without_anything_held_is_nobody_afterwards(owner: Caller, free: Ticket) -> None:
    assert answer(confirm(owner, free, plan_of(owner, free)))["whole"] is True
    assert Buyer.objects.get().contact == ""
    refused = owner.get(f"/tickets/{free.pk}/erasure")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "erasure.no_buyer")


def test_a_plan_that_is_no_longer_true_is_refused(owner: Caller, free: Ticket) -> None:
    plan = plan_of(owner, free)
    Ticket.objects.filter(pk=free.pk).update(open=True)
    refused = confirm(owner, free, plan)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "erasure.outdated")
    free.refresh_from_db()
    assert free.remark


def test_a_ground_that_the_law_does_not_name_is_refused(owner: Caller, free: Ticket) -> None:
    assert confirm(owner, free, plan_of(owner, free), "because").status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_nobody_but_the_owner_sees_a_plan_or_erases(role: Role, shop: Shop, free: Ticket) -> None:
    other = caller(make_person("同事", role, shop))
    assert other.get(f"/tickets/{free.pk}/erasure").status_code == 403
    assert confirm(other, free, {"digest": "x"}).status_code == 403
    free.refresh_from_db()
    assert free.remark
