"""Record what we know of each call: verb, when it is made, what goes and comes, from where we know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Call:
    """Describe one call; `confidence` is A for two sources or official papers, B for one good one, C less.

    `writes` says that it changes something over there, `app` that it asks for a token and carries none.
    """

    method: str
    verb: str
    when: str
    params: str
    answer: str
    source: str
    confidence: str
    writes: bool = False
    app: bool = False


ACCESS_TOKEN = "oauth2.access_token"  # noqa: S105 - the name of a call
REFRESH_TOKEN = "oauth2.refresh_token"  # noqa: S105 - as above
LIST = "open.seller.order.refund.pcursor.list"
DETAIL = "open.seller.order.refund.detail"
ORDER = "open.order.detail"
REASONS = "open.refund.reject.reason"
HISTORY = "open.refund.comment.basic.list"
DECRYPT = "open.order.decrypt.batch"
APPROVE = "open.seller.order.refund.approve"
APPROVE_RETURN = "open.seller.order.refund.returngoods.approve"
CONFIRM_RECEIPT = "open.seller.order.refund.confirm.receipt"
REJECT = "open.refund.reject"
DIRECT_REFUND = "open.refund.direct.refund"
CONFIRM_AND_SEND = "open.refund.confirm.and.send"
RETURN_INFO = "open.refund.submit.returnInfo"
ADD_NOTE = "open.seller.order.note.add"

_PAPERS = "official guide, TypeScript and PHP SDK"
_SDKS = "TypeScript SDK 2024, PHP list 2026"
_ENVELOPE = "envelope only"

_ALL = (
    Call(
        ACCESS_TOKEN,
        "GET",
        "the owner said yes; the code holds two minutes and once",
        "app_id, app_secret, grant_type=code, code",
        "access_token, refresh_token, open_id, expires_in, scopes, refresh_token_expires_in (not always)",
        _PAPERS,
        "A",
        app=True,
    ),
    Call(
        REFRESH_TOKEN,
        "POST",
        "twelve hours before the access token ends; the refresh token changes each time and the old one "
        "dies within five minutes",
        "app_id, app_secret, grant_type=refresh_token, refresh_token",
        "as above; the 180 days count from the first consent and cannot be refreshed away",
        _PAPERS,
        "A",
        app=True,
    ),
    Call(
        LIST,
        "GET",
        "polling and back-fill: windows of one day, 90 days back, oldest change first",
        "beginTime, endTime (ms), type=9, queryType=2, sort=2, pageSize=100, currentPage, pcursor, "
        "option.needExchange",
        "data.pcursor until “nomore”, data.refundOrderInfoList (dataList in one SDK)",
        f"{_SDKS}, Go SDK 2026; needExchange from one SDK",
        "A",
    ),
    Call(
        DETAIL,
        "GET",
        "a ticket was listed or pushed, and before each action",
        "refundId",
        "data: the fields of the list; pictures, buyerOpenId, logisticsInfo, returnFreightInfo",
        f"{_SDKS}, Go SDK 2026; how pictures are joined from none",
        "A",
    ),
    Call(
        ORDER,
        "GET",
        "beside each ticket: what was paid, shipped, signed for",
        "oid",
        "data: orderBaseInfo, orderItemInfo, orderLogisticsInfo, orderNote, orderAddress; totalFee read as "
        "what the goods of the order cost after discounts",
        _SDKS,
        "B",
    ),
    Call(
        REASONS,
        "GET",
        "a person is about to refuse",
        "refundId",
        "data[]: code, desc, tip, requiredRejectDesc, requiredRejectImage",
        _SDKS,
        "A",
    ),
    Call(
        HISTORY,
        "GET",
        "an outcome is unknown, or a person looks at the log",
        "refundId",
        "data[]: title, role, createTime (ms), staffAccountId, staffAccountName; roles are not documented",
        _SDKS,
        "A",
    ),
    Call(
        DECRYPT,
        "POST",
        "a person asks for a value of the buyer, 100 at most; counts against the shop's quota",
        "batchDecryptList[]: encryptedData, bizId (order)",
        "batchDecryptResultList[] beside data: decryptedData, encryptedData, bizId, errorCode (1 is right)",
        "official guide on data security",
        "A",
    ),
    Call(
        APPROVE,
        "POST",
        "仅退款: agree, which pays; carries no version, so it is compared before",
        "refundId, refundAmount (fen), status, negotiateStatus, refundHandingWay",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        APPROVE_RETURN,
        "POST",
        "退货退款 and 换货: agree that the goods come back; carries no version, so it is compared before",
        "refundId, refundAmount (fen, 0 for 换货), addressId (the default one without it)",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        CONFIRM_RECEIPT,
        "POST",
        "退货退款 at 22, 30, 40: confirm the goods, which pays; carries no version, so it is compared before",
        "refundId, status, returnFreightHandlingAdvice, returnFreightAmount, returnFreightRejectDesc, "
        "returnFreightRejectImages",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        REJECT,
        "POST",
        "refuse a claim or a returned parcel, or change the kind of claim",
        "refundId, refundVersion (updateTime), reasonCode, rejectDesc, rejectImages, editHandlingWay, "
        "editReturnAddressId",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        DIRECT_REFUND,
        "POST",
        "退货退款 that was just asked, 换货 until it is sent: refund without goods back",
        "refundId, refundVersion (updateTime)",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        CONFIRM_AND_SEND,
        "POST",
        "换货 at 40: the old goods are here, new ones leave; carries no version, so it is compared before",
        "refundId, expressNo, expressCode",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        RETURN_INFO,
        "POST",
        "at 30: enter the waybill of a parcel that the buyer sent back",
        "refundId, expressNo, expressCode",
        _ENVELOPE,
        _SDKS,
        "A",
        writes=True,
    ),
    Call(
        ADD_NOTE,
        "POST",
        "a remark or a flag on the order; text is added to what stands there",
        "orderId, note (200 at most), flag (0 none, 1 red to 6 grey)",
        _ENVELOPE,
        "official demo, PHP SDK",
        "A",
        writes=True,
    ),
)
CALLS: Mapping[str, Call] = {call.method: call for call in _ALL}

NOTE = """\
What the channel sends and expects, from public papers and programs; no live shop was asked. A means two
sources or official papers, B one good source, C less.

- **Where**: calls and tokens go to `https://openapi.kwaixiaodian.com`, the dots of a call as slashes;
  the page on which an owner says yes is below `https://open.kwaixiaodian.com`. Both are settings.
- **Sealed**: appkey, method, version, param, access_token, timestamp (ms) and signMethod, sorted, with
  the sign secret at the end, as HMAC-SHA256 (Base64) or MD5 (hex). GET carries all in the address, POST
  in the body.
- **Answered**: `result` 1 is well. 15, 16, 17, 1016, 1017, 802000 and the words of a quota: try later.
  22, 24 to 28, 100200100 to 100200107: a person authorises. The 300-thousands, 21 and 11: refused,
  nothing done. Any other number after a write, and whatever is no answer: the outcome is unknown and
  looked up.
- **Tokens**: 48 hours, refreshed twelve hours before. The refresh token changes with each refresh and
  holds 180 days from the first consent. A lost answer can be asked for again for five minutes.
- **Version**: `updateTime`. Half of the writes carry none, so the ticket is read before each and what
  was decided on another version is not sent. Neither is a refund of another amount than `refundFee`: a
  person does it in the back office once the buyer has changed the application.
- **Status**: two generations of codes are in use; both are read, together with handlingWay and
  negotiateStatus. An exchange that ended does not say whether goods or money ended it.
- **Pushed**: Base64 of AES-CBC (PKCS5, zero vector); what opens and names our appKey is theirs. Answered
  within 3 s by `{"result":1}`; `{"test":true}` is a heartbeat. Repeated after 5, 10, 20, 30, 60 minutes,
  may be lost or out of order. One address serves an app: openId says for which of its shops a message is.
- **Not offered**: a list of carriers (a paper has it, the desk knows the common ones), evidence, talks,
  statements to the platform, 补寄 and 维修, more time, 小额打款,
  interception. People do these in the back office.
- **Not sent**: to whom values of buyers were shown. `open.security.log.order` takes openId, url, userIp,
  orderIds (100 at most), operation, time; the codes of operation stand in a paper that is not public (C),
  and none is guessed. The desk keeps its own record of every look.
- **Not known**: the roles in the log, how pictures are joined (read as list, JSON or commas), which
  generation of status a shop sees, whether reasons of refusal differ by category. Nothing is decided on
  a guess about these."""
