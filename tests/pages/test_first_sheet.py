"""Play the first drop of one's own sheet whole, page by page, at the time at which it was exported."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Role
from aftersale.domain.vocabulary import Stage
from aftersale.pages.proposal import newest_of, proposal_of
from aftersale.tickets.imports import run_import
from aftersale.tickets.models import Import, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.register_changes import catch_up
from aftersale.tickets.waiting import BY_ITSELF
from tests.api.desk import make_person, make_shop
from tests.pages.clock import stop_at
from tests.pages.desk import text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.pages.proposal import Proposal
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
EXPORTED = datetime(2025, 8, 31, 17, 31, tzinfo=SHANGHAI)
LATER = EXPORTED + timedelta(minutes=4)
ROWS, OPEN, HANDLED, MOST_FREQUENT = 4_412, 237, 9, 20
OF_PEOPLE = frozenset({"negotiate", "ask"})
"""What no rule settles: talking, or a person's judgement."""

Sheet = list[dict[str, str]]


def read(name: str, encoding: str = "utf-8-sig") -> Sheet:
    with (SHARED / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def written(rows: Sheet, name: str) -> SimpleUploadedFile:
    """Write rows as the platform does."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    return SimpleUploadedFile(name, f"\ufeff{text}".encode(), "text/csv")


def dropped(owner: Visitor, shop: Shop, files: Sequence[SimpleUploadedFile]) -> Import:
    """Drop sheets on the page, and let the worker read them."""
    response = owner.client.post("/imports/", {"shop": shop.pk, "files": files})
    assert response.status_code == 302
    made = Import.objects.order_by("-pk")[0]
    done = run_import(made.pk, lambda: EXPORTED) or Import.objects.get(pk=made.pk)
    assert done.state == "done"
    return done


def rows_of_the_queue(owner: Visitor, tab: str) -> dict[int, str]:
    """Read every page of a tab; give each row by its ticket."""
    found: dict[int, str] = {}
    address = f"/queue/?tab={tab}"
    for _ in range(20):
        page = text_of(owner.client.get(address))
        rows = re.findall(r'<tr data-row id="row-(\d+)">(.*?)</tr>', page, re.DOTALL)
        found |= {int(number): row for number, row in rows}
        more = re.search(r'"(\?[^"]*cursor=[^"]+)"', page)
        if more is None:
            return found
        address = "/queue/" + more[1].replace("&amp;", "&")
    raise AssertionError("the queue does not end")


def proposals() -> dict[int, Proposal]:
    """Explain what is proposed for every ticket of the shop."""
    found = {}
    for ticket in Ticket.objects.filter(lane=Lane.OURS).order_by("queue_at"):
        stored = newest_of(ticket.pk)
        assert stored is not None
        found[ticket.pk] = proposal_of(stored, {}, EXPORTED)
    return found


def test_the_first_drop_of_ones_own_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(EXPORTED, monkeypatch)
    shop = make_shop("自己的店")
    owner = visitor(make_person("owner", Role.OWNER, shop))
    sheet = read("douyin_after_sales.csv")
    orders = SimpleUploadedFile("orders.csv", (SHARED / "douyin_orders.csv").read_bytes(), "text/csv")
    done = dropped(owner, shop, [written(sheet, "售后.csv"), orders])
    assert (done.counts["rows"], done.counts["new"], done.counts["parked"]) == (ROWS, ROWS, 0)
    assert Ticket.objects.filter(open=True).count() == OPEN
    every_open_row_says_what_to_do_now(owner)
    due_times_are_those_of_the_platform(sheet)
    four_of_five_get_a_proposal_with_at_most_one_question()
    stop_at(LATER, monkeypatch)
    with_the_frequent_articles_described_less_is_asked(owner, shop, sheet)
    a_second_sheet_adds_nothing_twice_and_names_what_was_handled_elsewhere(owner, shop, sheet)
    a_sheet_of_another_shop_is_refused_with_a_reason(sheet)


def every_open_row_says_what_to_do_now(owner: Visitor) -> None:
    """See that what is for the shop has an act to press, and what is not says who moves next and by when."""
    ours = rows_of_the_queue(owner, "ours")
    assert set(ours) == set(Ticket.objects.filter(lane=Lane.OURS).values_list("pk", flat=True))
    for ticket, row in ours.items():
        assert '<span class="proposal">' in row
        if 'data-key="a"' not in row:
            page = text_of(owner.get("ticket", ticket))
            assert re.search(r'data-key="[ar]"|/answer/', page), ticket
    others = rows_of_the_queue(owner, "platform") | rows_of_the_queue(owner, "buyer")
    assert len(ours) + len(others) == OPEN
    steps = Ticket.objects.filter(pk__in=ours).values_list("step", flat=True)
    assert BY_ITSELF.isdisjoint(steps)
    for ticket, row in others.items():
        assert re.search(r"已超时，平台会自动处理，到 \d\d-\d\d \d\d:\d\d", row), ticket


def due_times_are_those_of_the_platform(sheet: Sheet) -> None:
    given = {row["售后单号"].strip(): row for row in sheet}
    waiting = Ticket.objects.filter(open=True, status="待商家处理")
    assert waiting.count() == OPEN
    for ticket in waiting:
        said = given[ticket.ticket_no]["自动处理截止时间"].strip()
        assert ticket.due_at == datetime.fromisoformat(said).replace(tzinfo=SHANGHAI)


def four_of_five_get_a_proposal_with_at_most_one_question() -> None:
    told = proposals()
    steps = Counter(Ticket.objects.filter(pk__in=told).values_list("step", flat=True))
    settled = sum(number for step, number in steps.items() if step not in OF_PEOPLE)
    assert settled / len(told) >= 0.8, steps
    assert median(len(each.asked) for each in told.values()) <= 1
    assert all(question.whom for each in told.values() for question in each.asked)
    condition = {name for name, spec in FACTS.items() if spec.stage is Stage.GOODS_BACK}
    away = Ticket.objects.filter(pk__in=told).exclude(goods_state__in=["back", "inspected"])
    asked = {question.fact for ticket in away for question in told[ticket.pk].asked}
    assert asked & condition == set()


def with_the_frequent_articles_described_less_is_asked(owner: Visitor, shop: Shop, sheet: Sheet) -> None:
    before = articles_asking(owner)
    frequent = Counter(row["商家编码"] for row in sheet).most_common(MOST_FREQUENT)
    register = [{"商家编码": code, "类目": "家居日用", "不支持无理由类别": "无"} for code, _ in frequent]
    page = owner.client.post("/articles/take/", {"file": written(register, "articles.csv")})
    assert f"新增 {MOST_FREQUENT}" in words_of(page)
    judged = catch_up(shop.pk, LATER)
    assert judged.left == 0
    described = {code for code, _ in frequent}
    assert before & described
    assert articles_asking(owner) & described == set()
    four_of_five_get_a_proposal_with_at_most_one_question()


def articles_asking(owner: Visitor) -> set[str]:
    """Name the articles of which the page says that they do not support returns by a class still unknown."""
    page = text_of(owner.get("articles"))
    rows = re.findall(r"<tr data-row>(.*?)</tr>", page, re.DOTALL)
    asking = [row for row in rows if re.search(r"chip-warn\">(类目|不支持无理由类别)", row)]
    return {re.findall(r'<span class="quiet">([^<]+)</span>', row)[0] for row in asking}


def a_second_sheet_adds_nothing_twice_and_names_what_was_handled_elsewhere(
    owner: Visitor, shop: Shop, sheet: Sheet
) -> None:
    ours = Ticket.objects.filter(lane=Lane.OURS).order_by("queue_at")
    handled = set(ours.values_list("ticket_no", flat=True)[:HANDLED])
    later = [row for row in sheet if row["售后单号"].strip() not in handled]
    done = dropped(owner, shop, [written(later, "第二次.csv")])
    assert (done.counts["new"], done.counts["missing"]) == (0, HANDLED)
    assert Ticket.objects.count() == ROWS
    page = words_of(owner.get("import", done.pk))
    assert all(number in page for number in handled)
    assert Ticket.objects.filter(lane=Lane.MISSING, open=True).count() == HANDLED


def a_sheet_of_another_shop_is_refused_with_a_reason(sheet: Sheet) -> None:
    other = make_shop("别人的店")
    stranger = visitor(make_person("stranger", Role.OWNER, other))
    stranger.client.post("/imports/", {"shop": other.pk, "files": [written(sheet[:50], "别家.csv")]})
    made = Import.objects.order_by("-pk")[0]
    run_import(made.pk, lambda: EXPORTED)
    made.refresh_from_db()
    assert made.state == "refused"
    assert not Ticket.objects.filter(shop=other).exists()
    assert "别人的店" in words_of(stranger.get("import", made.pk))
