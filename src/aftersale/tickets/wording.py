"""Look over what goes out to a buyer, by the words that the rulebook of the shop lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.policy.talks.wording import SLIP_WORDS, Where, slips_in
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.talks.wording import Slip
    from aftersale.shops.models import Shop

TO_THE_PLATFORM = frozenset({"jargon"})
"""What a text may hold that the platform's people read beside the buyer."""
RETURN_ADDRESS = frozenset({"mobile", "landline"})
"""What a text has to hold that gives a buyer the right return address."""

_SHOWN = 3


class WordingStopped(AftersaleError):
    """Refuse to send a text that holds what no buyer may be sent."""

    def __init__(self, slips: Collection[Slip]) -> None:
        shown = [each for each in slips if each.stops][:_SHOWN]
        zh = "；".join(f"“{each.found}”（{SLIP_WORDS[each.kind].zh}）：{each.change.zh}" for each in shown)
        en = "; ".join(f"“{each.found}” ({SLIP_WORDS[each.kind].en}): {each.change.en}" for each in shown)
        super().__init__(
            "wording.stopped",
            Text(zh=f"这段话还不能发给买家。{zh}。", en=f"This cannot go to the buyer as it is. {en}."),
            Text(zh="改好再发；已写的内容还在。", en="Change it and send it again; what you wrote is kept."),
        )


def slips_of(
    shop: Shop, text: str, now: datetime, passed: Collection[str] = (), book: Rulebook | None = None
) -> tuple[Slip, ...]:
    """Find what should not stand in a text to a buyer of the shop, by its `book`; `passed` names what may."""
    if not text.strip():
        return ()
    where = Where(shop.platform, now.astimezone(SHANGHAI).date(), passed)
    return slips_in(text, (book or judge_of(shop.pk, now).rulebook).wording, where)


def check_words(shop: Shop, text: object, now: datetime, passed: Collection[str] = ()) -> None:
    """Let a text pass that holds nothing grave; raises WordingStopped."""
    slips = slips_of(shop, text, now, passed) if isinstance(text, str) else ()
    if any(slip.stops for slip in slips):
        raise WordingStopped(slips)
