"""Change a shop's own rules on a page: checked, tried, published, looked at by a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import PublishedRules, RuleDraft
from aftersale.shops.models.rulebook import DraftState
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import StoredDecision
from tests.api.desk import make_person, make_shop, make_ticket, now
from tests.pages.desk import kinds, text_of, visitor, words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db

CARD = "layer: shop\nshop: {name: 山茶小店}\n"
BROKEN = "layer: shop\nrules:\n  - id: SHOP-09\n    title: {zh: 试, en: try}\n"
# A refund of what was never sent, whatever the platform says of it: it changes the ticket of the fixture.
GENEROUS = """layer: shop
documents:
  - {id: mine, short: 店规, title: {zh: 店规, en: mine}, kind: shop_policy, effective: [2020-01-01, null],
     source: {zh: 店, en: shop}, read_on: 2020-01-01, confidence: H}
rules:
  - id: SHOP-09
    title: {zh: 没发货都退, en: refund what was not sent}
    kind: entitle
    mode: D
    effective: [null, null]
    anchor: applied
    priority: 999
    when: not shipped and apply_type = 'refund_only'
    then: {remedies: [refund_no_return], liability: none, freight: none}
    cite: [{document: mine, article: '1'}]
    confidence: H
    note: {zh: 退, en: refund}
"""


def send(who: Visitor, shop: Shop, do: str, text: str | list[str] = CARD, **typed: object) -> Any:  # noqa: ANN401  # a response
    form = {"shop": shop.pk, "base": 0, "name": "shop/mine.yaml", "text": text, "do": do}
    return who.post("rules_edit", **{**form, **typed})


@pytest.fixture
def decided(ticket: Ticket) -> Ticket:
    """Give a ticket that was judged just now, as a trial looks back some days only."""
    StoredDecision.objects.filter(ticket=ticket).update(as_of=now())
    return ticket


@pytest.fixture
def alone(shop: Shop) -> Visitor:
    """Give the only person of the shop."""
    return visitor(make_person("alone", Role.OWNER, shop))


def test_a_shop_without_rules_is_offered_choices_and_examples(alone: Visitor) -> None:
    said = text_of(alone.get("rules_edit"))
    assert "start=1" in said
    assert 'name="trust_max"' in said
    examples = text_of(alone.get("rules_edit", start="1"))
    assert "shop/rules.yaml" in examples
    assert "SHOP-01" in examples


def test_a_check_names_file_entry_and_line_in_a_part_and_on_the_whole_page(
    alone: Visitor, shop: Shop
) -> None:
    part = send(alone, shop, "check", BROKEN, part=True)
    assert "<html" not in text_of(part)
    for where in ("shop/mine.yaml", "第 3 行", "SHOP-09"):
        assert where in words_of(part)
    whole = send(alone, shop, "check", BROKEN)
    assert "SHOP-09" in words_of(whole)
    assert BROKEN.splitlines()[2] in text_of(whole)


def test_what_was_checked_without_a_fault_says_so(alone: Visitor, shop: Shop) -> None:
    assert "没有问题" in words_of(send(alone, shop, "check", part=True))


def test_a_file_that_is_no_shop_file_is_refused(alone: Visitor, shop: Shop) -> None:
    refused = send(alone, shop, "check", name="shop/../law.yaml", part=True)
    assert refused.status_code == 422
    assert send(alone, shop, "check", name="", part=True).status_code == 422


def test_rules_are_published_with_one_event_and_hold_at_once(alone: Visitor, shop: Shop) -> None:
    sent = send(alone, shop, "publish", GENEROUS)
    assert sent.status_code == 302
    made = PublishedRules.objects.get()
    assert (made.number, made.author_id, made.approver_id) == (1, alone.person.pk, alone.person.pk)
    assert judge_of(shop.pk, now()).rulebook.rule("SHOP-09").layer == "shop"
    assert [event.kind for event in Event.objects.filter(subject_kind="rules")] == ["rules_published"]
    assert "第 1 版" in words_of(alone.get("rules_edit"))


def test_a_name_without_folder_and_ending_is_completed_and_an_emptied_file_is_taken_out(
    alone: Visitor, shop: Shop
) -> None:
    send(alone, shop, "publish", name=["mine", "other"], text=[CARD, " \n"])
    assert list(PublishedRules.objects.get().files) == ["shop/mine.yaml"]


def test_rules_with_a_fault_are_not_published_and_what_was_written_is_kept(
    alone: Visitor, shop: Shop
) -> None:
    refused = send(alone, shop, "publish", BROKEN)
    assert refused.status_code == 422
    assert "SHOP-09" in text_of(refused)
    assert "还没有发布" in words_of(refused)
    assert not PublishedRules.objects.exists()


def test_the_same_again_is_not_published(alone: Visitor, shop: Shop) -> None:
    send(alone, shop, "publish")
    again = send(alone, shop, "publish", base=1)
    assert again.status_code == 422
    assert PublishedRules.objects.count() == 1


def test_who_wrote_against_an_older_version_is_told_and_keeps_the_text(alone: Visitor, shop: Shop) -> None:
    send(alone, shop, "publish")
    late = send(alone, shop, "publish", GENEROUS, base=0)
    assert late.status_code == 422
    assert "SHOP-09" in text_of(late)
    assert PublishedRules.objects.count() == 1


def test_a_version_can_wait_for_its_day(alone: Visitor, shop: Shop) -> None:
    send(alone, shop, "publish", GENEROUS, valid_from="2099-01-01")
    with pytest.raises(KeyError):
        judge_of(shop.pk, now()).rulebook.rule("SHOP-09")
    assert "2099-01-01" in words_of(alone.get("rules_edit"))
    assert send(alone, shop, "publish", CARD, base=1, valid_from="soon").status_code == 422


def test_a_former_version_is_read_and_begun_from(alone: Visitor, agent: Visitor, shop: Shop) -> None:
    send(alone, shop, "publish", GENEROUS)
    send(alone, shop, "publish", CARD, base=1)
    page = agent.get("rules_version", 1, shop=shop.pk)
    assert "SHOP-09" in text_of(page)
    assert reverse("rules_edit") not in text_of(page)
    assert "SHOP-09" in text_of(alone.get("rules_edit", shop=shop.pk, version="1"))
    for number in (9, 0):
        assert alone.get("rules_version", number, shop=shop.pk).status_code == 404
    assert alone.get("rules_edit", version="x").status_code == 404


def test_a_trial_says_who_would_be_treated_differently_and_changes_nothing(
    alone: Visitor, shop: Shop, decided: Ticket
) -> None:
    before = kinds(decided)
    said = words_of(send(alone, shop, "try", GENEROUS, part=True))
    assert "SHOP-09" in said
    assert "30 天" in said
    assert kinds(decided) == before
    assert not PublishedRules.objects.exists()
    assert "SHOP-09" in words_of(send(alone, shop, "try", GENEROUS))


def test_a_trial_of_what_is_broken_lists_the_faults(alone: Visitor, shop: Shop) -> None:
    said = words_of(send(alone, shop, "try", BROKEN, part=True))
    assert "要改" in said
    assert "试算：" not in said


def test_choices_are_written_as_rules_and_read_back(alone: Visitor, shop: Shop) -> None:
    chosen = alone.post(
        "rules_edit",
        shop=shop.pk,
        do="choose",
        keep_max="20",
        no_reason_days="15",
        batches="2505C，2506A",
        since="2026-01-01",
    )
    text = text_of(chosen)
    for word in ("SHOP-KEEP", "SHOP-DAYS", "2505C", "没有问题"):
        assert word in text
    assert "SHOP-TRUST" not in text
    assert 'value="2505C 2506A"' in text
    assert not PublishedRules.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [{"keep_max": "much"}, {"no_reason_days": "7"}, {"no_reason_days": "-9"}, {"keep_max": "9999999"}],
)
def test_a_choice_that_cannot_be_is_refused(typed: dict[str, str], alone: Visitor, shop: Shop) -> None:
    assert alone.post("rules_edit", shop=shop.pk, do="choose", since="2026-01-01", **typed).status_code == 422


def confirm(who: Visitor, shop: Shop, **typed: object) -> Any:  # noqa: ANN401  # a response
    form = {"parameter": "respond_unshipped_hours", "platform": "douyin", "value": "24", "where": "https://x"}
    return who.post("rules_edit", shop=shop.pk, do="confirm", **{**form, **typed})


def test_a_number_of_the_platform_is_confirmed_and_then_wins(alone: Visitor, shop: Shop) -> None:
    written = confirm(alone, shop)
    assert "shop/confirmed.yaml" in text_of(written)
    assert "没有问题" in words_of(written)
    text = text_of(written).split("rows=")[1].split(">\n", 1)[1].split("</textarea>")[0]
    send(alone, shop, "publish", text.replace("&#39;", "'"), name="shop/confirmed.yaml")
    page = words_of(alone.get("rule_parameter", "respond_unshipped_hours"))
    assert "alone" in page
    assert "24 小时" in page


def test_a_number_that_no_source_gives_waits_until_the_shop_vouches_for_it(
    alone: Visitor, shop: Shop
) -> None:
    text = text_of(confirm(alone, shop, value="36")).split("rows=")[1].split(">\n", 1)[1]
    text = text.split("</textarea>")[0].replace("&#39;", "'")
    refused = send(alone, shop, "publish", text, name="shop/confirmed.yaml")
    assert refused.status_code == 422
    assert 'name="vouch"' in text_of(refused)
    assert send(alone, shop, "publish", text, name="shop/confirmed.yaml", vouch="1").status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        {"parameter": "no_reason_days"},
        {"parameter": "nothing"},
        {"platform": "elsewhere"},
        {"value": ""},
        {"value": "x"},
        {"where": " "},
        {"since": "soon"},
    ],
)
def test_a_confirmation_that_cannot_be_is_refused(typed: dict[str, str], alone: Visitor, shop: Shop) -> None:
    assert confirm(alone, shop, **typed).status_code == 422


def test_after_publishing_the_open_tickets_are_foreseen_and_judged_again(
    alone: Visitor, shop: Shop, ticket: Ticket
) -> None:
    send(alone, shop, "publish", GENEROUS)
    assert "1 张" in words_of(alone.get("rules_edit"))
    seen = alone.get("rules_turn", shop=shop.pk, part=True)
    assert ticket.ticket_no in text_of(seen)
    assert "<html" not in text_of(seen)
    assert "<html" in text_of(alone.get("rules_turn", shop=shop.pk))
    before = kinds(ticket)
    assert alone.post("rules_turn_now", shop=shop.pk).status_code == 302
    ticket.refresh_from_db()
    assert ticket.rule_id == "SHOP-09"
    assert kinds(ticket) == [*before, "decided"]
    assert "已按现行规则" in words_of(alone.get("rules_edit"))


def test_one_person_alone_is_not_offered_a_colleague(alone: Visitor, shop: Shop) -> None:
    assert "hand_in" not in text_of(alone.get("rules_edit"))
    assert send(alone, shop, "hand_in").status_code == 422
    assert not RuleDraft.objects.exists()


def test_a_draft_waits_for_a_second_person_who_publishes_it(
    owner: Visitor, lead: Visitor, shop: Shop
) -> None:
    assert "hand_in" in text_of(owner.get("rules_edit"))
    send(owner, shop, "hand_in", GENEROUS, note="请看")
    draft = RuleDraft.objects.get()
    assert not PublishedRules.objects.exists()
    own = owner.get("rules_draft", draft.pk)
    assert 'value="approve"' not in text_of(own)
    assert owner.post("rules_draft_settle", draft.pk, do="approve").status_code == 422
    page = lead.get("rules_draft", draft.pk)
    assert "请看" in words_of(page)
    assert "line-new" in text_of(page)
    assert lead.post("rules_draft_settle", draft.pk, do="approve").status_code == 302
    made = PublishedRules.objects.get()
    assert (made.author_id, made.approver_id) == (owner.person.pk, lead.person.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.settled_by_id) == (DraftState.PUBLISHED, lead.person.pk)
    assert lead.post("rules_draft_settle", draft.pk, do="approve").status_code == 422
    assert "已发布" in words_of(lead.get("rules_draft", draft.pk))


def test_a_draft_is_returned_with_words(owner: Visitor, lead: Visitor, shop: Shop) -> None:
    send(owner, shop, "hand_in", GENEROUS)
    draft = RuleDraft.objects.get()
    assert lead.post("rules_draft_settle", draft.pk, do="return").status_code == 422
    lead.post("rules_draft_settle", draft.pk, do="return", said="太宽了")
    assert "太宽了" in words_of(owner.get("rules_draft", draft.pk))
    assert not PublishedRules.objects.exists()


def test_a_draft_is_tried_on_the_tickets(owner: Visitor, lead: Visitor, shop: Shop, decided: Ticket) -> None:
    send(owner, shop, "hand_in", GENEROUS)
    draft = RuleDraft.objects.get()
    part = lead.get("rules_draft_try", draft.pk, part=True)
    assert "SHOP-09" in words_of(part)
    assert "<html" not in text_of(part)
    assert "SHOP-09" in words_of(lead.get("rules_draft_try", draft.pk))
    assert decided.ticket_no in text_of(part)


def test_a_draft_with_a_fault_is_not_published(owner: Visitor, lead: Visitor, shop: Shop) -> None:
    send(owner, shop, "hand_in", GENEROUS)
    draft = RuleDraft.objects.get()
    RuleDraft.objects.update(files={"shop/mine.yaml": BROKEN})
    refused = lead.post("rules_draft_settle", draft.pk, do="approve")
    assert refused.status_code == 422
    assert not PublishedRules.objects.exists()


def test_drafts_and_changes_of_others_are_not_there(
    owner: Visitor, agent: Visitor, stranger: Visitor, shop: Shop
) -> None:
    send(owner, shop, "hand_in", GENEROUS)
    draft = RuleDraft.objects.get()
    for name in ("rules_draft", "rules_draft_try"):
        assert stranger.get(name, draft.pk).status_code == 404
        assert agent.get(name, draft.pk).status_code == 403
    assert stranger.post("rules_draft_settle", draft.pk, do="approve").status_code == 404
    assert agent.post("rules_draft_settle", draft.pk, do="approve").status_code == 403
    assert send(stranger, shop, "publish", GENEROUS).status_code == 404
    assert send(agent, shop, "publish", GENEROUS).status_code == 403
    assert stranger.post("rules_turn_now", shop=shop.pk).status_code == 404
    assert agent.post("rules_turn_now", shop=shop.pk).status_code == 403
    assert owner.get("rules_draft", 10**6).status_code == 404


def test_each_shop_has_rules_of_its_own(shop: Shop) -> None:
    other = make_shop("二号店")
    both = visitor(make_person("both", Role.OWNER, shop, other))
    send(both, shop, "publish", GENEROUS)
    make_ticket(other)
    assert "SHOP-09" in text_of(both.get("rules", shop=shop.pk))
    assert "SHOP-09" not in text_of(both.get("rules", shop=other.pk))
