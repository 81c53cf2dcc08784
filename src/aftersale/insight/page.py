"""Write a comparison as one self-contained page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.insight.tickets import Kind
from aftersale.texts import translator
from aftersale.web.report import page

if TYPE_CHECKING:
    from aftersale.insight.options import WhatIfOptions
    from aftersale.insight.report import Report
    from aftersale.policy.rulebook import Rulebook

# So many lines of a part stand open; the others are one touch away.
_OPEN_LINES = 8


def page_of(report: Report, options: WhatIfOptions, books: tuple[Rulebook, Rulebook], kind: Kind) -> str:
    """Fill the template; it holds ticket numbers, names of articles and figures, nothing of a buyer."""
    _ = translator(options.lang)
    by_sheet = _(
        "Each ticket is judged at its own time of decision: a finished one when the shop first answered, "
        "else when it was applied for; an open one at the newest time of the sheet."
    )
    by_facts = _("Each ticket is judged at its own time of decision, the fact now.")
    return page(
        _("What if other rules held"),
        "whatif.html",
        lang=options.lang,
        report=report,
        files=[path.name for path in options.tickets],
        digests=[book.digest[:12] for book in books],
        judged_at=by_sheet if kind is Kind.SHEET else by_facts,
        open_lines=_OPEN_LINES,
    )
