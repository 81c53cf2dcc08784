from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from aftersale.channels.douyin.ways import WAYS
from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.operate import OPERATIONS
from aftersale.sandbox.douyin.shapes import local
from aftersale.sandbox.platform.case import Kind
from tests.sandbox.running import APP_KEY, Running

ADDRESS = {"receiver_address_id": 700000011}


def test_the_public_vectors_are_answered_as_signed(sandbox: Running) -> None:
    text = '{"after_sale_id":"7123456789012345678","need_operation_record":true}'
    url = sandbox.douyin_url("afterSale.Detail", text, timestamp="1700000000")
    assert "sign=2cc0546ceb00c48d8292ecf55978416c70f5bb2ba0a27bb28d8fc7150d1340d2" in url
    assert sandbox.http(url, body=text.encode()).data["sub_code"] == "isv.timestamp-invalid"


@pytest.mark.parametrize("how", ["hmac-sha256", "md5"])
def test_both_ways_of_signing_are_let_in(sandbox: Running, how: str) -> None:
    answer = sandbox.douyin("order.logisticsCompanyList", {}, sign_method=how)
    assert answer["code"] == 10000
    assert {"id", "name", "code"} == set(answer["data"][0])


def test_a_time_may_be_written_as_a_day_and_an_hour(sandbox: Running) -> None:
    assert sandbox.douyin("address.list", PAGE, timestamp=local(sandbox.now()))["code"] == 10000


PAGE = {"page_size": 10, "page_no": 1, "order_by": "desc", "order_field": "create_time"}


@pytest.mark.parametrize(
    ("changed", "code", "sub_code"),
    [
        ({"sign": "0" * 64}, 40003, "isv.signature-invalid"),
        ({"sign": ""}, 40001, "isv.signature-missing"),
        ({"app_key": ""}, 40001, "isv.app-id-missing"),
        ({"app_key": "123"}, 40003, "isv.app-id-invalid"),
        ({"timestamp": "yesterday"}, 40003, "isv.timestamp-format-error"),
        ({"access_token": ""}, 40001, "isv.access-token-missing"),
        ({"access_token": "nobody"}, 40003, "isv.access-token-no-existed"),
        ({"v": "1"}, 40003, "isv.parameter-invalid"),
    ],
)
def test_a_request_that_is_not_in_order_is_refused(
    sandbox: Running, changed: dict[str, str], code: int, sub_code: str
) -> None:
    answer = sandbox.douyin("address.list", PAGE, **changed)
    assert (answer["code"], answer["sub_code"]) == (code, sub_code)
    assert "data" not in answer


def test_a_body_that_is_not_the_one_signed_is_refused(sandbox: Running) -> None:
    url = sandbox.douyin_url("address.list", "{}", access_token=sandbox.token("home"))
    assert sandbox.http(url, body=b'{"page_size":10}').data["sub_code"] == "isv.signature-invalid"


def test_a_method_that_nobody_offers_is_refused(sandbox: Running) -> None:
    assert sandbox.douyin("afterSale.applyMarketAfterSale", {})["code"] == 70000


def test_a_right_that_was_taken_away_is_missed(sandbox: Running) -> None:
    sandbox.control("permissions", {"shop": "snack", "denied": ["address.list"]})
    answer = sandbox.douyin("address.list", PAGE, "snack")
    assert (answer["code"], answer["sub_code"]) == (30001, "isv.app-permissions-insufficient")
    sandbox.control("permissions", {"shop": "snack", "denied": []})
    assert sandbox.douyin("address.list", PAGE, "snack")["code"] == 10000


def test_a_ticket_of_another_shop_is_not_shown(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("kitchen", "return")
    answer = sandbox.douyin("afterSale.Detail", {"after_sale_id": ticket}, "home")
    assert answer["sub_code"] == "isv.business-failed:12000"


def test_ids_are_texts_in_the_list_and_numbers_in_the_detail(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    listed = sandbox.douyin("afterSale.List", {"aftersale_id": ticket, "page": 0, "size": 10})["data"]
    assert [each["aftersale_info"]["aftersale_id"] for each in listed["items"]] == [ticket]
    assert sandbox.detail(ticket)["after_sale_info"]["after_sale_id"] == int(ticket) > 2**53
    assert listed["items"][0]["aftersale_info"]["aftersale_tags"][0]["tag_detail"] == "演示数据"


def test_pages_by_update_time_show_each_ticket_once(sandbox: Running) -> None:
    end = sandbox.now() // 1000 + 1
    asked = {"update_start_time": end - 90 * 86400, "update_end_time": end, "size": 7}
    seen, total = [], 1
    for page in range(100):
        params = {**asked, "page": page, "order_by": ["update_time asc"]}
        data = sandbox.douyin("afterSale.List", params, "wear")["data"]
        seen += [each["aftersale_info"] for each in data["items"]]
        total = data["total"]
        if not data["has_more"]:
            break
    assert len(seen) == len({each["aftersale_id"] for each in seen}) == total > 7
    times = [each["update_time"] for each in seen]
    assert times == sorted(times)
    of_shop = [each for each in sandbox.get("ledger")["tickets"] if each["shop"] == "wear"]
    assert {each["aftersale_id"] for each in seen} == {each["ticket"] for each in of_shop}


@pytest.mark.parametrize(("page", "size"), [(0, 101), (501, 100), (-1, 10), (0, 0)])
def test_a_page_too_deep_or_too_large_is_refused(sandbox: Running, page: int, size: int) -> None:
    assert sandbox.douyin("afterSale.List", {"page": page, "size": size})["code"] == 40004


def test_without_a_window_only_half_a_year_is_listed(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("snack", "return")
    listed = sandbox.douyin("afterSale.List", {"page": 0, "size": 100}, "snack")["data"]["items"]
    assert ticket in [each["aftersale_info"]["aftersale_id"] for each in listed]


def test_an_unshipped_refund_is_paid_once_and_stands_in_the_ledger(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "unshipped")
    info = sandbox.detail(ticket)["after_sale_info"]
    assert (info["after_sale_status"], info["after_sale_type"], info["real_refund_amount"]) == (6, 2, 0)
    answer = sandbox.operate(401, ticket, update_time=info["update_time"])
    assert answer["data"]["items"] == [{"aftersale_id": int(ticket), "status_code": 0, "status_msg": ""}]
    (refund,) = sandbox.refunds(ticket)
    assert (refund["fen"], refund["by"], refund["shipped"]) == (
        info["refund_total_amount"],
        "merchant",
        False,
    )
    again = sandbox.operate(401, ticket)
    assert (again["code"], again["sub_code"]) == (50002, "isv.business-failed:20309541")
    assert len(sandbox.refunds(ticket)) == 1
    after = sandbox.detail(ticket)["after_sale_info"]
    assert (after["after_sale_status"], after["refund_status"]) == (12, 3)
    assert after["real_refund_amount"] == refund["fen"]


def test_an_old_version_is_refused_and_nothing_is_paid(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    seen = sandbox.detail(ticket)["after_sale_info"]["update_time"]
    sandbox.control(f"tickets/{ticket}/speak", {"says": "改一下说明"})
    answer = sandbox.operate(201, ticket, update_time=seen)
    assert answer["code"] == 50002
    assert answer["data"]["items"][0]["status_code"] == 11005
    assert sandbox.refunds(ticket) == []
    assert sandbox.operate(201, ticket)["code"] == 10000


def test_one_item_that_fails_leaves_all_as_they_were(sandbox: Running) -> None:
    good, bad = sandbox.raise_ticket("home", "shipped"), sandbox.raise_ticket("home", "return")
    params = {"type": 201, "items": [{"aftersale_id": good}, {"aftersale_id": bad}]}
    answer = sandbox.douyin("afterSale.operate", params)
    assert answer["code"] == 50002
    assert [each["status_code"] for each in answer["data"]["items"]] == [0, 20309541]
    assert sandbox.refunds(good) == []
    assert sandbox.step(good) == "decide"


def test_a_return_goes_there_and_back(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return", character="honest")
    assert sandbox.operate(101, ticket)["data"]["items"][0]["status_code"] == 11000
    assert sandbox.operate(101, ticket, logistics=ADDRESS)["code"] == 10000
    sandbox.control(f"tickets/{ticket}/send-back", {})
    process = sandbox.detail(ticket)
    assert process["after_sale_info"]["after_sale_status"] == 11
    assert process["logistics_info"]["return"]["tracking_no"].startswith("YT")
    assert sandbox.operate(111, ticket)["code"] == 10000
    assert len(sandbox.refunds(ticket)) == 1


def test_a_refusal_needs_a_reason_of_the_ticket_and_its_evidence(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    given = sandbox.douyin("afterSale.rejectReasonCodeList", {"aftersale_id": int(ticket)})["data"]["items"]
    strict = next(each for each in given if each["evidence_need"] == "Y")
    item: dict[str, Any] = {
        "reject_reason_code": strict["reject_reason_code"],
        "reason": "r",
        "remark": "说明",
    }
    assert sandbox.operate(102, ticket, **item)["code"] == 50002
    assert sandbox.operate(102, ticket, **{**item, "reject_reason_code": 999})["code"] == 50002
    picture = {"type": 1, "url": "https://p.example.com/1.jpg", "desc": ""}
    assert sandbox.operate(102, ticket, **item, evidence=[picture])["code"] == 10000
    assert sandbox.detail(ticket)["after_sale_info"]["after_sale_status"] == 27
    assert sandbox.douyin("afterSale.rejectReasonCodeList", {"aftersale_id": int(ticket)})["data"] == {
        "items": []
    }


def test_an_exchange_is_agreed_received_and_sent(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "exchange")
    assert sandbox.operate(301, ticket, logistics=ADDRESS)["code"] == 10000
    filled = {"aftersale_id": int(ticket), "send_type": 3, "company_code": "yuantong", "tracking_no": "YT1"}
    assert sandbox.douyin("afterSale.fillLogistics", filled)["code"] == 10000
    ways = {"company_code": "zhongtong", "logistics_code": "ZT1"}
    assert sandbox.operate(311, ticket, logistics=ways)["code"] == 10000
    process = sandbox.detail(ticket)
    assert process["after_sale_info"]["after_sale_status"] == 13
    assert process["logistics_info"]["exchange"]["tracking_no"] == "ZT1"
    assert sandbox.refunds(ticket) == []


def test_a_return_and_an_exchange_can_be_turned_into_money(sandbox: Running) -> None:
    for kind, code in (("return", 121), ("exchange", 321)):
        ticket = sandbox.raise_ticket("home", kind)
        assert sandbox.operate(code, ticket)["code"] == 10000
        (refund,) = sandbox.refunds(ticket)
        assert refund["fen"] > 0


def test_what_was_missing_is_sent_after_it_was_agreed(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "reship")
    filled = {"aftersale_id": int(ticket), "send_type": 1, "company_code": "zhongtong", "tracking_no": "ZT2"}
    assert sandbox.douyin("afterSale.fillLogistics", filled)["sub_code"] == "isv.business-failed:19009"
    sandbox.control(f"tickets/{ticket}/agree", {})
    assert sandbox.douyin("afterSale.fillLogistics", filled)["code"] == 10000
    assert sandbox.step(ticket) == "buyer_receives"


def test_shipping_asks_before_it_refuses_the_refund(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "unshipped")
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    given = {"order_id": order, "company_code": "zhongtong", "logistics_code": "ZT3"}
    assert sandbox.douyin("order.logisticsAdd", given)["code"] == 50002
    assert sandbox.douyin("order.logisticsAdd", {**given, "is_reject_refund": True})["code"] == 10000
    assert sandbox.step(ticket) == "refused"
    found = sandbox.douyin("order.orderDetail", {"shop_order_id": order})["data"]["shop_order_detail"]
    assert found["logistics_info"][0]["tracking_no"] == "ZT3"


def test_a_waybill_that_appears_leaves_the_ticket_as_it_was(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "unshipped")
    before = sandbox.detail(ticket)["after_sale_info"]["update_time"]
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    sandbox.control(f"orders/{order}/ship", {})
    assert sandbox.detail(ticket)["after_sale_info"]["update_time"] == before
    sandbox.operate(401, ticket, update_time=before)
    assert ticket in sandbox.get("ledger")["refunded_after_shipping"]


def test_a_parcel_is_stopped_only_while_it_travels(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    number = sandbox.detail(ticket)["logistics_info"]["order"][0]["tracking_no"]
    target = {"company_code": "zhongtong", "tracking_no": number}
    asked = {"after_sale_id": int(ticket), "op_from": 1, "intercept_targets": [target]}
    data = sandbox.douyin("afterSale.applyLogisticsIntercept", asked)["data"]
    assert (data["success_count"], data["failed_count"]) == (0, 1)
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    assert (
        sandbox.douyin("logistics.trackNoRouteDetail", {"logistics_code": "zhongtong", "track_no": number})[
            "data"
        ]["route_node_list"][-1]["state"]
        == "SIGNED"
    )
    channel = sandbox.douyin("afterSale.OpenAfterSaleChannel", {"order_id": int(order)})["data"]["conclusion"]
    assert channel["match_success"] is True


def test_what_the_platform_pays_by_strategy_needs_one(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "unshipped")
    told = {"aftersale_id": ticket, "op_time": sandbox.now() // 1000}
    refused = sandbox.douyin("afterSale.CancelSendGoodsSuccess", told)
    assert refused["sub_code"] == "isv.business-failed:11002"
    sandbox.control("strategies", {"shop": "home", "on": True})
    assert sandbox.douyin("afterSale.CancelSendGoodsSuccess", told)["code"] == 10000
    assert [each["by"] for each in sandbox.refunds(ticket)] == ["platform"]


def test_a_remark_stands_on_the_ticket_and_a_flag_on_the_order(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    assert (
        sandbox.douyin("afterSale.addOrderRemark", {"after_sale_id": ticket, "remark": "看过"})["code"]
        == 10000
    )
    flag = {"order_id": order, "remark": "留意", "is_add_star": "true", "star": "5"}
    assert sandbox.douyin("order.addOrderRemark", flag)["code"] == 10000
    assert sandbox.detail(ticket)["after_sale_shop_remarks"][0]["remark"] == "看过"
    listed = sandbox.douyin("afterSale.List", {"aftersale_id": ticket, "page": 0, "size": 1})["data"]
    assert listed["items"][0]["order_info"]["order_flag"] == 5


def test_personal_values_open_for_their_own_order_alone(sandbox: Running) -> None:
    tickets = [sandbox.raise_ticket("home", "return") for _ in range(2)]
    orders = [sandbox.get(f"tickets/{ticket}")["order_no"] for ticket in tickets]
    found = sandbox.douyin("order.orderDetail", {"shop_order_id": orders[0]})["data"]["shop_order_detail"]
    cipher = found["encrypt_post_tel"]
    asked = {"cipher_infos": [{"auth_id": order, "cipher_text": cipher} for order in orders]}
    first, second = sandbox.douyin("order.batchDecrypt", asked)["data"]["decrypt_infos"]
    assert (first["err_no"], first["data_type"], len(first["decrypt_text"])) == (0, 3, 11)
    assert first["decrypt_text"].startswith("100")
    assert (second["decrypt_text"], second["err_no"] != 0) == ("", True)


def test_a_ticket_of_the_platforms_service_is_answered_once(sandbox: Running) -> None:
    ticket, shop = sandbox.raise_ticket("home", "shipped"), "home"
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    number = sandbox.control("services", {"order_no": order})["no"]
    assert number in [each["id"] for each in open_services(sandbox, shop)]
    detail = sandbox.douyin("order.serviceDetail", {"service_id": number}, shop)["data"]["detail"]
    assert detail["expiration_time"] > sandbox.now() // 1000
    reply = {"id": number, "reply": "已核实，补发中"}
    assert sandbox.douyin("order.replyService", reply, shop)["code"] == 10000
    assert sandbox.douyin("order.replyService", reply, shop)["code"] == 50002


def open_services(sandbox: Running, shop: str) -> list[dict[str, int]]:
    asked = {"start_time": "2020-01-01 00:00:00", "end_time": "2040-01-01 00:00:00", "status": 0}
    paged = {**asked, "order_by": "create_time", "order": "ASC", "page": 1, "size": 100}
    found: list[dict[str, int]] = sandbox.douyin("order.getServiceList", paged, shop)["data"]["list"]
    return found


def test_orders_are_searched_by_their_last_change(sandbox: Running) -> None:
    end = sandbox.now() // 1000 + 1
    asked = {"update_time_start": end - 86400 * 30, "update_time_end": end, "size": 100, "page": 0}
    data = sandbox.douyin("order.searchList", {**asked, "order_by": "update_time", "order_asc": True})["data"]
    times = [each["update_time"] for each in data["shop_order_list"]]
    assert times == sorted(times)
    assert times


def test_a_number_that_is_given_as_a_text_is_refused(sandbox: Running) -> None:
    answer = sandbox.douyin("afterSale.timeExtend", {"aftersale_id": "7123456789012345678"})
    assert (answer["code"], answer["sub_code"]) == (40003, "isv.parameter-format-invalid")


def test_the_app_of_the_sandbox_is_the_one_of_the_public_vectors(sandbox: Running) -> None:
    about = sandbox.get("")
    assert about["douyin"]["key"] == APP_KEY
    assert "演示数据" in about["note"]
    assert json.dumps(about, ensure_ascii=False).count("(演示)") == 5


def test_the_consent_page_sends_the_shop_back_with_a_code_that_is_good_once(sandbox: Running) -> None:
    query = {"service_id": "1", "state": "s1", "redirect_uri": "http://127.0.0.1/back", "shop": "wear"}
    place = urlsplit(sandbox.addresses["douyin"])
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request("GET", f"/authorize?{urlencode(query)}")
    answer = connection.getresponse()
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    connection.close()
    assert (answer.status, back["state"]) == (302, ["s1"])
    grant = {"code": back["code"][0], "grant_type": "authorization_code"}
    assert sandbox.douyin("token.create", grant)["data"]["shop_id"] == 70000003
    again = sandbox.douyin("token.create", grant)
    assert (again["code"], again["sub_code"]) == (50001, "dop.token-generate-failed:code-invalid")


def test_an_unknown_ticket_is_answered_as_if_the_platform_were_out_of_order(sandbox: Running) -> None:
    answer = sandbox.operate(201, "7391111111111111111")
    assert (answer["code"], answer["sub_code"]) == (20000, "isp.service-error:10000")


@pytest.mark.parametrize("number", [2**63, -(2**70)])
def test_a_number_that_no_platform_can_hold_is_refused(sandbox: Running, number: int) -> None:
    assert sandbox.douyin("afterSale.List", {"page": 0, "size": 10, "start_time": number})["code"] == 40003


def test_the_desk_knows_every_operation_that_the_platform_takes_at_the_kind_and_stage_it_takes_it() -> None:
    offered = {
        (int(way.code), int(kind), int(status))
        for (_, kind, status), way in WAYS.items()
        if way.method == "afterSale.operate" and way.code is not None
    }
    # 203 is agreed to in place of 201 where the parcel travels back; price claims are a person's work.
    taken = {
        (code, codes.TYPES[kind], codes.STATUSES[step])
        for code, operation in OPERATIONS.items()
        for kind in operation.kinds - {Kind.PRICE}
        for step in operation.steps
        if code != 203
    }
    assert taken <= offered
