"""See that writes are done once, in order, by those who may, and leave their event."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.api.once import KEPT, forget_keys
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Product, PublishedRules
from aftersale.tickets.handling import add_note
from aftersale.tickets.models import Action, Alarm, IdempotencyKey, Import, Note, SavedView, Task, Ticket
from tests.api.desk import answer, caller, error, make_person, make_ticket, now

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db
NOTE = {"text": "给买家打过电话"}


def test_the_same_key_and_request_is_done_once(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/notes"
    first, second = lead.post(path, NOTE, "again"), lead.post(path, NOTE, "again")
    assert answer(first, 201) == answer(second, 201)
    assert Note.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/notes"
    answer(lead.post(path, NOTE, "again"), 201)
    other = lead.post(path, {"text": "别的"}, "again")
    assert (other.status_code, error(other)["code"]) == (409, "idempotency.reused")


def test_a_request_that_is_still_being_done_is_to_be_tried_again(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/notes"
    answer(lead.post(path, NOTE, "busy"), 201)
    IdempotencyKey.objects.update(status=None, body="")
    busy = lead.post(path, NOTE, "busy")
    assert (busy.status_code, error(busy)["code"]) == (409, "idempotency.in_flight")


def test_the_key_of_somebody_else_is_another_key(lead: Caller, trainee: Caller, ticket: Ticket) -> None:
    for one in (lead, trainee):
        answer(one.post(f"/tickets/{ticket.pk}/notes", NOTE, "mine"), 201)
    assert Note.objects.count() == 2


def test_a_token_has_to_send_a_key(lead: Caller, ticket: Ticket) -> None:
    refused = lead.post(f"/tickets/{ticket.pk}/notes", NOTE, "")
    assert (refused.status_code, error(refused)["code"]) == (400, "idempotency.required")
    assert Note.objects.count() == 0


def test_what_was_refused_leaves_its_key_free(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/notes"
    late = lead.post(path, {**NOTE, "expected_sequence": ticket.sequence - 1}, "free")
    assert (late.status_code, error(late)["code"]) == (409, "ticket.overtaken")
    answer(lead.post(path, {**NOTE, "expected_sequence": ticket.sequence}, "free"), 201)


@pytest.mark.parametrize(
    ("age", "left"), [(timedelta(days=-1), 1), (timedelta(0), 1), (timedelta(days=1), 0)]
)
def test_a_key_is_kept_seven_days(lead: Caller, ticket: Ticket, age: timedelta, left: int) -> None:
    at = now()
    answer(lead.post(f"/tickets/{ticket.pk}/notes", NOTE, "old"), 201)
    IdempotencyKey.objects.update(created_at=at - KEPT - age)
    forget_keys(at)
    assert IdempotencyKey.objects.count() == left


def test_a_note_is_an_event_without_its_text(lead: Caller, ticket: Ticket) -> None:
    answer(lead.post(f"/tickets/{ticket.pk}/notes", NOTE), 201)
    event = Event.objects.get(kind="noted")
    assert event.actor == lead.person.pk
    assert "电话".encode() not in bytes(event.payload)
    assert event.personal.get().value == NOTE["text"]


def test_an_answer_is_taken_and_taken_back(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/facts"
    made = answer(lead.post(path, {"fact": "activated", "value": True}))
    facts = {each["name"]: each for each in answer(lead.get(path))["facts"]}
    assert (facts["activated"]["value"], facts["activated"]["source"]) == (True, "answer")
    answer(lead.post(f"{path}/{made['id']}/withdraw"))
    facts = {each["name"]: each for each in answer(lead.get(path))["facts"]}
    assert facts["activated"]["source"] != "answer"
    assert lead.post(f"{path}/{made['id']}/withdraw").status_code == 404


def test_a_value_that_cannot_be_is_refused_with_its_place(lead: Caller, ticket: Ticket) -> None:
    refused = lead.post(f"/tickets/{ticket.pk}/facts", {"fact": "activated", "value": "maybe"})
    assert refused.status_code == 422
    assert error(refused)["findings"][0]["path"] == "activated"


def test_a_lead_hands_over_and_a_trainee_takes_what_is_free(
    lead: Caller, trainee: Caller, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.pk}/assign"
    answer(trainee.post(path, {"assignee": trainee.person.pk}))
    assert trainee.post(path, {"assignee": lead.person.pk}).status_code == 403
    answer(lead.post(path, {"assignee": lead.person.pk}))
    ticket.refresh_from_db()
    assert ticket.assignee == lead.person


def test_nobody_of_another_shop_can_be_assigned(lead: Caller, stranger: Caller, ticket: Ticket) -> None:
    assert lead.post(f"/tickets/{ticket.pk}/assign", {"assignee": stranger.person.pk}).status_code == 404


def intent(ticket: Ticket, **more: object) -> dict[str, object]:
    ticket.refresh_from_db()
    return {"verb": "refund", "amount_fen": 12900, "expected_sequence": ticket.sequence, **more}


def test_an_approval_is_sent_once_and_can_be_taken_back(lead: Caller, ticket: Ticket) -> None:
    path, wanted = f"/tickets/{ticket.pk}/actions/accept", intent(ticket)
    made = answer(lead.post(path, wanted, "pay"), 201)
    assert answer(lead.post(path, wanted, "pay"), 201) == made
    assert Action.objects.count() == 1
    late = lead.post(path, wanted, "pay twice")
    assert late.status_code == 409
    ended = answer(lead.post(f"/actions/{made['id']}/cancel"))
    assert ended["state"] == "cancelled"
    assert answer(lead.get(f"/actions/{made['id']}"))["state"] == "cancelled"


def test_a_trainee_proposes_and_may_not_approve(trainee: Caller, ticket: Ticket) -> None:
    assert trainee.post(f"/tickets/{ticket.pk}/actions/accept", intent(ticket)).status_code == 403
    answer(trainee.post(f"/tickets/{ticket.pk}/actions/propose", intent(ticket)), 201)
    task = Task.objects.get()
    assert answer(trainee.get("/tasks"))["tasks"][0]["id"] == task.pk
    done = answer(trainee.post(f"/tasks/{task.pk}/done", {"outcome": "seen"}))
    assert done["outcome"] == "seen"
    again = trainee.post(f"/tasks/{task.pk}/done")
    assert error(again)["code"] == "task.ended"


def test_a_refusal_needs_reason_and_clause(lead: Caller, ticket: Ticket) -> None:
    ticket.refresh_from_db()
    path, at = f"/tickets/{ticket.pk}/actions/refuse", ticket.sequence
    assert lead.post(path, {"expected_sequence": at, "reason": "used"}).status_code == 422
    body = {"expected_sequence": at, "reason": "used", "citation": "七日无理由退货暂行办法第九条"}
    assert answer(lead.post(path, body), 201)["verb"] == "refuse"


def test_the_outcome_of_what_was_done_by_hand_is_confirmed(lead: Caller, ticket: Ticket) -> None:
    made = answer(lead.post(f"/tickets/{ticket.pk}/actions/accept", intent(ticket)), 201)
    Action.objects.update(state="handed_over")
    Ticket.objects.update(money_state="sending")
    ended = answer(lead.post(f"/actions/{made['id']}/confirm", {"outcome": "done", "note": "后台已退"}))
    assert ended["state"] == "done"


SHEET = "售后单号,订单号\n1,2\n".encode()


def test_sheets_are_uploaded_followed_and_cancelled(lead: Caller, shop: Shop) -> None:
    def fields() -> dict[str, object]:
        return {"shop": shop.pk, "files": SimpleUploadedFile("export.csv", SHEET, "text/csv")}

    made = answer(lead.upload("/imports", fields(), "sheet"), 202)
    assert answer(lead.upload("/imports", fields(), "sheet"), 202) == made
    assert Import.objects.count() == 1
    assert answer(lead.get("/imports"))["imports"] == [made]
    assert answer(lead.post(f"/imports/{made['id']}/cancel"))["state"] == "waiting"
    assert Import.objects.get().cancel
    assert answer(lead.get(f"/imports/{made['id']}/parked"))["rows"] == []


def test_what_is_no_sheet_is_not_taken(lead: Caller, shop: Shop) -> None:
    fields = {"shop": shop.pk, "files": SimpleUploadedFile("x.exe", b"MZ\x90\x00" * 40)}
    refused = lead.upload("/imports", fields)
    assert refused.status_code == 422
    assert error(refused)["code"].startswith("upload.")


def test_an_article_is_entered_changed_and_read(lead: Caller, shop: Shop) -> None:
    path = f"/shops/{shop.pk}/products"
    cells = {"商家编码": "CUP-350-BL", "类目": "定制"}
    assert answer(lead.send("PUT", path, {"cells": cells}))["new"] == 1
    assert answer(lead.send("PUT", path, {"cells": cells}))["unchanged"] == 1
    listed = answer(lead.get(path))["products"]
    assert listed[0]["article_no"] == "CUP-350-BL"
    assert answer(lead.get(f"/products/{listed[0]['id']}")) == listed[0]
    sheet = SimpleUploadedFile("articles.csv", "商家编码,商品ID\nA-1,35001\n".encode(), "text/csv")
    assert answer(lead.upload(f"{path}/import", {"file": sheet}))["new"] == 1
    assert Product.objects.count() == 2


def test_rules_are_read_compared_and_published(lead: Caller, shop: Shop) -> None:
    base = f"/shops/{shop.pk}"
    in_force = answer(lead.get(f"{base}/rules"))["rules"]
    one = answer(lead.get(f"{base}/rules/{in_force[0]['id']}"))
    assert one["rule"] == in_force[0]
    assert one["citations"]
    assert lead.get(f"{base}/rules/no-such-rule").status_code == 404
    differs = answer(lead.get(f"{base}/rules/difference", first="2024-01-01", second="2026-06-01"))
    assert differs["begin"]
    version = {"files": {"shop/calendar.yaml": "layer: shop\n"}, "valid_from": "2026-06-01T00:00:00+08:00"}
    made = answer(lead.post(f"{base}/versions", version), 201)
    assert (made["number"], made["approver_id"]) == (1, lead.person.pk)
    assert answer(lead.get(f"{base}/versions/1"))["files"] == version["files"]
    assert answer(lead.get(f"{base}/versions"))["versions"][0]["files"] is None


def test_rules_with_a_fault_are_not_published(lead: Caller, trainee: Caller, shop: Shop) -> None:
    version = {"files": {"shop/rules.yaml": "rules: [{id: X}]\n"}, "valid_from": "2026-06-01T00:00:00+08:00"}
    refused = lead.post(f"/shops/{shop.pk}/versions", version)
    assert refused.status_code == 422
    assert error(refused)["findings"]
    outside = {**version, "files": {"law_cn/rules.yaml": ""}}
    assert error(lead.post(f"/shops/{shop.pk}/versions", outside))["code"] == "rules.not_shop_files"
    assert trainee.post(f"/shops/{shop.pk}/versions", version).status_code == 403
    assert PublishedRules.objects.count() == 0


def test_views_are_kept_shared_counted_and_deleted(lead: Caller, trainee: Caller, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(lane="ours")
    body = {"name": "待处理", "filters": {"lane": "ours"}, "shared": True}
    made = answer(lead.post("/views", body), 201)
    assert [each["name"] for each in answer(trainee.get("/views"))["views"]] == ["待处理"]
    assert answer(trainee.get("/views/counters"))["counters"] == [{"id": made["id"], "count": 1}]
    assert trainee.send("DELETE", f"/views/{made['id']}").status_code == 404
    answer(lead.send("PUT", f"/views/{made['id']}", {**body, "filters": {"lane": "done"}}))
    assert answer(lead.get("/views/counters"))["counters"][0]["count"] == 0
    answer(lead.send("DELETE", f"/views/{made['id']}"))
    assert SavedView.objects.count() == 0


def test_the_first_who_takes_an_alarm_over_has_it(lead: Caller, shop: Shop, ticket: Ticket) -> None:
    alarm = Alarm.objects.create(
        shop=shop, ticket=ticket, key="k", kind="money", urgent=True, state="ringing", raised_at=now()
    )
    assert answer(lead.get("/alarms"))["alarms"][0]["id"] == alarm.pk
    taken = answer(lead.post(f"/alarms/{alarm.pk}/take"))
    assert taken["taken_by_id"] == lead.person.pk
    other = caller(make_person("other", Role.AGENT, shop))
    assert error(other.post(f"/alarms/{alarm.pk}/take"))["code"] == "alarm.taken"


def test_a_note_never_comes_too_late_unless_its_writer_asks_for_that(lead: Caller, ticket: Ticket) -> None:
    stale = Ticket.objects.get(pk=ticket.pk)
    answer(lead.post(f"/tickets/{ticket.pk}/notes", {"text": "一"}), 201)
    add_note(stale, lead.person, "二", now())
    assert list(Note.objects.order_by("id").values_list("text", flat=True)) == ["一", "二"]
    asked = {"text": "三", "expected_sequence": ticket.sequence}
    assert lead.post(f"/tickets/{ticket.pk}/notes", asked).status_code == 409
    assert Note.objects.count() == 2


def test_what_can_be_done_beside_the_answer_is_listed_and_done_once(lead: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/actions/beside"
    acts = {each["verb"]: each["sent"] for each in answer(lead.get(path))["acts"]}
    assert acts == {"remark": False, "flag": False, "small_payout": False}
    body = {"verb": "small_payout", "params": {"purpose": "goodwill"}, "amount_fen": 500}
    assert answer(lead.post(path, body), 201)["amount_fen"] == 500
    assert Action.objects.get().params == {"purpose": "goodwill"}
    assert error(lead.post(path, {"verb": "intercept", "params": {}}))["code"] == "beside.not_now"
    assert error(lead.post(path, {"verb": "flag", "params": {}}))["code"] == "beside.not_whole"


def test_a_trainee_marks_a_ticket_and_pays_nothing(trainee: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/actions/beside"
    answer(trainee.post(path, {"verb": "remark", "params": {"text": "已联系"}}), 201)
    body = {"verb": "small_payout", "params": {"purpose": "goodwill"}, "amount_fen": 500}
    assert trainee.post(path, body).status_code == 403


def test_the_claim_for_return_freight_is_answered_with_the_receipt(lead: Caller, shop: Shop) -> None:
    ticket = make_ticket(shop, 8, stage="receive", apply_type="return_refund", goods_state="inspected")
    observed = {**json.loads(ticket.observed), "freight_fen": 800}
    Ticket.objects.filter(pk=ticket.pk).update(observed=json.dumps(observed))
    path, wanted = f"/tickets/{ticket.pk}/actions/accept", intent(ticket, verb="refund_received")
    open_left = lead.post(path, wanted, "open")
    assert open_left.status_code == 422
    told = error(open_left)
    assert told["code"] == "action.freight_open"
    assert "¥8.00" in told["message"]
    assert "return_freight_fen 填 800" in told["next_step"]
    assert not Action.objects.exists()
    made = answer(lead.post(path, {**wanted, "params": {"return_freight_fen": 800}}, "granted"), 201)
    assert Action.objects.get(pk=made["id"]).params == {"return_freight_fen": 800}
