"""Judge after-sale tickets of 抖店 and 快手小店, and say by which clause."""

from __future__ import annotations

__version__ = "0.1.0"
