"""Read one ticket from an item of the list, or from its detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.codes import RefundBy, Role, known
from aftersale.channels.douyin.said import DETAIL, LIST, Dispute, Line, Money, Parcels, Said, Times
from aftersale.channels.douyin.shape import Misread, Shape, looks_rounded
from aftersale.channels.spreadsheet.standing import is_machine
from aftersale.domain.clock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIMED_OUT = "超时"


def from_list(item: Shape) -> Said:
    """Read one item of the list; raises Misread."""
    info, order, words = item.at("aftersale_info"), item.at("order_info"), item.at("text_part")
    lines = tuple(_line(each) for each in order.each("related_order_info"))
    refunder = info.code("refund_type") or 0
    said = Said(
        source=LIST,
        ticket_no=info.id("aftersale_id"),
        order_no=order.id("shop_order_id"),
        times=_times(info),
        status=info.code("aftersale_status"),
        status_word=words.text("aftersale_status_text"),
        kind=info.code("aftersale_type"),
        kind_word=words.text("aftersale_type_text"),
        reason=words.text("reason_text"),
        reason_code=None,
        money=Money(
            info.fen("refund_amount"), info.fen("refund_post_amount"), None, None, info.code("refund_status")
        ),
        dispute=_dispute_listed(info, words),
        parcels=_parcels_listed(info, words),
        lines=lines,
        got_parcel=info.code("got_pkg"),
        refuse_sign=info.code("is_agree_refuse_sign"),
        audits=info.codes("auto_audit_bits"),
        refunded_by=refunder,
        machine=known(RefundBy, refunder) not in {None, RefundBy.NOBODY},
        badges=_badges(_line_tags(order.each("related_order_info"))),
        flag=_flag(order, item),
        remark=info.text("remark"),
    )
    return _checked(said, {info.id("related_id")})


def from_detail(data: Shape) -> Said:
    """Read the detail of a ticket; raises Misread."""
    process, order = data.at("process_info"), data.at("order_info")
    info, logistics = process.at("after_sale_info"), process.at("logistics_info")
    lines = tuple(_line(each) for each in order.each("sku_order_infos"))
    tags = process.at("after_sale_service_tag").each("after_sale_service_tag")
    said = Said(
        source=DETAIL,
        ticket_no=info.id("after_sale_id"),
        order_no=order.id("shop_order_id"),
        times=_times(info),
        status=info.code("after_sale_status"),
        status_word=info.text("after_sale_status_desc"),
        kind=info.code("after_sale_type"),
        kind_word=info.text("after_sale_type_text"),
        reason=info.text("reason"),
        reason_code=info.code("reason_code"),
        money=Money(
            None,
            info.fen("refund_post_amount"),
            info.fen("refund_total_amount"),
            info.fen("real_refund_amount"),
            info.code("refund_status"),
        ),
        dispute=_dispute(process.at("arbitrate_info")),
        parcels=_parcels_told(logistics),
        lines=lines,
        got_parcel=info.code("got_pkg"),
        refuse_sign=info.code("agree_refuse_sign"),
        audits=info.codes("auto_audit_bits"),
        # In the detail this field names the way of the money, so only its words can name an assistant.
        refunded_by=RefundBy.NOBODY,
        machine=is_machine(info.text("refund_type_text")) or _timed_out(process),
        badges=_badges(
            [*tags, *(tag for each in order.each("sku_order_infos") for tag in each.each("tags"))]
        ),
        remark="；".join(each.text("remark") for each in process.each("after_sale_shop_remarks")),
        evidence=info.texts("evidence"),
        return_carrier=logistics.at("return").text("company_code"),
    )
    return _checked(said, set())


def _checked(said: Said, others: set[str]) -> Said:
    """Refuse a ticket without number or order, or whose numbers lost digits on their way."""
    for field, value in (("aftersale_id", said.ticket_no), ("shop_order_id", said.order_no)):
        if not value:
            raise Misread("missing", field, "")
    ids = {said.ticket_no, said.order_no, *(line.line_no for line in said.lines), *others} - {""}
    if looks_rounded(ids):
        raise Misread("told_rounded", "aftersale_id", said.ticket_no)
    return said


def _times(info: Shape) -> Times:
    updated, applied = info.moment("update_time"), info.moment("apply_time")
    if updated is None or applied is None:
        raise Misread("missing", "update_time" if updated is None else "apply_time", "")
    return Times(
        version=str(seconds_of(updated)),
        updated_at=updated,
        applied_at=applied,
        deadline=info.moment("status_deadline"),
        final=info.moment("aftersale_status_to_final_time") is not None,
    )


def _line(line: Shape) -> Line:
    spec = ";".join(f"{each.text('name')}:{each.text('value')}" for each in line.each("sku_spec"))
    return Line(
        line_no=line.id("sku_order_id"),
        status=line.code("order_status"),
        name=line.text("product_name"),
        product_id=line.id("product_id"),
        article_no=line.text("shop_sku_code"),
        spec=spec,
        paid=line.fen("pay_amount"),
        promotion=line.fen("promotion_pay_amount"),
        freight=line.fen("post_amount"),
        oversea=line.code("is_oversea_order") == 1,
    )


def _parcels_listed(info: Shape, words: Shape) -> Parcels:
    out = info.each("order_logistics")
    return Parcels(
        states=_states(out),
        word=words.text("logistics_text"),
        carrier=_one(each.text("company_name") for each in out),
        out=any(each.text("tracking_no") for each in out),
        return_waybill=info.text("return_logistics_code"),
        return_sent_at=None,
    )


def _parcels_told(logistics: Shape) -> Parcels:
    out, back = logistics.each("order"), logistics.at("return")
    waybill = back.text("tracking_no")
    return Parcels(
        states=_states(out),
        word="",
        carrier=_one(each.text("company_name") for each in out),
        out=any(each.text("tracking_no") for each in out),
        return_waybill=waybill,
        return_sent_at=back.moment("logistics_time") if waybill else None,
    )


def _states(parcels: tuple[Shape, ...]) -> tuple[int, ...]:
    return tuple(code for each in parcels if (code := each.code("logistics_state")) is not None)


def _one(names: Iterable[str]) -> str:
    """Give the only name; several are no answer."""
    found = {name for name in names if name}
    return str(found.pop()) if len(found) == 1 else ""


def _dispute_listed(info: Shape, words: Shape) -> Dispute:
    code, word = info.code("arbitrate_status") or 0, words.text("arbitrate_status_text")
    return Dispute(code, word, None, blame=info.code("arbitrate_blame") or 0)


def _dispute(info: Shape) -> Dispute:
    return Dispute(
        code=info.code("arbitrate_status") or 0,
        word="",
        deadline=info.moment("arbitrate_status_deadline"),
        opened_at=info.moment("arbitrate_create_time"),
        number=info.text("arbitrate_id"),
        changed_at=info.moment("arbitrate_update_time"),
        conclusion=info.code("arbitrate_conclusion") or 0,
        blame=info.code("arbitrate_blame") or 0,
        wants=info.at("arbitrate_evidence_tmpl").text("describe"),
        opinion=info.text("arbitrate_opinion"),
        pictures=len(info.at("arbitrate_evidence").texts("images")),
    )


def _timed_out(process: Shape) -> bool:
    """Tell whether the system ended the ticket because the shop let a time pass."""
    return any(
        each.code("role") == Role.SYSTEM and _TIMED_OUT in each.text("text") + each.text("action")
        for each in process.each("record_logs_list")
    )


def _badges(tags: Iterable[Shape]) -> tuple[str, ...]:
    words = (tag.text("tag_detail") for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word))


def _line_tags(lines: tuple[Shape, ...]) -> list[Shape]:
    return [tag for line in lines for tag in line.each("tags")]


def _flag(order: Shape, item: Shape) -> int | None:
    """Give the flag; 0 is grey where somebody has set it and no flag where nobody has."""
    flag = order.code("order_flag")
    return flag if flag or item.each("seller_logs") else None
