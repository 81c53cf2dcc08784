"""Play the day of the story in the time that somebody has: faster, at ease for a while, or ended early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.platform import buyers, disputes
from aftersale.sandbox.platform.arrivals import raise_ticket
from aftersale.sandbox.platform.case import Actor, Case, Kind, Step
from aftersale.sandbox.platform.day_scenes import (
    APPEAL,
    BEGIN_MINUTE,
    END_MINUTE,
    LATEST_BEGIN_MINUTE,
    RAISE,
    REVOKE,
    SCENES,
    SEND_BACK,
    SHIP,
    WITHDRAW,
)
from aftersale.sandbox.platform.moves import CARRIER, Done, MoveImpossible
from aftersale.sandbox.platform.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.platform.day_scenes import Scene
    from aftersale.sandbox.platform.market import Market
    from aftersale.sandbox.platform.store import Planned

SCENE = "scene"
AT_EASE, FASTEST = 1.0, 2_000.0
_KEPT, _MINUTE_MS = "play", 60_000


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how far a day has been played: `last` is what happened last, at `last_ms`."""

    begun_ms: int
    until_ms: int
    speed: float
    of: int
    paused: bool = False
    done: int = 0
    timed_out: int = 0
    last: str = ""
    last_ms: int = 0
    last_shop: str = ""


_read = msgspec.json.Decoder(Play).decode


def standing(market: Market) -> dict[str, object]:
    """Tell whether a day is played, how far it is or was, and from when the next one would begin."""
    play, now = _last(market), market.clock.now()
    told = msgspec.structs.asdict(play) if play else {}
    return {**told, "state": _state(play, now), "now_ms": now, "next_ms": _begin_ms(now)}


def _state(play: Play | None, now: int) -> str:
    if play is None:
        return "none"
    if now >= play.until_ms:
        return "over"
    return "paused" if play.paused else "playing"


def playing(market: Market) -> Play | None:
    """Give the day that is played; one whose end has come is over."""
    play = _last(market)
    return play if play and market.clock.now() < play.until_ms else None


def _last(market: Market) -> Play | None:
    """Give the day that is played, or was played last."""
    kept = market.store.value(_KEPT)
    return _read(kept) if kept else None


def go(market: Market, speed: float) -> None:
    """Begin a day or go on with it, at a speed; raises ValueError where that makes no sense."""
    if not AT_EASE < speed <= FASTEST:
        raise ValueError(f"speed is more than {AT_EASE:g} and at most {FASTEST:g}")
    with market.store.change():
        play = playing(market) or _begun(market, speed)
        _keep(market, msgspec.structs.replace(play, speed=speed, paused=False))
        market.clock.set(speed=speed, until_ms=play.until_ms)


def pause(market: Market) -> None:
    """Let time pass as on the wall until somebody goes on; nothing where no day is played."""
    play = playing(market)
    if play:
        with market.store.change():
            _keep(market, msgspec.structs.replace(play, paused=True))
            market.clock.set(speed=AT_EASE)


def end(market: Market) -> None:
    """End the day here: what was still to come does not, and time passes as on the wall."""
    play = playing(market)
    if play:
        with market.store.change():
            market.store.rows("delete from agenda where what = ?", SCENE)
            _keep(market, msgspec.structs.replace(play, until_ms=market.clock.now()))
            market.clock.set(speed=AT_EASE)


def _begun(market: Market, speed: float) -> Play:
    """Go forward to the morning where it is late, and plan what is still to come on that day."""
    now = market.clock.now()
    begin = _begin_ms(now)
    market.clock.set(jump_ms=begin - now)
    midnight = _minute_ms(begin, 0)
    coming = [(number, midnight + scene.minute * _MINUTE_MS) for number, scene in enumerate(SCENES)]
    coming = [(number, at) for number, at in coming if at >= begin]
    for number, at in coming:
        market.store.plan(at, SCENE, "", str(number))
    until = midnight + END_MINUTE * _MINUTE_MS
    return Play(begun_ms=begin, until_ms=until, speed=speed, of=len(coming))


def _begin_ms(now: int) -> int:
    """Say when a day would begin: at once during the day, else at the next half past eight."""
    today = _minute_ms(now, BEGIN_MINUTE)
    if now < today:
        return today
    return now if now < _minute_ms(now, LATEST_BEGIN_MINUTE) else today + 24 * 60 * _MINUTE_MS


def _minute_ms(at: int, minute: int) -> int:
    """Give a minute of the day of Shanghai that a time is in, as epoch ms."""
    day = datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(SHANGHAI)
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight + timedelta(minutes=minute)).timestamp() * 1000)


def _keep(market: Market, play: Play) -> None:
    market.store.keep_value(_KEPT, msgspec.json.encode(play).decode())


def happen(market: Market, planned: Planned) -> None:
    """Let one scene happen; where nobody is left for it, nothing is said of it either."""
    scene = SCENES[int(planned.detail)]
    try:
        shop = ACTS[scene.act](market, scene, planned.at)
    except MoveImpossible:
        shop = ""
    play = playing(market)
    if play:
        told = {"last": scene.said, "last_ms": planned.at, "last_shop": shop} if shop else {}
        _keep(market, msgspec.structs.replace(play, done=play.done + 1, **told))


def timed_out(market: Market, case: Case, text: str) -> None:
    """Note what the platform did because nobody else did."""
    play = playing(market)
    if play:
        shop = market.setting.shops[case.shop].name
        told = {"last": text, "last_ms": case.due_at, "last_shop": shop}
        _keep(market, msgspec.structs.replace(play, timed_out=play.timed_out + 1, **told))


def _raise(market: Market, scene: Scene, at: int) -> str:
    if scene.wanted is None:
        raise MoveImpossible("nothing is wanted")
    return _name(market, raise_ticket(market, scene.wanted, at).shop)


def _ship(market: Market, _scene: Scene, at: int) -> str:
    waiting = [
        case for case in _open(market, Step.DECIDE, Kind.UNSHIPPED) if not market.sold(case.order_no).waybill
    ]
    case = _newest(waiting)
    number = market.store.number("waybill")
    market.ship(case.order_no, f"78{number:012d}", CARRIER, at)
    return _name(market, case.shop)


def _withdraw(market: Market, _scene: Scene, at: int) -> str:
    case = _newest(_open(market, Step.DECIDE, Kind.UNSHIPPED))
    buyers.withdraw(market, case, at)
    return _name(market, case.shop)


def _send_back(market: Market, _scene: Scene, at: int) -> str:
    case = _newest(_open(market, Step.BUYER_RETURNS, Kind.RETURN))
    buyers.send_back(market, case, at)
    return _name(market, case.shop)


def _appeal(market: Market, _scene: Scene, at: int) -> str:
    refused = _open(market, Step.REFUSED, Kind.RETURN) + _open(market, Step.REFUSED, Kind.SHIPPED)
    case = _newest([case for case in refused if case.dispute is None])
    disputes.begin(market, case, Done(Actor.BUYER, at, "买家申请平台介入"))
    return _name(market, case.shop)


def _revoke(market: Market, _scene: Scene, _at: int) -> str:
    Tokens(market).revoke("wear")
    return _name(market, "wear")


def _open(market: Market, step: Step, kind: Kind) -> list[Case]:
    """List the tickets at a step, those that the platform is deciding apart."""
    found = market.store.cases("due_at > 0 order by applied_at, no")
    return [case for case in found if case.step is step and case.kind is kind and not case.disputed]


def _newest(cases: list[Case]) -> Case:
    if not cases:
        raise MoveImpossible("nobody is left")
    return cases[-1]


def _name(market: Market, shop: str) -> str:
    return market.setting.shops[shop].name


ACTS: Mapping[str, Callable[[Market, Scene, int], str]] = {
    RAISE: _raise,
    SHIP: _ship,
    WITHDRAW: _withdraw,
    SEND_BACK: _send_back,
    APPEAL: _appeal,
    REVOKE: _revoke,
}
