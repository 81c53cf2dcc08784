"""Write exports the way the platforms do, so that each test changes the one thing it is about."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def _columns(titles: str) -> list[str]:
    return titles.split(",")


DOUYIN_TICKETS = _columns(
    "售后单号,订单号,商品单号,商品名称,商品ID,应付金额（元）,商品运费（元）,支付优惠（元）,商品税费（元）,商品发货状态,售后类型,"
    "退商品金额（元）,退运费金额（元）,退支付优惠（元）,退税费金额（元）,售后状态,售后申请时间,退款方式,是否已上传退款凭证,售后原因,"
    "售后原因标签,退货物流单号,退货异常,退货发货时间,退货物流公司,自动处理截止时间,同意售后申请时间,商家退款时间,用户到账时间,"
    "售后关闭时间,商家退货地址,商家退货联系人姓名,商家退货联系人电话,仲裁状态,纠纷责任方,是否极速退款,是否拒签后退款,发货物流单号,"
    "发货物流状态,换货物流单号,退货物流状态,售后完结时间,订单备注,用户售后说明,售后备注,操作人,协商记录,换货商品信息,商家编码,门店名称"
)
DOUYIN_ORDERS = _columns(
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,订单应付金额,运费,收件人,收件人手机号,省,详细地址,"
    "订单提交时间,支付完成时间,订单完成时间,承诺发货时间,旗帜颜色,商家备注,订单状态,售后状态,发货时间,快递信息,"
    "达人昵称,流量体裁,仓库名称,是否安心购"
)
KUAISHOU_TICKETS = _columns(
    "店铺,售后单号,订单编号,订单状态,商品ID,商品名称,售后状态,售后申请时间,售后类型,售后原因,申请描述,商家实收金额,退款金额,"
    "退货物流单号,售后完结时间,是否ATOM处理"
)
KUAISHOU_ORDERS = _columns(
    "订单号,订单创建时间,订单支付时间,订单状态,实付款,快递费,订单备注,旗帜颜色,售后状态,预售/承诺发货时间,商品名称,商品ID,商品规格,"
    "SKU编码,CPS达人昵称,收货地址-省,发货时间,快递公司,快递单号,物流信息,仓库名称"
)

_TICKET = {
    "售后单号": "7100000100017897123",
    "订单号": "6905364880001789781",
    "商品单号": "6905364880001789725",
    "商品名称": "双层玻璃杯",
    "商品ID": "3500000000000000259",
    "应付金额（元）": "129.00",
    "商品运费（元）": "0.00",
    "商品发货状态": "已发货",
    "售后类型": "退货退款",
    "退商品金额（元）": "129.00",
    "退运费金额（元）": "0.00",
    "售后状态": "待商家处理",
    "售后申请时间": "2025-06-03 10:15:00",
    "售后原因": "7天无理由退货",
    "自动处理截止时间": "2025-06-05 10:15:00",
    "是否极速退款": "否",
    "是否拒签后退款": "否",
    "商家编码": "CUP-350-BL",
}
_ORDER = {
    "主订单编号": "6905364880001789781",
    "子订单编号": "6905364880001789725",
    "选购商品": "双层玻璃杯",
    "商品规格": "蓝 350ml",
    "商品ID": "3500000000000000259",
    "商家编码": "CUP-350-BL",
    "订单应付金额": "129.00",
    "运费": "0.00",
    "订单提交时间": "2025-05-30 09:00:00",
    "支付完成时间": "2025-05-30 09:01:00",
    "承诺发货时间": "2025-06-01 09:01:00",
    "订单状态": "已发货",
    "发货时间": "2025-05-31 08:00:00",
}
_KUAISHOU_TICKET = {
    "店铺": "云杉源头好物",
    "售后单号": "2400000000001",
    "订单编号": "2300000000001",
    "订单状态": "已发货",
    "商品ID": "11223344556677",
    "商品名称": "手工辣酱",
    "售后状态": "买家已经申请退款，等待卖家同意",
    "售后申请时间": "2025-06-03 10:15:00",
    "售后类型": "退货退款",
    "售后原因": "商品与描述不符",
    "退款金额": "¥1,299.90",
}
_KUAISHOU_ORDER = {
    "订单号": "2300000000001",
    "订单创建时间": "2025-05-30 09:00:00",
    "订单支付时间": "2025-05-30 09:01:00",
    "订单状态": "已发货",
    "实付款": "¥1,299.90",
    "快递费": "¥0.00",
    "预售/承诺发货时间": "2025-06-01 09:01:00",
    "商品名称": "手工辣酱",
    "商品ID": "11223344556677",
    "发货时间": "2025-05-31 08:00:00",
    "快递公司": "中通",
}

Row = dict[str, str]


def ticket(number: int = 1, /, **changes: str) -> Row:
    """Make one open 抖店 ticket; each number has ids of its own, all with 19 digits."""
    ids = {"售后单号": f"71000001000{number:05d}123", "商品单号": f"69053648800{number:05d}725"}
    return {**_TICKET, **ids, **changes}


def order(number: int = 1, /, **changes: str) -> Row:
    """Make the 抖店 order line of the ticket of that number."""
    return {**_ORDER, "子订单编号": f"69053648800{number:05d}725", **changes}


def kuaishou_ticket(number: int = 1, /, **changes: str) -> Row:
    """Make one open 快手 ticket."""
    ids = {"售后单号": f"24000000{number:05d}", "订单编号": f"23000000{number:05d}"}
    return {**_KUAISHOU_TICKET, **ids, **changes}


def kuaishou_order(number: int = 1, /, **changes: str) -> Row:
    """Make the 快手 order of the ticket of that number."""
    return {**_KUAISHOU_ORDER, "订单号": f"23000000{number:05d}", **changes}


def lay(header: Sequence[str], rows: Iterable[Mapping[str, str]], empty: str = "-") -> list[list[str]]:
    """Lay rows out under a header, the header first."""
    return [list(header), *([row.get(title, empty) for title in header] for row in rows)]


def write_csv(path: Path, lines: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    """Write lines as they are."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def write_xlsx(path: Path, lines: Iterable[Sequence[object]], sheet: str = "Sheet1") -> Path:
    """Write lines as a workbook in which text stays text and numbers are numbers."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
        page = book.add_worksheet(sheet)
        for row, cells in enumerate(lines):
            page.write_row(row, 0, cells)
    return path


def douyin_csv(path: Path, *rows: Row, encoding: str = "utf-8-sig") -> Path:
    """Write a 抖店 after-sale export."""
    return write_csv(path, lay(DOUYIN_TICKETS, rows), encoding)


def orders_csv(path: Path, *rows: Row) -> Path:
    """Write a 抖店 order export."""
    return write_csv(path, lay(DOUYIN_ORDERS, rows), "gb18030")


def reference(*names: str) -> list[Path]:
    """List the files of the reference folder beside the repository that are there."""
    root = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return [root / name for name in names if (root / name).is_file()]


def reference_headers() -> list[tuple[str, list[str]]]:
    """List the real headers of the reference folder by name, none where it is absent."""
    found = []
    for path in reference("export_headers.json"):
        known = json.loads(path.read_text(encoding="utf-8"))
        for platform, kinds in known.items():
            if isinstance(kinds, dict):
                found += [
                    (f"{platform}.{kind}", titles) for kind, titles in kinds.items() if _is_header(titles)
                ]
    return found


def _is_header(titles: object) -> bool:
    return isinstance(titles, list) and len(titles) > 4 and all(isinstance(title, str) for title in titles)
