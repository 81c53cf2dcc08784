from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.roles import Permission, Role
from aftersale.jobs import door
from aftersale.returns.imports import JOB
from aftersale.returns.models import Parcel
from aftersale.tickets.models import Import
from tests.api.desk import Caller, answer, caller, error, make_person
from tests.returns.bench import WAYBILL, coming_back
from tests.tickets.taking.notices import shop

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 30


@pytest.fixture(autouse=True)
def a_worker_that_waits() -> None:
    door.register(JOB, lambda _id, _now: None)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen(of: Shop) -> Caller:
    return caller(make_person("chen", Role.WAREHOUSE, of))


@pytest.fixture
def stranger() -> Caller:
    return caller(make_person("stranger", Role.WAREHOUSE, shop("别家")))


def told(of: Shop, **parcel: object) -> dict[str, Any]:
    line = {"article_no": "CUP-350-BL", "good": 1}
    return {"shop": of.pk, "parcels": [{"waybill": WAYBILL, "lines": [line], **parcel}]}


def booked(by: Caller, of: Shop) -> int:
    (parcel,) = answer(by.post("/receipts", told(of)))["parcels"]
    return int(parcel["id"])


def test_parcels_are_booked_once_a_key_and_once_a_waybill(of: Shop, chen: Caller) -> None:
    ticket = coming_back(of)
    first = chen.post("/receipts", told(of), key="one")
    assert answer(first)["parcels"][0]["tickets"] == [ticket.ticket_no]
    assert chen.post("/receipts", told(of), key="one").content == first.content
    (again,) = answer(chen.post("/receipts", told(of), key="two"))["parcels"]
    assert again["taken"] == "unchanged"
    assert Parcel.objects.count() == 1


def test_a_parcel_of_the_future_is_refused_with_the_reason(of: Shop, chen: Caller) -> None:
    body = told(of, arrived_at="2099-01-01T00:00:00+08:00")
    (refused,) = answer(chen.post("/receipts", body))["parcels"]
    assert (refused["taken"], refused["id"], refused["code"]) == ("refused", None, "parcel_ahead")
    assert refused["reason"]


@pytest.mark.parametrize(
    "parcel",
    [
        {"waybill": ""},
        {"waybill": "SF 1"},
        {"waybill": "x" * 65},
        {"weight_g": -1},
        {"lines": [{"good": -1}]},
        {"lines": [{"pieces": 1}]},
        {"arrived_at": "2026-06-10 09:00"},
    ],
)
def test_what_cannot_be_a_parcel_is_named(of: Shop, chen: Caller, parcel: dict[str, object]) -> None:
    response = chen.post("/receipts", told(of, **parcel))
    assert response.status_code == 422
    assert error(response)["findings"]
    assert not Parcel.objects.exists()


def test_nobodys_parcels_are_listed_and_claimed_and_given_back(of: Shop, chen: Caller) -> None:
    parcel = booked(chen, of)
    ticket = coming_back(of, return_waybill=None)
    listed = answer(chen.get("/receipts", unclaimed="true"))["parcels"]
    assert [each["id"] for each in listed] == [parcel]
    claimed = answer(chen.post(f"/receipts/{parcel}/claim", {"ticket": ticket.pk}))
    assert [match["ticket_no"] for match in claimed["matches"]] == [ticket.ticket_no]
    assert answer(chen.get("/receipts", unclaimed="true"))["parcels"] == []
    given_back = answer(chen.post(f"/receipts/{parcel}/unclaim", {"ticket": ticket.pk}))
    assert (given_back["matches"], given_back["matched_by"]) == ([], "")
    assert chen.post(f"/receipts/{parcel}/unclaim", {"ticket": ticket.pk}).status_code == 409


def test_what_is_odd_about_a_parcel_is_said_in_both_languages(of: Shop, chen: Caller) -> None:
    coming_back(of)
    answer(chen.post("/receipts", told(of, lines=[{"article_no": "CUP-350-BL", "bad": 1}])))
    (parcel,) = answer(chen.get("/receipts"))["parcels"]
    assert parcel["matches"][0]["odd"] == [{"code": "bad_pieces", "label": "有不良品"}]


def test_lists_go_on_where_they_ended(of: Shop, chen: Caller) -> None:
    for number in range(5):
        answer(chen.post("/receipts", told(of, waybill=f"YT{number}")))
    seen, before = list[str](), dict[str, int]()
    while True:
        page = answer(chen.get("/receipts", shop=of.pk, limit=2, **before))
        seen += [each["waybill"] for each in page["parcels"]]
        if page["next_before"] is None:
            break
        before = {"before": page["next_before"]}
    assert seen == ["YT4", "YT3", "YT2", "YT1", "YT0"]


def test_photos_are_kept_and_sent_only_as_a_download(of: Shop, chen: Caller) -> None:
    parcel = booked(chen, of)
    fields = {"files": SimpleUploadedFile("IMG.jpg", JPEG), "taken_at": "2026-06-10T09:00:00+08:00"}
    (photo,) = answer(chen.upload(f"/receipts/{parcel}/photos", fields))["photos"]
    sent = chen.get(f"/receipts/{parcel}/photos/{photo['id']}")
    assert sent.content == JPEG
    assert sent["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent["Content-Security-Policy"]
    assert answer(chen.get(f"/receipts/{parcel}"))["photos"][0]["sha256"] == photo["sha256"]


def test_a_file_that_is_no_photo_is_refused(of: Shop, chen: Caller) -> None:
    parcel = booked(chen, of)
    fields = {"files": SimpleUploadedFile("IMG.jpg", b"<html>")}
    response = chen.upload(f"/receipts/{parcel}/photos", fields)
    assert (response.status_code, error(response)["code"]) == (422, "upload.kind")


def test_a_warehouse_sheet_is_uploaded_and_read_in_the_background(of: Shop, chen: Caller) -> None:
    sheet = SimpleUploadedFile("仓库.csv", "快递单号,货号,良品数\nSF1,A,1\n".encode())
    started = answer(chen.upload("/receipts/import", {"shop": of.pk, "files": sheet}), 202)
    assert started["state"] == "waiting"
    assert Import.objects.get(pk=started["id"]).kind == "parcels"


def test_a_stranger_finds_nothing_and_changes_nothing(of: Shop, chen: Caller, stranger: Caller) -> None:
    parcel = booked(chen, of)
    ticket = coming_back(of, return_waybill=None)
    assert answer(stranger.get("/receipts"))["parcels"] == []
    calls = [
        stranger.get("/receipts", shop=of.pk),
        stranger.get(f"/receipts/{parcel}"),
        stranger.get(f"/receipts/{parcel}/photos/1"),
        stranger.post("/receipts", told(of)),
        stranger.post(f"/receipts/{parcel}/claim", {"ticket": ticket.pk}),
        stranger.post(f"/receipts/{parcel}/unclaim", {"ticket": ticket.pk}),
        stranger.upload(f"/receipts/{parcel}/photos", {"files": SimpleUploadedFile("a.jpg", JPEG)}),
    ]
    assert {response.status_code for response in calls} == {404}


def test_who_may_only_look_books_nothing(of: Shop, chen: Caller) -> None:
    parcel = booked(chen, of)
    finance = caller(make_person("he", Role.FINANCE, of))
    looking = caller(chen.person, Permission.VIEW)
    for by in (finance, looking):
        answer(by.get(f"/receipts/{parcel}"))
        assert by.post("/receipts", told(of, waybill="YT9")).status_code == 403
        assert by.post(f"/receipts/{parcel}/claim", {"ticket": 1}).status_code == 403
    assert json.loads(chen.get("/receipts").content)["parcels"][0]["id"] == parcel


def test_a_page_of_parcels_takes_as_many_statements_as_one(
    of: Shop, chen: Caller, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(30):
        answer(chen.post("/receipts", told(of, waybill=f"YT{number}")))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        answer(chen.get("/receipts"))
