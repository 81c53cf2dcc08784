from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.library.checking import shop_faults
from aftersale.library.instructed import Agreed, instructed
from aftersale.shops.models.rulebook import RuleDraft
from aftersale.tickets import instructions
from aftersale.tickets.fact_answers import answer
from aftersale.tickets.models import Action, Instruction, Task
from tests.api.desk import make_ticket, now
from tests.pages.desk import kinds, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = "已停售，统一道歉并直接退款，不要求寄回"


def typed(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def surge(shop: Shop, number: int) -> None:
    """Let so many tickets of one article and reason come within the hour."""
    for each in range(number):
        make_ticket(shop, each + 1, article_no="POT", reason="safety_hazard", applied_at=now(), lane="ours")


@pytest.mark.parametrize(("number", "lines"), [(2, 0), (3, 1), (4, 1)])
def test_a_bar_appears_when_an_article_and_reason_reach_the_threshold(
    lead: Visitor, shop: Shop, number: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "LEAST", 3)
    surge(shop, number)
    assert words_of(lead.get("instructions_bar", part=True)).count("POT") == lines


def test_tickets_of_the_day_before_yesterday_make_no_bar(
    lead: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "LEAST", 1)
    make_ticket(shop, article_no="POT", reason="safety_hazard", applied_at=now() - 2 * DAY, lane="ours")
    assert "POT" not in words_of(lead.get("instructions_bar", part=True))


def test_sending_back_without_a_reason_is_no_incident(
    lead: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "LEAST", 1)
    make_ticket(shop, article_no="POT", reason="no_reason", applied_at=now(), lane="ours")
    assert "POT" not in words_of(lead.get("instructions_bar", part=True))


def test_a_pinned_instruction_stands_on_its_tickets_until_it_ends(lead: Visitor, shop: Shop) -> None:
    mine = make_ticket(shop, 1, article_no="POT", reason="safety_hazard")
    other = make_ticket(shop, 2, article_no="CUP", reason="safety_hazard")
    about = {"shop": shop.pk, "article": "POT", "reason": "safety_hazard", "text": TEXT}
    assert lead.post("instructions", **about, until=typed(now() + DAY)).status_code == 302
    assert TEXT in words_of(lead.get("ticket_instructions", mine.pk, part=True))
    assert TEXT not in words_of(lead.get("ticket_instructions", other.pk, part=True))
    pinned = Instruction.objects.get()
    assert lead.post("instruction_end", pinned.pk).status_code == 302
    assert lead.post("instruction_end", pinned.pk).status_code == 302
    assert TEXT not in words_of(lead.get("ticket_instructions", mine.pk, part=True))
    told = Event.objects.filter(subject_kind="shop").order_by("id").values_list("kind", flat=True)
    assert list(told) == ["instruction_pinned", "instruction_ended"]


@pytest.mark.parametrize("verb", ["agree_return", "refund"])
def test_nothing_is_done_past_a_pinned_instruction_before_it_was_read(
    lead: Visitor, shop: Shop, verb: str
) -> None:
    mine = make_ticket(shop, 1, article_no="POT", reason="safety_hazard", step="agree_return")
    about = instructions.About(shop, "POT", "safety_hazard", "", "")
    instructions.pin(about, TEXT, now() + DAY, lead.person, now())
    asked = lead.get("approve", mine.pk, part=True, verb=verb)
    assert TEXT in words_of(asked), "it stands beside what will be done"
    pressed = lead.post("approve", mine.pk, part=True, verb="agree_return", sequence=mine.sequence)
    assert TEXT in words_of(pressed)
    assert not Action.objects.exists(), "one key alone does not act past it"
    lead.post("approve", mine.pk, part=True, verb="agree_return", sequence=mine.sequence, seen="1")
    assert Action.objects.get().verb == "agree_return"


def test_a_group_with_its_instruction_pinned_is_no_news(
    lead: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "LEAST", 2)
    surge(shop, 2)
    about = {"shop": shop.pk, "article": "POT", "reason": "safety_hazard", "text": TEXT}
    lead.post("instructions", **about, until=typed(now() + DAY))
    assert instructions.surges([shop.pk], now()) == []


@pytest.mark.parametrize("typed_in", [{"text": " "}, {"until": "2020-01-01T00:00"}, {"until": "tomorrow"}])
def test_an_instruction_that_is_not_whole_is_refused_with_what_to_do(
    lead: Visitor, shop: Shop, typed_in: dict[str, str]
) -> None:
    whole = {"shop": str(shop.pk), "text": TEXT, "until": typed(now() + DAY)}
    answer = lead.post("instructions", **(whole | typed_in))
    assert (answer.status_code, Instruction.objects.count()) == (422, 0)
    assert "已写的内容还在" in words_of(answer)


def test_an_agent_reads_what_is_pinned_and_may_not_pin(agent: Visitor, lead: Visitor, shop: Shop) -> None:
    whole = {"shop": shop.pk, "text": TEXT, "until": typed(now() + DAY)}
    assert agent.post("instructions", **whole).status_code == 403
    lead.post("instructions", **whole)
    assert TEXT in words_of(agent.get("instructions"))


def test_a_stop_of_sale_is_asked_for_once(lead: Visitor, shop: Shop) -> None:
    for _ in range(2):
        assert lead.post("stop_sale", shop=shop.pk, article="POT").status_code == 302
    assert Task.objects.get().params["article_no"] == "POT"
    assert "停止销售" in words_of(lead.get("tasks"))
    assert lead.post("stop_sale", shop=shop.pk, article="").status_code == 422


def test_a_promise_is_an_event_and_comes_up_in_the_list_of_things_to_do(agent: Visitor, shop: Shop) -> None:
    ticket = make_ticket(shop)
    said = {"what": "补偿 20 元", "amount": "20", "until": typed(now() + DAY)}
    assert agent.post("promise", ticket.pk, **said).status_code == 302
    task = Task.objects.get()
    assert (task.kind, task.params["amount_fen"], task.assignee) == ("promise", 2000, agent.person)
    assert kinds(ticket)[-1] == "promised"
    assert "补偿 20 元" in words_of(agent.get("tasks"))
    stored = bytes(Event.objects.get(subject_id=ticket.pk, subject_kind="ticket", kind="promised").payload)
    assert "补偿".encode() not in stored


@pytest.mark.parametrize("typed_in", [{"what": " "}, {"amount": "lots"}, {"until": ""}])
def test_a_promise_that_is_not_whole_changes_nothing(
    agent: Visitor, shop: Shop, typed_in: dict[str, str]
) -> None:
    ticket = make_ticket(shop)
    said = {"what": "补偿", "amount": "20", "until": typed(now() + DAY)} | typed_in
    assert agent.post("promise", ticket.pk, **said).status_code == 422
    assert (Task.objects.count(), kinds(ticket)) == (0, ["imported"])


def test_who_only_reads_makes_no_promise(as_role: Callable[[Role], Visitor], shop: Shop) -> None:
    ticket = make_ticket(shop)
    said = {"what": "补偿", "until": typed(now() + DAY)}
    assert as_role(Role.READ_ONLY).post("promise", ticket.pk, **said).status_code == 403


def test_the_bar_counts_what_its_link_opens(
    lead: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "LEAST", 3)
    surge(shop, 3)
    old = {"article_no": "POT", "reason": "safety_hazard", "applied_at": now() - 3 * DAY}
    make_ticket(shop, 8, lane="ours", **old)
    make_ticket(shop, 9, lane="waiting", article_no="POT", reason="safety_hazard", applied_at=now())
    page = lead.get("instructions_bar", part=True)
    assert "4 单待处理" in words_of(page)
    address = unescape(re.findall(r'href="([^"]*queue[^"]*)"', text_of(page))[0])
    assert text_of(lead.client.get(address)).count("<tr data-row") == 4


def test_an_instruction_may_be_about_a_live_session_and_a_batch(lead: Visitor, shop: Shop) -> None:
    mine, other = make_ticket(shop, 1), make_ticket(shop, 2)
    answer(mine, "batch", "2505C", lead.person.pk, now())
    answer(other, "batch", "2506A", lead.person.pk, now())
    whole = {"shop": shop.pk, "batch": "2505C", "text": TEXT, "until": typed(now() + DAY)}
    lead.post("instructions", **whole)
    assert TEXT in words_of(lead.get("ticket_instructions", mine.pk, part=True))
    assert TEXT not in words_of(lead.get("ticket_instructions", other.pk, part=True))
    assert "2505C" in words_of(lead.get("instructions"))
    lead.post("instructions", **{**whole, "batch": "", "live": "5 月专场", "text": "专场口径"})
    assert "专场口径" not in words_of(lead.get("ticket_instructions", mine.pk, part=True))


def test_an_instruction_becomes_a_draft_of_a_rule_for_a_colleague(
    lead: Visitor, shop: Shop, elsewhere: Shop
) -> None:
    about = {"shop": shop.pk, "article": "PO'T", "reason": "damaged", "text": TEXT}
    lead.post("instructions", **about, until=typed(now() + DAY))
    pinned = Instruction.objects.get()
    page = lead.post("rules_edit", shop=shop.pk, do="instruct", instruction=pinned.pk)
    assert page.status_code == 200
    files = instructed({}, Agreed(7, {"article_no": "PO'T"}, TEXT, now().date(), (now() + DAY).date()))
    assert shop_faults(files) == ()
    assert f"SHOP-SAY-{pinned.pk}" in text_of(page)
    sent = {"name": list(files), "text": list(files.values()), "base": 0}
    lead.post("rules_edit", shop=shop.pk, do="hand_in", **sent)
    assert RuleDraft.objects.get().author == lead.person
    assert lead.post("rules_edit", shop=shop.pk, do="instruct", instruction="x").status_code == 404
    assert lead.post("rules_edit", shop=elsewhere.pk, do="instruct", instruction=1).status_code == 404


def test_the_page_is_titled_and_labelled_in_english_too(lead: Visitor) -> None:
    said = words_of(visitor(lead.person, "en").get("instructions"))
    assert "Agreed on" in said
    assert not re.search("口径|商家编码", said)
    assert "口径" in words_of(lead.get("instructions"))
