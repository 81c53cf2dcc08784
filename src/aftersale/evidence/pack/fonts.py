"""Know where the Chinese font lies that goes into what is printed and drawn."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE, _FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"


@cache
def folder() -> Path:
    """Give the folder of the font; raises FileNotFoundError where the package is not installed."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None or not (Path(spec.origin).parent / _FILE).exists():
        raise FileNotFoundError(f"{_FILE} of {_PACKAGE}")
    return Path(spec.origin).parent


def font() -> Path:
    """Give the file of the font."""
    return folder() / _FILE
