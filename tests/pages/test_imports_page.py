from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.roles import Role
from aftersale.tickets.imports import run_import
from aftersale.tickets.models import Import, ParkedRow, Ticket
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.scope import Scope
from tests.api.desk import make_person, make_shop, now
from tests.pages.desk import text_of, visitor, words_of
from tests.tickets.taking.sheets import imported, row, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
UNREADABLE = "2025-13-45"


def upload(folder: Path, rows: Sequence[Sequence[str]], name: str = "售后.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sheet(folder / name, rows).read_bytes(), "text/csv")


def brought(by: Visitor, shop: Shop, folder: Path, rows: Sequence[Sequence[str]]) -> Import:
    """Bring a sheet by the page, and let the worker take it."""
    response = by.post("imports", shop=shop.pk, files=upload(folder, rows), partial="1")
    assert response.status_code == 302, text_of(response)
    made = Import.objects.order_by("-id")[0]
    done = run_import(made.pk, now)
    return done or made


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WAREHOUSE])
def test_everybody_reads_what_was_imported_and_only_some_may_import(
    role: Role, as_role: Callable[[Role], Visitor]
) -> None:
    response = as_role(role).get("imports")
    assert response.status_code == 200
    assert ('type="file"' in text_of(response)) == (role in {Role.OWNER, Role.LEAD, Role.AGENT})


def test_a_sheet_fills_the_queue_and_the_page_says_what_came_of_it(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    done = brought(agent, shop, tmp_path, [row(1), row(2)])
    said = words_of(agent.get("import", done.pk))
    assert "售后.csv" in said
    assert Ticket.objects.filter(shop=shop).count() == 2
    assert "售后.csv" in words_of(agent.get("imports"))


def test_an_import_under_way_asks_again_by_itself_and_can_be_stopped(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    agent.post("imports", shop=shop.pk, files=upload(tmp_path, [row(1)]))
    made = Import.objects.get()
    assert "every 2s" in text_of(agent.get("import", made.pk))
    assert "<html" not in text_of(agent.get("import", made.pk, part=True))
    assert agent.post("import_cancel", made.pk).status_code == 302
    made.refresh_from_db()
    assert made.cancel


def test_the_first_page_leads_to_the_import_until_there_is_something_to_do(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    assert agent.get("start").headers["Location"] == "/imports/"
    imported(sheet(tmp_path / "a.csv", [row(1)]), shop)
    assert agent.get("start").headers["Location"] == "/queue/"


def test_a_row_that_was_not_read_is_shown_mended_and_taken(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    done = brought(agent, shop, tmp_path, [row(1), row(2, 售后申请时间=UNREADABLE)])
    parked = ParkedRow.objects.get()
    assert UNREADABLE in text_of(agent.get("import", done.pk))
    again = agent.post("parked_again", parked.pk, **{"cell:售后申请时间": "still not a time"})
    assert again.status_code == 422
    assert "改好这一格" in words_of(again)
    mended = agent.post("parked_again", parked.pk, **{"cell:售后申请时间": "2026-06-10 02:10:00"})
    assert mended.status_code == 302
    assert Ticket.objects.count() == 2
    assert agent.post("parked_again", parked.pk).status_code == 404
    done.refresh_from_db()
    assert (done.counts["new"], done.counts["parked"], done.counts["rows"]) == (2, 0, 2)
    assert "没读进来 0" in words_of(agent.get("import", done.pk))


@pytest.mark.parametrize("state", ImportState)
def test_the_state_of_an_import_is_said_in_english_too(agent: Visitor, shop: Shop, state: str) -> None:
    made = Import.objects.create(shop=shop, files=["a.csv"], digest="d", created_at=now(), state=state)
    english = visitor(agent.person, "en")
    for page in (english.get("imports"), english.get("import", made.pk)):
        assert ImportState(state).label not in words_of(page)


def test_a_row_that_was_not_read_can_be_left_out(agent: Visitor, shop: Shop, tmp_path: Path) -> None:
    brought(agent, shop, tmp_path, [row(1), row(2, 售后申请时间=UNREADABLE)])
    parked = ParkedRow.objects.get()
    assert agent.post("parked_drop", parked.pk).status_code == 302
    parked.refresh_from_db()
    assert parked.state == "dropped"
    assert Import.objects.get().counts.items() >= {"new": 1, "parked": 0, "dropped": 1}.items()
    assert "已放弃 1" in words_of(agent.get("import", parked.batch_id))


def test_what_a_sheet_of_other_days_says_nothing_of_is_counted_and_said(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(3)]), shop)
    old = {"售后申请时间": "2026-05-02 09:00:00"}
    done = imported(sheet(tmp_path / "b.csv", [row(9, **old)]), shop)
    assert (done.counts["missing"], done.counts["outside"]) == (0, 3)
    assert "本店还有 3 单待处理不在这份表里" in words_of(agent.get("import", done.pk))
    whole = imported(sheet(tmp_path / "c.csv", [row(0), row(2), row(9, **old)]), shop)
    assert whole.counts["missing"] == 1
    assert "outside" not in whole.counts
    partial = imported(sheet(tmp_path / "d.csv", [row(9, **old)]), shop, Scope(partial=True))
    assert "outside" not in partial.counts


def test_a_row_of_a_sheet_of_several_shops_is_mended_by_who_brought_it(
    agent: Visitor, people: dict[Role, Person]
) -> None:
    batch = Import.objects.create(person=agent.person, files=["合并.csv"], digest="d", created_at=now())
    parked = ParkedRow.objects.create(batch=batch, sheet="合并.csv", row=2, code="x")
    assert visitor(people[Role.LEAD]).post("parked_drop", parked.pk).status_code == 404
    assert agent.post("parked_drop", parked.pk).status_code == 302


def test_who_may_not_import_sees_no_cells_of_rows(people: dict[Role, Person], shop: Shop) -> None:
    batch = Import.objects.create(shop=shop, files=["a.csv"], digest="d", created_at=now(), state="done")
    cells = json.dumps([["收货人", "王小明"]], ensure_ascii=False)
    ParkedRow.objects.create(batch=batch, sheet="a.csv", row=2, code="x", cells=cells)
    assert "王小明" in text_of(visitor(people[Role.AGENT]).get("import", batch.pk))
    assert "王小明" not in text_of(visitor(people[Role.READ_ONLY]).get("import", batch.pk))


def test_no_file_is_said_so(agent: Visitor, shop: Shop) -> None:
    response = agent.post("imports", shop=shop.pk)
    assert response.status_code == 422
    assert not Import.objects.exists()


def test_a_file_that_is_no_sheet_is_refused_in_words(agent: Visitor, shop: Shop) -> None:
    other = SimpleUploadedFile("a.csv", b"\x00\x01\x02", "text/csv")
    response = agent.post("imports", shop=shop.pk, files=other)
    refused = Import.objects.first()
    said = words_of(agent.get("import", refused.pk)) if refused else words_of(response)
    assert response.status_code in {302, 422}
    assert "csv" in said


@pytest.mark.parametrize("said", ["0", "x", "", str(10**30)])
def test_a_shop_that_is_not_ones_own_takes_no_sheet(said: str, agent: Visitor, tmp_path: Path) -> None:
    foreign = make_shop("第三家")
    for shop in (said, foreign.pk):
        response = agent.post("imports", shop=shop, files=upload(tmp_path, [row(1)]))
        assert response.status_code == 404
    assert not Import.objects.exists()


def test_a_trainee_who_posts_a_sheet_is_told_whom_to_ask(
    trainee: Visitor, shop: Shop, tmp_path: Path
) -> None:
    response = trainee.post("imports", shop=shop.pk, files=upload(tmp_path, [row(1)]))
    assert response.status_code == 403
    assert "店主调整你的角色" in words_of(response)


def test_tickets_that_a_later_sheet_did_not_hold_are_named(
    agent: Visitor, shop: Shop, tmp_path: Path
) -> None:
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), shop)
    later = imported(sheet(tmp_path / "b.csv", [row(n) for n in range(6) if n != 3]), shop)
    gone = Ticket.objects.get(lane="missing")
    assert gone.ticket_no in words_of(agent.get("import", later.pk))


def test_a_stranger_finds_no_import_of_the_shop(stranger: Visitor, shop: Shop, tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "秘密.csv", [row(1)]), shop)
    assert stranger.get("import", done.pk).status_code == 404
    assert "秘密.csv" not in text_of(stranger.get("imports"))


def test_an_owner_of_two_shops_may_bring_one_sheet_for_both(shop: Shop, tmp_path: Path) -> None:
    other = make_shop("第二家")
    both = visitor(make_person("both", Role.OWNER, shop, other))
    assert 'value="each"' in text_of(both.get("imports"))
    rows = [row(1, 店铺名称=shop.name), row(2, 店铺名称=other.name)]
    both.post("imports", shop="each", files=upload(tmp_path, rows))
    run_import(Import.objects.get().pk, now)
    assert [Ticket.objects.filter(shop=each).count() for each in (shop, other)] == [1, 1]


def test_a_sheet_of_the_warehouse_is_told_by_its_header_and_booked_as_parcels(
    shop: Shop, tmp_path: Path, people: dict[Role, Person]
) -> None:
    path = tmp_path / "退货.csv"
    path.write_text("退货物流单号,商家编码,良品数,不良数\nYT1,A,1,0\n", encoding="utf-8-sig")
    for role, kinds in ((Role.AGENT, []), (Role.LEAD, ["parcels"])):
        file = SimpleUploadedFile("退货.csv", path.read_bytes(), "text/csv")
        response = visitor(people[role]).post("imports", shop=shop.pk, files=file)
        assert response.status_code == (302 if kinds else 403), text_of(response)
        assert list(Import.objects.values_list("kind", flat=True)) == kinds
