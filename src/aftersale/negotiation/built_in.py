"""Bring prepared replies along, in Chinese: thanks or regret, the fact, what is possible, until when."""

from __future__ import annotations

from dataclasses import dataclass

from aftersale.negotiation.scenes import Scene, Stage


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Hold one prepared reply that comes with the package."""

    scene: Scene
    stage: Stage
    title: str
    text: str

    @property
    def code(self) -> str:
        """Name it for good."""
        return f"{self.scene}.{self.stage}"


_ROWS = (
    (Scene.GENERAL, Stage.RECEIVE, "收到申请",
     "您好，您申请的{申请}（{商品}）已经收到，给您添麻烦了。我先看一下情况，{时间}前给您答复。"),
    (Scene.GENERAL, Stage.UNDERSTAND, "问清楚",
     "为了尽快处理，想跟您核对：\n{还差}\n您方便时回复就行，收到后马上接着处理。"),
    (Scene.GENERAL, Stage.OFFER, "给两三个办法",
     "谢谢您说明情况。这几种办法您看哪一种方便：\n{方案}\n请在 {时间} 前告诉我，我们按您的选择处理。"),
    (Scene.GENERAL, Stage.AGAIN, "再商量一次",
     "您希望{买家要}，我理解。这次我们能做到的是{我们给}，有效到 {时间}。您看行吗？不合适请告诉我。"),
    (Scene.GENERAL, Stage.AGREE, "确认谈妥",
     "好的，那就按{谈妥}处理，{时间}前办好，办好后我在这里告诉您。有任何变化我会先跟您说。"),
    (Scene.GENERAL, Stage.DECLINE, "说明这次不能",
     "很抱歉，这次的申请我们没法同意。依据是{依据}。\n您还可以：\n{方案}\n您对结果有不同意见，也可以请平台处理。"),
    (Scene.GENERAL, Stage.AFTER, "办完告诉买家",
     "您好，{商品}的{申请}已经办好，请您看一下。还有什么没解决的，随时在这里告诉我。"),
    (Scene.QUALITY, Stage.RECEIVE, "质量问题先道歉",
     "很抱歉{商品}没让您满意。我先核实，{时间}前给您答复，来回的费用您不用担心。"),
    (Scene.QUALITY, Stage.UNDERSTAND, "请买家拍问题",
     "麻烦您把问题的地方拍清楚发我（照片或一小段视频都行）：\n{还差}\n核实后马上给您办法。"),
    (Scene.QUALITY, Stage.OFFER, "质量问题给办法",
     "看到您发的情况了，很抱歉。您可以选：\n{方案}\n退货运费我们出。请在 {时间} 前告诉我选哪一种。"),
    (Scene.NO_REASON, Stage.RECEIVE, "七天无理由",
     "您好，{商品}的退货申请收到了。商品保持完好、配件齐全就可以退，依据是{依据}。请按页面上的退货地址寄出。"),
    (Scene.NO_REASON, Stage.DECLINE, "不适用七天无理由",
     "很抱歉，这一单不适用七天无理由退货，依据是{依据}。有质量问题请发照片给我。\n现在您可以选：\n{方案}"),
    (Scene.SHIPPING, Stage.RECEIVE, "物流慢了",
     "很抱歉让您久等。我已经联系快递核实{商品}的包裹，{时间}前告诉您进展。"),
    (Scene.SHIPPING, Stage.OFFER, "物流问题给办法",
     "包裹的情况核实了，很抱歉。您可以选：\n{方案}\n请在 {时间} 前告诉我，我们马上办。"),
    (Scene.DAMAGED, Stage.UNDERSTAND, "破损少件请拍照",
     "很抱歉收到的时候不完好。麻烦拍一下外箱、面单和有问题的地方：\n{还差}\n收到后我们马上补救。"),
    (Scene.DAMAGED, Stage.OFFER, "破损少件给办法",
     "看到您发的照片了，很抱歉。您可以选：\n{方案}\n不用您出费用。请在 {时间} 前告诉我选哪一种。"),
    (Scene.PRICE, Stage.OFFER, "差价",
     "谢谢您告诉我们。差价核实了，可以这样处理：\n{方案}\n您看可以吗？{时间}前告诉我就行。"),
    (Scene.KEEPS_GOODS, Stage.UNDERSTAND, "问不方便寄的原因",
     "知道您不方便寄回。是时间不方便、担心运费，还是别的原因？您告诉我，我看怎么让您省事一些。"),
    (Scene.KEEPS_GOODS, Stage.OFFER, "不想寄回：给办法",
     "理解您不方便跑一趟，可以选：\n{方案}\n都不合适的话，退货退款也一直可以。{时间}前告诉我。"),
    (Scene.KEEPS_GOODS, Stage.AGAIN, "不想寄回：再商量",
     "我们可以安排快递上门取，您在家等就行，运费按规则办。或者商品您留着，{我们给}。您看哪个方便？{时间}前告诉我。"),
    (Scene.UNCLEAR, Stage.UNDERSTAND, "先了解情况",
     "您好，想先了解一下当时的情况，方便我们处理：\n{还差}\n您说的我们都会认真看，{时间}前答复您。"),
    (Scene.UNCLEAR, Stage.OFFER, "边核实边给办法",
     "情况我们还在核实。为了不耽误您，您可以先选：\n{方案}\n核实有结果，{时间}前告诉您。"),
)  # fmt: skip

BUILT_IN: dict[str, BuiltIn] = {each.code: each for each in (BuiltIn(*row) for row in _ROWS)}
"""By code; a text that changes in a later version keeps its code and its count."""
