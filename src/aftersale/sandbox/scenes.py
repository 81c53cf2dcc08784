"""List the scripted tickets of the demo day: the ones that the story tells by name."""

from __future__ import annotations

from dataclasses import dataclass

from aftersale.sandbox.mix import Slot
from aftersale.sandbox.model import Line, Stage, Truth


@dataclass(frozen=True, slots=True)
class Scene:
    """Script one ticket. Hours are before now (applied) and before the application (signed)."""

    shop: str
    article_no: str
    slot: Slot
    reason: str
    applied_h: float
    truth: Truth
    buyer_id: str = ""
    signed_h: float | None = None
    late: bool = False
    requested_fen: int | None = None
    buyer_says: str = ""


_REVIEW = Slot(Line.RETURN_REVIEW, Stage.DECIDE, "nobody")
_REFUND = Slot(Line.SHIPPED_REFUND, Stage.DECIDE, "nobody")

_CRACK = Truth(claim_holds=True, goods="defect", sent_g=1380, has_photo=True, story="批次 2505C 手柄开裂")

SCENES = (
    Scene(
        shop="home",
        article_no="CUP-350-BL",
        slot=_REVIEW,
        reason="quality_defect",
        applied_h=47.3,
        signed_h=119.45,
        buyer_id="C0000001",
        truth=Truth(
            claim_holds=True, goods="defect", sent_g=620, has_photo=True, story="杯壁有裂纹；打包缺内衬"
        ),
        buyer_says="杯子壁上有一道裂纹，麻烦看一下，不急",
    ),
    Scene(
        shop="wear",
        article_no="DRS-M",
        slot=_REFUND,
        reason="no_reason",
        applied_h=45.84,
        signed_h=40.0,
        truth=Truth(claim_holds=True, sent_g=410, story="吊牌完好，本应走退货退款"),
        buyer_says="穿着不好看，不想要了",
    ),
    Scene(
        shop="wear",
        article_no="BRA-75B",
        slot=_REVIEW,
        reason="no_reason",
        applied_h=20.0,
        signed_h=50.0,
        truth=Truth(claim_holds=True, sent_g=120, story="卫生贴完好；下单时没有单独确认不支持无理由"),
        buyer_says="尺码买大了",
    ),
    Scene(
        shop="kitchen",
        article_no="POT-12L-2505C",
        slot=Slot(Line.RETURN_RECEIPT, Stage.RECEIVE, "agent"),
        reason="no_reason",
        applied_h=120.0,
        signed_h=30.0,
        buyer_id="C0000003",
        truth=Truth(
            claim_holds=True, box="empty", sent_g=1380, returned_g=120, story="寄回的是空盒，0.12 kg"
        ),
        buyer_says="用不上，退货",
    ),
    Scene(
        shop="snack",
        article_no="PAW-30",
        slot=_REFUND,
        reason="missing_item",
        applied_h=2.0,
        signed_h=30.0,
        buyer_id="C0000004",
        truth=Truth(claim_holds=False, sent_g=980, has_photo=True, story="照片与此前一单相同"),
        buyer_says="少了一瓶",
    ),
    Scene(
        shop="wear",
        article_no="DRS-M",
        slot=Slot(Line.RETURN_REVIEW, Stage.BUYER_RETURNS, "agent"),
        reason="no_reason",
        applied_h=90.0,
        signed_h=60.0,
        buyer_id="C0000005",
        truth=Truth(claim_holds=True, sent_g=410, story="在火车上，下周一才能寄"),
        buyer_says="已经上火车了，下周一才到家，能不能晚点寄",
    ),
    Scene(
        shop="home",
        article_no="CHR-02",
        slot=_REVIEW,
        reason="minor_purchase",
        applied_h=11.0,
        signed_h=26.0,
        buyer_id="C0000006",
        truth=Truth(claim_holds=True, sent_g=14500, story="孩子用家长手机下单"),
        buyer_says="孩子拿我手机下的单，我不知道，想退",
    ),
    Scene(
        shop="home",
        article_no="BLK-4",
        slot=_REFUND,
        reason="not_as_described",
        applied_h=8.0,
        signed_h=44.0,
        buyer_id="C0000007",
        requested_fen=4000,
        truth=Truth(
            claim_holds=True, goods="defect", sent_g=2900, has_photo=True, story="色差轻微，愿意 20 元了结"
        ),
        buyer_says="颜色和图片差挺多，补 40 块我就不退了",
    ),
    Scene(
        shop="kitchen",
        article_no="POT-12L-2505C",
        slot=Slot(Line.UNSHIPPED, Stage.DECIDE, "nobody"),
        reason="late_shipment",
        applied_h=3.0,
        late=True,
        buyer_id="C0000008",
        truth=Truth(claim_holds=True, story="承诺 48 小时，仓库漏单"),
        buyer_says="说好 48 小时发货，三天了还没动静，再不退我就投诉",
    ),
    Scene(
        shop="home",
        article_no="EAR-T3",
        slot=Slot(Line.ARBITRATION, Stage.ARBITRATION, "agent"),
        reason="function_failure",
        applied_h=40.0,
        signed_h=70.0,
        truth=Truth(
            claim_holds=False, goods="activated", box="swapped", sent_g=150, story="序列号与发出的不一致"
        ),
        buyer_says="左耳没声音，商家不给退",
    ),
    Scene(
        shop="home",
        article_no="TOY-7",
        slot=Slot(Line.RESHIP, Stage.DECIDE, "nobody"),
        reason="missing_item",
        applied_h=9.0,
        signed_h=20.0,
        truth=Truth(claim_holds=True, sent_g=728, has_photo=True, story="漏装一袋轮子"),
        buyer_says="少一袋轮子，补给我就行",
    ),
    Scene(
        shop="home",
        article_no="STK-9.9",
        slot=_REFUND,
        reason="damaged",
        applied_h=14.0,
        signed_h=10.0,
        truth=Truth(claim_holds=True, goods="defect", sent_g=40, has_photo=True, story="信封进水"),
        buyer_says="贴纸泡水了",
    ),
    Scene(
        shop="wear",
        article_no="RNG-ENG",
        slot=_REVIEW,
        reason="no_reason",
        applied_h=16.0,
        signed_h=48.0,
        truth=Truth(claim_holds=True, sent_g=60, story="按买家要求刻字，下单已确认"),
        buyer_says="不喜欢了",
    ),
    Scene(
        shop="snack",
        article_no="LYC-5",
        slot=_REFUND,
        reason="quality_defect",
        applied_h=5.0,
        signed_h=6.0,
        requested_fen=2000,
        truth=Truth(claim_holds=True, goods="defect", sent_g=2600, has_photo=True, story="约三分之一变质"),
        buyer_says="坏了三分之一，照片发了",
    ),
    Scene(
        shop="home",
        article_no="BLK-4",
        slot=_REVIEW,
        reason="no_reason",
        applied_h=12.0,
        signed_h=70.0,
        truth=Truth(claim_holds=True, sent_g=2900, story="赠品枕套已拆用"),
        buyer_says="和床不配，退",
    ),
    Scene(
        shop="kitchen",
        article_no="POT-12L-2505C",
        slot=_REVIEW,
        reason="quality_defect",
        applied_h=1.0,
        signed_h=18.0,
        buyer_id="C0000002",
        truth=_CRACK,
        buyer_says="手柄裂了，拍了照片，怕烫到人",
    ),
    *(
        Scene(
            shop="kitchen",
            article_no="POT-12L-2505C",
            slot=_REVIEW,
            reason="quality_defect",
            applied_h=round(0.3 + 0.9 * number, 1),
            signed_h=20.0 + 7 * number,
            truth=_CRACK,
            buyer_says="手柄有裂缝",
        )
        for number in range(13)
    ),
)
