"""Say why something cannot be done to the ledger."""

from __future__ import annotations

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text


class LegInvalid(AftersaleError):
    """Refuse a leg that a person entered: a kind that follows from elsewhere, no amount, nobody liable."""

    def __init__(self) -> None:
        super().__init__(
            "finance.leg_invalid",
            Text(
                zh="这一笔不完整：类型、金额、责任方都要填对。",
                en="This entry needs a kind, an amount and who bears it.",
            ),
            Text(
                zh="申请、退款、小额打款由售后单自动记账，不用手工记。",
                en="What is asked, refunded or paid out follows from the tickets by itself.",
            ),
        )


class NothingToCorrect(AftersaleError):
    """Refuse a correction that would change nothing."""

    def __init__(self) -> None:
        super().__init__(
            "finance.nothing_to_correct",
            Text(zh="金额没有变，不用更正。", en="The amount is the same; there is nothing to correct."),
            Text(zh="核对后填写应该是多少。", en="Enter what it should be."),
        )


class NoteMissing(AftersaleError):
    """Refuse an explanation or correction without a word."""

    def __init__(self) -> None:
        super().__init__(
            "finance.note_missing",
            Text(zh="要写一句说明。", en="It needs a word of explanation."),
            Text(zh="写明原因，会计以后看得懂。", en="Say why, so that the accountant understands it later."),
        )


class SceneUnknown(AftersaleError):
    """Refuse to name a scene that stands in no movement, or by a kind that no scene has."""

    def __init__(self) -> None:
        super().__init__(
            "finance.scene_unknown",
            Text(
                zh="没有这个动账场景，或不能归到这一类。",
                en="There is no such scene, or no such kind for it.",
            ),
            Text(zh="刷新页面后再选。", en="Reload the page and choose again."),
        )


class MonthRunning(AftersaleError):
    """Refuse to close a month that is not over."""

    def __init__(self, month: str) -> None:
        super().__init__(
            "finance.month_running",
            Text(zh=f"{month} 还没过完，不能关账。", en=f"{month} is not over and cannot be closed."),
            Text(zh="下个月再关账。", en="Close it next month."),
        )


class NotTheNextMonth(AftersaleError):
    """Refuse to close a month out of turn; `month` is the one whose turn it is, empty where there is none."""

    def __init__(self, month: str) -> None:
        super().__init__(
            "finance.not_the_next_month",
            Text(zh="账要一个月一个月地关。", en="Months are closed one after the other."),
            Text(
                zh=f"先关 {month}。" if month else "还没有可以关账的月份。",
                en=f"Close {month} first." if month else "There is no month to close yet.",
            ),
        )


class DoesNotTie(AftersaleError):
    """Refuse to close a month whose sums are not explained to the fen by its differences."""

    def __init__(self) -> None:
        super().__init__(
            "finance.does_not_tie",
            Text(
                zh="合计对不上，而且差额没有对应的差异行。",
                en="The sums differ, and the differences do not add up to that.",
            ),
            Text(zh="请点“重新对账”后再试。", en="Compare again, then try once more."),
        )


class SeenOtherwise(AftersaleError):
    """Refuse to close what is not what the person looked at."""

    def __init__(self) -> None:
        super().__init__(
            "finance.seen_otherwise",
            Text(zh="刚才有新数据，和你看到的不一样了。", en="It is not what you looked at any more."),
            Text(zh="再看一遍，再关账。", en="Look again, then close."),
        )
