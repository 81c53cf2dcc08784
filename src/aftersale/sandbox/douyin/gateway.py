"""Let in what is signed, dated, authorised and within its quota; answer in 抖店's envelope."""

from __future__ import annotations

import json
from datetime import datetime
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.douyin import (
    acting,
    addresses,
    granting,
    materials,
    operate,
    orders,
    reading,
    refusals,
    reports,
    services,
)
from aftersale.sandbox.douyin.refusals import INVALID, MISSING, NO_PERMISSION, OK, Call, Refused
from aftersale.sandbox.platform.apps import DOUYIN
from aftersale.sandbox.platform.tokens import Token, TokenRefused
from aftersale.sandbox.wire.gateway import Asked, Rooms
from aftersale.sandbox.wire.http import Reply, Request, as_json
from aftersale.sandbox.wire.signing import douyin_sign, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.platform.clock import Clock

SKEW_MS = 600_000
SIGN_METHODS = ("hmac-sha256", "md5")
KEY_DIGITS = 19
AUTHORISE = "/authorize"

WITHOUT_TOKEN: Mapping[str, Callable[[Call], object]] = {
    "token.create": granting.create_token,
    "token.refresh": granting.refresh_token,
}
METHODS: Mapping[str, Callable[[Call], object]] = {
    "afterSale.List": reading.read_list,
    "afterSale.Detail": reading.read_detail,
    "afterSale.operate": operate.operate,
    "afterSale.rejectReasonCodeList": reading.read_reject_reasons,
    "afterSale.timeExtend": acting.extend_time,
    "afterSale.submitEvidence": acting.submit_evidence,
    "material.uploadImageSync": materials.upload_image,
    "material.queryMaterialDetail": materials.query_detail,
    "afterSale.addOrderRemark": acting.add_remark,
    "afterSale.fillLogistics": acting.fill_logistics,
    "afterSale.CancelSendGoodsSuccess": acting.cancel_sending,
    "afterSale.returnGoodsToWareHouseSuccess": acting.returned_to_warehouse,
    "afterSale.applyLogisticsIntercept": acting.intercept,
    "afterSale.OpenAfterSaleChannel": reading.read_channel,
    "order.orderDetail": orders.read_order,
    "order.searchList": orders.search_orders,
    "order.logisticsAdd": orders.add_logistics,
    "order.logisticsCompanyList": orders.list_companies,
    "logistics.trackNoRouteDetail": orders.track,
    "order.getServiceList": services.list_services,
    "order.serviceDetail": services.read_service,
    "order.replyService": services.reply_service,
    "order.addOrderRemark": orders.add_order_remark,
    "order.batchDecrypt": orders.decrypt,
    "address.list": addresses.list_addresses,
    "security.batchReportOrderSecurityEvent": reports.report_access,
}
REASONS = {
    "invalid": (INVALID, "isv.access-token-no-existed", "access_token 不存在"),
    "expired": (INVALID, "isv.access-token-expired", "access_token 已过期"),
    "revoked": (NO_PERMISSION, "dop.authorization-closed", "店铺已取消授权"),
}


class DouyinGateway:
    """Answer as the open platform of 抖店 does."""

    platform = "douyin"

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._numbers = count(1)

    def asked(self, request: Request) -> Asked:
        """Look at a request without judging it."""
        params = _params(request.body)
        token = request.query.get("access_token", "")
        first = params.get("items")
        item = first[0] if isinstance(first, list) and first and isinstance(first[0], dict) else params
        ticket = item.get("aftersale_id") or item.get("after_sale_id") or ""
        return Asked(_method(request), self._shop(token), str(ticket))

    def _shop(self, token: str) -> str:
        try:
            return self._rooms.tokens.find(token, "access").shop
        except TokenRefused:
            return ""

    def answer(self, request: Request) -> Reply:
        """Check, act and answer; what is refused leaves everything as it was."""
        market = self._rooms.market
        now = market.advance()
        if request.path == AUTHORISE:
            return granting.authorise(request, self._rooms)
        try:
            call, handle = self._let_in(request, now)
            with market.store.change():
                data = handle(call)
        except Refused as refused:
            return self._refusal(refused)
        return self._envelope(OK, "", "", data)

    def throttled(self, request: Request) -> Reply:
        """Answer that there were too many calls."""
        del request
        return self._refusal(Refused(refusals.THROTTLED, "isv.traffic-limited", "调用过于频繁，请稍后再试"))

    def ip_refused(self, request: Request) -> Reply:
        """Answer that the address of the caller is not on the list."""
        del request
        return self._refusal(Refused(refusals.IP_REFUSED, "isv.invalid_ip", "IP 不在白名单"))

    def _let_in(self, request: Request, now: int) -> tuple[Call, Callable[[Call], object]]:
        method = _method(request)
        handle = WITHOUT_TOKEN.get(method) or METHODS.get(method)
        if handle is None or request.verb != "POST":
            raise Refused(refusals.NO_SUCH_API, "isp.api-service-off", f"接口不存在：{method}")
        check_signature(request, method, self._rooms.market.clock)
        shop = "" if method in WITHOUT_TOKEN else self._authorised(request, method).shop
        if self._rooms.quota.exceeded(self.platform, method):
            raise Refused(refusals.THROTTLED, "isv.traffic-limited", "调用过于频繁，请稍后再试")
        params = _params(request.body)
        if not params and request.body.strip() != b"{}":
            raise Refused(INVALID, "isv.parameter-format-invalid", "param_json 不是 JSON 对象")
        return Call(self._rooms, shop, params, now), handle

    def _authorised(self, request: Request, method: str) -> Token:
        text = request.query.get("access_token", "")
        if not text:
            raise Refused(MISSING, "isv.access-token-missing", "缺少 access_token")
        try:
            token = self._rooms.tokens.find(text, "access")
        except TokenRefused as refused:
            raise Refused(*REASONS.get(str(refused), REASONS["invalid"])) from None
        if self._rooms.market.platform_of(token.shop) != self.platform:
            raise Refused(*REASONS["invalid"])
        if method in (self._rooms.market.store.value(f"denied.{token.shop}") or "").split():
            raise Refused(NO_PERMISSION, "isv.app-permissions-insufficient", f"没有 {method} 的权限")
        return token

    def _refusal(self, refused: Refused) -> Reply:
        return self._envelope(refused.code, refused.sub_code, refused.sub_msg, refused.data)

    def _envelope(self, code: int, sub_code: str, sub_msg: str, data: object) -> Reply:
        answer = {
            "code": code,
            "msg": "success" if code == OK else refusals.WORDS.get(code, ""),
            "sub_code": sub_code,
            "sub_msg": sub_msg,
            "log_id": f"sandbox{next(self._numbers):012d}",
        }
        return as_json(answer if data is None else answer | {"data": data}, HTTPStatus.OK)


def _method(request: Request) -> str:
    return request.path.strip("/").replace("/", ".")


def _params(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def check_signature(request: Request, method: str, clock: Clock) -> None:
    """Refuse what is not signed with the app's secret over exactly what was sent, at about this time."""
    query = request.query
    if not query.get("app_key"):
        raise Refused(MISSING, "isv.app-id-missing", "缺少 app_key")
    if len(query["app_key"]) != KEY_DIGITS or query["app_key"] != DOUYIN.key:
        raise Refused(INVALID, "isv.app-id-invalid", "app_key 不正确")
    if not query.get("sign"):
        raise Refused(MISSING, "isv.signature-missing", "缺少 sign")
    if query.get("method") != method or query.get("v") != "2":
        raise Refused(INVALID, "isv.parameter-invalid", "method 与路径不一致，或 v 不是 2")
    check_time(query.get("timestamp", ""), clock)
    how = query.get("sign_method", "md5")
    if how not in SIGN_METHODS:
        raise Refused(INVALID, "isv.parameter-invalid", "sign_method 为 hmac-sha256 或 md5")
    signed = {name: query.get(name, "") for name in ("app_key", "method", "timestamp", "v")}
    signed["param_json"] = request.body.decode("utf-8", "replace")
    if not same(query["sign"], douyin_sign(signed, DOUYIN.secret, how)):
        raise Refused(INVALID, "isv.signature-invalid", "签名不正确")


def check_time(text: str, clock: Clock) -> None:
    """Refuse a time that is more than ten minutes from the sandbox's clock and from the wall's."""
    if not text:
        raise Refused(MISSING, "isv.parameter-missing", "缺少 timestamp")
    try:
        if text.isdigit():
            given = int(text) * 1000
        else:
            moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
            given = int(moment.timestamp()) * 1000
    except ValueError:
        raise Refused(INVALID, "isv.timestamp-format-error", "timestamp 格式不正确") from None
    if clock.off_ms(given) > SKEW_MS:
        raise Refused(INVALID, "isv.timestamp-invalid", "timestamp 与服务器时间相差过大")
