"""Let a person carry it out in the platform's back office, with words that say what to do where."""

from aftersale.channels.manual.perform import ManualChannel

__all__ = ["ManualChannel"]
