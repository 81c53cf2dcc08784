"""Name what a piece of evidence can be, who gives it and why a shop may keep it, and say it in words."""

from __future__ import annotations

from enum import StrEnum

from aftersale.texts import Text


class PieceType(StrEnum):
    """Name what a piece of evidence is."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    CHAT = "chat"
    TRACKING = "tracking"
    ORDER = "order"
    PAYMENT = "payment"
    LISTING = "listing"
    REPORT = "report"
    LICENCE = "licence"
    RECORD = "record"


class Giver(StrEnum):
    """Name who can give a piece: one may be asked for what is missing."""

    SHOP = "shop"
    WAREHOUSE = "warehouse"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    BUYER = "buyer"
    PLATFORM = "platform"
    DESK = "desk"


class Ground(StrEnum):
    """Name why a shop may hold a piece (个人信息保护法 13; 消费者权益保护法 29)."""

    CONTRACT = "contract"
    CONSENT = "consent"
    PARTY = "party"
    UNKNOWN = "unknown"


TYPE_WORDS: dict[PieceType, Text] = {
    PieceType.PHOTO: Text(zh="照片", en="photo"),
    PieceType.VIDEO: Text(zh="视频", en="video"),
    PieceType.AUDIO: Text(zh="录音", en="recording"),
    PieceType.CHAT: Text(zh="聊天记录", en="chat"),
    PieceType.TRACKING: Text(zh="物流轨迹", en="tracking"),
    PieceType.ORDER: Text(zh="订单信息", en="order"),
    PieceType.PAYMENT: Text(zh="付款记录", en="payment"),
    PieceType.LISTING: Text(zh="商品页面", en="listing"),
    PieceType.REPORT: Text(zh="检测或证明", en="report"),
    PieceType.LICENCE: Text(zh="授权和资质", en="licence"),
    PieceType.RECORD: Text(zh="业务记录", en="record"),
}

GIVER_WORDS: dict[Giver, Text] = {
    Giver.SHOP: Text(zh="客服", en="the shop"),
    Giver.WAREHOUSE: Text(zh="仓库", en="the warehouse"),
    Giver.CARRIER: Text(zh="快递", en="the carrier"),
    Giver.SUPPLIER: Text(zh="供应商", en="the supplier"),
    Giver.BUYER: Text(zh="买家", en="the buyer"),
    Giver.PLATFORM: Text(zh="平台", en="the platform"),
    Giver.DESK: Text(zh="售后台", en="the desk"),
}

GROUND_WORDS: dict[Ground, Text] = {
    Ground.CONTRACT: Text(zh="履行订单所需", en="needed for the order"),
    Ground.CONSENT: Text(zh="对方同意", en="the person agreed"),
    Ground.PARTY: Text(zh="我方是当事人", en="we took part ourselves"),
    Ground.UNKNOWN: Text(zh="没有说明", en="not told"),
}
