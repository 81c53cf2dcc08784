"""Answer /sandbox/…: the clock, the knobs, the ledger, and the hands of buyers and of the back office."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from aftersale.sandbox.platform import play
from aftersale.sandbox.platform.apps import CONNECTED, DOUYIN, KUAISHOU, SHOP_IDS
from aftersale.sandbox.platform.arrivals import Wanted, raise_ticket, sell
from aftersale.sandbox.platform.case import Kind
from aftersale.sandbox.platform.market import Unknown
from aftersale.sandbox.platform.moves import MoveImpossible
from aftersale.sandbox.platform.post import address_of
from aftersale.sandbox.wire import hands, ledger
from aftersale.sandbox.wire.asking import Asking, Wrong
from aftersale.sandbox.wire.faults import KINDS, Faults
from aftersale.sandbox.wire.http import Reply, Request, as_json
from aftersale.sandbox.wire.pushing import LOCAL, delivered, first_body, is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.wire.gateway import Rooms

PREFIX = "/sandbox"
NOTE = "沙箱：全部为演示数据，不连接任何真实平台"
MOST_AT_ONCE = 5_000
MINUTE = 60_000


class Control:
    """Answer the control interface; it is not part of any platform."""

    def __init__(self, rooms: Rooms, faults: Faults) -> None:
        self._rooms, self._faults = rooms, faults
        self._places: Mapping[tuple[str, str], Callable[[Asking], object]] = {
            ("GET", ""): self._about,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): lambda _asking: self._faults.listed(),
            ("POST", "faults"): lambda asking: self._faults.add(asking.body),
            ("DELETE", "faults"): lambda _asking: self._faults.clear(),
            ("GET", "limits"): lambda _asking: self._rooms.quota.limits(),
            ("POST", "limits"): lambda asking: self._rooms.quota.set(asking.body),
            ("POST", "webhooks"): self._webhook,
            ("POST", "heartbeat"): self._heartbeat,
            ("GET", "pushes"): lambda asking: ledger.pushes(asking.market),
            ("POST", "buyers"): self._buyers,
            ("POST", "step"): self._step,
            ("GET", "play"): lambda asking: play.standing(asking.market),
            ("POST", "play"): self._play,
            ("POST", "play/pause"): self._pause,
            ("POST", "play/end"): self._end_play,
            ("POST", "tickets"): self._raise,
            ("POST", "services"): hands.raise_service,
            ("POST", "permissions"): self._permissions,
            ("POST", "strategies"): self._strategies,
            ("POST", "tokens/revoke"): self._revoke,
            ("POST", "tokens/code"): self._code,
            ("GET", "ledger"): lambda asking: ledger.whole(asking.market),
            ("GET", "calls"): lambda asking: self._rooms.calls.listed(
                asking.text("ticket", ""), asking.text("method", "")
            ),
        }

    def answer(self, request: Request) -> Reply:
        """Answer one request; what makes no sense is refused with 400, what is not there with 404."""
        place = request.path.removeprefix(PREFIX).strip("/")
        if not is_own(request):
            return as_json({"error": "no page of a browser may ask this"}, HTTPStatus.FORBIDDEN)
        try:
            self._rooms.market.advance()
            asking = Asking.of(self._rooms, request)
            handle = self._places.get((request.verb, place))
            data = handle(asking) if handle else hands.answer(asking, request.verb, place)
        except (Unknown, KeyError) as missing:
            return as_json({"error": f"there is no {missing}"}, HTTPStatus.NOT_FOUND)
        except MoveImpossible as impossible:
            return as_json({"error": f"not possible now: {impossible}"}, HTTPStatus.CONFLICT)
        except (Wrong, ValueError, msgspec.MsgspecError) as wrong:
            return as_json({"error": str(wrong)}, HTTPStatus.BAD_REQUEST)
        return as_json(json.loads(msgspec.json.encode(data)))

    def _about(self, asking: Asking) -> object:
        return {
            "note": NOTE,
            "seed": asking.market.setting.seed,
            "shops": [
                {"key": key, "name": shop.name, "platform": shop.platform, "shop_id": SHOP_IDS[key]}
                for key, shop in CONNECTED.items()
            ],
            "douyin": DOUYIN._asdict(),
            "kuaishou": KUAISHOU._asdict(),
            "faults": KINDS,
            "clock": self._clock(asking),
        }

    def _clock(self, asking: Asking) -> object:
        clock = asking.market.clock
        return {"now_ms": clock.now(), "speed": clock.speed}

    def _set_clock(self, asking: Asking) -> object:
        speed = asking.fraction("speed")
        asking.market.clock.set(speed=speed, jump_ms=int((asking.fraction("jump_seconds") or 0) * 1000))
        asking.market.advance()
        return self._clock(asking)

    def _play(self, asking: Asking) -> object:
        """Begin the day of the story, or go on with it."""
        play.go(asking.market, asking.fraction("speed") or 0.0)
        return play.standing(asking.market)

    def _pause(self, asking: Asking) -> object:
        play.pause(asking.market)
        return play.standing(asking.market)

    def _end_play(self, asking: Asking) -> object:
        play.end(asking.market)
        return play.standing(asking.market)

    def _webhook(self, asking: Asking) -> object:
        """Save an address that acknowledges the first message; no address ends the messages."""
        shop, url = asking.shop(), asking.text("url", "")
        if url and not is_local(url):
            raise Wrong("the sandbox sends messages to http://127.0.0.1:PORT/… only")
        good = bool(url) and self._tried(asking, shop, url)
        if good or not url:
            asking.keep(f"webhook.{shop}", url)
            asking.keep(f"paused.{shop}", "")
        return {"shop": shop, "url": url, "acknowledged": good}

    def _heartbeat(self, asking: Asking) -> object:
        """Try the address again; 快手 sends nothing more until it is acknowledged."""
        shop = asking.shop()
        url = address_of(asking.market, shop)
        good = bool(url) and self._tried(asking, shop, url)
        if asking.market.platform_of(shop) == "kuaishou":
            asking.keep(f"paused.{shop}", "" if good else "yes")
        return {"shop": shop, "acknowledged": good}

    def _tried(self, asking: Asking, shop: str, url: str) -> bool:
        platform = asking.market.platform_of(shop)
        return delivered(platform, url, first_body(platform, asking.market.clock.now()))

    def _buyers(self, asking: Asking) -> object:
        on = asking.flag("on")
        asking.keep("buyers", "on" if on else "off")
        if not on:
            asking.market.store.rows("delete from agenda where ticket != ''")
        return {"on": on}

    def _step(self, asking: Asking) -> object:
        count = asking.number("orders", 1, MOST_AT_ONCE)
        shops = [asking.shop()] if "shop" in asking.values else list(CONNECTED)
        raised = []
        for _ in range(count):
            with asking.market.store.change():
                number = asking.market.store.number("step")
                shop = asking.market.dice("step", number).choice(shops)
                _, case = sell(asking.market, shop, asking.market.clock.now())
            raised += [case.no] if case else []
        return {"orders": count, "tickets": raised}

    def _raise(self, asking: Asking) -> object:
        """Raise tickets: one at once by default, `count` spread over `over_minutes` where that is said."""
        shop, kind = asking.shop(), Kind(asking.text("kind"))
        count, over = asking.number("count", 1, MOST_AT_ONCE), asking.fraction("over_minutes") or 0
        wanted = Wanted(
            shop=shop,
            kind=kind,
            order_no=asking.text("order_no", ""),
            reason=asking.text("reason", ""),
            fen=asking.number("fen", None, 10**9) if "fen" in asking.values else None,
            character=asking.text("character", ""),
            says=asking.text("says", "") if "says" in asking.values else None,
            article_no=asking.text("article_no", ""),
        )
        market = asking.market
        with market.store.change():
            now = market.clock.now()
            if not over:
                cases = [raise_ticket(market, wanted, now) for _ in range(count)]
                return {"tickets": [{"ticket": case.no, "order": case.order_no} for case in cases]}
            for number in range(count):
                market.store.plan(now + int(over * MINUTE * number / count), "raise", "", f"{shop}/{kind}")
        return {"planned": count}

    def _permissions(self, asking: Asking) -> object:
        shop = asking.shop()
        if "denied" in asking.values:
            asking.keep(f"denied.{shop}", " ".join(asking.texts("denied")))
        if "refuses" in asking.values:
            asking.keep(f"refuses.{shop}", "yes" if asking.flag("refuses") else "no")
        return {"shop": shop}

    def _strategies(self, asking: Asking) -> object:
        shop = asking.shop()
        asking.keep(f"strategy.{shop}", "on" if asking.flag("on") else "off")
        return {"shop": shop, "on": asking.flag("on")}

    def _revoke(self, asking: Asking) -> object:
        asking.rooms.tokens.revoke(asking.shop())
        return {"shop": asking.shop()}

    def _code(self, asking: Asking) -> object:
        return {"code": asking.rooms.tokens.new_code(asking.shop())}


def is_own(request: Request) -> bool:
    """Tell whether a request comes from a program of this machine, not from a page that a browser shows."""
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    return "origin" not in request.headers and host in LOCAL
