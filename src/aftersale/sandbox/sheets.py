"""Write the world as the platforms' back offices export it, with their encodings and habits.

抖店 after-sales: UTF-8 with BOM, a TAB before ids, `-` where empty. 抖店 orders: GB18030. 快手: ¥ and
thousands commas, `--` where empty. The path's suffix chooses csv or xlsx; in xlsx every cell is text.
A writer sees what the platform would show; `Truth` stays in the world.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import xlsxwriter

from aftersale.domain.money import yuan
from aftersale.sandbox import headers
from aftersale.sandbox import platform_words as words
from aftersale.sandbox.model import Line, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aftersale.sandbox.model import Article, Order, OrderLine, Shop, Ticket, World

Cells = dict[str, str]

CATEGORIES = {
    "household": "家居日用",
    "electronics": "数码家电",
    "apparel": "服装",
    "intimate_apparel": "贴身衣物",
    "food": "食品",
    "fresh": "生鲜",
    "custom": "定制",
    "general": "其他",
    "home_textile": "家纺",
    "toys": "玩具",
}
OPT_OUT_CLASSES = {
    "none": "无",
    "unseal_safety": "拆封影响安全或品质",
    "activation_devalue": "激活或试用后贬值",
    "near_expiry_or_flaw": "临期或瑕疵",
    "custom_made": "定作",
    "perishable": "鲜活易腐",
}
# Rows of a sheet that somebody opened and saved in Excel: one id is rounded, one date is no date.
ROUNDED_ROW, MISDATED_ROW = 17, 41
# The platform refunds small unshipped orders at once.
FAST_BELOW_FEN = 30_000
NO_DATE = "2025-13-45 08:00:00"
# A workbook states when it was made; a fixed day keeps its bytes the same.
BOOK_MADE_AT = datetime(2026, 6, 10, tzinfo=UTC)


def write_douyin_after_sales(world: World, shop: Shop, path: Path) -> int:
    """Write a shop's after-sales as 抖店 exports them and return the number of rows."""
    orders = world.orders_of(shop)
    rows = [_douyin_ticket(world, ticket, orders[ticket.order_no]) for ticket in world.tickets_of(shop)]
    _resave(shop, rows, "售后单号")
    return _save(path, headers.DOUYIN_AFTER_SALES, rows, empty="-", encoding="utf-8-sig")


def write_douyin_orders(world: World, shop: Shop, path: Path) -> int:
    """Write a shop's order lines as 抖店 exports them and return the number of rows."""
    tickets = {ticket.line_no: ticket for ticket in world.tickets_of(shop)}
    rows = [
        _douyin_line(world, order, line, tickets.get(line.line_no))
        for order in world.orders_of(shop).values()
        for line in order.lines
    ]
    return _save(path, headers.DOUYIN_ORDERS, rows, empty="-", encoding="gb18030")


def write_kuaishou_after_sales(world: World, shop: Shop, path: Path) -> int:
    """Write a shop's after-sales as 快手小店 exports them and return the number of rows."""
    orders = world.orders_of(shop)
    rows = [_kuaishou_ticket(world, ticket, orders[ticket.order_no]) for ticket in world.tickets_of(shop)]
    _resave(shop, rows, "售后单号")
    return _save(path, headers.KUAISHOU_AFTER_SALES, rows, empty="--", encoding="gb18030")


def write_kuaishou_orders(world: World, shop: Shop, path: Path) -> int:
    """Write a shop's orders as 快手小店 exports them and return the number of rows."""
    tickets = {ticket.order_no: ticket for ticket in world.tickets_of(shop)}
    rows = [
        _kuaishou_order(world, order, tickets.get(order.order_no)) for order in world.orders_of(shop).values()
    ]
    return _save(path, headers.KUAISHOU_ORDERS, rows, empty="--", encoding="gb18030")


def write_articles(world: World, path: Path) -> int:
    """Write the product register of the home and return the number of rows."""
    rows = [_registered(world, article) for article in world.articles]
    return _save(path, headers.REGISTER, rows, empty="", encoding="utf-8-sig")


def _save(path: Path, header: Sequence[str], rows: Iterable[Cells], *, empty: str, encoding: str) -> int:
    table = [list(header), *([row.get(name) or empty for name in header] for row in rows)]
    if path.suffix == ".xlsx":
        _save_workbook(path, table)
    else:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(table)
    return len(table) - 1


def _save_workbook(path: Path, table: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": BOOK_MADE_AT, "comments": "演示数据"})
        sheet = book.add_worksheet("Sheet1")
        for number, cells in enumerate(table):
            sheet.write_row(number, 0, cells)


def _resave(shop: Shop, rows: Sequence[Cells], id_column: str) -> None:
    """Spoil two rows as Excel does when a person re-saves a sheet of long ids."""
    if not shop.by_sheet or len(rows) <= MISDATED_ROW:
        return
    rows[ROUNDED_ROW][id_column] = f"{float(rows[ROUNDED_ROW][id_column].strip()):.5E}"
    rows[MISDATED_ROW]["售后申请时间"] = NO_DATE


def _tab(number: str) -> str:
    return f"\t{number}" if number else ""


def _at(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _plain(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _product_id(world: World, article: Article) -> str:
    return f"35000000000000{world.articles.index(article) + 101:05d}"


def _kuaishou_id(world: World, article: Article) -> str:
    return f"2100{world.articles.index(article) + 10_101}"


def _line_of(order: Order, ticket: Ticket) -> OrderLine:
    return next(line for line in order.lines if line.line_no == ticket.line_no)


def _douyin_ticket(world: World, ticket: Ticket, order: Order) -> Cells:
    article = world.article(ticket.article_no)
    line = _line_of(order, ticket)
    return {
        "售后单号": _tab(ticket.ticket_no),
        "订单号": _tab(order.order_no),
        "商品单号": _tab(line.line_no),
        "商品名称": article.title,
        "商品ID": _tab(_product_id(world, article)),
        "应付金额（元）": _plain(line.paid_fen),
        "商品运费（元）": _plain(order.freight_fen),
        "支付优惠（元）": "0.00",
        "商品税费（元）": "0.00",
        "商品发货状态": "已发货" if order.shipped_at else "未发货",
        "售后类型": words.DOUYIN_TYPES[ticket.line],
        "退商品金额（元）": _plain(ticket.requested_fen),
        "退运费金额（元）": _plain(ticket.freight_fen),
        "退支付优惠（元）": "0.00",
        "退税费金额（元）": "0.00",
        "售后原因": words.reason_text(ticket.reason, ticket.line, article.category),
        "发货物流单号": _tab(order.waybill),
        "发货物流状态": _forward_state(order),
        "退货物流单号": _tab(ticket.return_waybill),
        "换货物流单号": _tab(ticket.reship_waybill),
        "订单备注": world.generated,
        "用户售后说明": ticket.buyer_says,
        "售后备注": ticket.shop_says,
        "商家编码": article.article_no,
        "门店名称": world.shop(ticket.shop).name,
    } | _douyin_progress(ticket, order)


def _douyin_progress(ticket: Ticket, order: Order) -> Cells:
    times = ticket.times
    refunded = ticket.stage is Stage.REFUNDED
    fast = (
        ticket.handled_by == "platform" and ticket.line is Line.UNSHIPPED and order.paid_fen < FAST_BELOW_FEN
    )
    return {
        "售后状态": words.douyin_stage(ticket.line, ticket.stage),
        "售后申请时间": _at(times.applied_at),
        "退款方式": "原路退款",
        "是否已上传退款凭证": "否",
        "退货发货时间": _at(times.return_sent_at),
        "退货物流公司": "圆通速递" if ticket.return_waybill else "",
        "退货物流状态": _return_state(ticket),
        "自动处理截止时间": _at(ticket.deadline_at),
        "同意售后申请时间": _at(times.agreed_at),
        "商家退款时间": _at(times.finished_at) if refunded else "",
        "用户到账时间": _at(times.finished_at) if refunded else "",
        "售后关闭时间": _at(times.finished_at) if ticket.stage is Stage.CLOSED else "",
        "仲裁状态": "待商家举证" if ticket.stage is Stage.ARBITRATION else "",
        "是否极速退款": "是" if fast else "否",
        "是否拒签后退款": "否",
        "售后完结时间": _at(times.finished_at),
        "操作人": {"platform": "系统", "agent": "客服"}.get(ticket.handled_by, ""),
    }


def _forward_state(order: Order) -> str:
    if order.shipped_at is None:
        return ""
    return "已签收" if order.signed_at else "运输中"


def _return_state(ticket: Ticket) -> str:
    if not ticket.return_waybill:
        return ""
    return "已签收" if ticket.times.return_arrived_at or ticket.times.received_at else "运输中"


def _order_state(order: Order, ticket: Ticket | None) -> str:
    if ticket and ticket.stage is Stage.REFUNDED and order.shipped_at is None:
        return "已关闭"
    if order.shipped_at is None:
        return "待发货"
    return "已完成" if order.signed_at and ticket is None else "已发货"


def _douyin_line(world: World, order: Order, line: OrderLine, ticket: Ticket | None) -> Cells:
    article = world.article(line.article_no)
    buyer = world.buyer(order.buyer_id)
    return {
        "主订单编号": _tab(order.order_no),
        "子订单编号": _tab(line.line_no),
        "支付方式": "支付宝",
        "选购商品": article.gift if line.gift else article.title,
        "货号": article.article_no,
        "商品ID": _tab(_product_id(world, article)),
        "商家编码": article.article_no,
        "商品数量": str(line.quantity),
        "商品金额": _plain(line.price_fen * line.quantity),
        "订单提交时间": _at(order.paid_at),
        "支付完成时间": _at(order.paid_at),
        "订单完成时间": _at(order.signed_at) if ticket is None else "",
        "承诺发货时间": _at(order.promised_ship_at),
        "旗帜颜色": order.flag,
        "商家备注": world.generated,
        "订单状态": _order_state(order, ticket),
        "售后状态": words.douyin_stage(ticket.line, ticket.stage) if ticket else "",
        "发货时间": _at(order.shipped_at),
        "订单应付金额": _plain(line.paid_fen),
        "运费": _plain(order.freight_fen),
        "优惠总金额": _plain(line.discount_fen),
        "商家优惠": _plain(line.discount_fen),
        "收件人": f"##{order.buyer_id}##",
        "收件人手机号": f"$${order.buyer_id}$$",
        "省": buyer.province,
        "市": buyer.city,
        "快递信息": f"{order.waybill}-{order.carrier}" if order.waybill else "",
    }


def _kuaishou_ticket(world: World, ticket: Ticket, order: Order) -> Cells:
    article = world.article(ticket.article_no)
    buyer = world.buyer(ticket.buyer_id)
    return {
        "售后单号": ticket.ticket_no,
        "订单编号": order.order_no,
        "订单状态": _order_state(order, ticket),
        "订单创建时间": _at(order.paid_at),
        "商品ID": _kuaishou_id(world, article),
        "商品名称": article.title,
        "买家ID": buyer.buyer_id,
        "买家昵称": buyer.masked_name,
        "售后状态": words.KUAISHOU_STAGES[ticket.stage],
        "售后申请时间": _at(ticket.times.applied_at),
        "售后类型": words.KUAISHOU_TYPES[ticket.line],
        "售后原因": words.reason_text(ticket.reason, ticket.line, article.category),
        "申请描述": ticket.buyer_says,
        "商家实收金额": yuan(order.paid_fen),
        "退款金额": yuan(ticket.requested_fen + ticket.freight_fen),
        "退货物流单号": ticket.return_waybill,
        "售后完结时间": _at(ticket.times.finished_at),
        "是否ATOM处理": "是" if ticket.handled_by == "platform" else "否",
        "商家备注": world.generated,
    }


def _kuaishou_order(world: World, order: Order, ticket: Ticket | None) -> Cells:
    line = order.lines[0]
    article = world.article(line.article_no)
    buyer = world.buyer(order.buyer_id)
    return {
        "订单号": order.order_no,
        "订单创建时间": _at(order.paid_at),
        "订单支付时间": _at(order.paid_at),
        "订单状态": _order_state(order, ticket),
        "实付款": yuan(order.paid_fen),
        "快递费": yuan(order.freight_fen),
        "店铺优惠": yuan(line.discount_fen),
        "支付方式": "微信支付",
        "成交数量": str(line.quantity),
        "订单备注": world.generated,
        "旗帜颜色": order.flag,
        "售后状态": words.KUAISHOU_STAGES[ticket.stage] if ticket else "",
        "预售/承诺发货时间": _at(order.promised_ship_at),
        "商品名称": article.title,
        "商品ID": _kuaishou_id(world, article),
        "商品规格": article.specification,
        "SKU编码": article.article_no,
        "商品单价": yuan(line.price_fen),
        "预估推广者分佣比例": "30.0%",
        "收货人姓名": f"##{order.buyer_id}##",
        "收货地址-省": buyer.province,
        "收货地址-市": buyer.city,
        "发货时间": _at(order.shipped_at),
        "快递公司": order.carrier,
        "快递单号": order.waybill,
        "物流信息": _forward_state(order),
    }


def _registered(world: World, article: Article) -> Cells:
    return {
        "商家编码": article.article_no,
        "商品名称": article.title,
        "类目": CATEGORIES[article.category],
        "不支持无理由类别": OPT_OUT_CLASSES[article.opt_out_class],
        "无理由天数": str(article.promise_days),
        "运费险": "是" if article.freight_insurance else "否",
        "成本": _plain(article.cost_fen),
        "退货成本": _plain(article.return_cost_fen),
        "发货重量(g)": str(article.weight_g),
        "供应商": article.supplier,
        "批次备注": "；".join(filter(None, (world.generated, article.batch_note))),
    }
