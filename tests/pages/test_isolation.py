"""See that nobody learns of a shop that is not theirs by any page, and that every page asks who is there.

The list of pages is that of `aftersale.pages.urls`: one that is added later is held to the same at once.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from aftersale.disputes.models import Case, Penalty
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.evidence.pieces import Giver
from aftersale.finance.models import MoneyLeg
from aftersale.negotiation.models import Reply, ReplyVersion
from aftersale.pages.urls import urlpatterns
from aftersale.pages.warehouse import is_of_the_warehouse
from aftersale.shops.models import Duty, Goodwill, GoodwillGiven, NotifyTarget
from aftersale.shops.models.rulebook import RuleDraft
from aftersale.tickets.models import Pack, Ticket
from aftersale.tickets.models.adaptation import Adaptation, RuleProof
from aftersale.tickets.models.assignment import AssignmentRule
from aftersale.tickets.models.batch import Batch, BatchRow
from aftersale.tickets.models.instruction import Instruction
from aftersale.tickets.vault.requests import Wish, ask
from tests.api.desk import make_person, make_shop, now
from tests.api.test_isolation import HIDDEN, everything
from tests.pages.desk import PART, soon, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse
    from django.urls import URLPattern

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
SHOP = "山茶小店"
# Open to everybody: nothing of a shop stands there. Who pushes signs instead (test_connections_push.py),
# who has a link gives by it (test_evidence_give.py), a platform fetches by a signed one (test_disputes.py).
OPEN = {"set_language", "push", "evidence_give", "evidence_out"}
# Parts of an address that name no row: with a value that the page knows.
WORDS = {"number": 1, "fact": "activated", "what": "name", "rule_id": "LAW-NR-01", "name": "reply_hours"}
# Everybody who is signed in may read what the package itself says of law and platforms.
PUBLIC = {"rule", "rule_parameter"}
# What a form may name beside its address, all of the foreign shop.
_FORM = {"value": "yes", "outcome": "done", "text": "x", "reason": "x", "citation": "y", "amount": "1"}
PATTERNS = {pattern.name or str(pattern.pattern): pattern for pattern in urlpatterns}


def needs(pattern: URLPattern) -> tuple[str, ...]:
    """Name what an address is made of."""
    return tuple(pattern.pattern.converters)


def known(shop: Shop) -> dict[str, Any]:
    """Give one of each kind of row of the foreign shop, by the name that addresses have for it."""
    rows = {**everything(shop), **WORDS, "person_id": shop.memberships.get().person_id}
    return rows | {name: make(shop, rows) for name, make in LATER.items()}


def a_batch(_shop: Shop, rows: Mapping[str, Any]) -> int:
    """Write down what somebody of the shop does to a ticket of it in bulk."""
    batch = Batch.objects.create(person_id=rows["person_id"], kind="approve", query=HIDDEN, created_at=now())
    BatchRow.objects.create(batch=batch, ticket_id=rows["ticket_id"], sequence=1, step="x")
    return batch.pk


def a_draft(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Write down rules of the shop that wait for a colleague."""
    texts = {"shop.yaml": HIDDEN}
    return RuleDraft.objects.create(
        shop=shop, base=0, files=texts, digest="d", author_id=rows["person_id"], created_at=now()
    ).pk


def a_duty(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Put somebody of the shop on duty."""
    times = {"starts_at": now(), "ends_at": soon(8)}
    return Duty.objects.create(shop=shop, person_id=rows["person_id"], **times).pk


def an_instruction(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Pin an instruction in the shop."""
    said = {"text": HIDDEN, "until": soon(8), "created_at": now()}
    return Instruction.objects.create(shop=shop, person_id=rows["person_id"], **said).pk


def a_rule_of_assignment(shop: Shop, _rows: Mapping[str, Any]) -> int:
    """Let tickets of the shop go to people by a rule."""
    return AssignmentRule.objects.create(shop=shop, place=1, skill=HIDDEN).pk


def a_proof(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Keep what somebody of the shop saw in the back office."""
    told = {"parameter": "reply_hours", "platform": "douyin", "value": 1, "where": HIDDEN, "at": now()}
    return RuleProof.objects.create(shop=shop, person_id=rows["person_id"], **told).pk


def an_adaptation(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Let the shop prepare for a number that changes."""
    told = {"parameter": "reply_hours", "text": HIDDEN, "due_on": now().date(), "created_at": now()}
    return Adaptation.objects.create(shop=shop, owner_id=rows["person_id"], **told).pk


def a_leg(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Book a leg of money in the shop."""
    told = {"kind": "reship_cost", "fen": 1, "liability": "merchant", "at": now(), "day": "2026-05-01"}
    return MoneyLeg.objects.create(
        shop=shop, ticket_id=rows["ticket_id"], order_no=HIDDEN, month="2026-05", source="s", **told
    ).pk


def goodwill(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Let the shop keep something to give."""
    told = {"kind": "gift", "worth_fen": 1, "cost_fen": 1, "since": now().date(), "made_at": now()}
    return Goodwill.objects.create(shop=shop, name=HIDDEN, made_by_id=rows["person_id"], **told).pk


def goodwill_given(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Hold something to give for a ticket of the shop."""
    told = {"ticket_id": rows["ticket_id"], "cost_fen": 1, "given_at": now()}
    kept = goodwill(shop, rows)
    return GoodwillGiven.objects.create(goodwill_id=kept, given_by_id=rows["person_id"], **told).pk


def a_target(_shop: Shop, rows: Mapping[str, Any]) -> int:
    """Let somebody of the shop have messages sent."""
    address = "wecombot://12345678"
    return NotifyTarget.objects.create(person_id=rows["person_id"], name=HIDDEN, url=address).pk


def a_request(_shop: Shop, rows: Mapping[str, Any]) -> int:
    """Ask somebody for evidence on a ticket of the shop."""
    ticket = Ticket.objects.get(pk=rows["ticket_id"])
    return ask(ticket, Wish(Giver.WAREHOUSE, words=HIDDEN), rows["person_id"], now())[0].pk


def a_pack(_shop: Shop, rows: Mapping[str, Any]) -> int:
    """Let somebody of the shop want a pack."""
    told = {"form": "whole", "summary": HIDDEN, "as_of": now(), "sequence": 1, "asked_at": now()}
    return Pack.objects.create(ticket_id=rows["ticket_id"], **told).pk


def a_reply(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Let the shop share a prepared reply."""
    told = {"scene": "general", "stage": "offer", "shared": True, "made_at": now()}
    made = Reply.objects.create(shop=shop, owner_id=rows["person_id"], **told)
    said = {"number": 1, "title": HIDDEN, "text": HIDDEN, "at": now()}
    ReplyVersion.objects.create(reply=made, by_id=rows["person_id"], **said)
    return made.pk


def a_case(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Have a dispute before the platform in the shop."""
    told = {"number": HIDDEN, "stage": "evidence", "opened_at": now(), "noted_at": now(), "wants": HIDDEN}
    return Case.objects.create(shop=shop, ticket_id=rows["ticket_id"], **told).pk


def a_penalty(shop: Shop, rows: Mapping[str, Any]) -> int:
    """Note what the platform did to the shop."""
    told = {"kind": "warning", "on": now().date(), "note": HIDDEN, "at": now()}
    return Penalty.objects.create(shop=shop, by_id=rows["person_id"], **told).pk


# Kinds of rows that the interface has no calls for.
LATER: Mapping[str, Callable[[Shop, Mapping[str, Any]], int]] = {
    "goodwill_id": goodwill,
    "given_id": goodwill_given,
    "adaptation_id": an_adaptation,
    "assignment_id": a_rule_of_assignment,
    "batch_id": a_batch,
    "case_id": a_case,
    "draft_id": a_draft,
    "duty_id": a_duty,
    "instruction_id": an_instruction,
    "leg_id": a_leg,
    "pack_id": a_pack,
    "penalty_id": a_penalty,
    "proof_id": a_proof,
    "reply_id": a_reply,
    "request_id": a_request,
    "target_id": a_target,
}


def address_of(name: str, ids: Mapping[str, object]) -> str:
    """Fill an address; one made of something that is not known here has to be added to this test."""
    wanted = needs(PATTERNS[name])
    missing = [each for each in wanted if each not in ids]
    assert not missing, f"{name} needs {missing}: add how to make one to LATER (or WORDS) in this file"
    try:
        return reverse(name, kwargs={each: ids[each] for each in wanted})
    except NoReverseMatch:
        raise AssertionError(f"{name} takes other ids than {ids}") from None


def asked(client: Client, address: str, ids: Mapping[str, Any]) -> list[HttpResponse]:
    """Open an address, open it as a part, and send a form to it."""
    query = {"shop": ids["shop_id"], "q": HIDDEN, "ticket": ids["ticket_id"], "tab": "ours"}
    form = {**_FORM, **ids, "shop": ids["shop_id"], "person": ids["person_id"], "fact": "activated"}
    return [
        client.get(address, query),
        client.get(address, query, headers=PART),
        client.post(address, {**form, "ticket": ids["ticket_id"], "tickets": ids["ticket_id"]}),
    ]


def text_in(response: HttpResponse) -> str:
    """Give what an answer says; a workbook is a zip of texts."""
    if "spreadsheet" not in response["Content-Type"]:
        return response.content.decode()
    with ZipFile(BytesIO(response.content)) as book:
        return "".join(book.read(each).decode() for each in book.namelist())


@pytest.mark.parametrize("name", PATTERNS)
def test_a_page_is_found_by_a_name(name: str) -> None:
    assert PATTERNS[name].name == name


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in OPEN])
def test_a_stranger_learns_nothing_and_does_nothing(name: str) -> None:
    shop, elsewhere = make_shop(SHOP), make_shop("别家小店")
    ids = known(shop)
    stranger = visitor(make_person("stranger", Role.OWNER, elsewhere))
    events = set(Event.objects.filter(shop_id=shop.pk).values_list("pk", flat=True))
    address = address_of(name, ids)
    for response in asked(stranger.client, address, ids):
        text = text_in(response)
        assert HIDDEN not in text.replace(f'value="{HIDDEN}"', "").replace(f"：{HIDDEN}<", "")
        assert SHOP not in text
        if name not in PUBLIC and set(needs(PATTERNS[name])) - set(WORDS):
            assert response.status_code in {404, 405}, f"{name} answers {response.status_code}"
        else:
            assert response.status_code < 500
    assert set(Event.objects.filter(shop_id=shop.pk).values_list("pk", flat=True)) == events


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in OPEN])
def test_who_is_not_signed_in_is_asked_to_sign_in(name: str) -> None:
    shop = make_shop(SHOP)
    ids = known(shop)
    address = address_of(name, ids)
    for response in asked(Client(), address, ids):
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response.headers["Location"].startswith("/accounts/login/")


OWN = {name for name in PATTERNS if is_of_the_warehouse(name)}


def test_the_warehouse_has_its_bench_its_stop_list_what_it_is_asked_and_single_tickets() -> None:
    lists = {name for name in OWN if not needs(PATTERNS[name])}
    assert {name for name in lists if not name.startswith(("bench", "stops"))} == {
        "start",
        "search",
        "tasks",
        "tasks_count",
        "me",
    }


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in OPEN | OWN])
def test_a_warehouse_is_sent_back_to_its_bench_from_every_other_page(name: str) -> None:
    shop = make_shop(SHOP)
    ids = known(shop)
    chen = visitor(make_person("老陈", Role.WAREHOUSE, shop))
    events = Event.objects.count()
    for response in asked(chen.client, address_of(name, ids), ids):
        assert response.status_code in {403, 405}, f"{name} answers {response.status_code}"
    assert reverse("bench") in text_in(chen.client.get(reverse("queue")))
    assert Event.objects.count() == events


@pytest.mark.parametrize("name", sorted(OWN - {"start", "bench_photo"}))
def test_a_warehouse_opens_what_it_works_with(name: str) -> None:
    shop = make_shop(SHOP)
    ids = known(shop)
    chen = visitor(make_person("老陈", Role.WAREHOUSE, shop))
    answers = [chen.client.get(address_of(name, ids), headers=PART), chen.client.get(address_of(name, ids))]
    assert not any("仓库账号不看这一页" in text_in(each) for each in answers if each.status_code == 403)


LISTS = [name for name, pattern in PATTERNS.items() if name not in OPEN and not needs(pattern)]


@pytest.mark.parametrize("name", LISTS)
def test_who_has_no_shop_finds_nothing(name: str) -> None:
    ids = known(make_shop(SHOP))
    nobody = visitor(make_person("nobody", Role.OWNER))
    for response in asked(nobody.client, address_of(name, ids), ids):
        assert response.status_code < 500
        assert SHOP not in text_in(response)


def test_the_language_can_be_chosen_by_anybody_and_leads_nowhere_else() -> None:
    response = Client().post(
        reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == "/"
