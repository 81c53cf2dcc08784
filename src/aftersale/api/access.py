"""Know who calls, what they may, and in which shops; the clock is read here, once a request."""

from dataclasses import dataclass
from datetime import datetime  # read when the class is made
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from aftersale.api.faults import NotHere, Unsigned
from aftersale.domain.roles import MAY, Permission
from aftersale.jobs.clock import desk_clock
from aftersale.shops.accounts import client_address
from aftersale.shops.models import Person
from aftersale.shops.permissions import NotAllowed, Place, places_of
from aftersale.shops.tokens import person_of
from aftersale.tickets.change import Overtaken
from aftersale.tickets.disclosures import Viewer
from aftersale.tickets.models import Ticket


@dataclass(frozen=True)
class Caller:
    """Hold who calls and when; `scopes` None is a signed-in session, which may all that the person may.

    `read` are the shops of the person where they were read already.
    """

    person: Person
    now: datetime
    scopes: frozenset[Permission] | None = None
    read: tuple[Place, ...] | None = None

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Give the shops of the person with the role there, whatever a token covers."""
        return places_of(self.person) if self.read is None else self.read

    @property
    def by_token(self) -> bool:
        """Tell whether a program calls."""
        return self.scopes is not None

    def shops(self, permission: Permission) -> frozenset[int]:
        """Give the shops in which the caller may do something; empty where the token does not cover it."""
        if self.scopes is not None and permission not in self.scopes:
            return frozenset()
        return frozenset(place.shop.pk for place in self.places if permission in MAY[place.role])

    def seen_shops(self) -> tuple[int, ...]:
        """Give the shops that the caller may look into; raises NotAllowed for a token without that scope."""
        shops = self.shops(Permission.VIEW)
        if not shops and self.by_token and Permission.VIEW not in (self.scopes or ()):
            raise NotAllowed(Permission.VIEW)
        return tuple(sorted(shops))

    def let(self, permission: Permission, shop_id: int | None) -> None:
        """Let pass what may be done; raises NotHere for a foreign shop, NotAllowed for an own one."""
        if shop_id is None or shop_id not in self.seen_shops():
            raise NotHere
        if shop_id not in self.shops(permission):
            raise NotAllowed(permission)


class Call(HttpRequest):
    """Name what a request carries once it was let in."""

    auth: Caller


class TokenAuth(HttpBearer):
    """Let in who sends a token."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Find whose token it is; raises Unsigned, and does not look for a session beside a bad token."""
        del request
        now = desk_clock()
        bearer = person_of(token, now)
        if bearer is None:
            raise Unsigned
        return Caller(bearer.person, now, bearer.scopes)


class SessionAuth(APIKeyCookie):
    """Let in who is signed in; what changes something needs the CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME
    openapi_name = "session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Take the person of the session."""
        person = request.user
        if key is None or not isinstance(person, Person) or not person.is_active:
            return None
        return Caller(person, desk_clock())


def viewer_of(request: HttpRequest, caller: Caller) -> Viewer:
    """Say who is going to see values of a buyer, and from where."""
    before = request.headers.get("Referer", "")
    return Viewer(caller.person, client_address(request), request.path, before)


SIGNED_IN = [TokenAuth(), SessionAuth()]


def ticket_for(caller: Caller, ticket_id: int, permission: Permission) -> Ticket:
    """Read a ticket of the caller's shops with its shop; raises NotHere or NotAllowed."""
    ticket = Ticket.objects.select_related("shop").filter(pk=ticket_id).first()
    caller.let(permission, ticket.shop_id if ticket else None)
    if ticket is None:  # `let` has refused it already
        raise NotHere
    return ticket


def unchanged(ticket: Ticket, expected: int | None) -> Ticket:
    """Refuse to act on a ticket that moved since the caller read it; raises Overtaken."""
    if expected is not None and expected != ticket.sequence:
        raise Overtaken(ticket)
    return ticket
