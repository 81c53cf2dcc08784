"""Negotiating on a ticket: one line to type, a promise in the queue, an agreement that a person confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.clock import SHANGHAI
from aftersale.negotiation.models import Negotiation, Offer, Reply, ReplyUse
from aftersale.tickets.models import Action, Task, Ticket
from tests.api.desk import make_ticket
from tests.negotiation.test_drafting import allow, stub
from tests.pages.desk import kinds, seen, soon, text_of, words_of

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def typed(moment: datetime) -> str:
    """Write a time as a browser sends it."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def line(visitor: Visitor, ticket: Ticket, **said: object) -> str:
    """Note a line and give what the panel says then."""
    form = {
        "do": "line",
        "wants": "退80",
        "gives": "补偿20元",
        "back_at": typed(soon(3)),
        **seen(ticket),
        **said,
    }
    response = visitor.post("negotiation", ticket.pk, part=True, **form)
    assert response.status_code == 200, text_of(response)
    return words_of(response)


def agreed(visitor: Visitor, ticket: Ticket, **said: object) -> str:
    """Note an agreement and give what the panel says then."""
    form = {
        "do": "agree",
        "way": "compensation",
        "amount": "30",
        "until": typed(soon(24)),
        "text": "补偿 30 元",
        **seen(ticket),
        **said,
    }
    response = visitor.post("negotiation", ticket.pk, part=True, **form)
    assert response.status_code == 200, text_of(response)
    return words_of(response)


def test_a_line_becomes_two_rounds_a_promise_in_the_queue_and_the_ticket_waits_for_the_buyer(
    agent: Visitor, ticket: Ticket
) -> None:
    said = line(agent, ticket)
    assert "买家要 部分退款" in said
    assert "我们给 赔偿损失 ¥20.00" in said
    assert kinds(ticket) == ["imported", "talked"]
    ticket.refresh_from_db()
    assert ticket.waits_for == "buyer"
    promise = Task.objects.get(kind="promise")
    assert "补偿20元" in promise.params["text"]
    assert promise.due_at == Negotiation.objects.get().back_at
    queue = words_of(agent.get("queue"))
    assert "补偿20元" in queue


def test_negotiating_ends_in_one_event_a_promise_and_an_act_that_a_person_confirms(
    agent: Visitor, ticket: Ticket
) -> None:
    line(agent, ticket)
    said = agreed(agent, ticket)
    assert "已谈妥" in said
    assert "小额打款 ¥30.00" in said
    assert kinds(ticket) == ["imported", "talked", "agreed", "task_done"]
    assert not Action.objects.exists()
    assert not Task.objects.filter(kind="review").exists(), "who may confirm it asks nobody"
    assert "接下来的操作请确认" in said
    assert "去确认" in said
    assert "同事" not in words_of(agent.get("ticket", ticket.pk)).split("协商")[0]
    promise = Task.objects.get(kind="promise", done_at=None)
    assert promise.params["text"] == "补偿 30 元"
    form = text_of(agent.get("approve", ticket.pk, part=True, verb="compensate", amount="30.00"))
    assert 'name="amount" value="30.00"' in form
    sent = {"verb": "compensate", "amount": "30.00", **seen(ticket)}
    assert agent.post("approve", ticket.pk, part=True, **sent).status_code == 200
    action = Action.objects.get()
    assert (action.verb, action.amount_fen, action.state) == ("compensate", 3000, "intended")
    assert "接下来" not in words_of(agent.get("negotiation", ticket.pk, part=True))


def test_a_line_that_names_nothing_says_so_and_keeps_its_words(agent: Visitor, ticket: Ticket) -> None:
    said = line(agent, ticket, wants="再想想", gives="补偿20元")
    assert "“再想想”没读出办法和金额" in said
    assert "“补偿20元”" not in said
    assert list(Offer.objects.order_by("number").values_list("text", "act")) == [
        ("再想想", "word"),
        ("补偿20元", "offer"),
    ]


def test_rounds_of_both_sides_stand_with_who_accepted(agent: Visitor, ticket: Ticket) -> None:
    line(agent, ticket)
    agreed(agent, ticket)
    told = list(Offer.objects.order_by("number").values_list("side", "act", "amount_fen"))
    assert told == [
        ("buyer", "offer", 8000),
        ("shop", "offer", 2000),
        ("buyer", "accept", 3000),
        ("shop", "accept", 3000),
    ]


def refused(visitor: Visitor, ticket: Ticket, **said: object) -> str:
    """Send what is not taken, and give what the panel says; the ticket is as it was."""
    before = kinds(ticket)
    response = visitor.post("negotiation", ticket.pk, part=True, **{**seen(ticket), **said})
    assert response.status_code == 422, text_of(response)
    assert "data-refused" in text_of(response)
    assert kinds(ticket) == before
    return text_of(response)


def test_what_no_buyer_may_be_sent_is_not_noted_as_an_offer_and_stays_in_its_field(
    agent: Visitor, ticket: Ticket
) -> None:
    gives = "加我微信 abc12345 补偿20"
    said = refused(agent, ticket, do="line", wants="退80", gives=gives, back_at=typed(soon(1)))
    assert "必须" in said or "还不能发给买家" in said
    assert f'value="{gives}"' in said
    assert 'value="退80"' in said


def test_a_line_of_nothing_one_in_the_past_and_an_agreement_on_nothing_are_refused(
    agent: Visitor, ticket: Ticket
) -> None:
    assert "至少写一项" in refused(agent, ticket, do="line", back_at=typed(soon(1)))
    assert "时间要在现在之后" in refused(agent, ticket, do="line", gives="补偿20", back_at=typed(soon(-1)))
    line(agent, ticket)
    no_amount = {"do": "agree", "way": "compensation", "until": typed(soon(9)), "text": "补偿"}
    assert "涉及钱的要写金额" in refused(agent, ticket, **no_amount)
    assert "没看懂金额" in refused(agent, ticket, **no_amount, amount="x")


def test_more_than_was_paid_or_than_the_limit_is_not_offered(agent: Visitor, ticket: Ticket) -> None:
    said = refused(agent, ticket, do="line", gives="仅退款 99999 元", back_at=typed(soon(1)))
    assert "最多可退" in said
    line(agent, ticket)
    limited = agent.post("negotiation", ticket.pk, part=True, do="limit", limit="50", **seen(ticket))
    assert "上限已定" in words_of(limited)
    assert "超过了这单定的上限" in refused(agent, ticket, do="line", gives="补偿51", back_at=typed(soon(1)))
    assert "我们给 赔偿损失 ¥50.00" in line(agent, ticket, wants="", gives="补偿50")


def test_a_trainee_notes_lines_and_sets_no_limit(trainee: Visitor, ticket: Ticket) -> None:
    line(trainee, ticket)
    assert trainee.post("negotiation", ticket.pk, part=True, do="limit", limit="50").status_code == 403
    said = agreed(trainee, ticket)
    assert "由有权限的同事在待办里确认" in said
    assert "接下来的操作已请同事确认" in said
    assert "去确认" not in said
    assert Task.objects.filter(kind="review", done_at=None).count() == 1
    assert "已请同事审核" in words_of(trainee.get("ticket", ticket.pk))


def test_a_mistaken_round_is_taken_back_and_counts_no_longer(agent: Visitor, ticket: Ticket) -> None:
    line(agent, ticket)
    said = words_of(agent.post("negotiation", ticket.pk, part=True, do="take_back", round="2"))
    assert "已撤回" in said
    assert "我们给 赔偿损失" not in said.split("协商过程")[0]
    assert agent.post("negotiation", ticket.pk, part=True, do="take_back", round="9").status_code == 404


def test_a_talk_that_comes_to_nothing_is_ended_with_why_and_the_ticket_comes_back(
    agent: Visitor, ticket: Ticket
) -> None:
    line(agent, ticket)
    said = words_of(agent.post("negotiation", ticket.pk, part=True, do="end", outcome="apart"))
    assert "没谈成：谈不拢" in said
    ticket.refresh_from_db()
    assert ticket.waits_for == ""
    assert not Task.objects.filter(kind="promise", done_at=None).exists()
    assert "已经结束" in refused(agent, ticket, do="end", outcome="apart")
    line(agent, ticket)
    assert Negotiation.objects.count() == 2


def test_a_conversation_is_pasted_and_what_cannot_be_placed_is_told(agent: Visitor, ticket: Ticket) -> None:
    chat = "记录\n买家 2026-06-01 10:00\n退我80\n客服 2026-06-01 10:01\n补偿20元"
    said = words_of(agent.post("negotiation", ticket.pk, part=True, do="chat", chat=chat, **seen(ticket)))
    assert "读到聊天记录 2 条" in said
    assert "第 1 行“记录”上面没有说话人和时间" in said
    assert "买家要 部分退款 ¥80.00" in said
    assert "没读出聊天记录" in refused(agent, ticket, do="chat", chat="你好")


def test_a_conversation_is_taken_from_a_file(agent: Visitor, ticket: Ticket) -> None:
    file = SimpleUploadedFile("chat.csv", "时间,发送人,内容\n2026-06-01 10:00,买家,退我80".encode("gb18030"))
    said = words_of(agent.post("negotiation", ticket.pk, part=True, do="chat", file=file, **seen(ticket)))
    assert "读到聊天记录 1 条" in said
    bad = SimpleUploadedFile("chat.csv", b"\xff\xff\xff")
    assert "没读出聊天记录" in refused(agent, ticket, do="chat", file=bad)


def test_a_buyer_who_keeps_the_goods_is_offered_pick_up_exchange_and_a_part_back(
    agent: Visitor, shop: Shop
) -> None:
    ticket = make_ticket(shop, 2)
    line(agent, ticket)
    agent.post("negotiation", ticket.pk, part=True, do="keeps", need="effort", on="1", **seen(ticket))
    talk = Negotiation.objects.get(ticket=ticket)
    assert (talk.keeps_goods, talk.need) == (True, "effort")
    said = words_of(agent.get("reply", ticket.pk, part=True))
    assert "不想寄回：给办法" in said
    assert "部分退款" in said


def test_words_by_scene_and_step_are_filled_looked_over_copied_and_counted(
    agent: Visitor, ticket: Ticket
) -> None:
    line(agent, ticket)
    sent = {"scene": "general", "stage": "again", "code": "general.again"}
    page = text_of(agent.get("reply", ticket.pk, part=True, **sent))
    assert "您希望部分退款 ¥80.00" in page
    assert "赔偿损失 ¥20.00" in page
    blank = agent.post("reply", ticket.pk, part=True, text="【时间】前回复", **sent)
    assert blank.status_code == 422
    bad = agent.post("reply", ticket.pk, part=True, text="再闹就拉黑你", **sent)
    assert bad.status_code == 422
    assert "再闹就拉黑" in text_of(bad).split("<textarea")[1]
    assert not ReplyUse.objects.exists()
    good = agent.post("reply", ticket.pk, part=True, text="您好，我们补偿 20 元。", **sent)
    assert "data-copy-from" in text_of(good)
    assert ReplyUse.objects.get().built_in == "general.again"


def test_a_draft_is_shown_as_it_leaves_and_only_then_asked_for(
    owner: Visitor, shop: Shop, ticket: Ticket
) -> None:
    assert "起草一条" not in text_of(owner.get("reply", ticket.pk, part=True))
    with stub() as service:
        form = {"base_url": service.address, "model": "m", "key": "sk-1", "on": "1", "timeout": "5"}
        refused = owner.post("settings_drafting_change", shop.pk, **form)
        assert "AFTERSALE_DRAFT_HOSTS=127.0.0.1:" in words_of(refused)
        allow(service.address)
        assert owner.post("settings_drafting_change", shop.pk, **form).status_code == 302
        shown = text_of(owner.get("settings_drafting"))
        assert service.address in shown
        assert "sk-1" not in shown
        leaving = text_of(owner.post("reply", ticket.pk, part=True, do="draft", text="", stage="offer"))
        assert service.asked == []
        assert service.address in leaving
        prompt = leaving.split('name="prompt"')[1].split(">")[1].split("</textarea")[0]
        asked = {"do": "draft", "sure": "1", "prompt": f"{prompt} 13812345678"}
        drafted = text_of(owner.post("reply", ticket.pk, part=True, **asked))
    assert "您好，很抱歉。" in drafted
    assert "机器起草" in drafted
    told = service.asked[0][2]["messages"][1]["content"]
    assert "138****5678" in told
    assert ticket.ticket_no not in told
    failed = owner.post("reply", ticket.pk, part=True, **asked)
    assert failed.status_code == 422
    assert "连不上起草服务" in words_of(failed)


def test_the_library_lists_writes_versions_and_shares(lead: Visitor, agent: Visitor, shop: Shop) -> None:
    form = {"shop": shop.pk, "scene": "general", "stage": "offer", "title": "我的话", "text": "您好，{方案}"}
    assert agent.post("replies", **form).status_code == 302
    assert agent.post("replies", **form, shared="1").status_code == 403
    assert "没有{手机}" in words_of(agent.post("replies", **{**form, "text": "{手机}"}))
    reply = Reply.objects.get()
    assert "我的话" in words_of(agent.get("replies", shop=shop.pk))
    assert "我的话" not in words_of(lead.get("replies", shop=shop.pk))
    assert lead.get("reply_one", reply.pk).status_code == 404
    again = {**form, "text": "您好，可以这样：{方案}"}
    assert agent.post("reply_one", reply.pk, **again).status_code == 302
    assert reply.versions.count() == 2
    assert "您好，可以这样：{方案}" in words_of(agent.get("reply_one", reply.pk))
    assert agent.post("reply_change", reply.pk, "share", on="1").status_code == 403
    Reply.objects.update(shared=True)
    assert agent.post("reply_one", reply.pk, **form).status_code == 403
    assert lead.post("reply_change", reply.pk, "retire", on="1").status_code == 302
    assert lead.post("reply_change", reply.pk, "share", on="0").status_code == 302
    assert lead.post("reply_change", reply.pk, "other").status_code == 404


def test_talks_that_go_on_are_listed_with_who_waits(agent: Visitor, ticket: Ticket) -> None:
    assert "没有进行中的协商" in words_of(agent.get("talks"))
    line(agent, ticket, gives="")
    said = words_of(agent.get("talks"))
    assert "部分退款 ¥80.00" in said
    assert "0 分" in said


def test_a_text_is_looked_over_while_it_is_typed_with_its_source(agent: Visitor, shop: Shop) -> None:
    form = {"wording_shop": shop.pk, "wording_field": "say", "say": "签收后概不退换，加我微信"}
    said = words_of(agent.post("wording", part=True, **form))
    assert "必须改 · 联系方式" in said
    assert "建议改 · 排除买家权利" in said
    assert "法释" in said or "网络消费" in said
    assert words_of(agent.post("wording", part=True, wording_shop=shop.pk, text="您好")) == ""
    passed = {"wording_shop": shop.pk, "text": "请举证", "wording_step": "reply_service"}
    assert words_of(agent.post("wording", part=True, **passed)) == ""


def test_nobody_looks_over_texts_of_a_shop_that_is_not_theirs(agent: Visitor, elsewhere: Shop) -> None:
    for number in (elsewhere.pk, "x", ""):
        assert agent.post("wording", part=True, wording_shop=number, text="您好").status_code == 404


def test_a_refusal_says_that_nothing_was_offered_until_something_was(agent: Visitor, ticket: Ticket) -> None:
    assert "还没有给买家提过方案" in words_of(agent.get("refuse", ticket.pk, part=True))
    line(agent, ticket)
    assert "还没有给买家提过方案" not in words_of(agent.get("refuse", ticket.pk, part=True))


def test_a_refusal_that_no_buyer_may_be_sent_comes_back_with_every_word(
    agent: Visitor, ticket: Ticket
) -> None:
    form = {"reason_own": "已发货", "citation_own": "x", "text": "再闹就拉黑你", "sure": "仍要拒绝"}
    response = agent.post("refuse", ticket.pk, part=True, **form, **seen(ticket))
    assert response.status_code == 422
    page = text_of(response)
    assert "data-refused" in page
    assert "再闹就拉黑你</textarea>" in page
    assert 'value="已发货"' in page
    assert kinds(ticket) == ["imported"]


def test_how_soon_and_how_it_was_taken_stand_over_the_list_with_their_counts(
    agent: Visitor, ticket: Ticket
) -> None:
    assert "近 30 天" not in words_of(agent.get("talks"))
    line(agent, ticket)
    early = words_of(agent.get("talks"))
    assert "1 次协商" in early
    assert "次数少，仅供参考" in early
    assert agent.post("negotiation", ticket.pk, part=True, do="felt", felt="pleased").status_code == 404
    agent.post("negotiation", ticket.pk, part=True, do="end", outcome="apart", **seen(ticket))
    assert "结束的 1 次里，0 次记了买家态度" in words_of(agent.get("talks"))
    for nothing in ("", "delighted"):
        assert agent.post("negotiation", ticket.pk, part=True, do="felt", felt=nothing).status_code == 404
    noted = text_of(agent.post("negotiation", ticket.pk, part=True, do="felt", felt="pleased"))
    assert 'value="pleased" aria-pressed="true"' in noted
    assert "1 次记了买家态度： 满意 1 · 一般 0 · 不满意 0" in words_of(agent.get("talks"))
    assert kinds(ticket)[-1] == "talk_felt"


def test_an_offer_that_was_taken_back_is_no_first_offer(agent: Visitor, ticket: Ticket) -> None:
    line(agent, ticket)
    Offer.objects.filter(side="shop").update(taken_back_at=soon(0))
    assert "次协商" not in words_of(agent.get("talks"))
