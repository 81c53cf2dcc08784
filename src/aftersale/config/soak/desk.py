"""Set a desk up whose shops are connected to a sandbox, and do by hand what its worker does by beats."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.config.sandbox_owner import connect
from aftersale.config.wiring import HANDS, OUTSIDE
from aftersale.connections.connecting import By
from aftersale.connections.hands import LiveHands
from aftersale.connections.models import Link
from aftersale.connections.polling import poll
from aftersale.connections.upkeep import keep_up
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Role
from aftersale.sandbox.platform.apps import CONNECTED
from aftersale.shops.models import Connection, Membership, Person, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.mend import mend
from aftersale.tickets.perform import due_actions, perform
from aftersale.tickets.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.config.soak.place import Place
    from aftersale.tickets.perform import Outside

_ROWS = 1_000


class Killed(BaseException):
    """Stop a worker where it stands, as a kill does: nothing of it goes on."""


@dataclass(slots=True)
class Desk:
    """Hold the desk's side: its shops by the sandbox's names for them, and who works there."""

    place: Place
    shops: Mapping[str, Shop]
    person: Person
    kill_at: str = ""

    def clock(self) -> datetime:
        """Give the time that both sides have."""
        return self.place.now()

    @property
    def outside(self) -> Outside:
        """Give the way out, on the sandbox's time, with a death where one is wanted."""
        return replace(
            OUTSIDE,
            hands_of=lambda shop, now: LiveHands(shop.platform, now, shop.pk, self.clock),
            step=self._step,
        )

    def _step(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            raise Killed

    def work(self) -> None:
        """Do one round of a worker: tokens, lists, clocks, what is due, what was lost sight of."""
        keep_up(self.clock)
        for link in list(Link.objects.exclude(access_until=None).values_list("pk", flat=True)):
            poll(link, self.clock)
        # Messages go nowhere; actions are seen to below, on the sandbox's time.
        hands = replace(HANDS, mend_actions=lambda _now: 0, send=lambda _url, _title, _body: True)
        sweep(self.clock(), _ROWS, hands)
        self.send()
        mend(self.clock(), self.outside, _ROWS)

    def send(self) -> None:
        """Send what is due; a death ends the round and leaves the rest to the next worker."""
        try:
            for action in due_actions(self.clock()):
                perform(action, self.clock(), self.outside)
        except Killed:
            return

    def let_in_again(self, key: str) -> None:
        """Authorise a shop again as its owner would; while the platform does not answer it stays out."""
        with suppress(AftersaleError):
            connect(self.shops[key], key, self.place.tell, By(self.person.pk, self.clock))

    def settle(self, rounds: int = 12) -> None:
        """Let the worker bring everything to its end: the network is well, and time enough passes."""
        self.place.end_faults()
        for key in self.shops:
            self.let_in_again(key)
        for _ in range(rounds):
            self.place.jump(timedelta(minutes=11))
            self.work()


def set_up(place: Place) -> Desk:
    """Make the shops that have an interface, and connect each as its owner would."""
    by = By(None, place.now)
    person = Person.objects.create_user("soak", is_superuser=True)
    shops = {key: _shop(place, key, by) for key in CONNECTED}
    for shop in shops.values():
        Membership.objects.create(person=person, shop=shop, role=Role.OWNER)
    return Desk(place, shops, person)


def _shop(place: Place, key: str, by: By) -> Shop:
    story = CONNECTED[key]
    shop = Shop.objects.create(name=story.name, platform=story.platform, demo=True, created_at=by.clock())
    Connection.objects.create(shop=shop, state=ConnectionState.NONE, since=by.clock())
    connect(shop, key, place.tell, by)
    return Shop.objects.get(pk=shop.pk)
