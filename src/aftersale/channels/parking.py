"""Say why a row could not be taken, in the words of the shop; {row}, {column} and {value} are its own."""

from __future__ import annotations

from aftersale.texts import Text

REASONS: dict[str, Text] = {
    "digits_lost": Text(
        zh="第 {row} 行的{column}“{value}”被表格软件当成数字，丢了位数。请从后台重新导出，不要另存。",
        en="{column} {value} in row {row} was turned into a number and lost digits; export it again unedited",
    ),
    "not_an_id": Text(
        zh="第 {row} 行的{column}“{value}”不是一个编号。",
        en="{column} {value} in row {row} is not an id",
    ),
    "not_a_ticket": Text(
        zh="第 {row} 行不是售后单（{column}是“{value}”），可能是说明或合计。",
        en="row {row} is no ticket ({column} reads {value}); it may be an explanation or a total",
    ),
    "missing": Text(
        zh="第 {row} 行没有{column}。",
        en="row {row} has no {column}",
    ),
    "chat_no_head": Text(
        zh="第 {row} 行“{value}”上面没有说话人和时间。",
        en="{value} in row {row} stands below no name and time",
    ),
    "chat_no_titles": Text(
        zh="第 {row} 行“{value}”没写明时间、发送人和内容各是哪一项。",
        en="{value} in row {row} does not name time, sender and text",
    ),
    "chat_too_long": Text(
        zh="聊天太长，第 {row} 行“{value}”没有读进来。请分段再读。",
        en="the conversation is too long: {value} in row {row} was not taken; bring it in parts",
    ),
    "bad_time": Text(
        zh="没能读懂第 {row} 行的{column}“{value}”。",
        en="{column} {value} in row {row} is not a time we can read",
    ),
    "bad_money": Text(
        zh="没能读懂第 {row} 行的{column}“{value}”。",
        en="{column} {value} in row {row} is not an amount we can read",
    ),
    "money_negative": Text(
        zh="第 {row} 行的{column}“{value}”是负数。",
        en="{column} {value} in row {row} is negative",
    ),
    "formula": Text(
        zh="第 {row} 行的{column}是公式“{value}”，不是数值。请粘贴为数值后再读，或从后台重新导出。",
        en="{column} in row {row} is the formula {value}; paste it as a value or export again",
    ),
    "sheet_error": Text(
        zh="第 {row} 行的{column}是表格软件的报错“{value}”。",
        en="{column} in row {row} is the spreadsheet error {value}",
    ),
    "row_width": Text(
        zh="第 {row} 行有 {cells} 格，表头有 {width} 列，可能错位了。",
        en="row {row} has {cells} cells and the header {width}; it may be shifted",
    ),
    "columns_differ": Text(
        zh="第 {row} 行有两列都叫{column}，内容不一样：“{value}”和“{other}”。",
        en="row {row} has two columns called {column} that differ: {value} and {other}",
    ),
    "ticket_again": Text(
        zh="第 {row} 行的售后单 {value} 在{where}第 {other} 行又出现了一次，以那一行为准。",
        en="the same ticket again in row {other}{where}: {value}",
    ),
    "ticket_other_line": Text(
        zh="第 {row} 行的售后单 {value} 在{where}第 {other} 行又出现了一次，商品单号却不同，请核对。",
        en="the same ticket {value} with another order line in row {other}{where}; please compare",
    ),
    "order_again": Text(
        zh="第 {row} 行的订单 {value} 在{where}第 {other} 行又出现了一次，以那一行为准。",
        en="the same order line again in row {other}{where}: {value}",
    ),
    "order_mismatch": Text(
        zh="第 {row} 行的商品单号 {value} 在订单表里属于订单 {order}，在售后表里属于订单 {other}，没有合并。",
        en="order line {value} in row {row} is of order {order} here and of order {other} in the tickets",
    ),
    "order_ambiguous": Text(
        zh="第 {row} 行的订单 {value} 有几件商品，分不清售后单说的是哪一件，没有合并。",
        en="order {value} in row {row} has several articles and the ticket does not say which",
    ),
    "bad_count": Text(
        zh="第 {row} 行的{column}“{value}”不是件数。",
        en="{column} {value} in row {row} is not a number of pieces",
    ),
    "bad_weight": Text(
        zh="没能读懂第 {row} 行的{column}“{value}”。",
        en="{column} {value} in row {row} is not a weight we can read",
    ),
    "weight_unit": Text(
        zh="第 {row} 行的{column}“{value}”没写单位。请把表头写成“重量(kg)”或“重量(g)”。",
        en="{column} {value} in row {row} names no unit; call the column 重量(kg) or 重量(g)",
    ),
    "parcel_partly": Text(
        zh="包裹 {value} 的第 {other} 行没读进来，第 {row} 行先等它一起登记，免得少算件数。",
        en="row {other} of parcel {value} could not be read; row {row} waits with it, not to be short",
    ),
    "parcel_differs": Text(
        zh="同一个包裹 {value} 有几行，{column}写得不一样（第 {row} 行），没有登记。",
        en="the rows of parcel {value} differ in {column} (row {row}); it was not booked",
    ),
    "parcel_ahead": Text(
        zh="第 {row} 行包裹 {value} 的到货时间比现在还晚，没有登记。",
        en="row {row}: parcel {value} would arrive in the future; it was not booked",
    ),
    "told_rounded": Text(
        zh="平台给的{column}“{value}”丢了位数，可能认错单，没有收下。请在平台后台核对这一单。",
        en="{column} {value} lost digits on its way; it was not taken, look at the ticket at the platform",
    ),
    "told_missing": Text(
        zh="平台给的第 {row} 条没有{column}，没有收下。",
        en="entry {row} from the platform has no {column}; it was not taken",
    ),
    "told_unreadable": Text(
        zh="没能读懂平台给的第 {row} 条的{column}“{value}”，没有收下。",
        en="{column} {value} of entry {row} from the platform cannot be read; it was not taken",
    ),
    "told_refused": Text(
        zh="平台不让读售后单 {value}（{why}），没有读进来。请在平台后台核对这一单。",
        en="the platform refuses to show ticket {value} ({why}); it was not read, look at it at the platform",
    ),
    "told_other_shop": Text(
        zh="推送来了平台店铺 {value} 的消息，售后台里没有这家店，没有处理。要处理，请添加并连接这家店。",
        en="a message came for shop {value}, which nobody has here; add and connect it if meant",
    ),
    "bad_direction": Text(
        zh="第 {row} 行的{column}“{value}”看不出是收入还是支出。",
        en="{column} {value} in row {row} says neither that money came in nor that it went out",
    ),
    "direction_differs": Text(
        zh="第 {row} 行写的是入账，{column}“{value}”却是负数，请核对。",
        en="row {row} says that money came in, and {column} {value} is negative; please compare",
    ),
    "serial_differs": Text(
        zh="第 {row} 行的流水号以前读过，内容不一样（{value}），请核对；以前读的那一行不变。",
        en="the serial number of row {row} was read before and said something else ({value}); that row stays",
    ),
}
