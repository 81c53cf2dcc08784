"""Read the picture of a platform's rule centre that came with a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.shops.uploads import PHOTOS, Limits, check_upload
from aftersale.tickets.adaptation import Picture

if TYPE_CHECKING:
    from aftersale.pages.door import Ask

PICTURES = Limits(kinds=PHOTOS, most_bytes=5 * 1024 * 1024, most_files=1)
"""What is taken as a picture of the rule centre."""


def picture_of(ask: Ask) -> Picture | None:
    """Read the picture that came with a form, None where there is none; raises UploadRefused."""
    file = ask.request.FILES.get("picture")
    if file is None:
        return None
    content = file.read(PICTURES.most_bytes + 1)
    kind = check_upload(file.name or "", content, file.size or 0, PICTURES)
    return Picture(content, kind.value)
