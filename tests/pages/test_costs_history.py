"""What the shop's own history tells stands beside each figure with its cases; what it cannot tell says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from aftersale.api.costs import history_of
from aftersale.domain.money_legs import day_text, month_text
from aftersale.domain.roles import Role
from aftersale.finance.freight_history import return_freight
from aftersale.finance.models import MoneyLeg
from aftersale.negotiation.models import Negotiation, State
from aftersale.negotiation.part_refunds import part_refunds
from aftersale.tickets.models import Answer, OrderLine
from tests.api.desk import make_ticket, now
from tests.pages.desk import words_of

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def freight(ticket: Ticket, fen: int, at: datetime | None = None) -> None:
    moment = at or now()
    MoneyLeg.objects.create(
        shop=ticket.shop,
        ticket=ticket,
        kind="return_freight",
        fen=fen,
        liability="merchant",
        at=moment,
        day=day_text(moment),
        month=month_text(moment),
        source=f"hand:{MoneyLeg.objects.count()}",
    )


def agreed(ticket: Ticket, person: Person, fen: int, fault: str, *, paid: int = 10_000) -> None:
    """Agree on a part refund of goods whose fault a person has confirmed."""
    OrderLine.objects.filter(tickets=ticket).update(paid_fen=paid)
    Negotiation.objects.create(
        shop=ticket.shop,
        ticket=ticket,
        state=State.AGREED,
        begun_at=now(),
        begun_by=person,
        way="partial_refund",
        amount_fen=fen,
        ended_at=now(),
    )
    if fault:
        Answer.objects.create(ticket=ticket, fact="defect_severity", value=fault, person=person, at=now())


def test_return_freight_is_averaged_by_ticket_and_what_was_taken_back_is_no_case(shop: Shop) -> None:
    first, second, third, old = (make_ticket(shop, number) for number in range(1, 5))
    freight(first, 800)
    freight(first, 200)
    freight(second, 600)
    freight(third, 900)
    freight(third, -900)
    freight(old, 5_000, now() - timedelta(days=500))
    assert return_freight(shop.pk, now()) == {"return_freight_fen": (1_600, 2)}
    # A default of 10.00 that weighs as 20 cases, and two with 16.00 together.
    assert history_of(shop.pk, now())["return_freight_fen"].value == 982


def test_part_refunds_are_averaged_by_how_bad_the_fault_was(shop: Shop, people: dict[Role, Person]) -> None:
    agent = people[Role.AGENT]
    for number, (fen, fault) in enumerate(
        ((1_000, "minor"), (2_000, "minor"), (5_000, "major"), (3_000, ""), (20_000, "minor"), (10, "none")),
        1,
    ):
        agreed(make_ticket(shop, number), agent, fen, fault)
    told = part_refunds(shop.pk, now())
    assert told == {"minor_bp": (3_000, 2), "major_bp": (5_000, 1), "unsellable_bp": (0, 0)}


def test_of_a_ticket_the_newest_agreement_counts_and_the_last_answer(
    shop: Shop, people: dict[Role, Person]
) -> None:
    ticket = make_ticket(shop, 1)
    agreed(ticket, people[Role.AGENT], 1_000, "minor")
    agreed(ticket, people[Role.AGENT], 4_000, "major")
    assert part_refunds(shop.pk, now())["major_bp"] == (4_000, 1)
    assert part_refunds(shop.pk, now())["minor_bp"] == (0, 0)


def test_the_page_says_mean_prior_and_cases_and_what_no_history_tells(
    shop: Shop, lead: Visitor, people: dict[Role, Person]
) -> None:
    freight(make_ticket(shop, 1), 600)
    agreed(make_ticket(shop, 2), people[Role.AGENT], 3_600, "minor")
    said = words_of(lead.get("settings_costs_shop", shop.pk))
    # Twenty cases of the default and one of the shop: 206.00 by 21, and 336 % by 21.
    assert "¥9.81 按 1 例估计，很弱（平均 ¥6.00；起始估计 ¥10.00，按 20 例计" in said
    assert "16% 按 1 例估计，很弱（平均 36%；起始估计 15%，按 20 例计" in said
    assert "默认估计，没有实测 店里的历史数不出来，请自己定" in said
