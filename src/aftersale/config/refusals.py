"""Refuse what the desk will not do, with the next step."""

from __future__ import annotations

from aftersale.domain.errors import AftersaleError


class DeskRefused(AftersaleError):
    """Stop a command of the desk before anything was changed."""
