"""The list of cases, one case on the phone, what may be pressed, and what nobody else may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from aftersale.channels.base import Disputed, Source, Turn
from aftersale.disputes.automatic import submit_due
from aftersale.disputes.following import follow
from aftersale.disputes.models import Case, Complaint, DisputeSetting, Penalty, Review, Submission
from aftersale.finance.models import MoneyLeg
from aftersale.jobs import door
from aftersale.pages.evidence_out import addresses_of
from aftersale.tickets.models import EvidenceRequest, Pack, Ticket
from aftersale.tickets.vault import packs
from tests.api.desk import now
from tests.pages.desk import text_of, visitor, words_of
from tests.tickets.taking.notices import ASKED, origin, took
from tests.tickets.vault.files import photo, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.conf import LazySettings

    from aftersale.domain.roles import Role as RoleCode
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

from aftersale.domain.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def job() -> None:
    if packs.JOB not in door.registered():
        door.register(packs.JOB, lambda _id, _now: None)


def says(of: Shop, minutes: int, state: str, **said: object) -> None:
    at = now() + timedelta(minutes=minutes)
    ended = bool(said.pop("ended", False))
    told: dict[str, object] = {"number": "71_001", "opened_at": at, "changed_at": at, **said}
    if state == "evidence_due":
        told["due_at"] = at + timedelta(hours=20)
    facts = {name: value for name, value in ASKED.facts.items() if not (ended and name == "status_deadline")}
    notice = replace(
        ASKED,
        open=not ended,
        turn=Turn.DONE if ended else Turn.MERCHANT if state == "evidence_due" else Turn.PLATFORM,
        status=f"平台介入 {minutes}",
        newest_at=at,
        version=str(int(at.timestamp())),
        facts={**facts, "merchant_response": "rejected", "rejected": True},
        dispute=Disputed(state, **told),  # type: ignore[arg-type]  # by name
    )
    took(of, [notice], origin(Source.API, at, at))
    follow(at)


@pytest.fixture
def case(shop: Shop, agent: Visitor) -> Case:
    """Give a case with a photo, its material built."""
    says(shop, -60, "evidence_due")
    put(Ticket.objects.get(), agent.person, photo(1))
    follow(now())
    pack = Pack.objects.order_by("-pk")[0]
    packs.build(pack.pk, now())
    return Case.objects.get()


def test_the_list_shows_the_case_with_its_clock(agent: Visitor, case: Case) -> None:
    said = words_of(agent.get("disputes"))
    assert case.ticket.ticket_no in said
    assert "待举证" in said


def test_a_case_shows_what_would_go_out_and_that_it_goes_once(agent: Visitor, case: Case) -> None:
    page = agent.get("dispute", case.pk)
    said = words_of(page)
    assert "图片" in said
    assert reverse("pack_picture", args=[case.pack_id, 1]) in text_of(page)
    assert "不是概率" in said
    assert "还不给数字" in said


def test_one_takes_it_over_and_the_other_reads_who(agent: Visitor, lead: Visitor, case: Case) -> None:
    assert agent.post("dispute_take", case.pk).status_code == 302
    refused = lead.post("dispute_take", case.pk)
    assert refused.status_code == 422
    assert str(agent.person) in words_of(refused)
    lead.post("dispute_take", case.pk, do="free")
    assert lead.post("dispute_take", case.pk).status_code == 302


def test_words_are_changed_and_what_was_typed_survives_a_refusal(agent: Visitor, case: Case) -> None:
    agent.post("dispute_words", case.pk, summary="摘要一", statement="按时发出")
    case.refresh_from_db()
    assert (case.statement, case.typed) == ("按时发出", True)
    refused = agent.post("dispute_review", case.pk, cause="delay", good="回复快")
    assert refused.status_code == 422


def test_without_the_word_of_a_person_nothing_is_submitted(agent: Visitor, case: Case) -> None:
    assert agent.post("dispute_submit", case.pk, pack=case.pack_id, by_hand="1").status_code == 422
    assert not Submission.objects.exists()
    sent = agent.post("dispute_submit", case.pk, pack=case.pack_id, by_hand="1", sure="1")
    assert sent.status_code == 302
    assert agent.post("dispute_submit", case.pk, pack=case.pack_id, by_hand="1", sure="1").status_code == 422
    made = Submission.objects.get()
    page = agent.get("dispute", case.pk)
    assert f"已提交的 {len(made.pictures)} 张图和文字" in words_of(page)
    assert made.text.split()[0] in words_of(page)
    assert all(each["sha256"][:12] in text_of(page) for each in made.pictures)


def test_a_platform_fetches_the_pictures_by_signed_addresses_alone(
    case: Case, settings: LazySettings
) -> None:
    assert case.pack is not None
    assert addresses_of(case.pack, 1) == []
    settings.PUBLIC_URL = "https://desk.example.com"
    (address,) = addresses_of(case.pack, 1)
    path = address.removeprefix("https://desk.example.com")
    shown = Client().get(path)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert Client().get(path.replace("1.", "2.", 1)).status_code == 404
    assert Client().get("/shown/1-1.jpg").status_code == 404


def test_after_a_ruling_it_is_booked_appealed_and_reviewed(
    shop: Shop, owner: Visitor, agent: Visitor, case: Case
) -> None:
    agent.post("dispute_submit", case.pk, pack=case.pack_id, by_hand="1", sure="1")
    says(shop, 1, "lost", favours="buyer", blamed="merchant", opinion="凭证不足")
    said = words_of(agent.get("dispute", case.pk))
    assert "支持买家" in said
    assert "只有一次机会" in said
    assert agent.post("dispute_appeal", case.pk, summary="摘要", statement="说明").status_code == 422
    put(Ticket.objects.get(), agent.person, photo(7))
    assert agent.post("dispute_appeal", case.pk, summary="摘要", statement="说明").status_code == 302
    pack = Pack.objects.order_by("-pk")[0]
    packs.build(pack.pk, now())
    assert agent.post("dispute_appeal", case.pk, do="submitted", pack=pack.pk).status_code == 302
    assert agent.post("dispute_appeal", case.pk, do="answered", answer="upheld").status_code == 302
    assert owner.post("dispute_deduct", case.pk, amount="12.50", once="x").status_code == 302
    assert owner.post("dispute_deduct", case.pk, amount="12.50", once="x").status_code == 302
    assert [(leg.fen, leg.liability) for leg in MoneyLeg.objects.filter(kind="deducted")] == [
        (1250, "merchant")
    ]
    written = {name: f"{name}写了" for name in ("good", "bad", "action", "lesson")}
    done = agent.post("dispute_review", case.pk, cause="delay", root="service", **written)
    assert done.status_code == 302
    assert Review.objects.get().cause == "delay"
    assert "lesson写了" in words_of(agent.get("case_library", q="处理"))
    assert agent.post("dispute_review", case.pk, do="done").status_code == 302


def test_what_would_stop_the_text_is_said_in_the_preview(agent: Visitor, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(summary="买家电话 13800138000", statement="说明", typed=True)
    put(Ticket.objects.get(), agent.person, photo(4))
    follow(now())
    packs.build(Pack.objects.order_by("-pk")[0].pk, now())
    said = words_of(agent.get("dispute", case.pk))
    assert "“13800138000”" in said
    assert "先改文字" in said
    assert "先改文字" in words_of(agent.get("dispute_preview", case.pk, part=True))


def test_a_pack_that_could_not_be_built_is_built_at_a_press(agent: Visitor, case: Case) -> None:
    Pack.objects.filter(pk=case.pack_id or 0).update(state="failed", tries=5, failure={"zh": "出了意外"})
    page = agent.get("dispute", case.pk)
    assert reverse("pack_again", args=[case.pack_id]) in text_of(page)
    back = agent.post("pack_again", case.pack_id, case=case.pk)
    assert back.headers["Location"] == reverse("dispute", args=[case.pk])
    assert agent.post("pack_again", case.pack_id).headers["Location"] == reverse("pack", args=[case.pack_id])
    done = packs.build(case.pack_id or 0, now())
    assert done is not None
    assert (done.state, done.tries) == ("built", 0)


def test_what_was_typed_of_a_penalty_or_a_complaint_survives_a_refusal(
    agent: Visitor, shop: Shop, case: Case
) -> None:
    typed = {"kind": "points_b", "amount": "", "on": "2026-06-01", "note": "少举证"}
    page = text_of(agent.post("penalties", shop=shop.pk, **typed))
    assert "还有没填的" in page
    assert 'value="少举证"' in page
    assert 'value="points_b" selected' in page
    assert 'value="2026-06-01"' in page
    agent.post("complaint", case.ticket_id, text="寄回空盒")
    refused = agent.post("complaint", case.ticket_id, complaint=Complaint.objects.get().pk, answer=" ")
    assert (refused.status_code, Complaint.objects.get().answer) == (422, "")
    assert agent.post("complaint", case.ticket_id, text=" ").status_code == 422


def test_a_ruling_read_in_the_back_office_is_noted(agent: Visitor, case: Case) -> None:
    assert agent.post("dispute_rule", case.pk, favours="nobody").status_code == 422
    assert "形势" in words_of(agent.get("dispute", case.pk))
    agent.post("dispute_rule", case.pk, favours="buyer", blamed="both", opinion="各担一半")
    said = words_of(agent.get("dispute", case.pk))
    assert "各担一半" in said
    assert "形势" not in said, "what is ruled is not estimated"
    assert agent.post("dispute_rule", case.pk, do="accept").status_code == 302


def test_a_test_of_liability_is_answered(agent: Visitor, case: Case) -> None:
    agent.post("dispute_test", case.pk, test="promise", answer="yes")
    assert "这里回答" in words_of(agent.get("dispute", case.pk)) or Case.objects.get().tests


def test_the_lawyers_pack_and_a_complaint(agent: Visitor, case: Case) -> None:
    assert agent.post("dispute_legal", case.pk).status_code == 302
    assert case.ticket.ticket_no in text_of(agent.get("complaint", case.ticket_id))
    agent.post("complaint", case.ticket_id, text="买家寄回空盒")
    agent.post("complaint", case.ticket_id, complaint=Complaint.objects.get().pk, answer="已受理")
    assert "已受理" in words_of(agent.get("complaint", case.ticket_id))


def test_penalties_are_noted_and_lifted(agent: Visitor, shop: Shop, case: Case) -> None:
    assert (
        agent.post("penalties", shop=shop.pk, kind="points_a", amount="3", on="2026-06-01").status_code == 302
    )
    assert agent.post("penalties", shop=shop.pk, kind="points_a", amount="").status_code == 422
    assert "3" in words_of(agent.get("penalties"))
    agent.post("penalty_lift", Penalty.objects.get().pk)
    assert Penalty.objects.get().lifted_at is not None
    assert agent.post("dispute_penalty", case.pk, kind="fine", amount="50").status_code == 302


def test_kinds_of_penalties_are_said_in_the_language_of_the_page(agent: Visitor, shop: Shop) -> None:
    agent.post("penalties", shop=shop.pk, kind="points_a", amount="2", on="2026-06-01", note="")
    english = words_of(visitor(agent.person, "en").get("penalties"))
    for words in ("points of class A 2", "warning", "fine", "change of the score"):
        assert words in english
    assert "扣分" not in english
    assert "A 类扣分 2" in words_of(agent.get("penalties"))


def test_what_was_ticked_of_a_submission_stays_where_it_is_refused(agent: Visitor, case: Case) -> None:
    def refused(pack: int) -> str:
        answer = agent.post("dispute_submit", case.pk, pack=pack, sure="1")
        assert answer.status_code == 422
        return text_of(answer).partition('id="submit"')[2].partition("</form>")[0]

    ticked, why = 'name="sure" value="1" required checked', 'id="refused-here"'
    assert ticked not in text_of(agent.get("dispute", case.pk))
    same = refused(case.pack_id or 0)
    assert ticked in same
    assert why in same
    another = refused((case.pack_id or 0) + 1)
    assert ticked not in another
    assert why in another


def test_only_who_manages_a_shop_lets_the_desk_submit(
    as_role: Callable[[RoleCode], Visitor], shop: Shop, case: Case
) -> None:
    assert (
        as_role(Role.AGENT).post("dispute_setting", shop.pk, automatic="1", minutes_before="60").status_code
        == 403
    )
    done = as_role(Role.LEAD).post(
        "dispute_setting", shop.pk, automatic="1", minutes_before="60", orders="900"
    )
    assert done.status_code == 302
    assert DisputeSetting.objects.get().orders == 900
    assert submit_due(now(), addresses_of) == []
    assert case.submissions.count() == 0


def test_a_ticket_shows_its_case_and_what_may_bring_the_platform_in(agent: Visitor, case: Case) -> None:
    said = words_of(agent.get("ticket_disputes", case.ticket_id, part=True))
    assert "待举证" in said


def test_a_refusal_shows_what_it_may_lead_to(agent: Visitor, ticket: Ticket) -> None:
    assert "可能的后果" in words_of(agent.get("refuse", ticket.pk, part=True))


@pytest.mark.parametrize("name", ["dispute", "dispute_preview"])
def test_another_shops_people_see_nothing(stranger: Visitor, case: Case, name: str) -> None:
    assert stranger.get(name, case.pk).status_code == 404
    assert stranger.post("dispute_take", case.pk).status_code == 404


def test_who_only_counts_money_submits_nothing(as_role: Callable[[RoleCode], Visitor], case: Case) -> None:
    finance = as_role(Role.FINANCE)
    assert finance.post("dispute_submit", case.pk, pack=case.pack_id, sure="1").status_code == 403


def test_the_list_says_what_to_expect_where_it_is_empty(agent: Visitor) -> None:
    assert "没有进行中的平台介入" in words_of(agent.get("disputes"))
    assert "还没有结案的案件" in words_of(agent.get("case_library"))
    assert visitor(agent.person, "en").get("disputes").status_code == 200


def test_a_link_for_evidence_of_a_dispute_is_over_when_the_evidence_is_due(
    agent: Visitor, case: Case
) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=now() + timedelta(hours=5))
    made = words_of(agent.post("evidence_ask", case.ticket_id, part=True, whom="warehouse"))
    assert "链接已生成，复制发给仓库" in made
    assert "已发给仓库" not in made
    assert EvidenceRequest.objects.get().expires_at == Case.objects.get(pk=case.pk).due_at
