"""Name how a dispute before the platform goes, for whom it is decided, who is liable, what it came from."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.domain.states import Arbitration
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Favours(StrEnum):
    """Say for whom the platform decided; TALK sends both sides back to negotiate."""

    MERCHANT = "merchant"
    BUYER = "buyer"
    TALK = "talk"


class Blamed(StrEnum):
    """Say who is liable by the ruling."""

    MERCHANT = "merchant"
    BUYER = "buyer"
    BOTH = "both"
    PLATFORM = "platform"
    INFLUENCER = "influencer"


class Stage(StrEnum):
    """Say how far a case has come: six steps, and a buyer's withdrawal beside them."""

    RECEIVED = "received"  # 初步审核
    EVIDENCE = "evidence"  # 通知举证
    REVIEW = "review"  # 审核分析
    JUDGED = "judged"  # 判定
    SETTLED = "settled"  # 决定：the ruling stands, or what was asked against it is decided
    CARRIED_OUT = "carried_out"  # 执行通知
    WITHDRAWN = "withdrawn"


STEPS = tuple(stage for stage in Stage if stage is not Stage.WITHDRAWN)
"""The six steps in their order."""


class Cause(StrEnum):
    """Say what a dispute came from."""

    UNDERSTANDING = "understanding"
    EXPECTATION = "expectation"
    COMMUNICATION = "communication"
    DELAY = "delay"
    MALICE = "malice"


class Root(StrEnum):
    """Say what lies behind the cause: goods, service or talk."""

    GOODS = "goods"
    SERVICE = "service"
    TALK = "talk"


FAVOURS_WORDS: Mapping[Favours, Text] = {
    Favours.MERCHANT: Text(zh="支持商家", en="for the shop"),
    Favours.BUYER: Text(zh="支持买家", en="for the buyer"),
    Favours.TALK: Text(zh="要求双方再协商", en="both sides are to negotiate again"),
}
BLAMED_WORDS: Mapping[Blamed, Text] = {
    Blamed.MERCHANT: Text(zh="商家", en="shop"),
    Blamed.BUYER: Text(zh="买家", en="buyer"),
    Blamed.BOTH: Text(zh="双方", en="both"),
    Blamed.PLATFORM: Text(zh="平台", en="platform"),
    Blamed.INFLUENCER: Text(zh="达人", en="influencer"),
}
STAGE_WORDS: Mapping[Stage, Text] = {
    Stage.RECEIVED: Text(zh="平台初步审核", en="first look of the platform"),
    Stage.EVIDENCE: Text(zh="待举证", en="evidence due"),
    Stage.REVIEW: Text(zh="平台审核", en="with the platform"),
    Stage.JUDGED: Text(zh="已判定", en="judged"),
    Stage.SETTLED: Text(zh="结果已定", en="the ruling stands"),
    Stage.CARRIED_OUT: Text(zh="已执行", en="carried out"),
    Stage.WITHDRAWN: Text(zh="买家已撤回", en="withdrawn by the buyer"),
}
CAUSE_WORDS: Mapping[Cause, Text] = {
    Cause.UNDERSTANDING: Text(zh="认知不一致", en="understood differently"),
    Cause.EXPECTATION: Text(zh="期望不同", en="different expectations"),
    Cause.COMMUNICATION: Text(zh="沟通不畅", en="poor communication"),
    Cause.DELAY: Text(zh="处理不及时", en="handled late"),
    Cause.MALICE: Text(zh="恶意行为", en="bad faith"),
}
ROOT_WORDS: Mapping[Root, Text] = {
    Root.GOODS: Text(zh="商品问题", en="goods"),
    Root.SERVICE: Text(zh="服务问题", en="service"),
    Root.TALK: Text(zh="沟通问题", en="talk"),
}

_STAGES: Mapping[Arbitration, Stage] = {
    Arbitration.OPEN: Stage.RECEIVED,
    Arbitration.EVIDENCE_DUE: Stage.EVIDENCE,
    Arbitration.SUBMITTED: Stage.REVIEW,
    Arbitration.WON: Stage.JUDGED,
    Arbitration.LOST: Stage.JUDGED,
    Arbitration.CLOSED: Stage.WITHDRAWN,
}
ENDS: Mapping[Favours, Arbitration] = {
    Favours.MERCHANT: Arbitration.WON,
    Favours.BUYER: Arbitration.LOST,
    Favours.TALK: Arbitration.CLOSED,
}
"""How a ticket's dispute stands once it is decided so."""

DECIDED = frozenset({Stage.JUDGED, Stage.SETTLED, Stage.CARRIED_OUT})


def stage_after(before: Stage, state: Arbitration) -> Stage:
    """Tell how far a case is once a dispute stands so; what was judged is not judged again by the same word.

    >>> stage_after(Stage.EVIDENCE, Arbitration.SUBMITTED).value
    'review'
    >>> stage_after(Stage.CARRIED_OUT, Arbitration.LOST).value
    'carried_out'
    """
    told = _STAGES.get(state, before)
    if told is Stage.RECEIVED and before in {Stage.EVIDENCE, Stage.REVIEW}:
        return Stage.REVIEW
    if before in DECIDED and told in {Stage.JUDGED, Stage.WITHDRAWN}:
        return before
    return told
