"""Read the sheet in which a warehouse writes down what came back."""

from aftersale.channels.receipts.read import (
    Line,
    Parcel,
    Reading,
    is_warehouse_sheet,
    read_receipts,
    waybill_in,
)

__all__ = ["Line", "Parcel", "Reading", "is_warehouse_sheet", "read_receipts", "waybill_in"]
