"""Say no to a line, an offer or an agreement that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.errors import AftersaleError
from aftersale.domain.money import yuan
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT = Text(zh="补上再记；已写的内容还在。", en="Complete it; what you wrote is kept.")


class LineEmpty(AftersaleError):
    """Refuse a line that says neither what is wanted nor what is given."""

    def __init__(self) -> None:
        super().__init__(
            "talk.empty",
            Text(
                zh="“买家要”和“我们给”至少写一项。",
                en="Write what the buyer wants or what the shop gives.",
            ),
            _KEPT,
        )


class WayUnsure(AftersaleError):
    """Refuse a line of which nobody can say whether the goods come back."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "talk.way_unsure",
            Text(
                zh=f"“{said}”没看出货要不要退回。",
                en=f"“{said}” leaves open whether the goods come back.",
            ),
            Text(zh="在旁边选一个再记。", en="Choose beside it, then note the line."),
        )


class WayUnknown(AftersaleError):
    """Refuse a way out that the rulebook does not know."""

    def __init__(self, way: str) -> None:
        super().__init__(
            "talk.way_unknown",
            Text(zh=f"没有“{way[:48]}”这种处理方式。", en=f"There is no way {way[:48]!r}."),
            Text(zh="从列表里选一个。", en="Choose one of the rulebook's remedies."),
        )


class OverLimit(AftersaleError):
    """Refuse an offer of more than the shop would give, or than was paid."""

    def __init__(self, fen: int, most: int, *, paid: bool) -> None:
        zh, en = ("最多可退", "may still be refunded") if paid else ("这单定的上限", "the limit of this talk")
        super().__init__(
            "talk.over_paid" if paid else "talk.over_limit",
            Text(
                zh=f"给 {yuan(fen)} 超过了{zh} {yuan(most)}。",
                en=f"{yuan(fen)} is more than the {yuan(most)} that is {en}.",
            ),
            Text(
                zh="把金额改小，或请有权限的同事调高上限。" if not paid else "把金额改小再记。",
                en="Lower it, or have somebody who may raise the limit." if not paid else "Lower the amount.",
            ),
        )


class TalkOver(AftersaleError):
    """Refuse to go on with a talk that has ended."""

    def __init__(self) -> None:
        super().__init__(
            "talk.over",
            Text(zh="这次协商已经结束。", en="This negotiation is over."),
            Text(zh="要再谈，重新记一行。", en="To talk again, note a new line."),
        )


class NothingAgreed(AftersaleError):
    """Refuse an agreement that does not say on what."""

    def __init__(self) -> None:
        super().__init__(
            "talk.nothing_agreed",
            Text(zh="谈妥了什么还没选；涉及钱的要写金额。", en="Say on what both agree, and how much."),
            _KEPT,
        )


class ChatUnreadable(AftersaleError):
    """Refuse a conversation in which nobody speaks at any time; `why` says what stood in its rows."""

    def __init__(self, why: Sequence[Text] = ()) -> None:
        zh, en = ("".join(each.of(lang) for each in why) for lang in ("zh", "en"))
        super().__init__(
            "talk.chat_unreadable",
            Text(
                zh=f"没读出聊天记录：每段话上面要有说话人和时间，或是有时间、发送人、内容的表格。{zh}",
                en=f"No conversation found: name and time above each text, or a table of the three. {en}",
            ),
            Text(
                zh="从聊天窗口复制，或存成 xlsx、csv、json 再试。",
                en="Copy it from the chat, or save it as xlsx, csv or json.",
            ),
        )
