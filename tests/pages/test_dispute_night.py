"""A dispute arrives at night, the agent gone and the lead at home: who hears, who gives, what is pressed.

The pass marks are those of a desk that is liked: somebody has it within five minutes, the warehouse needs no
account, nothing but pictures is asked for, and a person submits on the phone what the desk put together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from aftersale.channels.base import Disputed, Source, Turn
from aftersale.disputes import automatic, register
from aftersale.disputes.following import follow
from aftersale.disputes.models import Case, Submission
from aftersale.disputes.register import Wish
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.jobs import door as jobs
from aftersale.pages import door, evidence_give
from aftersale.pages.evidence_out import addresses_of
from aftersale.shops.models import Connection, Duty, NotifyTarget, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.alarms import DEADLINE, Cause, raise_alarm
from aftersale.tickets.models import Action, Outbox, Ticket
from aftersale.tickets.vault import packs
from tests.disputes.test_submitting import FAULTY
from tests.pages.desk import text_of, visitor, words_of
from tests.tickets.taking.notices import ASKED, origin, took
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from django.conf import LazySettings
    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Person
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 6, 10, 23, 10, tzinfo=SHANGHAI)
DUE = NIGHT + timedelta(hours=9)
MINUTE = timedelta(minutes=1)
FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 400


@dataclass
class Watch:
    """Hold the time of the desk, and count what one person opens and presses."""

    now: datetime = NIGHT
    opened: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)

    def on(self, minutes: float) -> datetime:
        self.now += minutes * MINUTE
        return self.now

    def look(self, who: Visitor, page: str, *ids: object) -> HttpResponse:
        self.opened.append(page)
        return who.get(page, *ids)

    def press(self, who: Visitor, page: str, *ids: object, **typed: object) -> HttpResponse:
        self.pressed.append(page)
        return who.post(page, *ids, **typed)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    cache.clear()
    if packs.JOB not in jobs.registered():
        jobs.register(packs.JOB, lambda _id, _now: None)
    told = Watch()
    for place in (door, evidence_give):
        monkeypatch.setattr(place, "desk_clock", lambda: told.now)
    return told


@pytest.fixture
def asleep(people: dict[Role, Person], shop: Shop) -> Person:
    """Give the lead at home: reachable, quiet from ten at night to eight; the agent's duty has ended."""
    lead, agent = people[Role.LEAD], people[Role.AGENT]
    type(lead).objects.filter(pk=lead.pk).update(quiet_from=22 * 60, quiet_until=8 * 60)
    for person in (lead, agent):
        NotifyTarget.objects.create(person=person, name="群", url=f"wecombot://key-{person.pk:08d}")
    Duty.objects.create(shop=shop, person=agent, starts_at=NIGHT - 6 * 60 * MINUTE, ends_at=NIGHT - MINUTE)
    return lead


def says(of: Shop, at: datetime, state: str, **said: object) -> None:
    told: dict[str, object] = {"number": "71_001", "opened_at": NIGHT, "changed_at": at, **said}
    notice = replace(
        ASKED,
        turn=Turn.MERCHANT if state == "evidence_due" else Turn.PLATFORM,
        status=f"平台介入 {state}",
        newest_at=at,
        version=str(int(at.timestamp())),
        facts={**ASKED.facts, "merchant_response": "rejected", "rejected": True, **FAULTY},
        dispute=Disputed(state, **told),  # type: ignore[arg-type]  # by name
    )
    took(of, [notice], origin(Source.API, at, at))
    follow(at)


def arrives(of: Shop) -> Case:
    says(of, NIGHT, "evidence_due", due_at=DUE, wants="请上传打包视频和面单")
    return Case.objects.select_related("ticket").get()


def connect(of: Shop, settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://desk.example.com"
    Shop.objects.filter(pk=of.pk).update(channel="douyin")
    Connection.objects.create(shop=of, state=ConnectionState.CONNECTED, since=NIGHT)


def put_together(at: datetime) -> Case:
    """Let the worker do what it does within seconds."""
    follow(at)
    case = Case.objects.get()
    packs.build(case.pack_id or 0, at)
    return Case.objects.select_related("ticket", "pack").get()


def by_link(page: HttpResponse) -> str:
    """Read the one-time link that the desk made."""
    field = re.search(r"<input[^>]*id=.made.[^>]*>", text_of(page))
    found = re.search(r'value="([^"]+)"', field[0] if field else "")
    assert found
    return found[1]


def warehouse_gives(address: str) -> str:
    """Send the film of the packing and four photos from a phone without an account: one form, one press."""
    phone = Client(headers={"accept-language": "zh-hans"})
    assert phone.get(address).status_code == 200
    files = [SimpleUploadedFile("打包.mp4", FILM)]
    files += [SimpleUploadedFile(f"{n}.jpg", photo(n, (1200, 1600))) for n in range(4)]
    return words_of(phone.post(address, {"agree": "1", "giver": "老陈", "files": files}))


def test_in_quiet_hours_the_lead_is_told_of_a_dispute_at_once_and_of_the_rest_in_the_morning(
    shop: Shop, asleep: Person, watch: Watch
) -> None:
    case = arrives(shop)
    (message,) = Outbox.objects.filter(alarm__kind="evidence")
    assert (message.target.person, message.not_before) == (asleep, NIGHT)
    assert message.body.endswith(f"/disputes/{case.pk}/")
    raise_alarm(Cause(DEADLINE, "clock:1:x", shop, case.ticket, DUE), watch.now)
    (later,) = Outbox.objects.filter(alarm__kind="deadline")
    assert later.not_before == datetime(2026, 6, 11, 8, tzinfo=SHANGHAI)


def test_from_the_message_to_the_submission_it_takes_three_presses_and_nothing_but_pictures(
    shop: Shop, asleep: Person, watch: Watch, settings: LazySettings
) -> None:
    connect(shop, settings)
    case, lead = arrives(shop), visitor(asleep)

    watch.on(3)
    assert "还缺" in words_of(watch.look(lead, "dispute", case.pk))
    assert watch.press(lead, "dispute_take", case.pk).status_code == 302
    case.refresh_from_db()
    assert case.held_at is not None
    assert case.held_at - NIGHT <= 5 * MINUTE
    link = by_link(watch.press(lead, "evidence_ask", case.ticket_id, whom="warehouse"))

    assert "已收到 5 个文件" in warehouse_gives(link)
    case = put_together(watch.on(6))
    page = watch.look(lead, "dispute", case.pk)
    shown = [reverse("pack_picture", args=[case.pack_id, number]) for number in range(1, 6)]
    assert [each in text_of(page) for each in shown] == [True, True, True, True, False]
    assert "没有放进来" in words_of(page)
    assert case.pack is not None
    assert case.pack.left_out
    assert case.statement in words_of(page)
    assert not case.typed

    watch.on(4)
    sent = watch.press(lead, "dispute_submit", case.pk, pack=case.pack_id, sure="1", gaps="1")
    assert sent.status_code == 302
    assert watch.now - NIGHT <= 15 * MINUTE
    assert (watch.opened, watch.pressed) == (
        ["dispute", "dispute"],
        ["dispute_take", "evidence_ask", "dispute_submit"],
    )
    made = Submission.objects.get()
    assert (made.by, len(made.pictures)) == (asleep, 4)
    assert Action.objects.get(verb="submit_evidence").params["pictures"]


def test_where_nobody_wakes_up_the_desk_submits_once_before_the_end_if_the_shop_said_so(
    shop: Shop, asleep: Person, watch: Watch, settings: LazySettings
) -> None:
    connect(shop, settings)
    arrives(shop)
    put_together(watch.on(1))
    before_the_end = DUE - 30 * MINUTE
    assert automatic.submit_due(before_the_end, addresses_of) == []
    register.set_wish(shop.pk, Wish(automatic=True, minutes_before=30, orders=None), asleep, NIGHT)
    assert automatic.submit_due(before_the_end - MINUTE, addresses_of) == []
    (made,) = automatic.submit_due(before_the_end, addresses_of)
    assert (made.by, bool(made.missing), made.at < DUE) == (None, True, True)
    assert automatic.submit_due(before_the_end + MINUTE, addresses_of) == []


def test_a_dispute_of_kuaishou_is_pasted_by_hand_and_its_outcome_noted_on_the_same_page(
    shop: Shop, asleep: Person, watch: Watch
) -> None:
    Shop.objects.filter(pk=shop.pk).update(platform="kuaishou", channel="kuaishou")
    Connection.objects.create(shop=shop, state=ConnectionState.CONNECTED, since=NIGHT)
    shop.refresh_from_db()
    at = {"arbitration_applied": True, "arbitration_applied_at": NIGHT, "evidence_requested": True}
    facts = {**ASKED.facts, "platform": "kuaishou", "merchant_response": "rejected", "rejected": True, **at}
    del facts["status_deadline"]
    told = replace(
        ASKED, channel="kuaishou", status="平台介入，待平台处理", facts=facts, version="1", newest_at=NIGHT
    )
    took(shop, [told], origin(Source.API, NIGHT, NIGHT))
    follow(NIGHT)
    case, lead = put_together(watch.on(1)), visitor(asleep)
    assert case.due_source == "rulebook"

    page = watch.look(lead, "dispute", case.pk)
    picture = reverse("pack_picture", args=[case.pack_id, 1])
    assert f'href="{picture}" download' in text_of(page)
    assert 'data-copy-from="#out-text"' in text_of(page)
    assert case.summary in words_of(page)
    sent = watch.press(lead, "dispute_submit", case.pk, pack=case.pack_id, sure="1", gaps="1", by_hand="1")
    assert sent.status_code == 302
    assert not Action.objects.filter(verb="submit_evidence").exists()

    watch.on(60 * 30)
    watch.press(lead, "dispute_rule", case.pk, favours="merchant", blamed="buyer", opinion="凭证充分")
    ended = replace(told, open=False, turn=Turn.DONE, status="售后关闭", version="2", newest_at=watch.now)
    took(shop, [ended], origin(Source.API, watch.now, watch.now))
    follow(watch.now)
    case.refresh_from_db()
    assert (case.favours, case.known_by, case.stage) == ("merchant", "person", "carried_out")
    assert (watch.opened, watch.pressed) == (["dispute"], ["dispute_submit", "dispute_rule"])
    assert Ticket.objects.get().blamed == "buyer"
