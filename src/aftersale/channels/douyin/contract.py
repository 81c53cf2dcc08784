"""Record the contract of each call: when it is made, what goes out, what is read, and how sure that is.

docs/channels/douyin.md is written from this. Confidence: A two sources or more, B one good source, C weak.
"""

from __future__ import annotations

from dataclasses import dataclass

from aftersale.channels.douyin.answer import MEANINGS, Means
from aftersale.channels.douyin.mapping import KIND_WORDS, STANDINGS, STATUS_WORDS
from aftersale.channels.douyin.ways import WAYS


@dataclass(frozen=True, slots=True)
class Contract:
    """Describe one call in a few words; `writes` says that it changes something over there."""

    method: str
    writes: bool
    when: str
    params: str
    answer: str
    source: str
    confidence: str


_OFFICIAL = "official Go SDK 1.1.0 (2023)"
_NEWER = "official Java and C# SDK models (2025/26)"
_BOTH = f"{_OFFICIAL}; {_NEWER}"

CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "token.create",
        writes=False,
        when="a shop is connected",
        params="code and grant_type authorization_code, or an empty code, authorization_self and shop_id",
        answer="access_token, refresh_token, expires_in (seconds left), shop_id, shop_name, scope",
        source=f"{_OFFICIAL}; PyPI doudian 0.6",
        confidence="A",
    ),
    Contract(
        "token.refresh",
        writes=False,
        when="in the last hour of an access token (7 days) or after it; a refresh token lives 14 days",
        params="grant_type refresh_token, refresh_token",
        answer="as token.create; earlier than an hour before the end the same pair again",
        source=f"{_OFFICIAL}; PyPI doudian 0.6",
        confidence="A",
    ),
    Contract(
        "afterSale.List",
        writes=False,
        when="poll, back-fill, reconciliation",
        params=(
            "update_start_time (inclusive), update_end_time (exclusive), order_by update_time asc, "
            "page from 0, size 100; page times size at most 50,000, six months back"
        ),
        answer="items[] with aftersale_info, order_info, text_part; has_more; amounts are those applied for",
        source=_BOTH,
        confidence="A, limits B",
    ),
    Contract(
        "afterSale.Detail",
        writes=False,
        when="a ticket is read, and before each write that answers an application",
        params="after_sale_id (text), need_operation_record",
        answer="process_info, order_info; real_refund_amount is what was paid back, update_time the version",
        source=_BOTH,
        confidence="A",
    ),
    Contract(
        "order.orderDetail",
        writes=False,
        when="after afterSale.Detail, for the times of the order",
        params="shop_order_id",
        answer="pay_time, exp_ship_time, ship_time, per line receipt and confirmation; masks of the receiver",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.operate",
        writes=True,
        when="an application is answered; types below",
        params=(
            "type, one item: aftersale_id, update_time (the version decided on), for refusals "
            "reject_reason_code, reason, remark, evidence (4 at most); logistics for 101, 301 "
            "(receiver_address_id) and 311 (waybill)"
        ),
        answer="items[] with status_code (0 done) and status_msg, looked at even where code is 10000",
        source=f"{_BOTH}; table of types from older official text",
        confidence="A, types B",
    ),
    Contract(
        "afterSale.rejectReasonCodeList",
        writes=False,
        when="a refusal is prepared, and again before it is sent",
        params="aftersale_id (number)",
        answer="items[] with reject_reason_code, reason, evidence_need; empty where nothing can be refused",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "address.list",
        writes=False,
        when="goods are to come back and no address was chosen",
        params="page_no from 1, page_size, order_by, order_field",
        answer="address_list[] with address_id and is_default (for returns)",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.fillLogistics",
        writes=True,
        when="补寄 or a repaired article is sent (send_type 1, 4); the buyer's waybill is entered (3)",
        params="aftersale_id (number), send_type, company_code, tracking_no",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "order.logisticsCompanyList",
        writes=False,
        when="once a day, by one of the shops that are connected",
        params="none",
        answer="a list of id, name, code; the code goes out where a carrier is named",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.timeExtend",
        writes=True,
        when="the time for receiving goods that were sent back is extended, in its last two days",
        params="aftersale_id (number)",
        answer="no data; 7 days more",
        source=f"{_OFFICIAL}; limits from C# SDK notes",
        confidence="B",
    ),
    Contract(
        "afterSale.submitEvidence",
        writes=True,
        when="customer service of the platform asks for evidence",
        params="aftersale_id (number), comment, evidence (4 addresses at most)",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "material.uploadImageSync",
        writes=True,
        when="pictures of a pack are brought over before they are submitted as evidence",
        params="folder_id 0, url (the platform fetches it), material_name (50 characters at most)",
        answer="material_id; the address comes with the detail, once the picture has passed",
        source=f"{_NEWER}; whether evidence has to lie in the material centre is not known",
        confidence="B",
    ),
    Contract(
        "material.queryMaterialDetail",
        writes=False,
        when="after each upload",
        params="material_id (text)",
        answer="material_info: audit_status (1, 2 in review, 3 passed, 4 refused), byte_url, its reason",
        source=_NEWER,
        confidence="B",
    ),
    Contract(
        "afterSale.addOrderRemark",
        writes=True,
        when="a remark is written",
        params="after_sale_id (text), remark",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "order.addOrderRemark",
        writes=True,
        when="a flag is set",
        params="order_id, remark (60 characters at most), is_add_star true, star 0 to 5",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.applyLogisticsIntercept",
        writes=True,
        when="a parcel on its way is to be stopped",
        params="after_sale_id (number), op_from 1, one target: company_code, tracking_no",
        answer="success_count, failed_count, unavailable_reason: a failed parcel is a refusal",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.CancelSendGoodsSuccess",
        writes=True,
        when="the warehouse has stopped the dispatch; with 售后小助手 the platform then refunds",
        params="aftersale_id (text), op_time",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "afterSale.returnGoodsToWareHouseSuccess",
        writes=True,
        when="the warehouse has the goods back; with a strategy the platform then refunds",
        params="aftersale_id (text), op_time, tracking_no, logistics_company_code",
        answer="no data; 50002:11002 where the strategy is off",
        source=_BOTH,
        confidence="A",
    ),
    Contract(
        "order.getServiceList",
        writes=False,
        when="poll, before the list of tickets",
        params="start_time, end_time (seconds), order_by update_time, order ASC, page from 1, size 100",
        answer="list[] with id, order_id, operate_status (0 to answer, 5 buyer, 10 in review, 100 closed)",
        source=_BOTH,
        confidence="A, status 5 B",
    ),
    Contract(
        "order.serviceDetail",
        writes=False,
        when="a service request is read; its deadline stands only here",
        params="service_id (number)",
        answer="detail with expiration_time, update_time, img_list",
        source=_BOTH,
        confidence="A",
    ),
    Contract(
        "order.replyService",
        writes=True,
        when="a service request is answered",
        params="id (number), reply, evidence: addresses joined by a bar, 4 at most",
        answer="no data",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "order.batchDecrypt",
        writes=False,
        when="a person asks to see a value of a buyer",
        params="cipher_infos, 50 at most: auth_id (order), cipher_text",
        answer="decrypt_infos[] with err_no and decrypt_text; a phone may be a virtual number that runs out",
        source=_OFFICIAL,
        confidence="A",
    ),
    Contract(
        "security.batchReportOrderSecurityEvent",
        writes=False,
        when=(
            "seconds after values of a buyer were shown in clear, or a pack or a file of evidence was "
            "downloaded; until it is taken, in a dry run too"
        ),
        params=(
            "event_type 1, events[]: event_id (fixed, so repeating is harmless), account_id (a keyed hash), "
            "account_type main_account for owners, else sub_account, order_related_shop_id, order_ids (one), "
            "operation_type 1 or 3, operate_time (seconds, text), url, ip, referer, identify_info_list"
        ),
        answer="CustomError with ErrNo and ErrMsg, absent where it was taken",
        source=(
            f"{_NEWER}; behind the platform's own cloud event_id is the header doudian-event-id, which a "
            "desk elsewhere never sees; how many events one call takes is not told, 20 are sent"
        ),
        confidence="A, event_id C",
    ),
)

LIMITS: tuple[tuple[str, str, str, str], ...] = (
    ("reach of a list", "180 days", _NEWER, "B"),
    ("rows of a page, depth of a list", "100, 50,000", _NEWER, "B"),
    ("calls of an app in a second", "5; throttled by 60000 isv.traffic-limited", "no figure is public", "C"),
    ("answer to a push", "5 s", f"{_OFFICIAL}; PyPI doudian 0.6", "A"),
    ("renewal of a token", "50 minutes before its end", f"{_OFFICIAL}; PyPI doudian 0.6", "A"),
    ("evidence with one call", "4", _OFFICIAL, "A"),
    ("values opened by one call", "50", _OFFICIAL, "A"),
)
"""Limits as rows of a table: what, value, source, confidence."""

VERBS_NOTE = """\
What this table does not name for a kind of ticket, a person does in the back office: paying a small
compensation (小额打款), agreeing to 补寄 or 维修, refusing a refund before dispatch (shipping refuses it).
121 and 321 turn a claim into a refund. Whether they pay at once no source says; they are sent as a refund,
money held and limits kept, and the ticket is read after: what is not at its end then has an unknown outcome.

Each write that answers an application carries the version it was decided on. A version that changed is
refused as `channel.version_conflict`: before anything is sent where reading shows it, else by reading again.
The platform pays what was applied for: another amount is never sent, and becomes work of a person in the
back office (`channel.amount_differs`) once the buyer has changed the application. A refund of goods that the
buyer refused and that travel back is agreed to by 203, so that it is paid once they are back [C]."""

_OUTCOMES: dict[Means, tuple[str, str]] = {
    Means.DONE: ("done", "data"),
    Means.NOT_NOW: ("Unavailable", "Unavailable"),
    Means.TOO_FAST: ("TooFast", "TooFast"),
    Means.REFUSED: ("Rejected", "Rejected"),
    Means.SHUT_OUT: ("Unauthorised", "Unauthorised"),
    Means.DOUBTFUL: ("Unreadable", "Unavailable"),
}


def _named(code: int) -> str:
    return getattr(code, "name", "").lower().replace("_", " ")


def ways() -> list[tuple[str, ...]]:
    """Give each verb by kind and stage with its call, as rows of a table."""
    return [
        (
            f"`{verb}`",
            KIND_WORDS[kind],
            STATUS_WORDS[status],
            f"{way.method} {int(way.code)}" if way.code is not None else way.method,
        )
        for (verb, kind, status), way in sorted(WAYS.items(), key=lambda each: each[0])
    ]


def codes() -> list[tuple[str, ...]]:
    """Give each code of an answer with the error that it means, as rows of a table."""
    known = [(str(int(code)), _named(code), *_OUTCOMES[means]) for code, means in MEANINGS.items()]
    return [*known, ("any other", "kept as it came", *_OUTCOMES[Means.DOUBTFUL])]


def places() -> list[tuple[str, ...]]:
    """Give each status and state of the money with where the ticket stands, as rows of a table."""
    return [
        (
            f"{int(status)} {STATUS_WORDS[status]}",
            f"{int(money)} {_named(money)}",
            "yes" if place.open else "",
            place.turn.value,
            place.response or "",
        )
        for (status, money), place in STANDINGS.items()
    ]
