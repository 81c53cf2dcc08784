"""Answer token.create and token.refresh."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aftersale.sandbox.douyin.refusals import TOKEN_FAILED, Call, Refused
from aftersale.sandbox.platform.apps import CONNECTED, SHOP_IDS, shop_by_id, shops_of
from aftersale.sandbox.platform.case import HOUR
from aftersale.sandbox.platform.tokens import Pair, TokenRefused
from aftersale.sandbox.wire.http import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.tokens import Token
    from aftersale.sandbox.wire.gateway import Rooms
    from aftersale.sandbox.wire.http import Request

PLAIN = "text/plain; charset=utf-8"


def _failed(why: str) -> Refused:
    return Refused(TOKEN_FAILED, f"dop.token-generate-failed:{why}", "token 生成失败")


def create_token(call: Call) -> object:
    """Answer token.create: by a shop's own number, or by the code of its consent."""
    code = call.text("code")
    maker = GRANTS.get(call.text("grant_type"))
    if maker is None:
        raise _failed("grant-type-invalid")
    return _pair(call, maker(call, code))


def _by_shop(call: Call, _code: str) -> Pair:
    shop = shop_by_id(call.text("shop_id"))
    if shop is None or CONNECTED[shop].platform != "douyin":
        raise _failed("no-authorization")
    if call.rooms.market.store.value(f"refuses.{shop}") == "yes":
        raise _failed("no-authorization")
    current = call.rooms.tokens.pair(shop)
    if current and current.access.until - call.now > HOUR:
        return current
    return call.rooms.tokens.issue_pair(shop)


def _by_code(call: Call, code: str) -> Pair:
    try:
        spent = call.rooms.tokens.spend_code(code)
    except TokenRefused as refused:
        raise _failed("code-expired" if str(refused) == "expired" else "code-invalid") from None
    return call.rooms.tokens.issue_pair(spent.shop, spent.scopes)


GRANTS: dict[str, Callable[[Call, str], Pair]] = {
    "authorization_self": _by_shop,
    "authorization_code": _by_code,
}


def authorise(request: Request, rooms: Rooms) -> Reply:
    """Send a shop back with a code, as the page of the service market does; `shop` chooses which.

    On the platform the address to go back to belongs to the app; here it comes as `redirect_uri`.
    """
    query = request.query
    shop, back = query.get("shop", "home"), query.get("redirect_uri", "")
    if not query.get("service_id") or not back or shop not in shops_of("douyin"):
        return Reply(HTTPStatus.BAD_REQUEST, "缺少 service_id 或 redirect_uri，或没有这家店".encode(), PLAIN)
    if rooms.market.store.value(f"refuses.{shop}") == "yes":
        values = {"error": "access_denied"}
    else:
        values = {"code": rooms.tokens.new_code(shop)}
    target = f"{back}{'&' if '?' in back else '?'}{urlencode({**values, 'state': query.get('state', '')})}"
    return Reply(HTTPStatus.FOUND, b"", PLAIN, (("Location", target),))


def refresh_token(call: Call) -> object:
    """Answer token.refresh."""
    if call.text("grant_type") != "refresh_token":
        raise _failed("grant-type-invalid")
    try:
        pair = call.rooms.tokens.renew_douyin(call.text("refresh_token"))
    except TokenRefused as refused:
        why = str(refused)
        known = {"expired": "token-expired", "discarded": "token-expired", "revoked": "no-authorization"}
        raise _failed(known.get(why, "token-invalid")) from None
    return _pair(call, pair)


def _pair(call: Call, pair: Pair) -> object:
    access: Token = pair.access
    return {
        "access_token": access.text,
        "expires_in": max(0, (access.until - call.now) // 1000),
        "refresh_token": pair.refresh.text,
        "scope": "SCOPE",
        "shop_id": SHOP_IDS[access.shop],
        "shop_name": CONNECTED[access.shop].name,
        "authority_id": str(SHOP_IDS[access.shop]),
        "auth_subject_type": "MERCHANT",
    }
