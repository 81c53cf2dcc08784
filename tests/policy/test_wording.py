"""What a buyer may be sent: a list of good and bad sentences, each with what is found in it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain.errors import RulebookInvalid
from aftersale.policy.load import load
from aftersale.policy.talks.wording import SLIP_WORDS, Slip, Slips, Sought, Where, slips_in
from aftersale.shops.rule_files import load_rulebook, packaged_texts
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.policy.rulebook import Rulebook

DAY = date(2026, 11, 29)
WHERE = Where("douyin", DAY)

# What stops, by kind. One line is one text as somebody wrote it.
STOPS: dict[Slips, tuple[str, ...]] = {
    Slips.CONTACT: (
        "您打我电话 13800138000",
        "您打我电话138-0013-8000",
        "电话：１３８００１３８０００",
        "一三八零零一三八零零零，随时联系",
        "手机 138 0013 8000 同微信",
        "+86 13800138000",
        "请打 0755-26881234",
        "客服电话400-820-8820",
        "加我微信详聊",
        "加个vx吧",
        "加V聊",
        "扫码加群领补偿",
        "微信：kefu_12345",
        "QQ 123456789",
        "微信号是 abc_defg",
        "+V：abc12345",
        "发到 kefu@example.com",
        "您的身份证 11010519491231002X 我们收到了",
    ),
    Slips.OFF_PLATFORM: (
        "我微信转给您20元",
        "我们私下解决吧，不走平台",
        "线下退款给您",
        "打款到您的支付宝",
        "发一下收款码",
        "红包发给您",
    ),
    Slips.THREAT: (
        "再闹就拉黑你",
        "我们会起诉您",
        "我告你敲诈",
        "已经把您列入黑名单",
        "后果自负",
        "法院见",
        "你等着",
        "知道你家地址，小心点",
        "请撤回，否则我们会报警",
        "别怪我们不客气",
        "不然就追究你的责任",
        "会影响您的征信",
    ),
    Slips.REVIEW: (
        "麻烦您改一下评价，给您补偿5元",
        "如果不删差评就不会退款",
        "请把差评删掉",
        "请撤销投诉，马上退款",
        "取消平台介入我们就退",
        "介入撤了吧",
        "给个五星好评返现3元",
        "送您红包，麻烦给个好评",
        "您先别投诉",
        "请不要申请平台介入",
        "投诉了就不给处理",
        "修改好评，补偿20",
    ),
    Slips.RUDE: (
        "你有病吧",
        "骗子",
        "滚蛋",
        "穷鬼别买",
        "就是来白嫖的",
        "傻逼",
        "素质低",
        "这不是敲诈吗",
    ),
}
# What is pointed out.
WARNS: dict[Slips, tuple[str, ...]] = {
    Slips.RUDE: (
        "自己看详情页",
        "说了多少遍了",
        "烦不烦",
        "关我们什么事",
        "收到了吗？？？",
        "知道了！！",
    ),
    Slips.BLAME: (
        "这是您自己的问题",
        "您没看清说明",
        "您操作不当造成的",
        "属于恶意退款",
    ),
    Slips.RIGHTS: (
        "签收后概不退换",
        "特价商品，一律不退",
        "拆封不退",
        "最终解释权归本店所有",
    ),
    Slips.PROMISE: (
        "保证退款成功",
        "我们一定给您全额退",
        "平台一定会支持您",
        "今天就能到账",
        "马上到账",
        "假一赔十",
        "终身保修",
        "无论什么原因都退",
        "100%能通过",
    ),
    Slips.JARGON: (
        "判责结果是商责",
        "请您举证",
        "工单已经驳回",
        "这个 SKU 没货",
    ),
    Slips.CONTACT: ("详情看 https://example.com/a",),
}
# What agents write every day, and what sounds like a slip and is none.
GOOD = (
    "您好，您申请的退货退款（杯子 350ml）已经收到，给您添麻烦了。",
    "想和您商量怎么处理更合适：1. 退货退款 2. 换货 3. 补偿 20 元。您看哪一种方便？",
    "退款会原路退回您的微信支付账户，一般 1 到 3 天到账。",
    "您的订单 6912345678901234567 已经发出，快递单号 SF1234567890123。",
    "售后单 7100000000000000001 我们今天 18:00 前答复您。",
    "您有权向法院起诉，也可以向平台投诉。",
    "评价由您自己决定，我们都会处理好。",
    "我们不会要求您修改评价，补偿照样给您。",
    "您投诉了也会照常处理，不影响退款。",
    "请勿添加陌生人的微信，谨防诈骗。",
    "谨防骗子，平台不会让您转账到银行卡。",
    "平台会按规则和凭证判断，结果出来我们第一时间告诉您。",
    "滚筒洗衣机的滚动轴有异响，麻烦拍一段视频。",
    "麻烦您把申请改成退货退款，运费我们出。",
    "请在 6-10 24:00 前寄回，超过时间平台会关闭申请，您可以再申请。",
    "很抱歉这次没让您满意，谢谢您的好评和建议。",
    "实在抱歉，这一单依据《消费者权益保护法》第二十五条，商品已拆封激活，不适用七天无理由退货；质量问题仍可申请。",
    "您说的情况我们理解。我们可以上门取件，您不用出门。",
    "我们不能保证哪天到账，退款已于今天 10:00 提交。",
    "已经为您申请小额打款 20 元，走平台打款，请留意到账提醒。",
    "包裹由顺丰速运承运，客服 95338 也能查到进度。",
    "退差价 6.60 元，商品您留着用。",
    "知道您暂时不方便寄回，需要上门取件也请说一声。",
    "商品参数：220V，50Hz，净重 1380 克。",
    "",
)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


def found(book: Rulebook, text: str, where: Where = WHERE) -> tuple[Slip, ...]:
    return slips_in(text, book.wording, where)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in STOPS.items() for text in texts])
def test_what_no_buyer_may_be_sent_stops_and_says_what_to_change(
    book: Rulebook, kind: Slips, text: str
) -> None:
    stopping = [slip for slip in found(book, text) if slip.stops]
    assert kind in {slip.kind for slip in stopping}
    assert all(slip.change.zh and slip.found in text for slip in stopping)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in WARNS.items() for text in texts])
def test_what_had_better_be_said_otherwise_is_pointed_out_and_stops_nothing(
    book: Rulebook, kind: Slips, text: str
) -> None:
    slips = found(book, text)
    assert kind in {slip.kind for slip in slips}
    assert not any(slip.stops for slip in slips)


@pytest.mark.parametrize("text", GOOD)
def test_what_agents_write_every_day_passes(book: Rulebook, text: str) -> None:
    assert found(book, text) == ()


def test_every_list_is_dated_and_says_where_it_is_from(book: Rulebook) -> None:
    assert all(each.citations and each.change.zh and each.change.en for each in book.wording)
    assert {each.kind for each in book.wording} == set(SLIP_WORDS) == set(Slips)


def test_a_void_clause_is_looked_for_from_the_day_of_the_judgement_rules_on(book: Rulebook) -> None:
    text = "签收后概不退换"
    held = [found(book, text, Where("douyin", date(2022, 3, day))) != () for day in (14, 15, 16)]
    assert held == [False, True, True]


def sought(**said: object) -> Sought:
    usual: dict[str, object] = {
        "id": "x",
        "platform": "any",
        "kind": Slips.RUDE,
        "stops": False,
        "patterns": (re.compile("坏话"),),
        "unless": (),
        "digits": False,
        "change": Text(zh="改", en="change"),
        "effective": (None, None),
        "citations": (),
        "confidence": "L",
    }
    return Sought(**{**usual, **said})  # type: ignore[arg-type]


def test_a_list_holds_on_its_platform_within_its_dates_and_unless_it_is_passed() -> None:
    dated = sought(platform="douyin", effective=(date(2026, 1, 2), date(2026, 1, 4)))
    days = [Where("douyin", date(2026, 1, day)).takes(dated) for day in (1, 2, 3, 4)]
    assert days == [False, True, True, False]
    assert not Where("kuaishou", date(2026, 1, 2)).takes(dated)
    assert not Where("douyin", date(2026, 1, 2), {"x"}).takes(dated)
    assert not Where("douyin", date(2026, 1, 2), {"rude"}).takes(dated)


def test_what_makes_a_word_harmless_counts_in_its_own_sentence_alone() -> None:
    careful = sought(unless=(re.compile("不说"),))
    assert slips_in("我们不说坏话。", [careful], WHERE) == ()
    told = slips_in("我们不说。坏话？不说。", [careful], WHERE)
    assert [(slip.found, slip.at) for slip in told] == [("坏话", 5)]


def test_one_place_is_told_once_by_what_weighs_most_and_what_stops_comes_first() -> None:
    grave = sought(id="grave", stops=True, patterns=(re.compile("很坏话"),))
    slips = slips_in("坏话，很坏话", [sought(), sought(id="y"), grave], WHERE)
    assert [(slip.id, slip.at) for slip in slips] == [("grave", 3), ("x", 0)]


def test_different_kinds_in_one_place_are_both_told() -> None:
    other = sought(id="y", kind=Slips.JARGON)
    assert [slip.id for slip in slips_in("坏话", [sought(), other], WHERE)] == ["x", "y"]


def test_a_pattern_that_finds_nothing_at_all_finds_nothing() -> None:
    assert slips_in("坏", [sought(patterns=(re.compile("z*"),))], WHERE) == ()


def test_signs_that_nobody_sees_do_not_hide_a_word_and_places_stay_right(book: Rulebook) -> None:
    slips = found(book, "请加\u200b微信，ＶＸ：abc12345 ㎏")
    assert slips[0].kind is Slips.CONTACT
    assert all("请加\u200b微信，ＶＸ：abc12345 ㎏"[slip.at :].startswith(slip.found[:1]) for slip in slips)


@given(st.text(max_size=200))
def test_any_text_is_looked_over(text: str) -> None:
    book = load_rulebook_once()
    assert all(slip.found in text for slip in found(book, text))


_KEPT: list[Rulebook] = []


def load_rulebook_once() -> Rulebook:
    if not _KEPT:
        _KEPT.append(load_rulebook())
    return _KEPT[0]


def test_a_pattern_that_cannot_be_read_is_told_with_its_place() -> None:
    text = """
layer: shop
wording:
  - {id: mine, kind: rude, any: ['(坏'], change: {zh: 改, en: change}, effective: [null, null],
     confidence: L, cite: [{assumption: {zh: 我们, en: we}, owner: {zh: 我, en: me}}]}
"""
    with pytest.raises(RulebookInvalid) as wrong:
        load(packaged_texts() | {"shop/wording.yaml": text})
    assert [each.code for each in wrong.value.findings] == ["rulebook.bad_pattern"]


def test_a_shop_adds_words_of_its_own() -> None:
    text = """
layer: shop
wording:
  - {id: mine, kind: jargon, any: ['小黑屋'], change: {zh: 改, en: change}, effective: [null, null],
     confidence: L, cite: [{assumption: {zh: 我们, en: we}, owner: {zh: 我, en: me}}]}
"""
    book = load(packaged_texts() | {"shop/wording.yaml": text})
    assert [slip.id for slip in found(book, "小黑屋")] == ["mine"]
