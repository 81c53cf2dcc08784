"""Turn the platforms' words into the codes of the domain; a word that is not here stays a word.

Both platforms rewrite their words now and then. A word that came or went with a known day carries that day;
exports print old tickets in today's words, so the day is told to the reader and never refuses a row.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_BETWEEN = re.compile(r"[\s/、,，。.·|;；:：()（）\[\]【】\-—_>＞]+")
_DEEPER = re.compile(r"\s*[-—>＞]+\s*")

# 抖店 and 快手 dropped 仅 from 仅退款 that day; the start is read from the call for opinions.
RENAMED_ON = date(2025, 5, 6)


@lru_cache(maxsize=16_384)
def plain(word: str) -> str:
    """Reduce a word to what carries meaning, so that width, blanks, strokes and synonyms do not matter.

    >>> plain("多拍／拍错/不想要"), plain("卖家已经同意退款，等待买家退货")
    ('多拍拍错不想要', '商家已同意退款等待买家退货')
    """
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", word))
    text = text.replace("卖家", "商家").replace("用户", "买家").replace("已经", "已")
    return text.replace("七天", "7天").replace("七日", "7天").replace("7日", "7天")


@dataclass(frozen=True, slots=True)
class Claim:
    """Say what the buyer asks for; `shipped` where the word itself tells, `since` where the word is new."""

    apply_type: str
    shipped: bool | None = None
    since: date | None = None


_CLAIM_WORDS: dict[Claim, tuple[str, ...]] = {
    Claim("refund_only"): ("仅退款", "售后仅退款", "退款不退货", "买家仅退款申请"),
    Claim("refund_only", since=RENAMED_ON): ("退款",),
    Claim("refund_only", shipped=True): ("已发货仅退款",),
    Claim("refund_only", shipped=True, since=RENAMED_ON): ("已发货退款",),
    Claim("refund_only", shipped=False): ("未发货仅退款", "发货前退款", "发货前仅退款"),
    Claim("refund_only", shipped=False, since=RENAMED_ON): ("未发货退款",),
    Claim("return_refund"): ("退货退款", "售后退货退款", "退款退货", "退货并退款", "买家退货退款申请"),
    Claim("exchange"): ("换货", "售后换货"),
    Claim("repair"): ("维修", "售后维修"),
    Claim("reship"): ("补寄", "补发", "补发商品", "售后补寄"),
    Claim("price_protect"): ("价保", "价格保护", "保价"),
}
CLAIMS = {plain(word): claim for claim, words in _CLAIM_WORDS.items() for word in words}

_REASON_WORDS: dict[str, tuple[str, ...]] = {
    "no_reason": (
        "多拍/拍错/不想要",
        "多拍/错拍/不想要",
        "拍错/多拍/不想要",
        "多买/买错/不想要",
        "买错/多买/不想要",
        "不想要了",
        "不想要",
        "我不想要了",
        "不喜欢/不想要",
        "不喜欢/效果不好",
        "不喜欢/效果不满意",
        "不喜欢",
        "拍错了",
        "拍多了",
        "拍错/多拍",
        "没用/少用/错用优惠",
        "没用/少用优惠",
        "地址信息填写错误",
        "地址/电话信息填写错误",
        "收货地址拍错",
        "信息填写错误",
    ),
    "quality_defect": (
        "商品质量问题",
        "质量问题",
        "商品有质量问题",
        "做工粗糙/有瑕疵",
        "做工粗糙/有瑕疵/污渍",
        "做工粗糙/有瑕疵/有污渍",
        "做工瑕疵",
        "商品有瑕疵",
        "商品瑕疵",
        "腐烂/变质",
        "变质/过期",
        "商品变质/过期",
        "商品腐烂/变质",
        "腐烂/变质/死亡",
        "商品过期",
    ),
    "function_failure": ("功能故障", "功能异常", "商品功能故障", "无法使用", "性能故障"),
    "not_as_described": (
        "商品信息描述不符",
        "商品与描述不符",
        "与商品描述不符",
        "商品描述不符",
        "描述不符",
        "与描述不符",
        "效果与描述不符",
        "效果与商品描述不符",
        "材质/品牌/外观描述不符",
        "材质/外观与描述不符",
        "材质与商品描述不符",
        "颜色/款式/图案与描述不符",
        "外观与描述不符",
        "生产日期/保质期/规格描述不符",
        "生产日期/保质期与描述不符",
        "生产日期/保质期不符",
        "品种/规格/成分不符",
        "品种/产品/规格/成分描述不符",
    ),
    "wrong_spec": (
        "大小/尺寸/重量不符",
        "大小/尺寸/重量与描述不符",
        "大小尺寸与商品描述不符",
        "尺寸不符",
        "规格不符",
        "颜色/尺码/规格不符",
    ),
    "counterfeit": ("假冒品牌", "假冒", "假货", "盗版", "盗版/假货", "假冒/盗版", "商品假冒", "收到假货"),
    "false_advertising": ("虚假宣传", "夸大/虚假宣传", "商品虚假宣传"),
    "damaged": (
        "商品破损",
        "包装/商品破损",
        "商品/包装破损",
        "包装破损",
        "破损/损坏",
        "商品损坏",
        "收到商品破损",
        "商品破损/污渍",
    ),
    "missing_item": (
        "少件/漏发",
        "少件漏发",
        "商品少件",
        "商品少发/漏发",
        "少发/漏发",
        "漏发",
        "空包裹",
        "收到空包裹",
        "包裹为空",
    ),
    "wrong_item": ("发错货", "商家发错货", "商品发错货", "错发", "商家错发", "收到商品与购买的不一致"),
    "late_shipment": (
        "未按约定时间发货",
        "商家未按约定时间发货",
        "未按时发货",
        "未按承诺时间发货",
        "长时间未发货",
        "发货太慢",
        "发货慢",
        "商家发货慢",
    ),
    "logistics_stalled": (
        "快递一直未送到",
        "快递一直未送达",
        "快递/物流一直未送到",
        "快递/物流一直未送达",
        "物流一直未送到",
        "快递无跟踪记录",
        "快递/物流无跟踪记录",
        "物流无跟踪记录",
        "物流信息停滞",
        "物流停滞",
        "物流长时间不更新",
    ),
    "logistics_lost": ("快递丢失", "物流丢件", "快递丢件", "包裹丢失", "快递/物流丢失", "货物丢失"),
    "signed_not_received": (
        "显示签收但未收到货",
        "显示已签收但未收到货",
        "显示签收未收到货",
        "物流显示签收但未收到货",
        "已签收但未收到货",
        "虚假签收",
    ),
    "parcel_refused": (
        "拒签",
        "拒收",
        "已拒签",
        "买家拒签",
        "拒签包裹",
        "货物已拒签",
        "快递拒签",
        "拒签后退款",
        "包裹拒收",
    ),
    "after_sale_promise_broken": ("未履行售后承诺", "商家未履行承诺", "商家承诺未履行"),
    "service_poor": ("服务态度差", "商家服务态度差", "客服态度差", "商家态度不好"),
    "after_sale_delay": ("商家处理慢", "商家不处理售后", "商家拖延处理"),
    "force_majeure": ("不可抗力", "因不可抗力无法收货"),
    "bad_return_address": ("退货地址有误", "商家退货地址错误"),
    "minor_purchase": ("未成年人下单", "未成年误拍"),
}
REASONS = {plain(word): code for code, words in _REASON_WORDS.items() for word in words}

# Words of the platforms that name no single reason of the domain: known, and still unknown.
VAGUE_REASONS = frozenset(
    plain(word)
    for word in (
        "其他",
        "其它",
        "其他原因",
        "未收到货",
        "没收到货",
        "收到商品少件/错件/空包裹",
        "少件/错件/空包裹",
        "做工粗糙/有瑕疵/破损或污渍",
        "协商一致退款",
        "与商家协商一致退款",
        "与商家协商一致",
        "退运费",
        "缺货",
        "商品缺货",
        "商品降价",
        "使用后过敏",
        "发票问题",
    )
)

# 抖店 and 快手 offer this wording only while they count the application inside the seven days.
_SEVEN_DAYS = "7天无理由"

# Claims about goods in hand: nobody can see them before the parcel is opened.
NEEDS_RECEIPT = frozenset(
    {
        "quality_defect",
        "function_failure",
        "not_as_described",
        "wrong_spec",
        "counterfeit",
        "false_advertising",
        "damaged",
        "missing_item",
        "wrong_item",
    }
)
# Claims that say the opposite, whatever kind of refund was ticked.
DENIES_RECEIPT = frozenset(
    {"logistics_stalled", "logistics_lost", "signed_not_received", "parcel_refused", "late_shipment"}
)


def is_seven_day(word: str) -> bool:
    """Tell whether a reason is the platform's seven-day wording."""
    return plain(word).startswith(_SEVEN_DAYS)


def reason_of(word: str) -> str | None:
    """Name the reason behind the platform's words; of a path such as 质量问题-开线 the first step decides."""
    if is_seven_day(word):
        return "no_reason"
    whole = plain(word)
    if whole in REASONS or whole in VAGUE_REASONS:
        return REASONS.get(whole)
    return REASONS.get(plain(_DEEPER.split(word.strip(), maxsplit=1)[0]))
