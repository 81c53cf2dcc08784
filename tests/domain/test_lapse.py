from __future__ import annotations

import pytest

from aftersale.domain.lapse import Lapse

_TIED, _WALL, _HOUR = 1_000_000_000, 5_000, 3_600_000


@pytest.mark.parametrize(
    ("lapse", "wall_ms", "told"),
    [
        (Lapse(_TIED, _WALL, 1.0), _WALL + 700, _TIED + 700),
        (Lapse(_TIED, _WALL, 0.0), _WALL + 700, _TIED),
        (Lapse(_TIED, _WALL, 320.0), _WALL + 1_000, _TIED + 320_000),
        (Lapse(_TIED, _WALL, 320.0), _WALL - 1_000, _TIED),
        (Lapse(_TIED, _WALL, 0.0, _TIED + _HOUR), _WALL + 700, _TIED),
    ],
)
def test_a_made_up_clock_runs_as_fast_as_it_is_told_and_never_back(
    lapse: Lapse, wall_ms: int, told: int
) -> None:
    assert lapse.at(wall_ms) == told


def test_a_lapse_that_ends_goes_on_like_the_wall_from_its_end_without_a_jump() -> None:
    lapse = Lapse(_TIED, _WALL, 360.0, _TIED + _HOUR)
    assert lapse.at(_WALL + 10_000) == _TIED + _HOUR
    assert lapse.at(_WALL + 9_000) == _TIED + _HOUR - 360_000
    assert lapse.at(_WALL + 12_500) == _TIED + _HOUR + 2_500
    told = [lapse.at(_WALL + each) for each in range(0, 20_000, 37)]
    assert told == sorted(told)


def test_only_a_lapse_with_an_end_ahead_ends() -> None:
    assert Lapse(_TIED, _WALL, 2.0, _TIED + 1).ends
    assert not Lapse(_TIED, _WALL, 2.0, _TIED).ends
    assert not Lapse(_TIED, _WALL, 0.0, _TIED + 1).ends
    assert not Lapse(_TIED, _WALL, 2.0).ends
