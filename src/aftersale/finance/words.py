"""Say the codes of the ledger in the words of accountants."""

from __future__ import annotations

from aftersale.domain.money_legs import LEG_LIABILITY_WORDS, LEG_WORDS
from aftersale.domain.value_words import word_of
from aftersale.finance.matching import Cause
from aftersale.texts import Lang, Text

CAUSE_WORDS: dict[Cause, Text] = {
    Cause.ONLY_OURS: Text(zh="只有我们有，平台表里没有", en="only here, not in the platform's sheets"),
    Cause.ONLY_PLATFORM: Text(zh="只有平台有，我们没有", en="only in the platform's sheets"),
    Cause.AMOUNT: Text(zh="金额不一样", en="the amount differs"),
    Cause.OTHER_DAY: Text(zh="不在同一天", en="on another day"),
    Cause.AT_SETTLEMENT: Text(
        zh="结算前退款，结算时才入表", en="refunded before settlement, told at settlement"
    ),
    Cause.UNKNOWN_OPEN: Text(zh="结果待确认", en="the outcome is not known yet"),
    Cause.UNNAMED: Text(zh="动账场景没人认过", en="nobody has named the scene"),
}

CAUSE_HINTS: dict[Cause, Text] = {
    Cause.ONLY_OURS: Text(
        zh="结算前的退款要等订单结算后才会出现在结算表；未发货就退的订单可能不结算。",
        en="A refund before settlement shows in the settlement sheet once the order is settled, if ever.",
    ),
    Cause.ONLY_PLATFORM: Text(
        zh="可能是平台自动退的，或在后台手工退的；导入售后单后会自动对上。",
        en="The platform or somebody in the back office paid it; importing the tickets resolves it.",
    ),
    Cause.AMOUNT: Text(zh="核对部分退款和运费。", en="Look for part refunds and freight."),
    Cause.OTHER_DAY: Text(zh="钱数一样，合计不受影响；跨月的算在各自的月份。", en="The sum is the same."),
    Cause.AT_SETTLEMENT: Text(zh="钱数一样，只是入账日期不同。", en="The sum is the same."),
    Cause.UNKNOWN_OPEN: Text(
        zh="系统正在向平台查询，不会重复退款。", en="The desk is asking the platform; nothing is sent twice."
    ),
    Cause.UNNAMED: Text(zh="告诉系统这个场景是什么，之后自动归类。", en="Say once what it means."),
}


def kind_word(kind: str, lang: Lang) -> str:
    """Say a kind of leg; none stands for a scene that nobody named."""
    return word_of({str(code): text for code, text in LEG_WORDS.items()}, kind, lang) if kind else "—"


def liability_word(code: str, lang: Lang) -> str:
    """Say who bears a leg."""
    return word_of(LEG_LIABILITY_WORDS, code, lang)


def cause_word(cause: str, lang: Lang) -> str:
    """Say why both sides differ."""
    return CAUSE_WORDS[Cause(cause)].of(lang)


def source_word(source: str, lang: Lang) -> str:
    """Say where a leg comes from; a kind of source that has no word stands as it is."""
    kind = source.partition(":")[0]
    text = SOURCE_WORDS.get(kind)
    return kind if text is None else text.of(lang)


SOURCE_WORDS: dict[str, Text] = {
    "ticket": Text(zh="售后单", en="ticket"),
    "action": Text(zh="这里的操作", en="act of this desk"),
    "sheet": Text(zh="平台表格", en="sheet of the platform"),
    "event": Text(zh="手工记账", en="entered by hand"),
    "person": Text(zh="手工记账", en="entered by hand"),
}
