"""Answer the addresses by which a shop lets an app in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aftersale.sandbox.platform.apps import KUAISHOU, OPEN_IDS, shops_of
from aftersale.sandbox.platform.tokens import SCOPES, Pair, TokenRefused
from aftersale.sandbox.wire.http import Reply, Request, as_json
from aftersale.sandbox.wire.signing import same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.wire.gateway import Rooms

INVALID_REQUEST = (100200100, "invalid_request")
UNAUTHORISED_CLIENT = (100200101, "unauthorized_client")
ACCESS_DENIED = (100200102, "access_denied")
WRONG_RESPONSE = (100200103, "unsupported_response_type")
WRONG_GRANT = (100200104, "unsupported_grant_type")
INVALID_GRANT = (100200105, "invalid_grant")
INVALID_SCOPE = (100200106, "invalid_scope")
DISCARDED = {"discarded": "refreshToken.discarded", "revoked": "refreshToken.revokedAuthorization"}


def refused(why: tuple[int, str], words: str = "") -> Reply:
    """Refuse in the shape of these addresses."""
    return as_json({"result": why[0], "error": why[1], "error_msg": words or why[1]})


def authorise(request: Request, rooms: Rooms) -> Reply:
    """Send the shop back with a code: the sandbox's shop agrees at once, unless it was told to refuse."""
    query = request.query
    if query.get("app_id") != KUAISHOU.key or not query.get("redirect_uri"):
        return refused(INVALID_REQUEST, "app_id 或 redirect_uri 不正确")
    if query.get("response_type") != "code":
        return refused(WRONG_RESPONSE)
    scopes = tuple(filter(None, query.get("scope", "").split(",")))
    if not scopes:
        return refused(INVALID_SCOPE)
    shop = query.get("shop") or shops_of("kuaishou")[0]
    if shop not in shops_of("kuaishou"):
        return refused(INVALID_REQUEST, "没有这家店")
    state = {"state": query["state"]} if "state" in query else {}
    if rooms.market.store.value(f"refuses.{shop}") == "yes":
        return _back(query["redirect_uri"], {"error": "access_denied", **state})
    return _back(query["redirect_uri"], {"code": rooms.tokens.new_code(shop, scopes), **state})


def _back(address: str, values: Mapping[str, str]) -> Reply:
    joint = "&" if "?" in address else "?"
    target = f"{address}{joint}{urlencode(values)}"
    return Reply(HTTPStatus.FOUND, b"", "text/plain", (("Location", target),))


def access_token(request: Request, rooms: Rooms) -> Reply:
    """Exchange a code for tokens, or give the app its own."""
    values = {**request.query, **request.form}
    if not _known_app(values):
        return refused(UNAUTHORISED_CLIENT)
    maker = GRANTS.get(values.get("grant_type", ""))
    return maker(values, rooms) if maker else refused(WRONG_GRANT)


def _known_app(values: Mapping[str, str]) -> bool:
    return values.get("app_id") == KUAISHOU.key and same(values.get("app_secret", ""), KUAISHOU.secret)


def _by_code(values: Mapping[str, str], rooms: Rooms) -> Reply:
    try:
        code = rooms.tokens.spend_code(values.get("code", ""))
    except TokenRefused:
        return refused(INVALID_GRANT, "code 无效、过期或已使用")
    return _pair(rooms, rooms.tokens.issue_pair(code.shop, code.scopes))


def _for_app(_values: Mapping[str, str], _rooms: Rooms) -> Reply:
    return as_json({"result": 1, "access_token": "sandbox-app-token", "expires_in": 172_800})


GRANTS: dict[str, Callable[[Mapping[str, str], Rooms], Reply]] = {
    "code": _by_code,
    "client_credentials": _for_app,
}


def refresh_token(request: Request, rooms: Rooms) -> Reply:
    """Exchange a refresh token: it rotates every time."""
    values = {**request.query, **request.form}
    if request.verb != "POST" or not _known_app(values):
        return refused(UNAUTHORISED_CLIENT)
    if values.get("grant_type") != "refresh_token":
        return refused(WRONG_GRANT)
    try:
        pair = rooms.tokens.renew_kuaishou(values.get("refresh_token", ""))
    except TokenRefused as why:
        if str(why) in DISCARDED:
            return refused(ACCESS_DENIED, DISCARDED[str(why)])
        return refused(INVALID_GRANT, f"refresh_token {why}")
    return _pair(rooms, pair)


def _pair(rooms: Rooms, pair: Pair) -> Reply:
    now = rooms.market.clock.now()
    return as_json(
        {
            "result": 1,
            "access_token": pair.access.text,
            "expires_in": (pair.access.until - now) // 1000,
            "refresh_token": pair.refresh.text,
            "refresh_token_expires_in": (pair.refresh.until - now) // 1000,
            "open_id": OPEN_IDS[pair.access.shop],
            "scopes": list(pair.access.scopes or SCOPES),
        }
    )
