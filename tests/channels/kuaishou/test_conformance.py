"""Hold 快手小店 to what every channel must keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.kuaishou import Kuaishou
from aftersale.channels.registry import channel_of
from tests.channels.conformance import Bench, ChannelConformance
from tests.channels.kuaishou.platform import FAULTS, Platform

if TYPE_CHECKING:
    from aftersale.channels.interface import Interface


class TestKuaishou(ChannelConformance):
    @pytest.fixture
    def bench(self) -> Bench:
        platform = Platform()
        broken = {
            name: (partial(Platform, faults=[body]), expected) for name, (body, expected) in FAULTS.items()
        }
        # Broken hands are fresh each time: what is wished for is decided on the version that they show.
        return Bench(Kuaishou(), platform, lambda: platform.effects, broken, platform.wished)


def test_it_is_found_by_its_name_and_is_a_whole_interface() -> None:
    interface: Interface = Kuaishou()
    assert channel_of("kuaishou") == interface
