"""Prepare for a number of a platform that changes: look, keep the proof, see whom it touches, tick off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.library.confirmed import Seen, confirmed
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import Adaptation, RuleProof
from tests.api.desk import make_person, now
from tests.pages.desk import text_of, words_of

if TYPE_CHECKING:
    from datetime import date

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
NUMBER = "respond_unshipped_hours"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def day(days: int) -> date:
    return now().astimezone(SHANGHAI).date() + timedelta(days=days)


def seen(visitor: Visitor, shop: Shop, **more: Any) -> Any:  # noqa: ANN401  # what a form holds, and its answer
    """Type what stands in the rule centre."""
    form = {"shop": shop.pk, "do": "confirm", "parameter": NUMBER, "platform": "douyin", "value": "24"}
    return visitor.post("rules_edit", **{**form, "where": "https://rules.example/1", **more})


def published(visitor: Visitor, shop: Shop, since: date) -> None:
    """Publish that another number holds from a day on."""
    number = judge_of(shop.pk, now()).rulebook.parameters[NUMBER]
    files = confirmed({}, number, Seen(24, "douyin", since, "规则中心", "lead", day(0)))
    sent = {"name": list(files), "text": list(files.values()), "base": 0}
    assert visitor.post("rules_edit", shop=shop.pk, do="publish", vouch="1", **sent).status_code == 302


def test_who_saw_a_number_when_and_where_stands_on_its_page_with_the_picture(
    lead: Visitor, shop: Shop
) -> None:
    assert seen(lead, shop, picture=SimpleUploadedFile("规则.png", PNG)).status_code == 200
    said = words_of(lead.get("rule_parameter", NUMBER))
    assert "lead" in said
    assert "https://rules.example/1" in said
    proof = RuleProof.objects.get()
    answer = lead.get("rule_proof", proof.pk)
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_kept(lead: Visitor, shop: Shop) -> None:
    answer = seen(lead, shop, picture=SimpleUploadedFile("a.png", b"<script>"))
    assert (answer.status_code, RuleProof.objects.count()) == (422, 0)
    assert seen(lead, shop).status_code == 200
    assert lead.get("rule_proof", RuleProof.objects.get().pk).status_code == 404


@pytest.mark.usefixtures("ticket")
def test_a_day_to_come_shows_a_banner_with_days_left_and_whom_it_touches(lead: Visitor, shop: Shop) -> None:
    published(lead, shop, day(10))
    page = lead.get("rule_parameter", NUMBER)
    assert "还有 10 天" in words_of(page)
    address = {"shop": shop.pk, "since": day(10).isoformat(), "platform": "douyin"}
    for part in (True, False):
        assert lead.get("rule_touched", NUMBER, part=part, **address).status_code == 200
    assert lead.get("rule_touched", NUMBER, **{**address, "since": day(9).isoformat()}).status_code == 404


def test_a_list_of_what_to_do_has_owner_and_day_and_is_ticked_off_once(
    lead: Visitor, agent: Visitor, trainee: Visitor, shop: Shop
) -> None:
    item = {"shop": shop.pk, "text": "培训完成", "owner": agent.person.pk, "due": day(5).isoformat()}
    assert lead.post("adaptation_add", NUMBER, **item).status_code == 302
    made = Adaptation.objects.get()
    assert trainee.post("adaptation_done", made.pk).status_code == 403
    for _ in range(2):
        assert agent.post("adaptation_done", made.pk).status_code == 302
    made.refresh_from_db()
    assert made.done_by == agent.person
    assert "培训完成" in text_of(lead.get("rule_parameter", NUMBER))


@pytest.mark.parametrize("wrong", [{"text": " "}, {"owner": "0"}, {"due": ""}])
def test_something_to_do_that_is_not_whole_is_refused(
    lead: Visitor, shop: Shop, wrong: dict[str, str]
) -> None:
    item = {"shop": shop.pk, "text": "x", "owner": lead.person.pk, "due": day(5).isoformat()}
    assert lead.post("adaptation_add", NUMBER, **{**item, **wrong}).status_code == 422


def test_who_works_elsewhere_owns_nothing_and_agents_add_nothing(
    lead: Visitor, agent: Visitor, shop: Shop, elsewhere: Shop
) -> None:
    outsider = make_person("outsider", Role.AGENT, elsewhere)
    item = {"shop": shop.pk, "text": "x", "owner": outsider.pk, "due": day(5).isoformat()}
    assert lead.post("adaptation_add", NUMBER, **item).status_code == 422
    assert agent.post("adaptation_add", NUMBER, **item).status_code == 403
