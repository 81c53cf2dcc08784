"""After a ruling: reconsideration, lessons, the library, the register, the lawyer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import Sum

from aftersale.disputes import appealing, handling, legal, register, reviewing
from aftersale.disputes.complaining import draft as complaint_of
from aftersale.disputes.estimating import estimate_of
from aftersale.disputes.finding import alike, search
from aftersale.disputes.handling import Ruling
from aftersale.disputes.models import Case, Complaint, Review
from aftersale.disputes.noting import TURNED
from aftersale.disputes.refusals import CaseRefused
from aftersale.disputes.register import Measure, Wish, register_of
from aftersale.disputes.reviewing import Lesson
from aftersale.domain.disputes import Stage
from aftersale.evidence import vault
from aftersale.evidence.models import Event
from aftersale.evidence.pack.check import check_pack
from aftersale.finance.following import follow as follow_money
from aftersale.finance.following import follow_shop
from aftersale.finance.models import MoneyLeg
from aftersale.policy.disputes.factors import Lean
from aftersale.tickets.vault import packs
from tests.disputes.conftest import NOW, again, opened, says, ticket_of
from tests.disputes.test_submitting import connected, ready, submit
from tests.tickets.vault.files import photo, put

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Pack

pytestmark = pytest.mark.django_db
RULED = NOW + timedelta(hours=21)
LESSON = Lesson(
    "communication", "service", "按时举证", "没拍序列号", "出库拍序列号", "耳机要留序列号", date(2026, 7, 1)
)


def lost(of: Shop, person: Person) -> Case:
    connected(of)
    case = ready(of, person)
    submit(case, person)
    says(of, 21, "lost", ended=True, favours="buyer", blamed="merchant")
    return again(case, RULED)


def test_a_lost_dispute_stands_in_the_ledger_with_who_was_blamed(own_shop: Shop, agent: Person) -> None:
    case = lost(own_shop, agent)
    follow_money(RULED)
    legs = MoneyLeg.objects.filter(ticket=case.ticket_id, kind="paid")
    assert [(leg.fen, leg.liability) for leg in legs] == [(12900, "merchant")]


def test_reconsideration_needs_something_new(own_shop: Shop, agent: Person) -> None:
    case = lost(own_shop, agent)
    chance = appealing.chance_of(case, RULED)
    assert chance is not None
    assert chance.open
    assert not chance.ready
    with pytest.raises(CaseRefused, match=r"case\.no_new_evidence"):
        appealing.prepare(case, ("摘要", "说明"), agent, RULED)


def appealed(case: Case, person: Person) -> Pack:
    put(ticket_of(case), person, photo(9))
    made = appealing.prepare(case, appealing.draft(case, RULED), person, RULED)
    packs.build(made.pk, RULED)
    return made


def test_it_is_asked_for_once(own_shop: Shop, agent: Person) -> None:
    case = lost(own_shop, agent)
    pack = appealed(case, agent)
    made = appealing.submitted(case, pack.pk, agent, RULED)
    assert "新凭证 1 件" in made.text
    with pytest.raises(CaseRefused, match=r"case\.no_appeal"):
        appealing.submitted(case, pack.pk, agent, RULED)
    appealing.answered(case, TURNED, "buyer", agent, RULED + timedelta(days=3))
    case.refresh_from_db()
    assert (case.favours, case.blamed) == ("merchant", "buyer")
    assert (ticket_of(case).blamed, ticket_of(case).arbitration_state) == ("buyer", "won")


def appealed_and_told(of: Shop, agent: Person, state: str, **said: object) -> Case:
    case = lost(of, agent)
    follow_money(RULED)
    appealing.submitted(case, appealed(case, agent).pk, agent, RULED)
    says(of, 90, state, ended=True, **said)
    told = again(case, NOW + timedelta(hours=90))
    follow_money(NOW + timedelta(hours=90))
    return told


def borne(case: Case) -> dict[str, int]:
    legs = MoneyLeg.objects.filter(ticket=case.ticket_id, kind="paid").values_list("liability")
    return {who: fen for who, fen in legs.annotate(sum=Sum("fen")) if fen}


def test_a_ruling_that_the_platform_turned_is_read_back_into_case_ledger_register_and_library(
    own_shop: Shop, agent: Person
) -> None:
    case = appealed_and_told(
        own_shop,
        agent,
        "won",
        favours="merchant",
        blamed="platform",
        opinion="改判",
        facts={"refunded_fen": 12900},
    )
    assert (case.favours, case.blamed, case.opinion) == ("merchant", "platform", "改判")
    assert case.judged_at == RULED
    assert case.submissions.get(kind="appeal").answer == "turned"
    assert (ticket_of(case).arbitration_state, ticket_of(case).contradicted) == ("won", "")
    assert borne(case) == {"platform": 12900}
    follow_shop(own_shop.pk, NOW + timedelta(hours=91))
    assert borne(case) == {"platform": 12900}
    assert register_of(own_shop.pk, NOW + timedelta(hours=91)).effect.liable == 0
    reviewing.review(case, LESSON, agent, NOW + timedelta(hours=91))
    assert search([own_shop.pk], "支持商家") == [case]


def test_a_ruling_that_the_platform_upheld_in_other_words_answers_the_request(
    own_shop: Shop, agent: Person
) -> None:
    case = appealed_and_told(own_shop, agent, "lost", favours="buyer", blamed="merchant", opinion="维持原判")
    assert (case.favours, case.opinion) == ("buyer", "维持原判")
    assert case.submissions.get(kind="appeal").answer == "upheld"
    assert borne(case) == {"merchant": 12900}


def test_an_answer_that_a_person_noted_is_not_undone_by_the_platforms_older_word(
    own_shop: Shop, agent: Person
) -> None:
    case = lost(own_shop, agent)
    appealing.submitted(case, appealed(case, agent).pk, agent, RULED)
    appealing.answered(case, TURNED, "buyer", agent, RULED + timedelta(days=3))
    case = again(case, RULED + timedelta(days=4))
    assert (case.favours, case.blamed) == ("merchant", "buyer")
    says(own_shop, 200, "lost", ended=True, favours="buyer", blamed="merchant", opinion="再次改判")
    assert again(case, NOW + timedelta(hours=200)).favours == "buyer"


def test_the_same_words_again_answer_nothing(own_shop: Shop, agent: Person) -> None:
    case = appealed_and_told(own_shop, agent, "lost", favours="buyer", blamed="merchant")
    assert case.submissions.get(kind="appeal").answered_at is None


@pytest.mark.parametrize(("seconds", "still"), [(-1, True), (0, False), (1, False)])
def test_its_window_is_seven_days(own_shop: Shop, agent: Person, seconds: int, *, still: bool) -> None:
    chance = appealing.chance_of(lost(own_shop, agent), RULED + timedelta(days=7, seconds=seconds))
    assert chance is not None
    assert chance.open is still


def test_what_was_won_is_not_asked_for_again(own_shop: Shop, agent: Person) -> None:
    case = ready(own_shop, agent)
    says(own_shop, 5, "won", ended=True, favours="merchant", blamed="buyer")
    assert appealing.chance_of(again(case, RULED), RULED) is None


def test_a_ruling_that_no_interface_tells_is_noted_by_a_person(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    handling.rule(case, Ruling("buyer", "both", "双方都有责任"), agent, RULED)
    case.refresh_from_db()
    assert (case.stage, case.favours, case.blamed, case.known_by) == ("judged", "buyer", "both", "person")
    assert ticket_of(case).arbitration_state == "lost"
    with pytest.raises(CaseRefused):
        handling.rule(case, Ruling("merchant", "buyer"), agent, RULED)
    handling.accept(case, agent, RULED)
    assert Case.objects.get().stage == Stage.SETTLED


def test_the_platforms_own_ruling_replaces_a_persons(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    handling.rule(case, Ruling("buyer", "merchant"), agent, RULED)
    says(own_shop, 22, "won", favours="merchant", blamed="buyer")
    assert again(case, NOW + timedelta(hours=22)).favours == "merchant"


def test_a_case_is_closed_with_a_whole_lesson_and_found_by_two_characters(
    own_shop: Shop, agent: Person
) -> None:
    case = lost(own_shop, agent)
    with pytest.raises(CaseRefused):
        reviewing.review(case, Lesson("communication", "service", "", "", "", ""), agent, RULED)
    reviewing.review(case, LESSON, agent, RULED)
    case.refresh_from_db()
    assert case.ended_at == RULED
    for asked in ("序列", "玻璃杯", case.ticket.ticket_no[-6:], "沟通", ""):
        assert search([own_shop.pk], asked) == [case], asked
    assert search([own_shop.pk], "没有的词") == []
    assert search([own_shop.pk + 1], "序列") == []
    reviewing.done(Review.objects.get(), RULED)
    assert Review.objects.get().action_done_at == RULED


def test_an_open_case_teaches_nothing_yet(own_shop: Shop, agent: Person) -> None:
    with pytest.raises(CaseRefused, match=r"case\.not_judged"):
        reviewing.review(opened(own_shop), LESSON, agent, NOW)


def test_like_cases_are_shown_with_what_is_alike(own_shop: Shop, agent: Person) -> None:
    case = lost(own_shop, agent)
    reviewing.review(case, LESSON, agent, RULED)
    other = ticket_of(case)
    other.pk = 10**6
    (found,) = alike(other, [own_shop.pk])
    assert "同一商品" in [words.zh for words in found.why]
    assert alike(ticket_of(case), [own_shop.pk]) == []
    other.reason = other.article_no = ""
    assert alike(other, [own_shop.pk]) == []


def test_an_estimate_is_kept_when_evidence_goes_out_and_counted_later(own_shop: Shop, agent: Person) -> None:
    case = lost(own_shop, agent)
    assert Lean(case.estimate["lean"])
    found = estimate_of(case, RULED)
    assert (found.expected.cases, found.expected.won_bp) == (1, None)
    assert found.gaps


def test_tests_of_liability_are_answered_and_taken_back(own_shop: Shop, agent: Person) -> None:
    case = opened(own_shop)
    handling.test(case, "promise", "yes", "", (agent, NOW))
    assert Case.objects.get().tests["promise"]["answer"] is True
    handling.test(case, "promise", "", "", (agent, NOW))
    assert Case.objects.get().tests == {}
    with pytest.raises(CaseRefused):
        handling.test(case, "luck", "yes", "", (agent, NOW))


def test_the_register_shows_what_one_more_loss_does(own_shop: Shop, agent: Person, lead: Person) -> None:
    case = lost(own_shop, agent)
    register.set_wish(own_shop.pk, Wish(automatic=False, minutes_before=60, orders=12_000), lead, RULED)
    made = register.add(own_shop.pk, Measure("points_a", 3, RULED.date(), "少举证"), case, lead, RULED)
    found = register_of(own_shop.pk, RULED)
    assert (found.effect.liable, found.effect.before, found.effect.after) == (1, 83, 166)
    assert (found.points["points_a"], found.left["points_a"]) == (3, 9)
    register.lift(made, lead, RULED)
    assert register_of(own_shop.pk, RULED).points["points_a"] == 0
    written = Event.objects.filter(subject_kind="shop").values_list("kind", flat=True)
    assert {"shop_disputes", "shop_penalty", "shop_penalty_lifted"} <= set(written)


@pytest.mark.parametrize("wish", [Wish(True, 5, None), Wish(True, 2_000, None), Wish(True, 60, -1)])  # noqa: FBT003  # a record
def test_a_wish_that_makes_no_sense_is_refused(own_shop: Shop, lead: Person, wish: Wish) -> None:
    with pytest.raises(CaseRefused):
        register.set_wish(own_shop.pk, wish, lead, NOW)


def test_a_complaint_is_drafted_from_what_is_shown_and_kept_with_its_answer(
    own_shop: Shop, agent: Person
) -> None:
    ticket = ticket_of(opened(own_shop))
    text = complaint_of(ticket, NOW)
    assert ticket.ticket_no in text
    made = register.complain(ticket, text, agent, NOW)
    register.answered(made, "不予支持", NOW)
    assert Complaint.objects.get().answer == "不予支持"
    with pytest.raises(CaseRefused):
        register.complain(ticket, "  ", agent, NOW)


def test_the_lawyers_pack_names_the_last_day_and_that_it_is_no_advice_and_verifies(
    own_shop: Shop, agent: Person
) -> None:
    case = lost(own_shop, agent)
    words = legal.statement_of(case, RULED)
    assert "不是法律意见" in words
    assert "2029-06-" in words
    made = legal.ask(case, agent.pk, RULED)
    done = packs.build(made.pk, RULED)
    assert done is not None
    assert done.file is not None
    assert check_pack(vault.read(done.file)).broken is None
