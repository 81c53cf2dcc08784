"""Speak to 抖店: its codes, signatures and fields stop in this folder."""

from aftersale.channels.douyin.channel import Douyin

__all__ = ["Douyin"]
