"""Estimates of how often something happens rest on a prior and on cases, and say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.policy.costs.estimate import FEW, WHOLE, Prior, averaged, estimated, share

PRIORS = st.builds(Prior, st.integers(0, WHOLE), st.integers(1, 200))


@pytest.mark.parametrize(
    ("hits", "cases", "wanted"),
    [
        (0, 0, 3_000),  # nothing seen: the prior itself
        (10, 10, 5_333),  # (0.3 * 20 + 10) / 30
        (0, 10, 2_000),  # (0.3 * 20) / 30
        (300, 1_000, 3_000),
    ],
)
def test_a_rate_is_the_prior_drawn_towards_the_cases(hits: int, cases: int, wanted: int) -> None:
    assert estimated(Prior(3_000, 20), hits, cases).bp == wanted


@given(PRIORS, st.integers(0, 500), st.integers(0, 500))
def test_a_rate_lies_between_the_prior_and_what_was_seen(prior: Prior, hits: int, more: int) -> None:
    cases = hits + more
    rate = estimated(prior, hits, cases).bp
    seen = WHOLE * hits // cases if cases else prior.value
    assert min(prior.value, seen) - 1 <= rate <= max(prior.value, seen) + 1


@given(PRIORS, st.integers(0, 100), st.integers(0, 100))
def test_one_more_hit_never_lowers_a_rate(prior: Prior, hits: int, more: int) -> None:
    cases = hits + more + 1
    assert estimated(prior, hits + 1, cases).bp >= estimated(prior, hits, cases).bp


def test_few_cases_are_called_few_up_to_the_day_they_are_not() -> None:
    prior = Prior(3_000, 20)
    assert estimated(prior, 1, FEW - 1).few
    assert not estimated(prior, 1, FEW).few


@pytest.mark.parametrize(("prior", "hits", "cases"), [((1, 1), 2, 1), ((1, 1), -1, 1), ((1, 0), 0, 0)])
def test_what_cannot_have_been_seen_is_refused(prior: tuple[int, int], hits: int, cases: int) -> None:
    with pytest.raises(ValueError, match="hits"):
        estimated(Prior(*prior), hits, cases)


@given(st.integers(0, 10**6), st.integers(1, 200), st.lists(st.integers(0, 10**6), max_size=50))
def test_a_mean_lies_between_the_prior_and_what_was_seen(prior: int, weight: int, amounts: list[int]) -> None:
    mean = averaged(Prior(prior, weight), sum(amounts), len(amounts))
    low, high = min([prior, *amounts]), max([prior, *amounts])
    assert low <= mean.value <= high
    assert mean.few is (len(amounts) < FEW)


@pytest.mark.parametrize(("total", "cases", "weight"), [(1, 0, 20), (-1, 1, 20), (0, -1, 20), (0, 0, 0)])
def test_amounts_without_cases_are_refused(total: int, cases: int, weight: int) -> None:
    with pytest.raises(ValueError, match="amounts"):
        averaged(Prior(1_000, weight), total, cases)


@given(st.integers(-(10**9), 10**9), st.integers(0, WHOLE))
def test_a_share_mirrors_its_sign_and_never_exceeds_the_whole(fen: int, bp: int) -> None:
    assert share(-fen, bp) == -share(fen, bp)
    assert abs(share(fen, bp)) <= abs(fen)
