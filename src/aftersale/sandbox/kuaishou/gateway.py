"""Let in what is signed, dated, authorised and within its quota; answer in 快手小店's envelope."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from aftersale.sandbox.kuaishou import acting, oauth, reading
from aftersale.sandbox.kuaishou.refusals import (
    BAD_TOKEN,
    INVALID,
    NO_SCOPE,
    OK,
    QPS,
    QUOTA,
    SIGN_MISSING,
    SIGN_WRONG,
    Call,
    Refused,
)
from aftersale.sandbox.platform.apps import KUAISHOU
from aftersale.sandbox.platform.tokens import Token, TokenRefused
from aftersale.sandbox.wire.gateway import Asked, Rooms
from aftersale.sandbox.wire.http import Reply, Request, as_json
from aftersale.sandbox.wire.signing import KUAISHOU_SIGNED, kuaishou_sign, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.platform.clock import Clock

SKEW_MS = 600_000
SIGN_METHODS = ("HMAC_SHA256", "MD5")
ADDRESSES: Mapping[str, Callable[[Request, Rooms], Reply]] = {
    "/oauth/authorize": oauth.authorise,
    "/oauth2/access_token": oauth.access_token,
    "/oauth2/refresh_token": oauth.refresh_token,
}
REFUND, ORDER = "merchant_refund", "merchant_order"
# Each call with the scope that it needs.
METHODS: Mapping[str, tuple[str, Callable[[Call], object]]] = {
    "open.seller.order.refund.pcursor.list": (REFUND, reading.read_list),
    "open.seller.order.refund.detail": (REFUND, reading.read_detail),
    "open.seller.order.refund.approve": (REFUND, acting.approve),
    "open.seller.order.refund.returngoods.approve": (REFUND, acting.approve_return),
    "open.seller.order.refund.confirm.receipt": (REFUND, acting.confirm_receipt),
    "open.refund.reject": (REFUND, acting.reject),
    "open.refund.reject.reason": (REFUND, reading.read_reject_reasons),
    "open.refund.direct.refund": (REFUND, acting.direct_refund),
    "open.refund.confirm.and.send": (REFUND, acting.confirm_and_send),
    "open.refund.submit.returnInfo": (REFUND, acting.submit_return),
    "open.refund.comment.basic.list": (REFUND, reading.read_history),
    "open.order.detail": (ORDER, reading.read_order),
    "open.order.cursor.list": (ORDER, reading.list_orders),
    "open.order.decrypt.batch": (ORDER, reading.decrypt),
    "open.seller.order.note.add": (ORDER, acting.add_note),
    "open.seller.order.goods.deliver": (ORDER, acting.deliver),
    "open.address.seller.list": (ORDER, reading.list_addresses),
    "open.seller.order.fee.detail": (ORDER, reading.read_fees),
    "open.security.log.order": (ORDER, reading.report_access),
}
BESIDE_DATA = frozenset({"open.order.decrypt.batch"})
DENIED = "100200102"


class KuaishouGateway:
    """Answer as the open platform of 快手小店 does."""

    platform = "kuaishou"

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._numbers = count(1)

    def asked(self, request: Request) -> Asked:
        """Look at a request without judging it."""
        values = _values(request)
        params = _params(values.get("param", ""))
        try:
            shop = self._rooms.tokens.find(values.get("access_token", ""), "access").shop
        except TokenRefused:
            shop = ""
        ticket = params.get("refundId", "") if params else ""
        return Asked(_method(request), shop, str(ticket))

    def answer(self, request: Request) -> Reply:
        """Check, act and answer; what is refused leaves everything as it was."""
        market = self._rooms.market
        now = market.advance()
        address = ADDRESSES.get(request.path)
        if address is not None:
            with market.store.change():
                return address(request, self._rooms)
        method = _method(request)
        try:
            call, handle = self._let_in(request, method, now)
            with market.store.change():
                data = handle(call)
        except Refused as refused:
            return self._envelope(refused.result, refused.words, refused.sub_code, {})
        if data is None:
            return self._envelope(OK, "", "", {})
        beside = data if method in BESIDE_DATA and isinstance(data, dict) else {"data": data}
        return self._envelope(OK, "", "", beside)

    def throttled(self, request: Request) -> Reply:
        """Answer that there were too many calls."""
        refusal = self._exceeded(_method(request), "qps")
        return self._envelope(refusal.result, refusal.words, "", {})

    def ip_refused(self, request: Request) -> Reply:
        """Answer that the address of the caller is not allowed; 快手 documents no code of its own for it."""
        del request
        return self._envelope(NO_SCOPE, "ip not allowed", "", {})

    def _let_in(self, request: Request, method: str, now: int) -> tuple[Call, Callable[[Call], object]]:
        known = METHODS.get(method)
        if known is None or request.verb not in ("GET", "POST"):
            raise Refused(INVALID, f"api not exist: {method}")
        values = _values(request)
        check_signature(values, method, self._rooms.market.clock)
        scope, handle = known
        shop = self._authorised(values["access_token"], scope).shop
        limit = self._rooms.quota.exceeded(self.platform, method)
        if limit:
            raise self._exceeded(method, limit)
        params = _params(values["param"])
        if params is None:
            raise Refused(INVALID, "param 不是 JSON 对象")
        return Call(self._rooms, shop, params, now), handle

    def _authorised(self, text: str, scope: str) -> Token:
        try:
            token = self._rooms.tokens.find(text, "access")
        except TokenRefused as refused:
            words = "AUTHORIZATION_REVOKED" if str(refused) == "revoked" else f"access_token {refused}"
            raise Refused(BAD_TOKEN, words, DENIED) from None
        if self._rooms.market.platform_of(token.shop) != self.platform:
            raise Refused(BAD_TOKEN, "access_token invalid", DENIED)
        if scope not in token.scopes:
            raise Refused(NO_SCOPE, f"scope {scope} 未授权")
        return token

    def _exceeded(self, method: str, limit: str) -> Refused:
        if limit == "daily":
            return Refused(QUOTA, f"Exceed quota limit, KEY [appkey:{KUAISHOU.key}]")
        qps = self._rooms.quota.limits().kuaishou_qps
        return Refused(
            QPS, f"Exceed qps limit, KEY [apiId:{method};appkey:{KUAISHOU.key}], MAX_QPS [{qps:.1f}]"
        )

    def _envelope(self, result: int, words: str, sub_code: str, beside: Mapping[str, object]) -> Reply:
        answer: dict[str, object] = {"result": result, "error_msg": words or "SUCCESS"}
        if sub_code:
            answer |= {"sub_code": sub_code, "sub_msg": words}
        return as_json({**answer, "requestId": f"sandbox{next(self._numbers):012d}", **beside})


def _method(request: Request) -> str:
    return request.path.strip("/").replace("/", ".")


def _values(request: Request) -> dict[str, str]:
    return {**request.query, **request.form}


def _params(text: str) -> dict[str, object] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def check_signature(values: Mapping[str, str], method: str, clock: Clock) -> None:
    """Refuse what is not signed over exactly what was sent, at about this time."""
    needed = ("appkey", "method", "version", "param", "access_token", "timestamp", "signMethod", "sign")
    missing = [name for name in needed if not values.get(name)]
    if missing:
        raise Refused(SIGN_MISSING, f"缺少参数 {', '.join(missing)}")
    if values["appkey"] != KUAISHOU.key or values["method"] != method or values["version"] != "1":
        raise Refused(SIGN_WRONG, "appkey、method 或 version 不正确")
    if values["signMethod"] not in SIGN_METHODS or not values["timestamp"].isdigit():
        raise Refused(SIGN_WRONG, "signMethod 或 timestamp 不正确")
    if clock.off_ms(int(values["timestamp"])) > SKEW_MS:
        raise Refused(SIGN_WRONG, "timestamp 与服务器时间相差过大")
    signed = {name: values[name] for name in KUAISHOU_SIGNED}
    if not same(values["sign"], kuaishou_sign(signed, KUAISHOU.sign_secret)):
        raise Refused(SIGN_WRONG, "sign invalid")
