"""Say whom a ticket can be handed to: who may work on tickets of its shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import MAY, ROLE_WORDS, Permission, Role
from aftersale.shops.models import Membership, Person
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOLDS: tuple[str, ...] = tuple(role.value for role in Role if Permission.ANSWER in MAY[role])
"""The roles that work on tickets, so that one can be theirs."""


class CannotHold(AftersaleError):
    """Refuse to hand a ticket to a colleague whose role does not work on tickets."""

    def __init__(self, person: Person, role: Role) -> None:
        words = ROLE_WORDS[role]
        super().__init__(
            "ticket.cannot_hold",
            Text(
                zh=f"{person} 在这家店是{words.zh}，不处理售后单，不能当负责人。",
                en=f"{person} is {words.en} in this shop and does not work on tickets.",
            ),
            Text(
                zh="换一位客服、主管或店主；确实要交给 TA，先请店主改角色。",
                en="Choose an agent, a lead or the owner, or let the owner change the role first.",
            ),
        )


def holding(shops: Iterable[int]) -> Q:
    """Ask for the people who may work on tickets of any of some shops."""
    theirs = Membership.objects.filter(shop__in=shops, role__in=HOLDS).values("person")
    return Q(is_active=True) & (Q(pk__in=theirs) | Q(is_superuser=True))


def holder_for(person_id: int, shops: Sequence[int]) -> Person | None:
    """Find who may take care of tickets of any of some shops, None for a stranger; raises CannotHold."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or person.is_superuser:
        return person
    roles = Membership.objects.filter(shop__in=shops, person=person).values_list("role", flat=True)
    if roles and not set(roles) & set(HOLDS):
        raise CannotHold(person, Role(roles[0]))
    return person if roles else None
