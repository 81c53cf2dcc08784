"""Read csv and xlsx exports of 抖店 and 快手小店, by the names of their columns and never by position."""

from aftersale.channels.spreadsheet.layout import NO_MAP
from aftersale.channels.spreadsheet.maps import SheetMap, load_map, parse_map
from aftersale.channels.spreadsheet.reader import Forms, RawRow, SheetReader, Tally, Whose, read, read_rows
from aftersale.channels.spreadsheet.workbook import Limits

__all__ = [
    "NO_MAP",
    "Forms",
    "Limits",
    "RawRow",
    "SheetMap",
    "SheetReader",
    "Tally",
    "Whose",
    "load_map",
    "parse_map",
    "read",
    "read_rows",
]
