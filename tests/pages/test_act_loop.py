from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.domain.states import Goods
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.promises import promise
from aftersale.tickets.waiting import Whom, begun
from tests.api.desk import make_ticket, now
from tests.pages.desk import kinds, queries, seen, soon, text_of, words_of
from tests.pages.test_acting import approved, handed_over, there

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def lay(ticket: Ticket, **fields: object) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(**fields)
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def returned(ticket: Ticket) -> Ticket:
    """Give a return that waits to be inspected."""
    return lay(ticket, step="inspect_then_refund", tab="receive", goods_state=Goods.BACK)


@pytest.fixture
def lacking(ticket: Ticket) -> Ticket:
    """Give a ticket for which the buyer is asked for evidence."""
    return lay(ticket, step="request_evidence", proposal="request_evidence", reason="damaged")


def test_a_return_that_nobody_looked_at_asks_for_a_persons_word(agent: Visitor, returned: Ticket) -> None:
    row = words_of(agent.get("queue"))
    assert "还没验货" in row
    assert "按建议处理 A" not in row
    assert "我已收到并验过" in words_of(agent.get("approve", returned.pk, part=True))
    form = {"amount": "129", "vouched": "1", **seen(returned)}
    refused = agent.post("approve", returned.pk, part=True, **form)
    assert refused.status_code == 422
    assert "退回的货还没验" in words_of(refused)
    assert agent.post("approve", returned.pk, part=True, inspected="1", **form).status_code == 200
    assert Action.objects.get().verb == "refund_received"


def test_a_held_parcel_says_why_and_has_no_key(agent: Visitor, returned: Ticket) -> None:
    lay(returned, held="bad_pieces,short")
    page = agent.get("queue")
    assert "扣下：有不良品、件数不足" in words_of(page)
    assert 'data-key="a"' not in text_of(page)
    assert "我看过货" in words_of(agent.get("approve", returned.pk, part=True))


def test_an_inspected_return_is_done_at_one_key(agent: Visitor, returned: Ticket) -> None:
    lay(returned, goods_state=Goods.INSPECTED)
    assert "按建议处理 A" in words_of(agent.get("queue"))


def test_what_was_approved_is_gone_from_the_queue_and_stands_where_it_waits(
    agent: Visitor, ticket: Ticket
) -> None:
    approved(agent, ticket)
    assert ticket.ticket_no not in text_of(agent.get("queue"))
    waiting = words_of(agent.get("queue", tab="platform"))
    assert ticket.ticket_no in waiting
    assert "已确认，正在提交" in waiting


def test_a_second_approval_shows_the_first_with_what_is_left_to_do(agent: Visitor, ticket: Ticket) -> None:
    handed_over(agent, ticket)
    form = {"amount": "50", "vouched": "1", **seen(ticket)}
    said = agent.post("approve", ticket.pk, part=True, **form)
    assert "还有一个操作没有结果" in words_of(said)
    assert "后台已办好 D" in words_of(said)
    assert Action.objects.count() == 1


def test_an_amount_above_what_is_left_keeps_the_form_and_what_was_typed(
    agent: Visitor, ticket: Ticket
) -> None:
    said = agent.post("approve", ticket.pk, part=True, amount="9999", vouched="1", **seen(ticket))
    assert said.status_code == 422
    assert "超过了最多可退" in words_of(said)
    assert 'name="amount" value="9999"' in text_of(said)
    whole = agent.post("approve", ticket.pk, amount="9999", vouched="1", **seen(ticket))
    assert reverse("ticket", args=[ticket.pk]) in text_of(whole)
    assert 'value="9999"' in text_of(whole)


def test_without_script_an_approval_ends_on_the_page_of_the_ticket(agent: Visitor, ticket: Ticket) -> None:
    done = agent.post("approve", ticket.pk, amount="129", vouched="1", **seen(ticket))
    assert (done.status_code, done.headers["Location"]) == (302, reverse("ticket", args=[ticket.pk]))
    assert "<html" in text_of(agent.get("approve", ticket.pk))


def test_asking_for_evidence_comes_with_the_words_and_ends_with_the_buyer(
    agent: Visitor, lacking: Ticket
) -> None:
    assert "缺凭证" in words_of(agent.get("queue"))
    asked = agent.get("talk", lacking.pk, part=True)
    assert "您好，您申请的" in text_of(asked)
    assert "转等买家" in words_of(asked)
    form = {"text": "请补充视频", "until": there(5), **seen(lacking)}
    for _ in range(2):
        assert "等买家" in words_of(agent.post("talk", lacking.pk, part=True, **form))
    assert kinds(lacking) == ["imported", "wait_begun"]
    assert lacking.ticket_no not in text_of(agent.get("queue"))
    assert "等买家，到" in words_of(agent.get("queue", tab="buyer"))


def test_what_waits_is_put_back_by_hand(agent: Visitor, lacking: Ticket) -> None:
    lay(lacking, **begun(lacking, Whom.BUYER, now()))
    assert "有回复了，放回待处理 A" in words_of(agent.get("queue", tab="buyer"))
    assert "已放回待处理" in words_of(agent.post("waits", lacking.pk, part=True))
    assert lacking.ticket_no in text_of(agent.get("queue"))


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("negotiate", "商量"),
        ("intercept_or_refuse", "拦截"),
        ("submit", "材料"),
        ("human_review", "谁在查"),
        ("extend_ship_back", "哪天可以寄出"),
        ("auto_approved", "等平台"),
    ],
)
def test_every_step_without_one_act_has_something_to_send_or_to_note(
    step: str, says: str, agent: Visitor, ticket: Ticket
) -> None:
    lay(ticket, step=step)
    assert 'data-key="a"' in text_of(agent.get("queue"))
    assert says in text_of(agent.get("talk", ticket.pk, part=True))


def test_the_clock_of_the_platform_goes_on_while_a_ticket_is_put_aside(
    agent: Visitor, lacking: Ticket
) -> None:
    runs = lacking.deadlines.filter(kind="respond_by")
    said = ""
    for minutes, told in ((-5, False), (12.5, True)):
        ends = {"due_at": now() + timedelta(minutes=minutes), "consequence": "approves_refund"}
        assert runs.update(state=DeadlineState.RUNNING, **ends) == 1
        said = words_of(agent.get("talk", lacking.pk, part=True))
        assert ("放着不停表：还剩 12 分" in said) is told
    assert "超时平台将自动同意退款" in said


def test_a_step_without_one_act_does_not_look_like_one(agent: Visitor, ticket: Ticket) -> None:
    lay(ticket, step="human_review")
    assert "先查清…" in words_of(agent.get("queue"))
    said = words_of(agent.get("talk", ticket.pk, part=True))
    assert "没有一键操作" in said
    assert "给 " not in said


def test_a_return_is_agreed_to_by_one_press_and_taken_back_by_another(agent: Visitor, ticket: Ticket) -> None:
    lay(ticket, step="agree_to_return", apply_type="return_refund")
    row = text_of(agent.get("queue"))
    assert (
        f'hx-post="{reverse("approve", args=[ticket.pk])}" hx-vals=\'{{"sequence": "{ticket.sequence}"}}\''
        in row
    )
    agreed = agent.post("approve", ticket.pk, part=True, sequence=str(ticket.sequence))
    assert "已确认，现在还能撤回" in words_of(agreed)
    assert Action.objects.get().verb == "agree_return"
    assert agent.post("cancel", Action.objects.get().pk, part=True).status_code == 200
    assert Action.objects.get().state == "cancelled"


def test_a_claim_for_money_alone_says_that_no_key_of_the_platform_agrees_to_a_return(
    agent: Visitor, ticket: Ticket
) -> None:
    lay(ticket, step="agree_to_return", apply_type="refund_only")
    first = agent.post("approve", ticket.pk, part=True, sequence=str(ticket.sequence))
    assert "请买家把申请改成退货退款" in words_of(first)
    assert not Action.objects.exists()
    agent.post("approve", ticket.pk, part=True, sequence=str(ticket.sequence), seen="1")
    assert Action.objects.get().verb == "agree_return"


def test_what_pays_is_never_one_press(agent: Visitor, ticket: Ticket) -> None:
    assert f'hx-get="{reverse("approve", args=[ticket.pk])}"' in text_of(agent.get("queue"))
    assert "金额" in words_of(agent.get("approve", ticket.pk, part=True))
    assert not Action.objects.exists()


@pytest.mark.parametrize(("until", "status"), [(-1, 422), (2, 200)])
def test_a_time_to_look_again_is_to_come(until: float, status: int, agent: Visitor, lacking: Ticket) -> None:
    form = {"until": there(until), **seen(lacking)}
    assert agent.post("talk", lacking.pk, part=True, **form).status_code == status
    assert agent.post("talk", lacking.pk, part=True, until="soon").status_code == (422 if until < 0 else 200)


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.FINANCE, Role.READ_ONLY])
def test_who_may_not_propose_puts_nothing_aside(
    role: Role, as_role: Callable[[Role], Visitor], lacking: Ticket
) -> None:
    form = {"until": there(2), **seen(lacking)}
    assert as_role(role).post("talk", lacking.pk, part=True, **form).status_code == 403
    assert as_role(role).post("waits", lacking.pk, part=True).status_code == 403
    assert kinds(lacking) == ["imported"]


def test_a_trainee_proposes_from_the_queue_once_however_late_the_second_press(
    trainee: Visitor, ticket: Ticket
) -> None:
    assert "提交给同事" in words_of(trainee.get("queue")) or "propose" in text_of(trainee.get("queue"))
    trainee.post("propose", ticket.pk, part=True)
    Task.objects.update(created_at=now() - timedelta(hours=1))
    trainee.post("propose", ticket.pk, part=True, **seen(ticket))
    assert Task.objects.get().params["amount_fen"] == 12900


def test_a_free_ticket_is_taken_from_its_row(agent: Visitor, ticket: Ticket) -> None:
    assert 'data-key="e"' in text_of(agent.get("queue"))
    taken = agent.post("assign", ticket.pk, part=True, person=agent.person.pk)
    assert words_of(taken) == "agent"
    assert kinds(ticket) == ["imported", "assigned"]


def test_a_promise_stands_in_the_queue_where_its_end_falls(agent: Visitor, shop: Shop) -> None:
    late, early = (
        make_ticket(shop, number, queue_at=soon(hours), due_at=soon(hours))
        for number, hours in ((1, 9), (2, 1))
    )
    promise(late, agent.person, "补寄一个杯盖", None, soon(5), now())
    text = text_of(agent.get("queue"))
    places = [text.index(each) for each in (f'row-{early.pk}"', "补寄一个杯盖", f'row-{late.pk}"')]
    assert places == sorted(places)
    assert "补寄一个杯盖" not in text_of(agent.get("queue", tab="buyer"))
    assert "补寄一个杯盖" not in text_of(agent.get("queue", who="free"))
    task = Task.objects.get()
    done = agent.post("task_done", task.pk, next="queue")
    assert done.headers["Location"] == reverse("queue")
    assert "补寄一个杯盖" not in text_of(agent.get("queue"))


def test_rows_show_flag_and_how_many_tickets_the_order_has(agent: Visitor, shop: Shop) -> None:
    one, two = make_ticket(shop, 1, flag="red"), make_ticket(shop, 2)
    lay(two, order_no=one.order_no)
    said = words_of(agent.get("queue"))
    assert "红旗" in said
    assert "同单 2 张" in said


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ({"channel": "douyin"}, {"channel": "kuaishou"}),
        ({"stage": "decide"}, {"stage": "receive"}),
        ({"flag": "red"}, {"flag": "blue"}),
        ({"money": "failed", "tab": "open"}, {"money": "unknown", "tab": "open"}),
        ({"reason": "sensitive"}, {"reason": "no_reason"}),
    ],
)
def test_the_other_filters_keep_what_fits(
    asked: dict[str, str], other: dict[str, str], agent: Visitor, shop: Shop
) -> None:
    made = make_ticket(shop, 1, flag="red", stage="decide", money_state="failed", reason="late_shipment")
    assert made.ticket_no in text_of(agent.get("queue", **asked))
    assert made.ticket_no not in text_of(agent.get("queue", **other))


def test_views_that_every_desk_has_stand_above_the_queue_once_they_hold_something(
    agent: Visitor, shop: Shop
) -> None:
    assert "退款失败 1" not in words_of(agent.get("queue"))
    make_ticket(shop, 1, money_state="failed", reason="counterfeit")
    make_ticket(shop, 2, money_state="unknown")
    said = words_of(agent.get("queue"))
    assert all(each in said for each in ("敏感原因 1", "退款失败 1", "结果待确认 1"))


def test_whose_tickets_they_are_is_counted(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, assignee=agent.person)
    make_ticket(shop, 2)
    said = words_of(agent.get("queue"))
    assert all(each in said for each in ("全部 2", "我的 1", "待分配 1"))


def test_an_empty_tab_does_not_say_that_all_is_done(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop)
    said = words_of(agent.get("queue", tab="service"))
    assert "都处理完了" not in said
    assert "这一栏现在没有售后单" in said


def test_how_old_the_data_are_is_said_above_the_queue(agent: Visitor, shop: Shop) -> None:
    assert reverse("queue_read") in text_of(agent.get("queue"))
    shop.imports.create(state="done", digest="x", created_at=now(), ended_at=now())
    assert "数据截至" in words_of(agent.get("queue_read"))
    assert "第 1 次导入" in words_of(agent.get("queue_read"))


def test_a_number_in_any_text_opens_its_ticket(agent: Visitor, ticket: Ticket) -> None:
    lay(ticket, return_waybill="SF1390000000001")
    spaced = " ".join(ticket.ticket_no[at : at + 4] for at in range(0, len(ticket.ticket_no), 4))
    for text in (f"ShopName123 订单 {ticket.order_no} 谢谢", spaced, "退货单号 sf1390000000001"):
        found = agent.get("search", q=text)
        assert (found.status_code, found.headers.get("Location")) == (
            302,
            reverse("ticket", args=[ticket.pk]),
        )


def test_rows_with_actions_cost_no_more_queries(agent: Visitor, shop: Shop) -> None:
    for number in range(1, 6):
        made = make_ticket(shop, number)
        if number > 2:
            lay(made, flag="red")
    approved(agent, Ticket.objects.order_by("pk")[0])
    assert queries(agent, reverse("queue")) <= 10
    assert queries(agent, f"{reverse('queue')}?tab=platform") <= 10
