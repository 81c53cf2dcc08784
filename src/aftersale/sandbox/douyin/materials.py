"""Answer the material centre: pictures are fetched from the desk, looked at, and kept by what they are."""

from __future__ import annotations

from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from aftersale.sandbox.douyin.refusals import business, invalid
from aftersale.sandbox.douyin.shapes import local
from aftersale.sandbox.wire.pushing import is_local

if TYPE_CHECKING:
    from aftersale.sandbox.douyin.refusals import Call

LONGEST_NAME, MOST_BYTES, PATIENCE_S = 50, 10 * 1024 * 1024, 3.0
PASSED, REFUSED = 3, 4
KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
PLACE = "https://sandbox.example.com/material/"


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one picture: where it came from, what it is, and whether it passed."""

    no: str
    shop: str
    name: str
    url: str
    digest: str
    kind: str
    size: int
    at: int

    @property
    def passed(self) -> bool:
        """Tell whether it is a picture that can be shown."""
        return bool(self.kind)

    @property
    def shown(self) -> str:
        """Give the address that tickets name it by: the same picture has the same one."""
        return f"{PLACE}{self.digest[:32]}.{self.kind}" if self.passed else ""


_read = msgspec.json.Decoder(Material).decode


def upload_image(call: Call) -> object:
    """Answer material.uploadImageSync: fetch a picture from this machine, and keep what it is."""
    call.text("folder_id")
    name, url = call.text("material_name"), call.text("url")
    if not 0 < len(name) <= LONGEST_NAME:
        raise invalid("material_name 长度为 1 到 50")
    if not is_local(url):
        raise business(30_001, "图片地址无法访问：沙箱只从 http://127.0.0.1:端口/ 取图")
    body = _fetched(url)
    kind = next((kind for head, kind in KINDS.items() if body.startswith(head)), "")
    market = call.rooms.market
    made = Material(
        no=f"73{market.store.number('material'):017d}",
        shop=call.shop,
        name=name,
        url=url,
        digest=sha256(body).hexdigest(),
        kind=kind,
        size=len(body),
        at=call.now,
    )
    market.store.keep_value(f"material.{made.no}", msgspec.json.encode(made).decode())
    return {"material_id": made.no, "folder_id": "0", "is_new": True, "audit_status": _status(made)}


def query_detail(call: Call) -> object:
    """Answer material.queryMaterialDetail."""
    kept = call.rooms.market.store.value(f"material.{call.text('material_id')}")
    found = _read(kept) if kept else None
    if found is None or found.shop != call.shop:
        raise business(30_002, "素材不存在")
    return {
        "material_info": {
            "material_id": found.no,
            "folder_id": "0",
            "origin_url": found.url,
            "byte_url": found.shown,
            "materil_name": found.name,
            "material_type": "photo",
            "operate_status": 1,
            "audit_status": _status(found),
            "audit_reject_desc": "" if found.passed else "不是 JPG 或 PNG 图片",
            "size": found.size,
            "create_time": local(found.at),
        }
    }


def _status(material: Material) -> int:
    return PASSED if material.passed else REFUSED


def _fetched(url: str) -> bytes:
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", f"{place.path or '/'}{'?' + place.query if place.query else ''}")
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES + 1)
    except (OSError, HTTPException):
        raise business(30_001, "图片地址无法访问") from None
    finally:
        connection.close()
    if answer.status != 200:  # noqa: PLR2004  what is there
        raise business(30_001, f"图片地址返回 {answer.status}")
    if len(body) > MOST_BYTES:
        raise business(30_003, "图片超过 10 MB")
    return body
