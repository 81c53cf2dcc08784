"""List what happens on the day of the story beside what buyers and deadlines do of their own accord."""

from __future__ import annotations

from typing import NamedTuple

from aftersale.sandbox.platform.arrivals import Wanted
from aftersale.sandbox.platform.case import Kind


class Scene(NamedTuple):
    """Script one thing: the minute of the day, what is done, what is said of it, and what is raised."""

    minute: int
    act: str
    said: str
    wanted: Wanted | None = None


RAISE, SHIP, WITHDRAW, SEND_BACK, APPEAL, REVOKE = (
    "raise",
    "ship",
    "withdraw",
    "send_back",
    "appeal",
    "revoke",
)
BEGIN_MINUTE, END_MINUTE = 8 * 60 + 30, 24 * 60
LATEST_BEGIN_MINUTE = 20 * 60


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


def _raised(minute: int, said: str, shop: str, kind: Kind, **more: str) -> Scene:
    return Scene(minute, RAISE, said, Wanted(shop, kind, **more))  # type: ignore[arg-type]  # texts, by name


_MORNING = (
    _raised(_at(8, 34), "买家申请未发货退款", "home", Kind.UNSHIPPED),
    _raised(_at(8, 52), "买家申请退货退款", "wear", Kind.RETURN),
    _raised(
        _at(9, 12),
        "b***7 又申请少件退款：照样按规则答复",
        "snack",
        Kind.SHIPPED,
        reason="missing_item",
        buyer_id="C0000004",
        article_no="PAW-30",
        says="又少了一瓶",
    ),
    _raised(_at(9, 37), "买家催发货，申请退款", "kitchen", Kind.UNSHIPPED, character="hurried"),
    _raised(_at(10, 5), "买家申请补寄缺件", "home", Kind.RESHIP, article_no="TOY-7", says="少一袋轮子"),
    _raised(_at(10, 21), "买家申请退货退款", "home_ks", Kind.RETURN),
)
# 10:47 to 11:20: fourteen complaints about one batch.
_BATCH = tuple(
    _raised(
        _at(10, 47) + round(2.5 * number),
        f"折叠电煮锅手柄开裂，同一批次第 {number + 1} 单",
        "kitchen",
        Kind.RETURN,
        reason="quality_defect",
        article_no="POT-12L-2505C",
        says="手柄裂了",
    )
    for number in range(14)
)
_NOON = (
    _raised(
        _at(11, 52),
        "荔枝坏果，买家传了照片",
        "snack",
        Kind.SHIPPED,
        article_no="LYC-5",
        reason="quality_defect",
    ),
    Scene(_at(12, 20), WITHDRAW, "买家撤销了申请"),
    _raised(_at(13, 8), "买家申请换货", "wear", Kind.EXCHANGE, article_no="DRS-M"),
    Scene(_at(13, 40), SEND_BACK, "买家寄回了货"),
    _raised(_at(14, 12), "买家申请价保", "home", Kind.PRICE),
    Scene(_at(14, 31), SEND_BACK, "买家寄回了货"),
    Scene(_at(15, 2), SEND_BACK, "买家寄回了货"),
    _raised(_at(15, 45), "买家要求退款，货还在路上", "home_ks", Kind.SHIPPED),
    _raised(_at(16), "内衣不想要了，申请退货", "wear", Kind.RETURN, reason="no_reason", article_no="BRA-75B"),
    Scene(_at(16, 30), REVOKE, "授权失效，要店主在“设置 → 店铺连接”重新授权"),
    _raised(_at(17, 20), "买家申请退货退款", "home", Kind.RETURN, article_no="BLK-4"),
    Scene(_at(18), APPEAL, "买家申请平台介入，要在期限内举证"),
    _raised(_at(19, 10), "买家申请退货退款", "home_ks", Kind.RETURN),
    Scene(_at(19, 40), WITHDRAW, "买家撤销了申请"),
)
# 21:30 the live broadcast ends, and refunds come in before the goods leave.
_LIVE = tuple(
    _raised(_at(21, 30) + 2 * number, f"直播刚结束，未发货退款第 {number + 1} 单", shop, Kind.UNSHIPPED)
    for number, shop in enumerate(("home", "kitchen", "wear", "snack", "home_ks", "wear") * 8)
)
_NIGHT = (
    *(Scene(_at(21, 45) + 17 * number, SHIP, "仓库已经发出一单正在退款的货") for number in range(6)),
    *(Scene(_at(22, 4) + 21 * number, WITHDRAW, "买家撤销了申请") for number in range(3)),
)
SCENES = tuple(sorted((*_MORNING, *_BATCH, *_NOON, *_LIVE, *_NIGHT), key=lambda scene: scene.minute))
