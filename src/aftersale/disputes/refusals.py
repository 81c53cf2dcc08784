"""Say why something about a case is not done, and what to do instead."""

from __future__ import annotations

from enum import Enum

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

_LOOK = Text(zh="刷新后再看一遍。", en="Reload and look again.")


class Why(Enum):
    """Name each refusal: its code, what is so, and what to do."""

    NOT_WANTED = (
        "no_evidence_wanted",
        Text(zh="平台现在不收举证。", en="The platform takes no evidence now."),
        Text(zh="看案件现在到哪一步。", en="See how far the case is."),
    )
    TOO_LATE = (
        "too_late",
        Text(zh="举证时间已过。", en="The time for evidence is over."),
        Text(
            zh="等平台判定；判错了可以申诉。",
            en="Wait for the ruling; it can be asked to be looked at again.",
        ),
    )
    SUBMITTED = (
        "submitted",
        Text(zh="这一次已经提交过，不会重复提交。", en="This was submitted already and is not sent twice."),
        _LOOK,
    )
    NOT_BUILT = (
        "not_built",
        Text(zh="举证材料还没备好。", en="What would be submitted is not put together yet."),
        Text(zh="等它备好，看一遍再提交。", en="Wait until it is, look at it, then submit."),
    )
    CHANGED = (
        "changed",
        Text(zh="材料刚更新过，和刚才看到的不一样。", en="It was put together anew since you looked."),
        Text(zh="再看一遍，再提交。", en="Look again, then submit."),
    )
    GAPS = (
        "gaps",
        Text(zh="还缺凭证。", en="Pieces are missing."),
        Text(
            zh="先补上；来不及就勾选“缺这些也提交”。",
            en="Add them, or tick that it is submitted without them.",
        ),
    )
    NO_PICTURE = (
        "no_picture",
        Text(zh="材料里一张图片都没有。", en="There is no picture in it."),
        Text(zh="先加照片或截图。", en="Add photos or screenshots first."),
    )
    NOT_JUDGED = (
        "not_judged",
        Text(zh="平台还没有判定。", en="The platform has not ruled yet."),
        Text(zh="判定后再来。", en="Come back when it has."),
    )
    JUDGED = ("judged", Text(zh="平台结果已经记下了。", en="The ruling is noted already."), _LOOK)
    NO_APPEAL = (
        "no_appeal",
        Text(
            zh="不能申诉：没有败诉、已经申诉过，或期限已过。",
            en="It cannot be asked again: it was not lost, was asked once, or the time is over.",
        ),
        Text(zh="看案件页上的申诉期限。", en="See the window on the page of the case."),
    )
    NOTHING_NEW = (
        "no_new_evidence",
        Text(zh="没有新凭证，申诉改变不了结果。", en="Nothing new: the same evidence changes no ruling."),
        Text(zh="加上举证时没有的凭证，再申诉。", en="Add evidence that was not submitted before."),
    )
    NOTHING_NEW_SHOWN = (
        "no_new_evidence_shown",
        Text(zh="这些图上没有新凭证。", en="None of these pictures shows anything new."),
        Text(
            zh="再生成一次；画不成图的新凭证，换一张照片或截图。",
            en="Have them put together again; of what cannot be drawn, add a photo or a screenshot.",
        ),
    )
    NOT_WHOLE = (
        "not_whole",
        Text(zh="还有没填的。", en="Something is not filled in."),
        Text(zh="填好再保存；已写的内容还在。", en="Fill it in; what you wrote is kept."),
    )


class CaseRefused(AftersaleError):
    """Refuse an act on a case; nothing was sent or changed."""

    def __init__(self, why: Why) -> None:
        code, message, next_step = why.value
        super().__init__(f"case.{code}", message, next_step)


class CaseTaken(AftersaleError):
    """Refuse to take a case, or to give it free, that a colleague has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "case.taken",
            Text(zh=f"{name} 已经接手了。", en=f"{name} has taken it over already."),
            Text(zh="要换人，请 Ta 或主管放开。", en="Ask them or a lead to give it free."),
        )
