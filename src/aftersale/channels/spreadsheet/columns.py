"""Know the columns of the exports by all their names, and tell one export from another by its header."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from aftersale.texts import Text


class Sort(StrEnum):
    """Say how the cells of a column are read; TEXT holds words we know or codes, PROSE what people wrote."""

    ID = "id"
    TEXT = "text"
    PROSE = "prose"
    TIME = "time"
    MONEY = "money"
    FLAG = "flag"


class Kind(StrEnum):
    """Tell the two exports that are read from one another."""

    AFTER_SALE = "after_sale"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Column:
    """Name one column: the field it fills, how it is read, and its titles, the surest first."""

    field: str
    sort: Sort
    titles: tuple[str, ...]


_MARKS_IN_TITLE = re.compile(r"[\s*＊\ufeff\u200b]+|\((?:元|¥|CNY|RMB)\)$")


@lru_cache(maxsize=4096)
def plain_title(title: str) -> str:
    r"""Reduce a column title to its words: width of brackets, blanks, unit and letter case do not matter.

    >>> plain_title("应付金额（元）"), plain_title(" 商品ID\t")
    ('应付金额', '商品id')
    """
    return _MARKS_IN_TITLE.sub("", unicodedata.normalize("NFKC", title).strip("'\"=")).casefold()


def _columns(sort: Sort, **titles: str) -> tuple[Column, ...]:
    return tuple(Column(field, sort, tuple(names.split())) for field, names in titles.items())


AFTER_SALE = (
    *_columns(
        Sort.ID,
        ticket_no="售后单号 售后编号 售后单编号 售后单ID 售后ID 退款单号 退款编号 退款单编号",
        order_no="订单号 订单编号 主订单编号 主订单号 店铺订单号 平台订单号 订单ID",
        line_no="商品单号 子订单编号 子订单号 商品订单号",
        product_id="商品ID",
    ),
    *_columns(
        Sort.TEXT,
        article_no="商家编码 SKU编码 商家SKU编码 商品编码 货号",
        claim="售后类型 退款类型 售后方式 退款方式",
        status="售后状态 退款状态 售后单状态",
        reason="售后原因 退款原因 申请原因 售后申请原因",
        ship_state="商品发货状态 发货状态",
        order_state="订单状态",
        tracking="发货物流状态 物流状态 物流信息",
        return_waybill="退货物流单号 退货快递单号 退货运单号",
        return_tracking="退货物流状态",
        arbitration="仲裁状态 平台介入状态 客服介入状态",
        flag="旗帜颜色 旗帜 订单旗帜",
    ),
    *_columns(
        Sort.PROSE,
        article="商品名称 商品标题 选购商品 商品",
        sku="商品规格 规格 规格名称 SKU",
        shop="店铺 店铺名称 门店名称 所属店铺 店铺名",
        operator="操作人",
        remark="商家备注",
        order_remark="订单备注",
        ticket_remark="售后备注",
        live="达人昵称 CPS达人昵称 主播昵称",
        buyer="买家ID 用户ID",
        nick="买家昵称",
    ),
    *_columns(
        Sort.TIME,
        applied_at="售后申请时间 申请时间 退款申请时间 申请退款时间 售后创建时间",
        status_deadline="自动处理截止时间 处理截止时间 自动处理时间 超时时间 截止时间",
        merchant_agreed_at="同意售后申请时间 同意申请时间 商家同意时间",
        merchant_rejected_at="商家拒绝时间 拒绝时间 拒绝售后申请时间",
        return_sent_at="退货发货时间 买家退货时间 买家退货发货时间",
        paid_out_at="商家退款时间 退款时间",
        arrived_at="用户到账时间 退款到账时间 退款成功时间",
        closed_at="售后关闭时间 退款关闭时间",
        finished_at="售后完结时间 完结时间 售后完成时间",
    ),
    *_columns(
        Sort.MONEY,
        paid="应付金额 实付金额 实付款 订单实付金额 订单应付金额 用户实付金额 买家实付金额",
        freight="商品运费 运费 快递费",
        refund_goods="退商品金额 退款金额 申请退款金额 退款总金额",
        refund_freight="退运费金额 退运费",
        refund_discount="退支付优惠 退支付优惠金额",
        refund_tax="退税费金额 退税费",
    ),
    *_columns(Sort.FLAG, fast_refund="是否极速退款 极速退款", refuse_then_refund="是否拒签后退款 拒签后退款"),
)

ORDER = (
    *_columns(
        Sort.ID,
        order_no="主订单编号 主订单号 订单号 订单编号 订单ID",
        line_no="子订单编号 子订单号 商品单号",
        product_id="商品ID",
    ),
    *_columns(
        Sort.TEXT,
        state="订单状态",
        article_no="商家编码 SKU编码 货号",
        tracking="物流信息 物流状态",
        carrier="快递公司",
        parcels="快递信息",
        warehouse="仓库名称",
        province="省 收货地址-省 省份 收货省份",
        flag="旗帜颜色 旗帜",
        medium="流量体裁",
    ),
    *_columns(
        Sort.PROSE,
        article="选购商品 商品名称 商品标题",
        sku="商品规格 规格",
        shop="店铺 店铺名称 门店名称 所属店铺 店铺名",
        remark="商家备注 订单备注",
        live="达人昵称 CPS达人昵称",
        buyer="收件人 收货人 收件人姓名 收货人姓名",
        phone="收件人手机号 收货人手机 收货人手机号 收件人手机",
    ),
    *_columns(
        Sort.TIME,
        ordered_at="订单提交时间 订单创建时间 下单时间",
        paid_at="支付完成时间 订单支付时间 付款时间 支付时间",
        promised_ship_at="承诺发货时间 预售/承诺发货时间",
        shipped_at="发货时间",
        finished_at="订单完成时间 确认收货时间",
    ),
    *_columns(Sort.MONEY, paid="订单应付金额 实付款 应付金额 订单实付金额", freight="运费 快递费"),
    *_columns(Sort.FLAG, worry_free="是否安心购 安心购"),
)

COLUMNS = {Kind.AFTER_SALE: AFTER_SALE, Kind.ORDER: ORDER}
REQUIRED = {
    Kind.AFTER_SALE: ("ticket_no", "order_no", "claim", "status", "applied_at"),
    Kind.ORDER: ("order_no", "state", "ordered_at"),
}
# The 快手 after-sale export is known only in part; where it has no ticket number the order number stands in.
OPTIONAL_ON = {"kuaishou": frozenset({"ticket_no"}), "douyin": frozenset[str]()}


def is_required(channel: str | None, kind: Kind, field: str) -> bool:
    """Tell whether an export cannot be read without this field."""
    return field in REQUIRED[kind] and field not in OPTIONAL_ON.get(channel or "", ())


def _titles(text: str) -> frozenset[str]:
    return frozenset(plain_title(title) for title in text.split())


# Titles that only one of the two platforms prints.
TELLTALES = {
    "douyin": _titles(
        "商品单号 主订单编号 子订单编号 应付金额 商品税费 退商品金额 退运费金额 退支付优惠 退税费金额 "
        "商品发货状态 选购商品 "
        "自动处理截止时间 同意售后申请时间 商家退款时间 用户到账时间 是否极速退款 是否拒签后退款 "
        "仲裁状态 纠纷责任方 "
        "协商记录 发货物流状态 退货异常 订单应付金额 支付完成时间 订单提交时间 订单完成时间 "
        "承诺发货时间 达人昵称 达人ID "
        "是否安心购 流量体裁 APP渠道 平台实际承担优惠金额 商家实际承担优惠金额 鲁班落地页ID 快递信息"
    ),
    "kuaishou": _titles(
        "商家实收金额 申请描述 是否ATOM处理 实付款 快递费 主播补贴 混资活动优惠 "
        "CPS达人ID CPS达人昵称 "
        "快赚客ID 快赚客昵称 团长ID 团长昵称 订单支付时间 订单创建时间 预售/承诺发货时间 "
        "物流信息 赠品订单号 活动订单编号 "
        "国补类型 订单载体 收货地址-省 服务门店ID 成交数量 预估推广佣金"
    ),
}
# Titles that either might print; together they are a habit of one, and decide only between equals.
HABITS = {"kuaishou": _titles("订单编号 退款金额")}
NAMES = {"douyin": Text(zh="抖店", en="Douyin"), "kuaishou": Text(zh="快手", en="Kuaishou")}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Describe an export that is often taken for the right one."""

    name: Text
    titles: frozenset[str]


FOREIGN = (
    Foreign(
        Text(zh="抖店结算账单", en="a Douyin settlement statement"),
        _titles(
            "结算时间 结算金额 结算账户 结算单类型 有结算前退款 结算前退款金额 收入合计 支出合计 用户实付"
        ),
    ),
    Foreign(
        Text(zh="抖店动账明细", en="a Douyin fund statement"),
        _titles("动账时间 动帐流水号 动账流水号 动账方向 动账金额 动账账户 动账场景 计费类型"),
    ),
    Foreign(
        Text(zh="快手结算账单", en="a Kuaishou settlement statement"),
        _titles("实际结算时间 合计收入 合计支出"),
    ),
    Foreign(
        Text(zh="淘宝退款明细", en="a Taobao refund export"),
        _titles(
            "支付宝交易号 退款的申请时间 手工退款/系统退款 卖家真实姓名 "
            "买家退款金额 是否零秒响应 部分退款/全部退款"
        ),
    ),
    Foreign(
        Text(zh="拼多多订单", en="a Pinduoduo order export"),
        _titles("多多支付立减金额 样式ID 商家编码-规格维度 商家编码-商品维度 是否抽奖或0元试用 用户实付金额"),
    ),
)
FOREIGN_AT = 2
