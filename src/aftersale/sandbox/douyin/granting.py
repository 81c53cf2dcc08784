"""Answer token.create and token.refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.douyin.refusals import TOKEN_FAILED, Call, Refused
from aftersale.sandbox.platform.apps import CONNECTED, SHOP_IDS, shop_by_id
from aftersale.sandbox.platform.case import HOUR
from aftersale.sandbox.platform.tokens import Pair, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.tokens import Token


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
