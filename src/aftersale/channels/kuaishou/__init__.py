"""Speak to the open platform of 快手小店: signing, tokens, lists, actions, pushes; its codes stop here."""

from aftersale.channels.kuaishou.channel import Kuaishou

__all__ = ["Kuaishou"]
