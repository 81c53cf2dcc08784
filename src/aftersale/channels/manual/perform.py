"""Hand an action over to a person; nothing leaves the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Outcome, Receipt
from aftersale.channels.manual.words import to_do
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Rejected
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.channels.base import Hands, Notice, Outgoing


class ManualChannel:
    """Prepare what a person does in the back office; the person or the next import tells the outcome."""

    name = "manual"
    verbs: frozenset[str] = frozenset(Verb)
    can_read = False

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        """Say what to do where; the same wish gives the same words and no second one."""
        if outgoing.verb not in self.verbs:
            raise Rejected(
                "channel.no_such_verb",
                Text(zh=f"没有“{outgoing.verb}”这种操作。", en=f"There is no action called {outgoing.verb}."),
                Text(zh="请换一种处理方式。", en="Choose another action."),
                platform_code="verb",
            )
        words = to_do(outgoing, hands.platform)
        return Receipt(Outcome.HANDED_OVER, "manual.to_do", words, "", {"key": outgoing.key}, hands.now)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        """Know nothing: only a person or an export tells how a ticket stands."""
        del ticket_no, hands
        return None
