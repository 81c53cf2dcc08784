"""Hold who wants to hear of a ticket, and who has it open just now."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.tickets.models.ticket import Ticket


class Watch(models.Model):
    """Say that a person wants to hear of what colleagues do to a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watches")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "person"], name="one_watch_a_person"),
        ]

    def __str__(self) -> str:
        """Name ticket and person."""
        return f"{self.ticket_id} {self.person_id}"


class AtWork(models.Model):
    """Say when a person's browser last told that it shows a ticket; nobody is locked out by it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "person"], name="one_place_a_person"),
        ]

    def __str__(self) -> str:
        """Name ticket, person and time."""
        return f"{self.ticket_id} {self.person_id} {self.at}"
