"""Say codes in the words of agents: values of facts, who is liable, who pays, groups, confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.texts import Lang

# One value a line: code, Chinese, English. A code means the same under every fact that has it.
_WORDS = """
none | 无 | none
unknown | 待核实 | not known
yes | 是 | yes
no | 否 | no
douyin | 抖店 | Douyin
kuaishou | 快手 | Kuaishou
refund_only | 退款 | refund
return_refund | 退货退款 | return and refund
exchange | 换货 | exchange
repair | 维修 | repair
reship | 补寄（补发） | send again
price_protect | 价保 | price protection
no_reason | 7天无理由 | seven-day no-reason
quality_defect | 质量问题 | quality defect
not_as_described | 描述不符 | not as described
function_failure | 功能故障 | does not work
false_advertising | 虚假宣传 | false advertising
counterfeit | 假货 | counterfeit
safety_hazard | 安全隐患 | safety hazard
wrong_spec | 尺寸或规格不符 | wrong size or specification
wrong_item | 发错货 | wrong article sent
missing_item | 少件漏发 | something missing
damaged | 商品破损 | damaged
logistics_stalled | 物流停滞 | parcel not moving
logistics_lost | 快递丢失 | parcel lost
signed_not_received | 显示签收但没收到 | signed for, not received
bad_return_address | 退货地址有误 | wrong return address
parcel_refused | 拒收 | parcel refused
after_sale_promise_broken | 未履行售后承诺 | after-sale promise broken
service_poor | 服务态度差 | poor service
fraud | 欺诈 | fraud
platform_rule_violation | 违反平台规则 | platform rule broken
privacy_leak | 泄露个人信息 | personal data leaked
price_fraud | 价格欺诈 | price fraud
payment_error | 扣款有误 | payment error
promo_not_honoured | 优惠未兑现 | promotion not honoured
undisclosed_fee | 未标明的费用 | undisclosed fee
late_shipment | 未按约定时间发货 | late dispatch
service_delay | 服务未按时 | service late
after_sale_delay | 售后处理慢 | after-sales handled late
force_majeure | 不可抗力 | force majeure
buyer_cannot_return | 买家不便寄回 | buyer cannot send it back
minor_purchase | 未成年人下单 | ordered by a minor
fresh | 生鲜 | fresh food
food | 食品 | food
health_food | 保健食品 | health food
cosmetics | 美妆 | cosmetics
medical_device | 医疗器械 | medical device
contraceptive | 计生用品 | contraceptives
intimate_apparel | 贴身衣物 | intimate apparel
apparel | 服装 | clothing
shoes_bags | 鞋包 | shoes and bags
toys | 玩具 | toys
home_textile | 家纺 | home textiles
household | 家居日用 | household goods
electronics | 数码家电 | electronics
software | 软件 | software
av_media | 音像制品 | audio and video
periodical | 报刊 | periodicals
custom | 定制 | made to order
jewelry | 珠宝首饰 | jewellery
investment_gold | 投资金 | investment gold
plants_flowers | 鲜花绿植 | flowers and plants
live_pets | 活体宠物 | live pets
virtual | 虚拟商品 | virtual goods
general | 其他 | other goods
unseal_safety | 拆封影响安全或品质 | unsafe or spoilt once unsealed
activation_devalue | 激活或试用后贬值 | loses value once used
near_expiry_or_flaw | 临期或瑕疵 | near expiry or flawed
minor | 轻微 | minor
major | 严重 | major
unsellable | 完全不能用 | beyond use
serious | 严重违规 | serious
alleged | 买家主张 | alleged
proven | 已查实 | proven
suspected | 疑似 | suspected
buyer_signed | 买家本人签收 | signed for by the buyer
pin_code | 取件码签收 | signed for by pick-up code
authorised_agent | 买家指定的人代收 | signed for by an agent the buyer named
locker_without_consent | 未经同意放快递柜或驿站 | left in a locker without consent
stranger | 陌生人签收 | signed for by a stranger
in_transit | 运输中 | in transit
stalled | 停滞 | not moving
exception | 异常 | trouble on the way
signed | 已签收 | signed for
returned | 已退回 | returned
lost | 丢失 | lost
merchant | 商家 | the shop
buyer | 买家 | the buyer
agreed | 已同意 | agreed
rejected | 已拒绝 | refused
negotiating | 协商中 | negotiating
empty | 空包 | empty parcel
swapped | 调包 | swapped
missing_parts | 缺件 | parts missing
used | 使用过 | used
original | 原路退回 | original route
balance | 退到余额 | to a balance
bank | 退到银行卡 | to a bank account
wechat_transfer | 微信转账 | by transfer
fast_refund | 极速退款 | fast refund
refund_no_return_service | 退款不退货服务 | refund-without-return service
bad_fruit_refund | 坏了包退 | bad-fruit refund
broken_refund | 破损包退 | breakage refund
allergy_refund | 过敏包退 | allergy refund
refuse_then_refund | 拒收后退款 | refuse, then refund
fake_one_ten | 假一赔十 | fake one, pay ten
"""

_GROUPS = """
no_reason | 7天无理由 | seven-day no-reason
quality | 质量问题 | defects
shipping | 发货物流 | dispatch and delivery
timeliness | 时效 | time limits
price | 价格支付 | price and payment
violation | 承诺与合规 | promises and compliance
traits | 不便退回 | unfit to send back
choice | 退货与退款选择 | refund or return
special | 特殊情况 | special cases
fallback | 规则没写到的 | not covered
fast_refund | 极速退款 | fast refund
freight | 退货运费 | return freight
malicious | 恶意售后 | bad faith
guard | 退款金额与打款 | amounts and payouts
arbitration | 平台介入与服务 | platform decisions and services
shop | 店铺规则 | rules of the shop
"""

_LIABILITIES = """
none | 无 | nobody
buyer | 买家 | the buyer
merchant | 商家 | the shop
carrier | 物流 | the carrier
undetermined | 待定 | not settled yet
merchant_burden | 由商家举证 | the shop must prove
- | 不变 | left as it is
"""

_FREIGHT = """
none | 不涉及 | none arises
buyer | 买家出 | the buyer pays
merchant | 商家出 | the shop pays
undetermined | 待定 | not settled yet
insurer | 运费险赔 | freight insurance pays
insurer_then_buyer | 运费险赔，其余买家出 | freight insurance pays, the buyer the rest
insurer_then_merchant | 运费险赔，其余商家出 | freight insurance pays, the shop the rest
- | 不变 | left as it is
"""

_CONFIDENCE = """
H | 高 | high
M-H | 较高 | fairly high
M | 中 | medium
M-L | 较低 | fairly low
L | 低 | low
"""


def _read(line: str) -> tuple[str, Text]:
    code, zh, en = (part.strip() for part in line.split("|"))
    return code, Text(zh=zh, en=en)


def _table(lines: str) -> dict[str, Text]:
    return dict(map(_read, lines.strip().splitlines()))


VALUE_WORDS = _table(_WORDS)
LIABILITY_WORDS = _table(_LIABILITIES)
FREIGHT_WORDS = _table(_FREIGHT)
GROUP_WORDS = _table(_GROUPS)
CONFIDENCE_WORDS = _table(_CONFIDENCE)


def word_of(words: Mapping[str, Text], code: str, lang: Lang) -> str:
    """Say a code; one that the table does not know, such as a shop's own group, stands as it is."""
    return words[code].of(lang) if code in words else code
