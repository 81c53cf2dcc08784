"""Find a channel by the name that a shop has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin import Douyin
from aftersale.channels.kuaishou import Kuaishou
from aftersale.channels.manual import ManualChannel
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Channel

_ALL: tuple[Channel, ...] = (ManualChannel(), Douyin(), Kuaishou())
CHANNELS: Mapping[str, Channel] = {channel.name: channel for channel in _ALL}


class ChannelUnknown(AftersaleError):
    """Report a name that no channel has."""

    def __init__(self, name: str) -> None:
        known = ", ".join(CHANNELS)
        super().__init__(
            "channel.unknown",
            Text(zh=f"没有叫“{name}”的处理渠道。", en=f"There is no channel called {name}."),
            Text(zh=f"请在店铺设置里选择：{known}。", en=f"Choose one in the settings of the shop: {known}."),
        )


def channel_of(name: str) -> Channel:
    """Give a channel by its name; raises ChannelUnknown."""
    channel = CHANNELS.get(name)
    if channel is None:
        raise ChannelUnknown(name)
    return channel
