from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from aftersale.evidence.models import Event
from aftersale.returns.counted import Counted, CountedLine, counted, digest_of, summed
from aftersale.returns.models import Match, Parcel, ParcelLine
from aftersale.tickets.models import Answer, Ticket
from tests.returns.bench import book, coming_back, is_whole, person
from tests.tickets.taking.notices import NOW, shop

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

ARTICLES = ("CUP-350-BL", "DRS-M", "")
LINES = st.builds(
    CountedLine,
    st.sampled_from(ARTICLES),
    st.integers(0, 3),
    st.integers(0, 2),
    st.none() | st.integers(0, 3),
)
PARCELS = st.builds(
    Counted,
    waybill=st.sampled_from(("SF1", "SF2", "SF3", "YT9")),
    lines=st.lists(LINES, max_size=3).map(tuple),
    order_no=st.just(""),
    weight_g=st.none() | st.integers(0, 3000),
    remark=st.sampled_from(("", "湿了")),
    arrived_at=st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours)),
)
ONE_EACH = st.lists(PARCELS, max_size=4, unique_by=lambda told: told.waybill)


def state_of(of: Shop) -> object:
    """Give everything that was booked in a shop, without ids and times of booking."""
    parcels = Parcel.objects.filter(shop=of).order_by("waybill")
    mine = {"parcel__shop": of}
    return (
        list(parcels.values_list("waybill", "matched_by", "weight_g", "arrived_at")),
        sorted(ParcelLine.objects.filter(**mine).values_list("parcel__waybill", "article_no", "good", "bad")),
        sorted(
            (waybill, ticket, tuple(odd))
            for waybill, ticket, odd in Match.objects.filter(**mine).values_list(
                "parcel__waybill", "ticket__ticket_no", "classes"
            )
        ),
        sorted(
            Ticket.objects.filter(shop=of).values_list(
                "ticket_no", "goods_state", "proposal", "rule_id", "step"
            )
        ),
        sorted(
            (number, fact, str(value))
            for number, fact, value in Answer.objects.filter(ticket__shop=of).values_list(
                "ticket__ticket_no", "fact", "value"
            )
        ),
    )


def bench(name: str) -> Shop:
    of = shop(name)
    coming_back(of, 1, return_waybill="SF1")
    coming_back(of, 2, return_waybill="SF2")
    coming_back(of, 3, return_waybill="SF2", article_no="DRS-M", product_id="9")
    return of


@pytest.mark.django_db
class TestParcels(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(parcels=ONE_EACH, data=st.data())
    def test_the_same_parcels_in_any_order_and_number_end_in_the_same_state(
        self, parcels: list[Counted], data: st.DataObject
    ) -> None:
        one, other, chen = bench("一店"), bench("二店"), person()
        book(one, chen, *parcels)
        again = data.draw(st.lists(st.sampled_from(parcels), max_size=4)) if parcels else []
        shuffled = data.draw(st.permutations([*parcels, *again]))
        book(other, chen, *shuffled)
        assert state_of(one) == state_of(other)
        events = [Event.objects.filter(shop=of).count() for of in (one, other)]
        assert events[0] == events[1]
        assert all(is_whole(ticket) for ticket in Ticket.objects.all())
        assert all(is_whole(parcel) for parcel in Parcel.objects.all())


@given(told=PARCELS, data=st.data())
def test_the_order_of_lines_and_blanks_around_make_no_other_parcel(
    told: Counted, data: st.DataObject
) -> None:
    lines = tuple(data.draw(st.permutations(told.lines)))
    same = Counted(f" {told.waybill.lower()} ", lines, "", told.weight_g, f"{told.remark} ", told.arrived_at)
    assert digest_of(counted(same)) == digest_of(counted(told))


@given(lines=st.lists(LINES, max_size=6))
def test_summing_lines_loses_no_piece(lines: list[CountedLine]) -> None:
    made = summed(lines)
    assert sum(line.good for line in made) == sum(line.good for line in lines)
    assert sum(line.bad for line in made) == sum(line.bad for line in lines)
    assert len({line.article_no for line in made}) == len(made)
    assert summed(made) == made
