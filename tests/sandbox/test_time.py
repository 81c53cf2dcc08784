from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.running import Running

ADDRESS = {"receiver_address_id": 700000011}


@pytest.fixture
def fresh(sandbox: Running) -> Iterator[Running]:
    """Give the sandbox of the module with no token yet, and its clock as fast as the wall's again."""
    sandbox.tokens.clear()
    yield sandbox
    sandbox.control("clock", {"speed": 1})


def test_at_the_deadline_the_platform_pays_by_itself(fresh: Running) -> None:
    ticket = fresh.raise_ticket("home", "unshipped")
    due = fresh.get(f"tickets/{ticket}")["due_at"]
    assert fresh.detail(ticket)["after_sale_info"]["status_deadline"] == due // 1000
    fresh.jump(47)
    assert fresh.refunds(ticket) == []
    fresh.jump(2)
    (refund,) = fresh.refunds(ticket)
    assert (refund["by"], refund["at"]) == ("platform", due)
    fresh.tokens.clear()
    assert fresh.detail(ticket)["after_sale_info"]["auto_audit_bits"] == [1]


def test_a_return_nobody_answers_is_agreed_and_closed_when_nothing_comes(fresh: Running) -> None:
    ticket = fresh.raise_ticket("home", "return")
    fresh.jump(49)
    assert fresh.step(ticket) == "buyer_returns"
    fresh.jump(24 * 7 + 1)
    assert fresh.step(ticket) == "closed"
    assert fresh.refunds(ticket) == []


def test_the_time_to_confirm_is_extended_in_its_last_two_days_alone(fresh: Running) -> None:
    ticket = fresh.raise_ticket("home", "return")
    fresh.operate(101, ticket, logistics=ADDRESS)
    fresh.control(f"tickets/{ticket}/send-back", {})
    asked = {"aftersale_id": int(ticket)}
    assert fresh.douyin("afterSale.timeExtend", asked)["sub_code"] == "isv.parameter-invalid:10001"
    before = fresh.get(f"tickets/{ticket}")["due_at"]
    fresh.jump(24 * 5.5)
    assert fresh.douyin("afterSale.timeExtend", asked)["code"] == 10000
    assert fresh.get(f"tickets/{ticket}")["due_at"] == before + 7 * 86_400_000
    fresh.jump(24 * 5)
    assert fresh.step(ticket) == "receive"


def test_a_clock_that_runs_faster_goes_on_from_where_it_was(fresh: Running) -> None:
    before = fresh.now()
    fresh.control("clock", {"speed": 3600})
    first = fresh.now()
    assert before <= first
    while fresh.now() < first + 3_600_000:
        pass
    fresh.control("clock", {"speed": 0})
    assert fresh.now() == fresh.now()
    answer = fresh.http(f"{fresh.addresses['control']}/clock", body=b'{"jump_seconds": -1}')
    assert answer.status == 400


def test_a_token_of_douyin_is_renewed_by_its_three_rules(fresh: Running) -> None:
    grant = {"code": "", "grant_type": "authorization_self", "shop_id": "70000001"}
    first = fresh.douyin("token.create", grant)["data"]

    def renew(refresh: str) -> dict[str, object]:
        answer: dict[str, object] = fresh.douyin(
            "token.refresh", {"grant_type": "refresh_token", "refresh_token": refresh}
        )
        return answer

    early = renew(first["refresh_token"])["data"]
    assert isinstance(early, dict)
    assert (early["access_token"], early["refresh_token"]) == (first["access_token"], first["refresh_token"])
    # The sandbox is shared: the pair may have been handed out some time ago.
    fresh.jump(first["expires_in"] / 3600 - 0.5)
    late = renew(first["refresh_token"])["data"]
    assert isinstance(late, dict)
    assert late["access_token"] != first["access_token"]
    fresh.jump(0.75)
    assert fresh.douyin("address.list", PAGE, access_token=first["access_token"])["code"] == 10000
    fresh.jump(0.5)
    old = fresh.douyin("address.list", PAGE, access_token=first["access_token"])
    assert old["sub_code"] == "isv.access-token-expired"
    refused = renew(first["refresh_token"])
    assert refused["code"] == 50001
    fresh.jump(24 * 14)
    assert renew(str(late["refresh_token"]))["sub_code"] == "dop.token-generate-failed:token-expired"


PAGE = {"page_size": 10, "page_no": 1, "order_by": "desc", "order_field": "create_time"}


def test_a_refresh_token_of_kuaishou_rotates_and_the_old_one_dies(fresh: Running) -> None:
    first = fresh.kuaishou_grant(fresh.kuaishou_code())
    second = fresh.kuaishou_renew(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert fresh.kuaishou_renew(first["refresh_token"])["result"] == 1
    fresh.jump(0.1)
    refused = fresh.kuaishou_renew(first["refresh_token"])
    assert (refused["result"], refused["error_msg"]) == (100200102, "refreshToken.discarded")
    for token in (first["access_token"], second["access_token"]):
        address = fresh.kuaishou("open.address.seller.list", {"addressType": 2}, access_token=token)
        assert address["result"] == 1
    fresh.jump(49)
    expired = fresh.kuaishou(
        "open.address.seller.list", {"addressType": 2}, access_token=second["access_token"]
    )
    assert expired["result"] == 24


def test_the_consent_of_a_kuaishou_shop_ends_after_180_days_however_often_renewed(fresh: Running) -> None:
    grant = fresh.kuaishou_grant(fresh.kuaishou_code())
    fresh.jump(24 * 100)
    renewed = fresh.kuaishou_renew(grant["refresh_token"])
    assert renewed["refresh_token_expires_in"] <= 80 * 86400
    fresh.jump(24 * 81)
    assert fresh.kuaishou_renew(renewed["refresh_token"])["result"] == 100200105


def test_a_consent_that_is_withdrawn_kills_every_token(fresh: Running) -> None:
    token = fresh.token("wear")
    fresh.control("tokens/revoke", {"shop": "wear"})
    answer = fresh.douyin("address.list", PAGE, access_token=token)
    assert (answer["code"], answer["sub_code"]) == (30001, "dop.authorization-closed")
    fresh.tokens.clear()
    assert fresh.douyin("address.list", PAGE, "wear")["code"] == 10000


def test_a_platform_ticket_nobody_answers_closes(fresh: Running) -> None:
    order = fresh.get(f"tickets/{fresh.raise_ticket('home', 'shipped')}")["order_no"]
    number = fresh.control("services", {"order_no": order})["no"]
    fresh.jump(49)
    detail = fresh.douyin("order.serviceDetail", {"service_id": number})["data"]["detail"]
    assert detail["operate_status"] == 100
    assert fresh.douyin("order.replyService", {"id": number, "reply": "来晚了"})["code"] == 50002


def test_an_evening_of_refunds_comes_over_half_an_hour(fresh: Running) -> None:
    before = {each["ticket"] for each in fresh.get("ledger")["tickets"]}
    fresh.control("tickets", {"shop": "home", "kind": "unshipped", "count": 300, "over_minutes": 30})
    fresh.jump(0.25)
    half = [each for each in fresh.get("ledger")["tickets"] if each["ticket"] not in before]
    assert 145 <= len(half) <= 155
    fresh.jump(0.25)
    came = [each for each in fresh.get("ledger")["tickets"] if each["ticket"] not in before]
    assert len(came) == 300
    for each in came[:12]:
        fresh.control(f"orders/{each['order']}/ship", {})
    for each in came[12:15]:
        fresh.control(f"tickets/{each['ticket']}/withdraw", {})
    fresh.operate(401, came[20]["ticket"])
    fresh.control(f"orders/{came[20]['order']}/ship", {})
    books = fresh.get("ledger")
    assert books["shipped_after_refund"] == [came[20]["ticket"]]
    assert books["refunded_after_shipping"] == []
