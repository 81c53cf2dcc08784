"""Stick words on tickets and take them off, with one event each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.domain.masking import mask_within
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import Label, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person

LONGEST = 16
"""So many characters a label has at most."""


class LabelRefused(AftersaleError):
    """Refuse a label that says nothing, is a sentence, or tells of the buyer."""

    def __init__(self) -> None:
        super().__init__(
            "label.refused",
            Text(
                zh=f"标签要写 1 到 {LONGEST} 个字，不能写手机号和地址。",
                en=f"A label has 1 to {LONGEST} characters and tells no number or address of a buyer.",
            ),
            Text(
                zh="写个短词；要细说的写成备注。", en="Take a short word; what needs more goes into a note."
            ),
        )


def word_of(said: str) -> str:
    """Give what was typed as a label; raises LabelRefused."""
    word = " ".join(said.split())
    if not word or len(word) > LONGEST or mask_within(word) != word:
        raise LabelRefused
    return word


@transaction.atomic
def stick(ticket: Ticket, said: str, person: Person, now: datetime) -> None:
    """Stick a label on a ticket as it stands now; one that is there already changes nothing.

    Raises LabelRefused. It rests on nothing that may have moved meanwhile, so that none comes too late.
    """
    word = word_of(said)
    _as_it_stands(ticket)
    _row, new = Label.objects.get_or_create(ticket=ticket, name=word, defaults={"shop_id": ticket.shop_id})
    if new:
        change(ticket, Entry("labelled", now, person.pk, {"label": word}))


@transaction.atomic
def take_off(ticket: Ticket, name: str, person: Person, now: datetime) -> None:
    """Take a label off a ticket; one that is not there changes nothing."""
    _as_it_stands(ticket)
    if Label.objects.filter(ticket=ticket, name=name).delete()[0]:
        change(ticket, Entry("label_taken_off", now, person.pk, {"label": name}))


def _as_it_stands(ticket: Ticket) -> None:
    there = Ticket.objects.select_for_update(of=("self",)).only("sequence", "head").get(pk=ticket.pk)
    ticket.sequence, ticket.head = there.sequence, there.head


def labels_of(ticket: Ticket) -> list[str]:
    """List the labels of a ticket."""
    return list(Label.objects.filter(ticket=ticket).order_by("id").values_list("name", flat=True))
