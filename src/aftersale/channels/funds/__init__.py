"""Read what the platforms say of a shop's money: fund flow (动账) and settlement exports."""

from aftersale.channels.funds.read import FundReader, Movement, Note, Taken
from aftersale.channels.funds.words import SheetKind

__all__ = ["FundReader", "Movement", "Note", "SheetKind", "Taken"]
