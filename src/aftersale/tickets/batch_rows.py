"""Say of each ticket of a batch what would happen to it, or why it is left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersale.channels.verbs import ANSWERS, PAYS, REFUNDS, Verb
from aftersale.domain.states import Goods
from aftersale.texts import Text
from aftersale.tickets import ledger
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.models.batch import BatchRow, RowState
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.steps import INSPECTION, Stage
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

LEFT_OUT: Mapping[str, Text] = {
    "not_permitted": Text(zh="你在这个店铺没有权限", en="your role in the shop does not allow it"),
    "not_ours": Text(zh="现在不轮到商家处理", en="it is not for the shop to act now"),
    "needs_person": Text(zh="要由人逐单判断", en="a person has to decide it"),
    "no_waybill": Text(zh="要逐单填快递单号", en="each needs the number of its own waybill"),
    "not_receiving": Text(
        zh="买家还没寄回，没有收货时间可延长", en="nothing was sent back; no time to extend"
    ),
    "no_act": Text(zh="要沟通或看凭证，不是点一下就能办", en="done by talking or looking, not at one press"),
    "refusal": Text(zh="拒绝要逐单写原因和依据", en="a refusal needs a reason and a clause of its own"),
    "pending": Text(zh="还有一个操作没有结果", en="an earlier action has no outcome yet"),
    "paying": Text(zh="平台正在退款", en="the platform is refunding already"),
    "stale": Text(zh="建议已过时，正在重新判断", en="the proposal is out of date and is judged again"),
    "held": Text(zh="包裹已扣下，要看货再定", en="the parcel is held; look at it first"),
    "not_inspected": Text(zh="退回的货还没验", en="what came back was not looked at yet"),
    "amount_unknown": Text(zh="金额还不清楚", en="the amount is not known"),
    "paid_unknown": Text(zh="不知道买家实付多少", en="what the buyer paid is not known"),
    "over_paid": Text(zh="超过了最多可退", en="more than may still be refunded"),
    "same_person": Text(zh="已经是这个人负责", en="that person has it already"),
    "not_a_colleague": Text(zh="这个人不在这个店铺", en="that person does not work in the shop"),
}
"""Why a ticket of a batch is left out."""


ONE_BY_ONE: Mapping[str, str] = {Verb.REFUSE: "refusal", Verb.SEND: "no_waybill"}
"""Acts that need words or a number of their own for each ticket, and why they are left out of a batch."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Say what a person may: the shops in which each ticket may be acted on, and whom tickets go to."""

    shops: Collection[int]
    to_id: int | None = None
    to_shops: Collection[int] = frozenset()


@dataclass(slots=True)
class Reading:
    """Read tickets one after the other; what one refund takes of an order line the next cannot have."""

    hand: Hand
    now: datetime
    pending: Collection[int] = frozenset()
    taken: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def approval(self, ticket: Ticket) -> tuple[str, int | None, str]:
        """Give act and amount of what is proposed, and why it is left out, empty where it is not."""
        verb = verb_of(ticket.step)
        code = self._standing(ticket) or self._step(ticket, verb)
        if code or verb is None:
            return "", None, code
        if verb not in PAYS:
            return verb.value, None, ""
        code = self._money(ticket, verb)
        if not code and ticket.line_id is not None and verb in REFUNDS:
            self.taken[ticket.line_id] += ticket.amount_fen or 0
        return verb.value, ticket.amount_fen, code

    def _standing(self, ticket: Ticket, *, judged: bool = True) -> str:
        if ticket.shop_id not in self.hand.shops:
            return "not_permitted"
        if ticket.open and ticket.pk in self.pending:
            return "pending"
        if not ticket.open or ticket.lane != Lane.OURS:
            return "not_ours"
        if not judged:
            return ""
        if ticket.needs_person:
            return "needs_person"
        return "stale" if ticket.stable_until is not None and ticket.stable_until <= self.now else ""

    def extension(self, ticket: Ticket) -> tuple[str, int | None, str]:
        """Give the act that extends the time for receiving, and why it is left out."""
        code = self._standing(ticket, judged=False)
        if not code and ticket.stage != Stage.RECEIVE:
            code = "not_receiving"
        return "" if code else Verb.EXTEND.value, None, code

    def _step(self, ticket: Ticket, verb: Verb | None) -> str:
        if verb is None:
            return "no_act"
        if verb in ONE_BY_ONE:
            return ONE_BY_ONE[verb]
        if ticket.step in INSPECTION and (ticket.held or ticket.goods_state != Goods.INSPECTED):
            return "held" if ticket.held else "not_inspected"
        return "paying" if verb in REFUNDS and ticket.stage == Stage.PAYING else ""

    def _money(self, ticket: Ticket, verb: Verb) -> str:
        if not ticket.amount_fen:
            return "amount_unknown"
        if verb not in REFUNDS:
            return ""
        left = self._left(ticket)
        if left is None:
            return "paid_unknown"
        return "over_paid" if ticket.amount_fen > left else ""

    def _left(self, ticket: Ticket) -> int | None:
        line = ticket.line
        if line is None:
            return ledger.left_of(ticket)
        return None if line.paid_fen is None else line.paid_fen - line.reserved_fen - self.taken[line.pk]

    def handing_over(self, ticket: Ticket) -> str:
        """Say why a ticket is not handed over, empty where it is."""
        if ticket.shop_id not in self.hand.shops:
            return "not_permitted"
        if ticket.assignee_id == self.hand.to_id:
            return "same_person"
        to_nobody = self.hand.to_id is None
        return "" if to_nobody or ticket.shop_id in self.hand.to_shops else "not_a_colleague"

    def noting(self, ticket: Ticket) -> str:
        """Say why a ticket gets no note, empty where it does."""
        return "" if ticket.shop_id in self.hand.shops else "not_permitted"


def tickets_of(ids: Sequence[int]) -> Iterator[Ticket]:
    """Read tickets in the order given, with their order lines."""
    found = Ticket.objects.select_related("line", "shop").in_bulk(list(ids))
    return (found[pk] for pk in ids if pk in found)


def pending_of(ids: Sequence[int]) -> frozenset[int]:
    """Give those tickets that have an action without an outcome."""
    waiting = Action.objects.filter(ticket__in=ids, state__in=OPEN, verb__in=ANSWERS)
    return frozenset(waiting.values_list("ticket_id", flat=True))


def row_of(ticket: Ticket, verb: str, fen: int | None, code: str) -> BatchRow:
    """Make the row of a ticket; the caller saves it with its batch."""
    text = LEFT_OUT.get(code)
    return BatchRow(
        ticket=ticket,
        sequence=ticket.sequence,
        step=ticket.step,
        verb=verb,
        amount_fen=fen,
        state=RowState.LEFT_OUT if code else RowState.READY,
        code=code,
        message={} if text is None else {"zh": text.zh, "en": text.en},
    )
