"""Read the sheet in which a warehouse writes down what came back."""

from aftersale.channels.receipts.read import Line, Parcel, Reading, read_receipts

__all__ = ["Line", "Parcel", "Reading", "read_receipts"]
