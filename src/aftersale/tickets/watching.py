"""Let colleagues know of one another on a ticket: who watches it, who is named, who has it open just now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import Person
from aftersale.texts import Text
from aftersale.tickets.holders import holding
from aftersale.tickets.models import AtWork, Note, Task, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aftersale.tickets.models import Ticket

MENTION = "mention"
"""The task of reading a note in which one is named."""

WATCHED = "watched"
"""The task of looking at a ticket that one watches and a colleague has changed."""

FRESH = timedelta(seconds=60)
"""So long after the last word of a browser its person counts as being at a ticket; it speaks every 20 s."""

_FORGET = timedelta(days=1)
_WORDS = {
    MENTION: Text(zh="{who} 在备注里提到你", en="{who} names you in a note"),
    WATCHED: Text(zh="你关注的单有变化：{who} 处理过", en="a ticket you watch has changed: {who} was there"),
}


def colleagues_in(shop_id: int) -> list[Person]:
    """Give the people who may read a shop's tickets, by name."""
    there = Person.objects.filter(_reads(shop_id), is_active=True)
    return list(there.distinct().order_by("name", "username"))


def _reads(shop_id: int) -> Q:
    roles = [role.value for role in Role if Permission.VIEW in MAY[role]]
    return Q(memberships__shop_id=shop_id, memberships__role__in=roles) | Q(is_superuser=True)


@dataclass(frozen=True, slots=True)
class Around:
    """Hold the people around a ticket, by name: who may read it, who may take care of it, who watches it."""

    reads: Sequence[Person]
    holds: Sequence[Person]
    watches: Sequence[Person]


def around_ticket(shop_id: int, ticket_id: int) -> Around:
    """Read the people around a ticket in one query; those who watch it stand in the order they began."""
    began = Watch.objects.filter(ticket_id=ticket_id, person=OuterRef("pk"))
    reads = Person.objects.filter(_reads(shop_id), is_active=True).values("pk")
    either = Q(pk__in=reads) | Q(pk__in=Watch.objects.filter(ticket_id=ticket_id).values("person"))
    marked = Person.objects.filter(either).annotate(
        reads=Q(pk__in=reads), holds=holding([shop_id]), watch=Subquery(began.values("pk")[:1])
    )
    found = list(marked.order_by("name", "username"))
    watching = sorted((each for each in found if each.watch), key=lambda each: each.watch)
    return Around([each for each in found if each.reads], [each for each in found if each.holds], watching)


def named_in(text: str, people: Iterable[Person]) -> list[Person]:
    """Find who is named as @name; of two names that begin alike the longer one is meant."""
    found: dict[int, Person] = {}
    left = text
    for person in sorted(people, key=lambda each: -len(str(each))):
        for name in {str(person), person.username}:
            at = re.compile("[@＠]" + re.escape(name))
            if name and at.search(left):
                found[person.pk] = person
                left = at.sub(" ", left)
    return list(found.values())


def mention(note: Note, now: datetime) -> list[Person]:
    """Ask everybody whom a note names to read it, once each; the writer is not asked."""
    ticket = note.ticket
    people = [one for one in named_in(note.text, colleagues_in(ticket.shop_id)) if one.pk != note.person_id]
    for person in people:
        _ask(ticket, MENTION, person, note.person, now, note=note)
    return people


def own_only(person: Person) -> Q:
    """Leave out tasks that ask somebody else to read a note or to look at a ticket."""
    return ~Q(kind__in=(MENTION, WATCHED)) | Q(assignee=person)


def notes_of(tasks: Iterable[Task]) -> dict[int, list[Note]]:
    """Read by task the notes in which its person is named, the oldest first; one query."""
    named = {task.pk: task.params.get("notes", []) for task in tasks if task.kind == MENTION}
    notes = Note.objects.in_bulk([pk for notes in named.values() for pk in notes])
    return {task: [notes[pk] for pk in there if pk in notes] for task, there in named.items()}


def tell_watchers(ticket: Ticket, by: Person, now: datetime) -> None:
    """Ask those who watch a ticket to look at it, once until they have; who did it is not told."""
    watching = Watch.objects.filter(ticket_id=ticket.pk).exclude(person_id=by.pk).select_related("person")
    for watch in watching:
        _ask(ticket, WATCHED, watch.person, by, now)


def _ask(
    ticket: Ticket, kind: str, person: Person, by: Person, now: datetime, *, note: Note | None = None
) -> None:
    same = Task.objects.filter(ticket_id=ticket.pk, kind=kind, assignee=person, done_at=None).first()
    notes = [note.pk] if note else []
    if same is not None:
        same.params = {**same.params, "notes": [*same.params.get("notes", []), *notes]}
        same.save(update_fields=["params"])
        return
    words = _WORDS[kind].format(who=str(by))
    Task.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        kind=kind,
        params={"by": by.pk, "words": {"zh": words.zh, "en": words.en}, "notes": notes},
        assignee=person,
        due_at=ticket.due_at,
        created_at=now,
    )


def watch(ticket: Ticket, person: Person, now: datetime) -> None:
    """Begin to watch a ticket; who does already goes on."""
    Watch.objects.get_or_create(ticket=ticket, person=person, defaults={"since": now})


def unwatch(ticket: Ticket, person: Person) -> None:
    """Watch a ticket no longer."""
    Watch.objects.filter(ticket=ticket, person=person).delete()


@transaction.atomic
def at_work(ticket_id: int, person: Person, now: datetime) -> list[Person]:
    """Note that a person has a ticket open, and give the colleagues who have it too; nothing is locked."""
    AtWork.objects.filter(ticket_id=ticket_id, at__lt=now - _FORGET).delete()
    AtWork.objects.update_or_create(ticket_id=ticket_id, person=person, defaults={"at": now})
    others = AtWork.objects.filter(ticket_id=ticket_id, at__gt=now - FRESH).exclude(person=person)
    return [row.person for row in others.select_related("person").order_by("-at")]
