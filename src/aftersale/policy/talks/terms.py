"""Read what one side wants or gives, as it is typed in a hurry: 退80 · 补偿20元 · 换一件."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Mapping


class Side(StrEnum):
    """Name who speaks."""

    BUYER = "buyer"
    SHOP = "shop"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what is wanted or given: a remedy of the rulebook, and how much; nothing known is empty."""

    way: str = ""
    amount_fen: int | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was understood."""
        return bool(self.way) or self.amount_fen is not None


PARTIAL, WHOLE, COMPENSATION = "partial_refund", "refund_no_return", "compensation"
RETURN = "return_refund"
MONEY_ALONE = frozenset({PARTIAL, WHOLE, COMPENSATION, "service_compensation", "price_diff_refund"})
"""Ways in which money goes to the buyer and the goods stay there: they differ in the amount alone."""

# The first that fits is meant: 不退货 holds 退货, and 换货 is meant where somebody sends goods for it.
_WAYS: Mapping[str, re.Pattern[str]] = {
    "pickup": re.compile("上门取|取件"),
    "exchange": re.compile("换货|换新|换一|换个|调换|想换|更换|换[大小成码色]|换尺码|换颜色"),
    "reship_missing": re.compile("补[寄发].{0,4}?(?:配件|缺|少|漏)|(?:缺|少|漏).{0,8}?补[寄发]"),
    "reship": re.compile("补寄|补发|重发|再发|重新发"),
    "repair": re.compile("维修|修理|返修|修一下|修好"),
    "price_diff_refund": re.compile("差价|价保|保价"),
    "coupon": re.compile("优惠券|红包券|代金券|券"),
    COMPENSATION: re.compile(r"补偿|赔偿|赔付|小额打款|打款|转账|转(?=\s*\d)|返现|红包|[补赔]"),
    PARTIAL: re.compile(r"部分退|退一部分|退部分|少退|退一半|只退|退\s*\d{1,2}\s*%|退[一二三四五六七八九]成"),
    WHOLE: re.compile("仅退款|只退款|全额退|全退|全款|退全部|退所有|全部退(?!货|回|还)"),
    "extend_ship_back": re.compile("延长寄回|晚几天寄|晚点寄"),
    RETURN: re.compile("退货|寄回"),
}
# Nothing comes back: 不用寄回, 货不用退了, 免退货, 东西您留着. 不用退款 and 不用退50 speak of money.
_NOT = r"(?:不用|不必|不需要?|不要|不想|无需|无须|毋需|没必要|用不着|别|免|不)(?:再|您|你|把)?"
_GOODS = r"(?:货物?|商品|东西|物品|实物)"
_BACK = r"(?:退还?货|退回|寄回|寄还|返还|寄退|退还|(?:寄|还)(?=[了，。,；;！!]|$))"
_KEEPS = re.compile(
    rf"{_NOT}{_GOODS}?{_BACK}[来去]?(?!款|钱)"
    r"|(?:不用|不必|不需要?|无需|无须|用不着)退(?:了)?(?=[，。,；;！!、\s]|$)"
    r"|留着(?:用|吧|穿|自用)"
    rf"|{_GOODS}(?:(?:就|您|你|我|自己|买家|可以|给|都)*)(?:留着|留下|自留|归您|归你|归买家|不退)"
)
_RETURNS = re.compile(r"退货(?!运|险|地址|包)|寄回|退回(?!款|钱)|寄还")
# 不寄回就不退款 asks for the goods, and 不能不退货 says no twice.
_ASKS_BACK = re.compile(
    rf"不(?:想|要|肯|愿意?)?{_BACK}[来去]?.{{0,4}}?(?:不|没法|没办法|无法|别想)(?:能|给|可以?|会|予)?退"
    rf"|(?:不能|不可以?|不得|不是|不同意|不接受|不支持|拒绝|不行)(?:仅退款|只退款|{_NOT}{_GOODS}?{_BACK})"
)
_REFUND = re.compile("退款|退钱|退|返")
_YUAN = re.compile(
    r"(?:¥|￥|RMB)\s*(\d{1,6}(?:\.\d{1,2})?)|(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块|RMB)(?:钱)?([1-9](?!\d))?",
    re.IGNORECASE,
)
# What is counted after a number is no money: 3天, 2件, 8折, 3倍.
_COUNTED = (
    "天|点|号|月|日|小时|分钟?|个|件|单|次|%|折|成|倍|年|周|:|张|套|双|盒|瓶|包|袋|条|份|斤|克|码|寸|人|楼|层"
)
# Without a sign of money a number is an amount only behind a word of paying, and before no other unit.
_BARE = re.compile(
    r"(?:退款?|返现?|赔偿?|补偿?|差价|给|要|打款?|转账?|红包|券|出|加到|降到)\s*(?:你|您|我|他|她|个|到)?\s*"
    rf"(\d{{1,6}}(?:\.\d{{1,2}})?)(?!\d)(?![\d.]*\s*(?:{_COUNTED}))"
)
# What is said of freight is no part of the price: 全退，出10块运费 gives the buyer no ten yuan back.
_FREIGHT = r"(?:退货|来回|返程|回程)?(?:运费|邮费|快递费)"
_OF_FREIGHT = re.compile(
    rf"(?:退|补|出|付|贴|给|承担)?\s*(?P<before>\d{{1,4}}(?:\.\d{{1,2}})?)\s*(?:元|块)?钱?的?{_FREIGHT}"
    rf"|(?:退|补|出|付|贴|给)?{_FREIGHT}[^\d，。,；;]{{0,4}}(?P<behind>\d{{1,4}}(?:\.\d{{1,2}})?)\s*(?:元|块)?"
)
# 全退 alone keeps the goods with the buyer; with a word of freight nobody can say.
_ALL = re.compile("全额退|全退|全款|退全部|退所有|全部退")
_SHARE = re.compile(r"一半|(\d{1,2})\s*%|([一二三四五六七八九])成")
_DIGITS = "零一二三四五六七八九"
_NUMERAL = re.compile(rf"(?:([{_DIGITS}])百)?(零)?(?:([{_DIGITS}])?(十))?([{_DIGITS}])?")
_WRITTEN = re.compile(
    rf"[一二两三四五六七八九十百零]+(?=\s*(?:元|块)|(?!\s*(?:{_COUNTED}|半|口|起|样|下|点)))"
)
_FEN, _JIAO = 100, 10


def read_terms(said: str, paid_fen: int | None = None) -> Terms:
    """Read a way and an amount from a few words; what cannot be read is left empty.

    An amount that is given back is a part of the price, or all of it where that is `paid_fen` or more.

    >>> read_terms("退80")
    Terms(way='partial_refund', amount_fen=8000)
    >>> read_terms("给您补偿20元").amount_fen, read_terms("换一件").way
    (2000, 'exchange')
    """
    text, freight = _without_freight(_in_figures(normalize("NFKC", said)))
    amount, unclear = _amount_in(text), ways_meant(said)
    way = "" if unclear else _way_in(text)
    if freight is not None and amount is None and way in {"", COMPENSATION} and not unclear:
        return Terms(COMPENSATION, freight)
    if not way and amount is not None and _REFUND.search(text) and not unclear:
        way = PARTIAL
    if way in MONEY_ALONE and amount is None and paid_fen is not None:
        amount = _share_of(text, paid_fen)
    if way == PARTIAL and amount is not None and paid_fen is not None and amount >= paid_fen:
        way = WHOLE
    return Terms(way, amount)


def ways_meant(said: str) -> tuple[str, ...]:
    """Give the ways between which a line leaves open whether the goods come back; empty where it is clear.

    >>> ways_meant("不寄回来不退款"), ways_meant("退50，不用寄回")
    (('refund_no_return', 'return_refund'), ())
    """
    text = normalize("NFKC", said)
    if _first_in(text) in _BEFORE_GOODS:
        return ()
    kept, alone = _KEEPS.search(text), _WAYS[WHOLE].search(text)
    freight = _ALL.search(text) and not kept and re.search(_FREIGHT, text)
    unclear = (
        freight or _ASKS_BACK.search(text) or ((kept or alone) and _RETURNS.search(_KEEPS.sub("", text)))
    )
    return (WHOLE, RETURN) if unclear else ()


def _way_in(text: str) -> str:
    """Give the first way that fits; that nothing comes back outweighs every word of returning."""
    first = _first_in(text)
    return WHOLE if first not in _BEFORE_GOODS and _KEEPS.search(text) else first


def _first_in(text: str) -> str:
    return next((name for name, words in _WAYS.items() if words.search(text)), "")


_BEFORE_GOODS = frozenset(_WAYS) - {WHOLE, RETURN, "extend_ship_back"}
"""Ways that say by themselves what becomes of the goods."""


def _without_freight(text: str) -> tuple[str, int | None]:
    """Take what is said of freight out of a line, and give its amount."""
    found = _OF_FREIGHT.search(text)
    if found is None:
        return text, None
    return _OF_FREIGHT.sub("", text), _fen(found["before"] or found["behind"])


def _share_of(text: str, paid_fen: int) -> int | None:
    """Give the part of the price that a line names: 退一半, 退20%, 退三成."""
    found = _SHARE.search(text)
    if found is None:
        return None
    percent = int(found[1] or (_DIGITS.index(found[2]) if found[2] else 5) * 10)
    return paid_fen * percent // 100


def _in_figures(text: str) -> str:
    """Write amounts in figures that stand in words: 退三十 is 退30; 一件 and 一半 stay."""
    return _WRITTEN.sub(_figure, text)


def _figure(found: re.Match[str]) -> str:
    """Write one amount in figures; 一百二 is 120, and a digit alone is money before 元 or 块."""
    parts = _NUMERAL.fullmatch(found[0].replace("两", "二"))
    money = found.string[found.end() :].lstrip()[:1] in {"元", "块"}
    if parts is None or not (parts[1] or parts[4] or money):
        return found[0]
    hundreds, zero, tens, ten, ones = parts.groups()
    hundred, many, one = (_DIGITS.index(each or "零") for each in (hundreds, tens, ones))
    if hundred and one and not (zero or ten):
        many, one = one, 0
    return str(hundred * 100 + (many or bool(ten)) * 10 + one)


def _amount_in(text: str) -> int | None:
    """Give the last amount that is named, in fen; 5块5 is five and a half."""
    found = list(_YUAN.finditer(text))
    if found:
        last = found[-1]
        return _fen(last[1] or last[2]) + (int(last[3]) * _JIAO if last[3] else 0)
    bare = _BARE.findall(text)
    return _fen(bare[-1]) if bare else None


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * _FEN + int(part.ljust(2, "0") or 0)
