"""Check and read what 抖店 pushes: an array of messages, signed over its raw bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from aftersale.channels.douyin.codes import REFUSED_PUSH, Tag, known
from aftersale.channels.douyin.shape import Misread, Shape, looks_rounded, parsed
from aftersale.channels.douyin.sign import is_same, push_sign
from aftersale.channels.interface import Message, Push, PushRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.interface import AppKeys

TAKEN = b'{"code":0,"msg":"success"}'
_REFUSED = json.dumps({"code": REFUSED_PUSH, "message": "解析推送数据失败"}, ensure_ascii=False).encode()
_TIMES = (
    "update_time",
    "apply_time",
    "agree_time",
    "return_time",
    "refuse_time",
    "success_time",
    "close_time",
    "modify_time",
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_OURS = Text(zh="推送的签名不对，没有收下。", en="The signature of a push is wrong; it was not taken.")
_NOT_READ = Text(zh="推送的内容读不懂，没有收下。", en="A push cannot be read; it was not taken.")


def parse_push(headers: Mapping[str, str], body: bytes, keys: AppKeys) -> Push:
    """Check and read a push; the same message twice in it is one. Raises PushRefused."""
    signed = is_same(push_sign(body, keys), headers.get("event-sign", ""))
    if headers.get("app-id") != keys.app_key or not signed:
        raise PushRefused("push.not_signed", _NOT_OURS, _REFUSED)
    found = [_message(each) for each in _items(body)]
    return Push(tuple({each.message_id: each for each in found if each is not None}.values()), TAKEN)


def _items(body: bytes) -> list[Shape]:
    said = parsed(body)
    items = [said] if isinstance(said, dict) else said
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise PushRefused("push.unreadable", _NOT_READ, _REFUSED)
    return [Shape(each) for each in items]


def _message(item: Shape) -> Message | None:
    """Read one message; the test that the platform sends when an address is saved is none."""
    code = item.code("tag")
    tag = known(Tag, code)
    if tag is Tag.TEST:
        return None
    data = item.fields.get("data")
    about = Shape(parsed(data) if isinstance(data, str) else data)
    try:
        ticket_no, order_no, line_no = (about.id(name) for name in ("aftersale_id", "p_id", "s_id"))
    except Misread:
        raise PushRefused("push.digits_lost", _NOT_READ, _REFUSED) from None
    if looks_rounded({ticket_no, order_no, line_no}):
        raise PushRefused("push.digits_lost", _NOT_READ, _REFUSED)
    named = item.text("msg_id") or item.text("msgId")
    message_id = named or sha256(json.dumps(item.fields, sort_keys=True).encode()).hexdigest()
    kind = tag.name.lower() if tag is not None else f"tag_{item.text('tag')}"
    return Message(message_id, kind, ticket_no, _said_at(about, named), _shop_of(about))


def _shop_of(about: Shape) -> str:
    """Give the shop that a message names; one that cannot be read is none."""
    try:
        return about.id("shop_id")
    except Misread:
        return ""


def _said_at(about: Shape, message_id: str) -> datetime:
    """Give the time of the change, else the one inside the message's id, else the beginning of time."""
    parts = message_id.split(":")
    inside = Shape({"at": next((part for part in parts if len(part) == 10 and part.isdecimal()), None)})  # noqa: PLR2004
    for shape, names in ((about, _TIMES), (inside, ("at",))):
        for name in names:
            try:
                at = shape.moment(name)
            except Misread:
                continue
            if at is not None:
                return at
    return _NEVER
