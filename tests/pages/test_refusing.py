"""Refusing: what stands against it is shown, a mandatory rule asks for a typed word, a trainee proposes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.interface import RejectReason
from aftersale.channels.registry import CHANNELS
from aftersale.connections.hands import hands_of
from aftersale.domain.roles import Role
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.reject_reasons import reasons_for, said_reason
from tests.api.desk import make_ticket, now
from tests.connections.interface import Scripted
from tests.pages.desk import kinds, seen, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.channels.base import Hands
    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
SAID = {"reason_own": "已发货", "citation_own": "《电子商务法》第五十一条", "text": "您好，包裹已在路上。"}
SURE = {"sure": "仍要拒绝"}


def test_the_rule_that_a_refusal_breaks_is_named_with_its_clause_before_anything_is_sent(
    agent: Visitor, ticket: Ticket
) -> None:
    said = words_of(agent.get("refuse", ticket.pk, part=True))
    assert "拒绝可能违反下面的规则" in said
    assert "未发货退款 → 同意退款（未发货）" in said
    assert "《电商平台通行的售后规则》" in said
    assert "请输入：仍要拒绝" in said


@pytest.mark.parametrize(("claim", "said"), [("refund_only", True), ("return_refund", False)])
def test_where_the_rule_steers_to_a_return_the_form_says_with_which_reason_it_is_followed(
    agent: Visitor, ticket: Ticket, claim: str, *, said: bool
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(apply_type=claim, proposal="return_refund")
    form = words_of(agent.get("refuse", ticket.pk, part=True))
    assert ("按规则该引导退货退款" in form) is said


def test_against_a_mandatory_rule_nothing_is_refused_until_the_word_is_typed(
    agent: Visitor, ticket: Ticket
) -> None:
    form = {**SAID, **seen(ticket)}
    for word in ("", "拒绝"):
        response = agent.post("refuse", ticket.pk, part=True, sure=word, **form)
        assert response.status_code == 422
        assert "可能违反：未发货退款" in words_of(response)
    assert kinds(ticket) == ["imported"]
    assert agent.post("refuse", ticket.pk, part=True, **SURE, **form).status_code == 200
    assert kinds(ticket) == ["imported", "refused"]


def test_reasons_are_those_of_the_claim_and_whether_the_buyer_has_the_goods(
    agent: Visitor, ticket: Ticket
) -> None:
    text = text_of(agent.get("refuse", ticket.pk, part=True))
    assert "商品已发出" in text
    assert "申请后已发货" in text
    assert "影响二次销售" not in text
    assert "没有收到退货" not in text
    assert "不在价保范围" not in text


def test_what_speaks_of_returned_goods_is_offered_only_when_they_are_back(agent: Visitor, shop: Shop) -> None:
    ticket = make_ticket(shop, 7, apply_type="return_refund")
    about = ("退回商品影响二次销售", "退回商品与寄出的不符", "没有收到退货", "超过售后期限")
    offered = {}
    for goods in ("with_buyer", "coming_back", "back", "inspected"):
        type(ticket).objects.filter(pk=ticket.pk).update(goods_state=goods)
        text = text_of(agent.get("refuse", ticket.pk, part=True))
        offered[goods] = [words for words in about if words in text]
    assert offered == {
        "with_buyer": ["超过售后期限"],
        "coming_back": ["没有收到退货", "超过售后期限"],
        "back": list(about),
        "inspected": [about[0], about[1], about[3]],
    }


def test_of_a_platforms_own_list_what_speaks_of_returned_goods_waits_until_they_are_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_ticket(shop, 7, apply_type="return_refund", goods_state="with_buyer")
    words = {"18": "商品影响二次销售", "29": "退款金额不对"}
    given = [RejectReason(code, each, needs_text=True, needs_evidence=False) for code, each in words.items()]
    book = judge_of(shop.pk, now()).rulebook
    platform = SimpleNamespace(reject_reasons=lambda _number, _hands: given)
    monkeypatch.setitem(CHANNELS, "listing", platform)
    ticket.shop.channel = "listing"
    assert [each.code for each in reasons_for(ticket, book, now(), hands_of).listed] == ["29"]
    ticket.goods_state = "back"
    assert [each.code for each in reasons_for(ticket, book, now(), hands_of).listed] == ["18", "29"]


@pytest.mark.parametrize(
    ("left_out", "told"), [("text", "这个原因要给买家写说明"), ("evidence", "这个原因要有凭证")]
)
def test_a_listed_reason_asks_for_what_comes_with_it(
    left_out: str, told: str, agent: Visitor, ticket: Ticket
) -> None:
    form = {"reason": "商品已发出", "citation_own": "x", "text": "您好", "evidence": "揽收记录"} | SURE
    del form[left_out]
    response = agent.post("refuse", ticket.pk, part=True, **form, **seen(ticket))
    assert response.status_code == 422
    assert told in words_of(response)
    assert all(value in text_of(response) for name, value in form.items() if name != "sure")
    assert kinds(ticket) == ["imported"]


def test_what_is_missing_is_named_and_the_form_keeps_what_was_ticked_and_typed(
    agent: Visitor, ticket: Ticket
) -> None:
    form = {"text": "已经发出，暂时不能退款", "evidence": ["揽收记录", "另一行"]} | SURE
    response = agent.post("refuse", ticket.pk, part=True, **form, **seen(ticket))
    assert response.status_code == 422
    assert "还没填：拒绝原因、依据的条款。" in words_of(response)
    assert "已经发出，暂时不能退款" in text_of(response)
    assert "揽收记录\n另一行" in text_of(response)


def test_the_button_says_whether_it_refuses_or_proposes_to(
    agent: Visitor, trainee: Visitor, ticket: Ticket
) -> None:
    """Who may not refuse reads so before the form and in it."""
    says = {"拒绝…": (True, False), "提交拒绝…": (False, True)}
    pages = [words_of(each.get("ticket", ticket.pk)) for each in (agent, trainee)]
    for words, expected in says.items():
        assert tuple(f" {words} R" in page for page in pages) == expected, words
    forms = [words_of(each.get("refuse", ticket.pk, part=True)) for each in (agent, trainee)]
    assert ["提交拒绝，请同事审核" in form for form in forms] == [False, True]


def test_clause_and_evidence_are_chosen_from_what_the_decision_rests_on(
    agent: Visitor, ticket: Ticket
) -> None:
    clause = "《电商平台通行的售后规则》（未发货退款）"
    assert f'<option value="{clause}"' in text_of(agent.get("refuse", ticket.pk, part=True))
    form = {
        "reason": "商品已发出",
        "citation": clause,
        "text": "您好",
        "evidence": ["揽收记录", "面单\n\n揽收记录"],
    }
    assert agent.post("refuse", ticket.pk, part=True, **form, **SURE, **seen(ticket)).status_code == 200
    params = Action.objects.get().params
    assert (params["citation"], params["evidence"]) == (clause, ["揽收记录", "面单"])


def test_a_trainee_proposes_a_refusal_with_the_same_form_and_nothing_goes_out(
    trainee: Visitor, ticket: Ticket
) -> None:
    assert "提交拒绝，请同事审核" in words_of(trainee.get("refuse", ticket.pk, part=True))
    form = {**SAID, **SURE, **seen(ticket)}
    for _ in range(2):
        response = trainee.post("refuse", ticket.pk, part=True, **form)
        assert "已提交给同事审核" in words_of(response)
    task = Task.objects.get()
    assert (task.kind, task.params["verb"]) == ("review", "refuse")
    assert task.params["params"]["text"] == "您好，包裹已在路上。"
    assert kinds(ticket) == ["imported", "proposed"]
    assert not Action.objects.exists()


@pytest.fixture
def proposed(trainee: Visitor, ticket: Ticket) -> Task:
    """Give a refusal that a trainee has proposed."""
    trainee.post("refuse", ticket.pk, part=True, **SAID, **SURE, **seen(ticket))
    return Task.objects.get()


class Reasoning(Scripted):
    """Give the reasons of a platform: codes that tell nobody anything, with words."""

    def reject_reasons(self, ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
        del ticket_no, hands
        return (RejectReason("22", "商品已发货，请拒收后再申请", needs_text=False, needs_evidence=False),)


def test_a_platforms_reason_is_said_in_its_words_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, trainee: Visitor, lead: Visitor, ticket: Ticket
) -> None:
    monkeypatch.setitem(CHANNELS, "douyin", Reasoning())
    type(ticket.shop).objects.update(channel="douyin")
    trainee.post("refuse", ticket.pk, part=True, reason="22", citation_own="x", **SURE, **seen(ticket))
    task = Task.objects.get(kind="review")
    assert task.params["params"]["reason"] == "22"
    words = "商品已发货，请拒收后再申请"
    assert words in words_of(lead.get("review", task.pk)).split("依据条款")[0]
    assert words in words_of(lead.get("tasks"))
    assert " 22 " not in words_of(lead.get("tasks"))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"reason": "22", "reason_words": "商品已发货"}, "商品已发货"),
        ({"reason": "22"}, "（22）"),
        ({"reason": "商品已发出"}, "商品已发出"),
        ({}, ""),
    ],
)
def test_a_code_stands_in_brackets_only_where_nobody_has_words_for_it(
    params: dict[str, object], said: str
) -> None:
    assert said_reason(params) == said


def test_a_reviewer_sees_what_stands_against_it_and_cannot_just_pass_what_a_rule_forbids(
    lead: Visitor, proposed: Task
) -> None:
    page = lead.get("review", proposed.pk)
    said = words_of(page)
    assert "拒绝可能违反下面的规则" in said
    assert "已发货" in said
    assert f"/tasks/{proposed.pk}/approve/" not in text_of(page)


def test_a_refusal_against_a_mandatory_rule_is_not_passed_by_a_bare_request(
    lead: Visitor, proposed: Task, ticket: Ticket
) -> None:
    assert lead.post("review_approve", proposed.pk, **seen(ticket)).status_code == 422
    assert not Action.objects.exists()
    assert lead.post("review_approve", proposed.pk, **SURE, **seen(ticket)).status_code == 302
    assert Action.objects.get().verb == "refuse"


def test_a_reviewer_turns_a_refusal_into_consent_and_the_trainee_is_told(
    lead: Visitor, people: dict[Role, Person], proposed: Task, ticket: Ticket
) -> None:
    form = {"verb": "refund", "amount": "129", "vouched": "1", **seen(ticket)}
    assert lead.post("review", proposed.pk, **form).status_code == 302
    action = Action.objects.get()
    assert (action.verb, action.amount_fen, action.approved_by) == ("refund", 12900, people[Role.LEAD])
    told = Task.objects.get(kind="review_changed")
    assert (told.assignee, told.params["verb"]) == (people[Role.TRAINEE], "refund")
    proposed.refresh_from_db()
    assert proposed.done_at is not None
    assert lead.get("review", proposed.pk).status_code == 404


def test_a_reviewer_refuses_with_better_words_in_their_own_name(
    lead: Visitor, proposed: Task, ticket: Ticket
) -> None:
    form = {**SAID, "verb": "refuse", "text": "您好，包裹昨天已揽收，收到后可以退回。", **seen(ticket)}
    assert lead.post("review", proposed.pk, **form).status_code == 422
    assert lead.post("review", proposed.pk, **SURE, **form).status_code == 302
    assert Action.objects.get().params["text"] == "您好，包裹昨天已揽收，收到后可以退回。"


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.WAREHOUSE, Role.FINANCE, Role.READ_ONLY])
def test_who_may_not_refuse_reviews_no_refusal(
    role: Role, as_role: Callable[[Role], Visitor], proposed: Task
) -> None:
    assert as_role(role).get("review", proposed.pk).status_code == 403
    assert as_role(role).post("review", proposed.pk, verb="refuse").status_code == 403


def test_nobody_reviews_what_they_proposed_themselves(people: dict[Role, Person], shop: Shop) -> None:
    lead, one = visitor(people[Role.LEAD]), make_ticket(shop, 7)
    lead.post("propose", one.pk, amount="129", **seen(one))
    task = Task.objects.get()
    assert "自己提交的要由别人审核" in words_of(lead.get("review", task.pk))
    form = {"verb": "refund", "amount": "129", "vouched": "1", **seen(one)}
    assert lead.post("review", task.pk, **form).status_code == 422
    assert not Action.objects.exists()


def test_a_foreign_review_is_not_there(stranger: Visitor, proposed: Task) -> None:
    assert stranger.get("review", proposed.pk).status_code in {403, 404}
