"""Costs are the sum of parts worked out by hand, each with the figures that it was made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.policy.costs.compare import Case, Costed, compared, costed, out_of_stock
from aftersale.policy.costs.estimate import Prior, estimated
from aftersale.policy.costs.figures import SPECS, Origin, figures_of
from aftersale.policy.costs.rank import CRITERIA, PRESETS, placed, ranked
from aftersale.policy.costs.ways import VOLUNTARY, WAYS, Meets, Step
from tests.policy.books import book

DEFAULTS = figures_of({}, {}, {})
# A cup of 129 yuan, paid 118.30, that arrived cracked; the buyer asks for all of it.
CUP = Case(
    price_fen=11_830,
    refundable_fen=11_830,
    asked_fen=11_830,
    fault="major",
    shop_pays_back=True,
    sound=False,
    in_stock=True,
)


def by_step(way: Costed) -> dict[Step, int]:
    return {part.step: part.fen for part in way.parts}


def test_a_refund_without_return_costs_the_refund_and_little_more() -> None:
    way = costed("refund_no_return", CUP, DEFAULTS)
    # Dispute: 2 % of (2,000 + 60 % of the score's 3,000) = 76; buyer: 1,000 less 60 %.
    assert by_step(way) == {Step.REFUND: 11_830, Step.DISPUTE: 76, Step.BUYER: 400}
    assert (way.net_fen, way.gives_fen, way.meets) == (12_306, 11_830, Meets.GIVEN)


def test_a_return_of_faulty_goods_recovers_little() -> None:
    way = costed("return_refund", CUP, DEFAULTS)
    # Cost of goods 5,915, of which 20 % comes back.
    assert by_step(way)[Step.RECOVERED] == -1_183
    assert by_step(way)[Step.BACK] == 1_000
    assert way.net_fen == 11_830 + 1_000 + 200 - 1_183 + 76 + 400


def test_a_return_at_the_buyers_cost_of_sound_goods_recovers_most() -> None:
    way = costed("return_refund", replace(CUP, shop_pays_back=False, sound=True), DEFAULTS)
    assert by_step(way)[Step.BACK] == 0
    assert by_step(way)[Step.RECOVERED] == -5_324  # 5,915 * 90 %, half a fen up


def test_goods_that_never_left_are_still_there() -> None:
    way = costed("refund_full_unshipped", CUP, DEFAULTS)
    assert by_step(way)[Step.KEPT_HERE] == -5_915


def test_a_part_refund_follows_the_severity_and_never_exceeds_what_can_be_refunded() -> None:
    assert by_step(costed("partial_refund", CUP, DEFAULTS))[Step.PART_REFUND] == 4_732
    minor = costed("partial_refund", replace(CUP, fault="minor"), DEFAULTS)
    assert by_step(minor)[Step.PART_REFUND] == 1_775  # 1,774.5
    capped = costed("partial_refund", replace(CUP, fault="unsellable", refundable_fen=5_000), DEFAULTS)
    assert by_step(capped)[Step.PART_REFUND] == 5_000


def test_a_part_that_is_all_the_buyer_asks_for_counts_as_given() -> None:
    assert costed("partial_refund", CUP, DEFAULTS).meets is Meets.PART
    assert costed("partial_refund", replace(CUP, asked_fen=4_732), DEFAULTS).meets is Meets.GIVEN
    assert costed("partial_refund", replace(CUP, asked_fen=4_733), DEFAULTS).meets is Meets.PART


def test_a_refusal_may_cost_more_than_it_saves() -> None:
    way = costed("reject", CUP, DEFAULTS)
    # 30 % of (2,000 + 60 % of (11,830 + 3,000)) = 30 % of 10,898.
    assert by_step(way) == {Step.TALK: 300, Step.DISPUTE: 3_269, Step.BUYER: 900}
    assert way.gives_fen == 0


def test_a_coupon_costs_its_use_and_gives_its_face() -> None:
    way = costed("coupon", CUP, DEFAULTS)
    assert by_step(way)[Step.COUPON] == 400
    assert way.gives_fen == 1_000


def test_an_exchange_gives_goods_at_their_price() -> None:
    way = costed("exchange", CUP, DEFAULTS)
    assert way.gives_fen == CUP.price_fen
    assert by_step(way)[Step.NEW_GOODS] == 5_915


def test_what_nobody_has_looked_at_recovers_by_how_much_comes_back_sound() -> None:
    way = costed("return_refund", replace(CUP, sound=None), DEFAULTS)
    # 80 % of 5,324 (in order) is 4,259.2; 20 % of 1,183 (faulty) is 236.6: 4,259 + 237.
    assert by_step(way)[Step.RECOVERED] == -4_496
    recovered = next(part for part in way.parts if part.step is Step.RECOVERED)
    assert "sound_bp" in [figure.name for figure in recovered.figures]


def test_an_upgrade_is_an_exchange_for_something_better() -> None:
    upgrade, exchange = (costed(name, CUP, DEFAULTS) for name in ("upgrade", "exchange"))
    # The price gap of 20.00 and one more round of talk, 3.00.
    assert upgrade.net_fen - exchange.net_fen == 2_000 + 300
    assert upgrade.gives_fen == exchange.gives_fen


def test_a_gift_is_worth_to_the_buyer_what_the_shop_says_and_costs_what_it_costs() -> None:
    way = costed("gift", replace(CUP, worth={"gift": 1_500}), DEFAULTS)
    assert way.gives_fen == 1_500
    assert by_step(way)[Step.GIFT] == 600


def test_work_costs_its_minutes_at_the_wage_of_an_hour() -> None:
    figures = figures_of({"inspect_min": 4, "wage_fen": 2_550}, {}, {})
    # 4 minutes at 25.50 yuan an hour are 1.70 yuan.
    assert by_step(costed("return_refund", CUP, figures))[Step.INSPECT] == 170


def test_what_the_law_grants_stands_above_what_ranks_better() -> None:
    only_cost = dict.fromkeys(CRITERIA, 0) | {"cost": 1}
    ways = compared(["return_refund", "refund_no_return"], CUP, DEFAULTS, ["coupon", "gift"])
    found = ranked(ways, CUP, only_cost)
    assert [each.way.name for each in found[-2:]] == ["refund_no_return", "return_refund"]
    names = [each.way.name for each in placed(found, {"return_refund", "refund_no_return"})]
    assert names[:2] == ["refund_no_return", "return_refund"]
    assert names[2:] == [each.way.name for each in found[:-2]]


def test_each_number_tells_where_it_comes_from() -> None:
    figures = figures_of(
        {"goods_cost_bp": 3_000, "dispute_given_bp": 100},
        {
            "coupon_use_bp": estimated(Prior(4_000, 20), 3, 4),
            "dispute_given_bp": estimated(Prior(200, 20), 0, 50),
            "keep_part_bp": estimated(Prior(4_000, 20), 0, 0),
        },
        {"return_freight_fen": 730},
    )
    told = {name: (figure.value, figure.origin, figure.few) for name, figure in figures.items()}
    assert told["return_freight_fen"] == (730, Origin.FACT, False)
    assert told["goods_cost_bp"] == (3_000, Origin.SETTING, False)
    assert told["dispute_given_bp"] == (100, Origin.SETTING, False)
    assert told["coupon_use_bp"] == (4_583, Origin.HISTORY, True)
    assert told["keep_part_bp"] == (4_000, Origin.DEFAULT, False)
    assert costed("coupon", CUP, figures).parts[0].figures[1].cases == 4


def test_a_figure_that_averages_is_the_mean_of_its_amounts_and_any_other_one_a_rate() -> None:
    freight = SPECS["return_freight_fen"].estimated(6_000, 4)
    assert (freight.value, freight.cases, freight.few) == (1_083, 4, True)
    lost = SPECS["lost_bp"].estimated(3, 4)
    assert lost.value == 6_250
    figures = figures_of({}, {"return_freight_fen": freight, "lost_bp": lost}, {})
    assert (figures["return_freight_fen"].value, figures["return_freight_fen"].origin) == (
        1_083,
        Origin.HISTORY,
    )
    assert figures["lost_bp"].value == 6_250


def test_the_prior_of_a_figure_is_its_default() -> None:
    assert SPECS["lost_bp"].prior == Prior(6_000, 20)


def test_a_remedy_that_moves_nothing_is_not_compared() -> None:
    ways = compared(["ask", "refund_no_return", "legal_aid", "refund_no_return"], CUP, DEFAULTS, offered=())
    assert [way.name for way in ways] == ["refund_no_return"]


def test_every_way_but_gifts_and_upgrades_is_a_remedy_of_the_rulebook() -> None:
    assert set(WAYS) - set(book().remedies) == {"gift", "upgrade"}


AMOUNTS = st.integers(0, 1_000_000)
CASES = st.builds(
    Case,
    price_fen=AMOUNTS,
    refundable_fen=AMOUNTS,
    asked_fen=AMOUNTS,
    fault=st.sampled_from(["none", "minor", "major", "unsellable"]),
    shop_pays_back=st.booleans(),
    sound=st.booleans(),
    in_stock=st.booleans(),
)


@given(CASES)
def test_every_way_is_the_sum_of_its_parts_and_gives_nothing_negative(case: Case) -> None:
    ways = compared(WAYS, case, DEFAULTS)
    assert {way.name for way in ways} | set(out_of_stock(WAYS, case)) == set(WAYS)
    for way in ways:
        assert way.net_fen == sum(part.fen for part in way.parts)
        assert way.gives_fen >= 0


@given(CASES, st.sampled_from(sorted(PRESETS)))
def test_points_stay_within_their_scale_and_offers_are_marked(case: Case, preset: str) -> None:
    found = ranked(compared(["refund_no_return"], case, DEFAULTS), case, PRESETS[preset])
    assert {each.way.name for each in found if each.way.agreed} == set(VOLUNTARY)
    for each in found:
        assert set(each.points) == set(CRITERIA)
        assert all(0 <= points <= 100 for points in each.points.values())
        assert 0 <= each.total <= 10_000


def test_a_preset_moves_the_order() -> None:
    ways = compared(["refund_no_return", "return_refund"], CUP, DEFAULTS)
    first = {preset: ranked(ways, CUP, weights)[0].way.name for preset, weights in PRESETS.items()}
    assert first["score"] != first["cost"]


def test_of_two_with_the_same_points_the_buyer_gets_the_one_that_gives_more() -> None:
    less = Costed("coupon", 500, 1_000, (), agreed=True, meets=Meets.GIVEN)
    more = Costed("gift", 500, 1_000, (), agreed=True, meets=Meets.GIVEN)
    only_cost = dict.fromkeys(CRITERIA, 0) | {"cost": 1}
    found = ranked([less, replace(more, gives_fen=1_001)], CUP, only_cost)
    assert [each.way.name for each in found] == ["gift", "coupon"]


def test_what_needs_goods_that_are_not_in_stock_is_no_way_and_is_named() -> None:
    case = replace(CUP, in_stock=False)
    assert out_of_stock([*WAYS, "ask"], case) == ("exchange", "reship", "reship_missing")
    assert out_of_stock(WAYS, CUP) == ()
    points = {
        each.way.name: each.points for each in ranked(compared(WAYS, case, DEFAULTS), case, PRESETS["cost"])
    }
    assert set(WAYS) - set(points) == {"exchange", "reship", "reship_missing"}
    assert points["refund_no_return"]["feasible"] == 100
    assert points["coupon"]["feasible"] == points["gift"]["feasible"] == 60


def test_without_a_price_or_a_demand_nothing_divides_by_nothing() -> None:
    case = replace(CUP, price_fen=0, refundable_fen=0, asked_fen=0)
    (found,) = ranked([costed("coupon", case, DEFAULTS)], case, PRESETS["balanced"])
    assert (found.points["demand"], found.points["cost"]) == (0, 100)


@pytest.mark.parametrize("weights", [dict.fromkeys(CRITERIA, 0), dict.fromkeys(CRITERIA, 1) | {"cost": -1}])
def test_weights_that_say_nothing_are_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        ranked([costed("coupon", CUP, DEFAULTS)], CUP, weights)
