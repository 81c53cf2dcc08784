"""Start the sandbox: the state of a folder, both platforms on their ports, the postman."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING

from aftersale.domain.lapse import Lapse
from aftersale.sandbox.douyin import messages as douyin_messages
from aftersale.sandbox.douyin.gateway import DouyinGateway
from aftersale.sandbox.kuaishou import messages as kuaishou_messages
from aftersale.sandbox.kuaishou.gateway import KuaishouGateway
from aftersale.sandbox.platform import play
from aftersale.sandbox.platform.apps import CONNECTED
from aftersale.sandbox.platform.clock import CLOCK, Clock
from aftersale.sandbox.platform.market import Market, Setting
from aftersale.sandbox.platform.opening import Day, open_day
from aftersale.sandbox.platform.store import Store
from aftersale.sandbox.platform.tokens import Tokens
from aftersale.sandbox.wire.calls import Calls
from aftersale.sandbox.wire.control import PREFIX, Control
from aftersale.sandbox.wire.faults import Faults
from aftersale.sandbox.wire.gateway import Rooms, Spoiler
from aftersale.sandbox.wire.http import Listener, Reply, Request
from aftersale.sandbox.wire.limits import Quota
from aftersale.sandbox.wire.pushing import Postman

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

FILE = "sandbox.sqlite3"
KUAISHOU_PLACES = ("/open/", "/oauth/", "/oauth2/")


@dataclass(frozen=True, slots=True)
class Plan:
    """Say how to start; a port of 0 takes a free one, `port` serves both platforms on one.

    Seed, day and speed count for a new folder alone: one that holds a sandbox goes on where it was. Without a
    folder everything is forgotten at the end.
    """

    home: Path | None
    seed: int
    now: datetime
    tickets: int
    speed: float = 1.0
    port: int | None = None
    port_douyin: int = 0
    port_kuaishou: int = 0


def wall_ms() -> int:
    """Read the wall's clock in epoch ms."""
    return int(time() * 1000)


class Sandbox:
    """Hold what runs, and end it."""

    def __init__(self, plan: Plan) -> None:
        if plan.home:
            plan.home.mkdir(parents=True, exist_ok=True)
        self._store = Store(plan.home / FILE if plan.home else None)
        start = Lapse(int(plan.now.timestamp() * 1000), wall_ms(), plan.speed)
        clock = Clock(self._store, wall_ms, start, plan.home / CLOCK if plan.home else None)
        self.market = Market(self._store, clock, _setting(self._seed(plan.seed)))
        open_day(self.market, Day(self.market.setting.seed, plan.now, plan.tickets))
        rooms = Rooms(self.market, Tokens(self.market), Quota(self._store, wall_ms), Calls())
        faults = Faults(self.market)
        control = Control(rooms, faults)
        answers: dict[str, Callable[[Request], Reply]] = {
            "douyin": Spoiler(DouyinGateway(rooms), rooms, faults).answer,
            "kuaishou": Spoiler(KuaishouGateway(rooms), rooms, faults).answer,
        }
        self._listeners = _listeners(plan, answers, control.answer)
        self._postman = Postman(self.market, faults)
        self._postman.start()

    def _seed(self, wanted: int) -> int:
        """Take the seed that the folder was made with; a new one keeps what is wanted."""
        with self._store.change():
            kept = self._store.value("seed")
            if kept is None:
                self._store.keep_value("seed", str(wanted))
        return wanted if kept is None else int(kept)

    @property
    def addresses(self) -> dict[str, str]:
        """Give where each platform answers, and where the control interface is."""
        found = {name: listener.address for name, listener in self._listeners.items()}
        return {**found, "control": f"{found['douyin']}{PREFIX}"}

    def close(self) -> None:
        """End; what was answered is on the disk already. A day that is played waits for the next start."""
        play.pause(self.market)
        self._postman.close()
        for listener in set(self._listeners.values()):
            listener.close()
        self._store.close()


def _setting(seed: int) -> Setting:
    tellers = {"douyin": douyin_messages.tell, "kuaishou": kuaishou_messages.tell}
    return Setting(seed, CONNECTED, tellers)


def _listeners(
    plan: Plan, answers: dict[str, Callable[[Request], Reply]], control: Callable[[Request], Reply]
) -> dict[str, Listener]:
    def serving(platform: str) -> Callable[[Request], Reply]:
        def answer(request: Request) -> Reply:
            if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
                return control(request)
            return answers[platform or _platform_of(request)](request)

        return answer

    if plan.port is not None:
        one = Listener(plan.port, serving(""))
        return {"douyin": one, "kuaishou": one}
    return {
        "douyin": Listener(plan.port_douyin, serving("douyin")),
        "kuaishou": Listener(plan.port_kuaishou, serving("kuaishou")),
    }


def _platform_of(request: Request) -> str:
    return "kuaishou" if request.path.startswith(KUAISHOU_PLACES) else "douyin"
