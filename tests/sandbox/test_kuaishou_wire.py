from __future__ import annotations

import pytest

from tests.sandbox.running import KS_KEY, Running

DAY_MS = 86_400_000


def listed(sandbox: Running, **more: object) -> dict[str, object]:
    now = sandbox.now()
    asked = {
        "beginTime": now - DAY_MS,
        "endTime": now,
        "type": 9,
        "pageSize": 100,
        "currentPage": 1,
        "pcursor": "",
        "queryType": 2,
        "option": {"needExchange": True},
    }
    answer: dict[str, object] = sandbox.kuaishou(
        "open.seller.order.refund.pcursor.list", {**asked, **more}, "GET"
    )
    return answer


@pytest.mark.parametrize(
    ("how", "sign"),
    [
        ("HMAC_SHA256", "jEbQ1AEwtiC46//XwdwIH/q0s9uX+0Mwd1X9c19RAKc="),
        ("MD5", "ee78b337d098e2a4aa9d5c871ed65371"),
    ],
)
def test_the_public_vectors_pass_the_signature(sandbox: Running, how: str, sign: str) -> None:
    answer = sandbox.kuaishou(
        "open.seller.order.refund.detail",
        {"refundId": 2200000000001},
        access_token="token-0000",  # noqa: S106  the made-up token of the vectors
        timestamp="1700000000000",
        signMethod=how,
        sign=sign,
    )
    assert answer["result"] == 28
    assert "timestamp" in answer["error_msg"]


@pytest.mark.parametrize("how", ["HMAC_SHA256", "MD5"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_both_ways_of_signing_and_both_verbs_are_let_in(sandbox: Running, how: str, verb: str) -> None:
    answer = sandbox.kuaishou("open.address.seller.list", {"addressType": 2}, verb, signMethod=how)
    assert answer["result"] == 1
    assert answer["data"][0]["addressStatus"] == 1


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({"sign": "wrong"}, 28),
        ({"sign": ""}, 27),
        ({"appkey": "somebody"}, 28),
        ({"version": "2"}, 28),
        ({"timestamp": "1"}, 28),
        ({"access_token": "nobody"}, 24),
    ],
)
def test_a_request_that_is_not_in_order_is_refused(
    sandbox: Running, changed: dict[str, str], result: int
) -> None:
    answer = sandbox.kuaishou("open.address.seller.list", {"addressType": 2}, **changed)
    assert answer["result"] == result
    assert "data" not in answer


def test_a_scope_that_was_not_granted_is_missed(sandbox: Running) -> None:
    token = sandbox.kuaishou_grant(sandbox.kuaishou_code("merchant_order"))["access_token"]
    ticket = sandbox.raise_ticket("home_ks", "shipped")
    asked = {"refundId": int(ticket)}
    answer = sandbox.kuaishou("open.seller.order.refund.detail", asked, access_token=token)
    assert answer["result"] == 25


def test_a_code_is_good_once(sandbox: Running) -> None:
    code = sandbox.kuaishou_code()
    first = sandbox.kuaishou_grant(code)
    # A second may begin between the grant and its answer.
    assert (first["result"], first["expires_in"] in {172_799, 172_800}) == (1, True)
    assert sandbox.kuaishou_grant(code)["result"] == 100200105


def test_the_window_is_a_day_at_most_and_ninety_days_back(sandbox: Running) -> None:
    now = sandbox.now()
    assert listed(sandbox, beginTime=now - DAY_MS - 1000)["result"] == 300019
    assert listed(sandbox, beginTime=now, endTime=now - 1)["result"] == 300003
    old = now - 91 * DAY_MS
    assert listed(sandbox, beginTime=old, endTime=old + 1000)["result"] == 300005
    assert listed(sandbox, pageSize=101)["result"] == 400


def test_the_cursor_leads_over_every_ticket_once_and_ends(sandbox: Running) -> None:
    for _ in range(5):
        sandbox.raise_ticket("home_ks", "return")
    seen: list[int] = []
    cursor = ""
    for _ in range(100):
        data = listed(sandbox, pageSize=2, pcursor=cursor)["data"]
        assert isinstance(data, dict)
        seen += [each["refundId"] for each in data["refundOrderInfoList"]]
        cursor = data["pcursor"]
        if cursor == "nomore":
            break
    assert cursor == "nomore"
    assert len(seen) == len(set(seen)) >= 5


def test_exchanges_are_listed_only_where_they_are_wanted(sandbox: Running) -> None:
    ticket = int(sandbox.raise_ticket("home_ks", "exchange"))

    def numbers(**more: object) -> list[int]:
        data = listed(sandbox, **more)["data"]
        assert isinstance(data, dict)
        return [each["refundId"] for each in data["refundOrderInfoList"]]

    assert ticket in numbers()
    assert ticket not in numbers(option={})


def test_a_refund_is_paid_once_and_stands_in_the_ledger(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "shipped")
    seen = sandbox.kuaishou_detail(ticket)
    assert (seen["status"], seen["negotiateStatus"], seen["handlingWay"]) == (10, 1, 10)
    wish = {"refundId": int(ticket), "refundAmount": seen["refundFee"], "status": 10}
    method = "open.seller.order.refund.approve"
    assert sandbox.kuaishou(method, {**wish, "refundAmount": 0})["result"] == 300009
    assert sandbox.kuaishou(method, {**wish, "refundAmount": seen["refundFee"] + 1})["result"] == 300014
    answer = sandbox.kuaishou(method, wish)
    assert answer["result"] == 1
    assert "data" not in answer
    assert sandbox.kuaishou(method, {**wish, "status": 60})["result"] == 300010
    assert [each["fen"] for each in sandbox.refunds(ticket)] == [seen["refundFee"]]
    assert sandbox.kuaishou_detail(ticket)["status"] == 60


def test_a_return_with_freight_is_confirmed_and_paid(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "return", reason="quality_defect", character="honest")
    number, fee = int(ticket), sandbox.kuaishou_detail(ticket)["refundFee"]
    agreed = {"refundId": number, "refundAmount": fee}
    assert sandbox.kuaishou("open.seller.order.refund.returngoods.approve", agreed)["result"] == 1
    sandbox.control(f"tickets/{ticket}/send-back", {})
    seen = sandbox.kuaishou_detail(ticket)
    assert (seen["status"], seen["returnFreightInfo"]["returnFreightStatus"]) == (40, 10)
    confirmed = {"refundId": number, "status": 40}
    method = "open.seller.order.refund.confirm.receipt"
    assert sandbox.kuaishou(method, confirmed)["result"] == 400
    freight = {"returnFreightHandlingAdvice": 1, "returnFreightAmount": 1000}
    assert sandbox.kuaishou(method, {**confirmed, **freight})["result"] == 1
    assert [(each["fen"], each["why"]) for each in sandbox.refunds(ticket)] == [
        (fee, "商家确认收货并退款"),
        (1000, "退货运费"),
    ]


def test_a_refusal_needs_the_version_that_was_seen(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "return")
    seen = sandbox.kuaishou_detail(ticket)
    number = {"refundId": int(ticket)}
    reasons = sandbox.kuaishou("open.refund.reject.reason", number, "GET")["data"]
    strict = next(each for each in reasons if each["requiredRejectImage"])
    sandbox.control(f"tickets/{ticket}/speak", {"says": "改一下"})
    refusal = {**number, "reasonCode": strict["code"], "rejectDesc": "影响二次销售"}
    old = {**refusal, "refundVersion": seen["updateTime"], "rejectImages": ["https://p.example.com/1.jpg"]}
    assert sandbox.kuaishou("open.refund.reject", old)["result"] == 300014
    new = {**old, "refundVersion": sandbox.kuaishou_detail(ticket)["updateTime"]}
    assert sandbox.kuaishou("open.refund.reject", {**new, "rejectImages": []})["result"] == 400
    assert sandbox.kuaishou("open.refund.reject", {**new, "rejectImages": ["x"] * 7})["result"] == 300015
    assert sandbox.kuaishou("open.refund.reject", new)["result"] == 1
    after = sandbox.kuaishou_detail(ticket)
    assert (after["status"], after["negotiateStatus"], after["sellerDisagreeReason"]) == (
        12,
        3,
        strict["code"],
    )


def test_the_older_generation_of_codes_tells_kinds_apart(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "return")
    sandbox.control("limits", {"kuaishou_generation": "detailed"})
    assert sandbox.kuaishou_detail(ticket)["status"] == 11
    sandbox.control("limits", {})
    assert sandbox.kuaishou_detail(ticket)["status"] == 10


def test_the_way_can_be_changed_and_a_refund_paid_directly(sandbox: Running) -> None:
    changed, paid = (sandbox.raise_ticket("home_ks", "return") for _ in range(2))
    version = sandbox.kuaishou_detail(changed)["updateTime"]
    edit = {"refundId": int(changed), "reasonCode": 14, "refundVersion": version, "editHandlingWay": 10}
    assert sandbox.kuaishou("open.refund.reject", edit)["result"] == 1
    assert sandbox.kuaishou_detail(changed)["handlingWay"] == 10
    direct = {"refundId": int(paid), "refundVersion": sandbox.kuaishou_detail(paid)["updateTime"]}
    assert sandbox.kuaishou("open.refund.direct.refund", direct)["result"] == 1
    assert sandbox.kuaishou("open.refund.direct.refund", direct)["result"] == 300014
    assert len(sandbox.refunds(paid)) == 1


def test_an_exchange_is_filled_in_and_sent(sandbox: Running) -> None:
    ticket = int(sandbox.raise_ticket("home_ks", "exchange"))
    parcel = {"refundId": ticket, "expressNo": "YT7", "expressCode": 6}
    assert sandbox.kuaishou("open.refund.submit.returnInfo", parcel)["result"] == 300018
    agreed = {"refundId": ticket, "refundAmount": 0}
    assert sandbox.kuaishou("open.seller.order.refund.returngoods.approve", agreed)["result"] == 1
    assert sandbox.kuaishou("open.refund.submit.returnInfo", parcel)["result"] == 1
    assert sandbox.kuaishou("open.refund.confirm.and.send", {**parcel, "expressNo": "YT8"})["result"] == 1
    assert sandbox.kuaishou_detail(str(ticket))["status"] == 45
    history = sandbox.kuaishou("open.refund.comment.basic.list", {"refundId": ticket}, "GET")["data"]
    assert [each["role"] for each in history] == [2, 2, 2, 1]


def test_what_was_missing_is_agreed_and_sent_in_the_back_office(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "reship")
    assert sandbox.kuaishou_detail(ticket)["handlingWay"] == 4
    sandbox.control(f"tickets/{ticket}/agree", {})
    sandbox.control(f"tickets/{ticket}/ship-again", {})
    assert sandbox.kuaishou_detail(ticket)["status"] == 45


def test_a_withdrawn_ticket_says_so(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "shipped")
    fee = sandbox.kuaishou_detail(ticket)["refundFee"]
    sandbox.control(f"tickets/{ticket}/withdraw", {})
    wish = {"refundId": int(ticket), "refundAmount": fee}
    assert sandbox.kuaishou("open.seller.order.refund.approve", wish)["result"] == 300013
    assert sandbox.refunds(ticket) == []


def test_an_order_of_another_shop_is_refused_with_21(sandbox: Running) -> None:
    foreign = sandbox.get(f"tickets/{sandbox.raise_ticket('home', 'return')}")["order_no"]
    assert sandbox.kuaishou("open.order.detail", {"oid": int(foreign)}, "GET")["result"] == 21
    ticket = sandbox.raise_ticket("home", "return")
    answer = sandbox.kuaishou("open.seller.order.refund.detail", {"refundId": int(ticket)}, "GET")
    assert answer["result"] == 300012


def test_an_order_is_read_noted_and_found_in_the_list(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "unshipped")
    number = int(sandbox.get(f"tickets/{ticket}")["order_no"])
    note = {"orderId": number, "note": "先别发", "flag": 1}
    assert sandbox.kuaishou("open.seller.order.note.add", note)["result"] == 1
    order = sandbox.kuaishou("open.order.detail", {"oid": number}, "GET")["data"]
    assert order["orderNote"]["orderNoteInfo"][0]["flagTagCode"] == "red_flag_tag_order"
    assert (order["orderBaseInfo"]["status"], order["orderRefundList"][0]["refundId"]) == (30, int(ticket))
    now = sandbox.now()
    window = {"beginTime": now - DAY_MS, "endTime": now, "pageSize": 50, "cursor": "", "queryType": 2}
    found = sandbox.kuaishou("open.order.cursor.list", window, "GET")["data"]["orderList"]
    assert number in [each["orderBaseInfo"]["oid"] for each in found]


def test_personal_values_stand_beside_the_data(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home_ks", "return")
    number = sandbox.get(f"tickets/{ticket}")["order_no"]
    order = sandbox.kuaishou("open.order.detail", {"oid": int(number)}, "GET")["data"]
    cipher = order["orderAddress"]["encryptedMobile"]
    asked = {"batchDecryptList": [{"encryptedData": cipher, "bizId": each} for each in (number, "1")]}
    own, other = sandbox.kuaishou("open.order.decrypt.batch", asked)["batchDecryptResultList"]
    assert (own["errorCode"], own["decryptedData"][:3]) == (1, "100")
    assert (other["errorCode"], other["decryptedData"]) == (0, "")


def test_the_app_of_the_sandbox_is_the_one_of_the_public_vectors(sandbox: Running) -> None:
    assert sandbox.get("")["kuaishou"]["key"] == KS_KEY
