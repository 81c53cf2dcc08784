"""Prepared replies: versions that never change, shared or one's own, counted by use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.negotiation.agreeing import Agreement, agree
from aftersale.negotiation.built_in import BUILT_IN
from aftersale.negotiation.models import Reply, ReplyVersion
from aftersale.negotiation.replies import (
    Draft,
    ReplyRefused,
    offered,
    retire,
    rewrite,
    share,
    shown,
    use,
    write,
)
from aftersale.negotiation.rounds import Line, note_line
from aftersale.negotiation.scenes import (
    NEED_WORDS,
    SCENE_WORDS,
    STAGE_WORDS,
    VARIABLES,
    Need,
    Scene,
    Stage,
    scene_of,
)
from aftersale.policy.talks.fill import filled, unknown_in
from aftersale.policy.talks.terms import Terms
from aftersale.tickets.wording import WordingStopped, slips_of
from tests.api.desk import make_person, make_shop, make_ticket, now

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
DRAFT = Draft("general", "offer", "给办法", "您好，{商品}可以这样：{方案}")


@pytest.fixture
def shop() -> Shop:
    return make_shop("山茶小店")


@pytest.fixture
def person(shop: Shop) -> Person:
    return make_person("agent", Role.AGENT, shop)


@pytest.mark.parametrize("code", BUILT_IN)
def test_what_comes_along_names_known_variables_alone_and_nothing_is_wrong_with_it(
    code: str, shop: Shop
) -> None:
    each = BUILT_IN[code]
    assert unknown_in(each.text, VARIABLES) == ()
    words = filled(each.text, dict.fromkeys(VARIABLES, "补偿 20 元"))
    assert slips_of(shop, words, now()) == ()
    assert len(each.title) <= 64


def test_every_stage_has_a_reply_for_any_scene_and_every_word_is_said() -> None:
    assert {each.stage for each in BUILT_IN.values() if each.scene == Scene.GENERAL} == set(Stage)
    assert (set(SCENE_WORDS), set(STAGE_WORDS), set(NEED_WORDS)) == (set(Scene), set(Stage), set(Need))
    assert scene_of("quality_defect", keeps_goods=False) == Scene.QUALITY
    assert scene_of("quality_defect", keeps_goods=True) == Scene.KEEPS_GOODS
    assert scene_of("", keeps_goods=False) == Scene.GENERAL


def test_a_new_version_leaves_the_old_one_as_it_was_and_the_same_words_are_none(
    shop: Shop, person: Person
) -> None:
    reply = write(shop, person, DRAFT, now(), shared=False)
    rewrite(reply, person, Draft("general", "offer", "给办法", "另一句"), now())
    rewrite(reply, person, Draft("general", "again", "给办法", "另一句"), now())
    told = list(ReplyVersion.objects.order_by("number").values_list("number", "text"))
    assert told == [(1, DRAFT.text), (2, "另一句")]
    assert Reply.objects.get().stage == "again"
    assert shown(Reply.objects.get()).text == "另一句"


def test_ones_own_reply_is_offered_to_nobody_else_until_it_is_shared(shop: Shop, person: Person) -> None:
    other = make_person("other", Role.AGENT, shop)
    reply = write(shop, person, DRAFT, now(), shared=False)
    mine = [each for each in offered(shop, person, "general", "offer") if each.own]
    assert [each.title for each in mine] == ["给办法"]
    assert not any(each.own for each in offered(shop, other))
    share(reply, person, now(), on=True)
    assert any(each.own for each in offered(shop, other))
    retire(reply, person, now(), on=True)
    assert not any(each.own for each in offered(shop, person))


def test_for_a_scene_its_own_words_come_before_those_for_any(shop: Shop, person: Person) -> None:
    found = [each.code for each in offered(shop, person, "quality", "offer")]
    assert found == ["quality.offer", "general.offer"]


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft("x", "offer", "a", "b"), "reply.place"),
        (Draft("general", "x", "a", "b"), "reply.place"),
        (Draft("general", "offer", "", "b"), "reply.size"),
        (Draft("general", "offer", "a" * 65, "b"), "reply.size"),
        (Draft("general", "offer", "a", ""), "reply.size"),
        (Draft("general", "offer", "a", "b" * 1001), "reply.size"),
        (Draft("general", "offer", "a", "{手机号}"), "reply.variable"),
    ],
)
def test_a_reply_that_cannot_be_kept_is_refused(draft: Draft, code: str, shop: Shop, person: Person) -> None:
    with pytest.raises(ReplyRefused) as refused:
        write(shop, person, draft, now(), shared=False)
    assert refused.value.code == code
    assert not Reply.objects.exists()


def test_a_reply_that_no_buyer_may_be_sent_is_not_kept(shop: Shop, person: Person) -> None:
    with pytest.raises(WordingStopped):
        write(shop, person, Draft("general", "offer", "a", "加我微信"), now(), shared=False)


def test_a_use_counts_and_works_once_the_talk_ends_with_an_agreement(shop: Shop, person: Person) -> None:
    ticket, reply = make_ticket(shop), write(shop, person, DRAFT, now(), shared=False)
    talk = note_line(
        ticket, person, Line(now() + timedelta(hours=1), "退80", "补偿20"), now(), ticket.sequence
    )
    for code in (f"r{reply.pk}", "general.offer"):
        assert use(ticket, person, code, now()) is not None
    for code in ("nothing", "r0", "r" + "9" * 20):
        assert use(ticket, person, code, now()) is None
    before = {each.code: (each.uses, each.worked) for each in offered(shop, person, "general", "offer")}
    assert before == {f"r{reply.pk}": (1, 0), "general.offer": (1, 0)}
    talk.ticket.refresh_from_db()
    agreed = Agreement(Terms("compensation", 3000), now() + timedelta(days=1), "补偿 30 元")
    agree(talk, person, agreed, now(), talk.ticket.sequence)
    after = {each.code: (each.uses, each.worked) for each in offered(shop, person, "general", "offer")}
    assert after == {f"r{reply.pk}": (1, 1), "general.offer": (1, 1)}
