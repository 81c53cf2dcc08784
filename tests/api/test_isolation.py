"""See that a stranger, with every permission elsewhere, learns nothing of a shop by any call of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.api.interface import api
from aftersale.domain.roles import Role
from aftersale.evidence.vault import Incoming
from aftersale.returns.models import Parcel, ParcelPhoto
from aftersale.shops.models import Product, PublishedRules
from aftersale.tickets.models import Action, Alarm, Answer, Import, ParkedRow, SavedView, StopOrder, Task
from aftersale.tickets.search import Searchable, index_rows, search_text
from aftersale.tickets.vault.adding import Hand, Told, add
from tests.api.desk import caller, make_person, make_shop, make_ticket, now
from tests.tickets.vault.files import photo as photo_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
HIDDEN = "只有本店知道"
# What a stranger writes here is the stranger's own.
OWN = {("post", "/api/views")}
_EVENT: dict[str, object] = {"expected_sequence": 1}
_SOON = "2099-01-01T00:00:00Z"
BODIES: Mapping[str, object] = {
    "/lines": {**_EVENT, "back_at": _SOON, "wants": "x"},
    "/promises": {"text": "x", "until": _SOON},
    "/negotiation/accept": {**_EVENT, "way": "partial_refund", "amount_fen": 1, "until": _SOON, "text": "x"},
    "/end": {"outcome": "apart"},
    "/claim": {"ticket": 1},
    "/unclaim": {"ticket": 1},
    "/facts": {"fact": "activated", "value": True},
    "/notes": {"text": "x"},
    "/erasure": {"digest": "x", "reason": "withdrawn"},
    "/unmask": {"field": "remark", "reason": "x"},
    "/assign": {"assignee": None},
    "/propose": {**_EVENT, "verb": "refund", "amount_fen": 1},
    "/accept": {**_EVENT, "verb": "refund", "amount_fen": 1},
    "/beside": {"verb": "remark", "params": {"text": "x"}},
    "/refuse": {**_EVENT, "reason": "x", "citation": "y"},
    "/confirm": {"outcome": "done"},
    "/settle": {"outcome": "stopped"},
    "/products": {"cells": {"商家编码": "A"}},
    "/versions": {"files": {}, "valid_from": "2026-06-01T00:00:00Z"},
    "/views/{view_id}": {"name": "x", "filters": {}},
}


def calls() -> list[tuple[str, str]]:
    """List every call of the API, as its document names them."""
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return sorted((method, path) for path, methods in paths.items() for method in methods)


def everything(shop: Shop) -> dict[str, object]:
    """Make one of each in a shop, and give what addresses are made of."""
    ticket = make_ticket(shop, 1, article=HIDDEN)
    said = Searchable(ticket.ticket_no, ticket.order_no, HIDDEN, "", "")
    index_rows([(ticket.pk, shop.pk, search_text(said))])
    owner = make_person("owner", Role.OWNER, shop)
    common: dict[str, Any] = {"shop": shop, "ticket": ticket}
    answer = Answer.objects.create(ticket=ticket, fact="activated", value=HIDDEN, person=owner, at=now())
    action = Action.objects.create(
        **common, key="k", verb="refund", intent_no=1, approved_at=now(), not_before=now()
    )
    task = Task.objects.create(**common, kind=HIDDEN, created_at=now())
    alarm = Alarm.objects.create(
        **common, key=HIDDEN, kind="money", urgent=True, state="ringing", raised_at=now()
    )
    batch = Import.objects.create(shop=shop, files=[HIDDEN], digest="d", created_at=now())
    row = ParkedRow.objects.create(batch=batch, shop=shop, sheet=HIDDEN, row=1, code="x")
    product = Product.objects.create(shop=shop, article_no=HIDDEN, changed_at=now())
    PublishedRules.objects.create(
        shop=shop, number=1, files={HIDDEN: ""}, digest="d", valid_from=now(), published_at=now()
    )
    parcel, photo = a_parcel(shop, owner)
    view = SavedView.objects.create(person=owner, name=HIDDEN, shared=True)
    stop = StopOrder.objects.create(shop=shop, ticket=ticket, action=action, order_no=HIDDEN, at=now())
    (link,) = add(ticket, [Incoming("a.jpg", photo_of())], Told(), Hand(owner.pk, "api", now()))
    return {
        "link_id": link.pk,
        "ticket_id": ticket.pk,
        "answer_id": answer.pk,
        "action_id": action.pk,
        "task_id": task.pk,
        "stop_id": stop.pk,
        "alarm_id": alarm.pk,
        "import_id": batch.pk,
        "row_id": row.pk,
        "product_id": product.pk,
        "view_id": view.pk,
        "shop_id": shop.pk,
        "parcel_id": parcel.pk,
        "photo_id": photo.pk,
        "decision_id": ticket.decisions.get().pk,
        "rule_id": "LAW-NR-01",
        "number": 1,
    }


def a_parcel(shop: Shop, person: Person) -> tuple[Parcel, ParcelPhoto]:
    parcel = Parcel.objects.create(
        shop=shop, waybill=HIDDEN, arrived_at=now(), recorded_at=now(), recorded_by=person, digest=b""
    )
    photo = ParcelPhoto.objects.create(
        parcel=parcel, name=HIDDEN, sha256="0", size=1, kind="jpeg", stored_at=now(), stored_by=person
    )
    return parcel, photo


def body_of(path: str, ids: Mapping[str, object]) -> object:
    if path == "/api/receipts":
        line = {"article_no": "A", "good": 1}
        return {"shop": ids["shop_id"], "parcels": [{"waybill": "SF1", "lines": [line]}]}
    return next((body for end, body in BODIES.items() if path.endswith(end)), {})


@pytest.mark.parametrize(("method", "path"), calls())
def test_no_call_tells_a_stranger_anything_or_does_anything(method: str, path: str) -> None:
    shop, elsewhere = make_shop("山茶小店"), make_shop("别家小店")
    ids = everything(shop)
    stranger = caller(make_person("stranger", Role.OWNER, elsewhere))
    address = path.removeprefix("/api").format(**ids)
    if method == "get":
        query = {"q": HIDDEN, "first": "2024-01-01", "second": "2026-01-01"}
        response = stranger.get(address, **query) if path != "/api/tickets" else stranger.get(address)
    elif path.endswith(("/imports", "/import", "/photos", "/evidence")):
        sheet = SimpleUploadedFile("a.csv", "商家编码\nA\n".encode(), "text/csv")
        of_shop = {} if "{" in path else {"shop": ids["shop_id"]}
        response = stranger.upload(address, {"file" if "products" in path else "files": sheet, **of_shop})
    else:
        response = stranger.send(method.upper(), address, body_of(path, ids))
    # A list answers with what is the stranger's own: nothing. What is named by its id is not there.
    wanted = 201 if (method, path) in OWN else 200 if method == "get" and "{" not in path else 404
    if (method, path) in OWN:
        response = stranger.post("/views", {"name": "x", "filters": {"shop": [ids["shop_id"]]}})
    assert response.status_code == wanted, response.content.decode()
    text = json.dumps(json.loads(response.content), ensure_ascii=False)
    assert HIDDEN not in text
    assert "山茶小店" not in text
