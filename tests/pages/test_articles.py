from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Product
from aftersale.tickets.register_changes import catch_up
from tests.api.desk import make_ticket, now
from tests.pages.bench_desk import coming
from tests.pages.desk import kinds, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
DRESS = {"no": "DRS-M", "product": ""}
CLOTHING = {"cell:类目": "服装", "cell:不支持无理由类别": "无"}


def rows(response: HttpResponse) -> dict[str, str]:
    """Give the rows of the list by the number of their article."""
    found = re.findall(r"<tr data-row>.*?</tr>", text_of(response), re.DOTALL)
    return {re.findall(r'<span class="quiet">([^<]+)</span>', row)[0]: row for row in found}


def events(shop: Shop) -> list[str]:
    found = Event.objects.filter(shop_id=shop.pk, subject_kind="product").order_by("pk")
    return list(found.values_list("kind", flat=True))


@pytest.fixture
def dress(shop: Shop) -> None:
    """Let two dresses and a cup come up, none of them in the register."""
    for number in (1, 2):
        coming(shop, number)
    make_ticket(shop, 9)


@pytest.mark.usefixtures("dress")
def test_articles_stand_by_their_open_tickets_each_with_what_would_change_a_proposal(
    agent: Visitor,
) -> None:
    shown = rows(agent.get("articles"))
    assert list(shown) == ["DRS-M", "CUP-350-BL"]
    assert re.search(r"类目 \d|不支持无理由类别 \d", shown["DRS-M"])
    assert "填写" in shown["DRS-M"]


@pytest.mark.usefixtures("dress")
def test_the_number_of_an_article_opens_its_tickets(agent: Visitor) -> None:
    found = re.search(
        r'<td class="number"[^>]*><a href="([^"]+)">(\d+)</a>', rows(agent.get("articles"))["DRS-M"]
    )
    assert found
    page = text_of(agent.client.get(found[1].replace("&amp;", "&")))
    assert page.count('id="row-') == int(found[2]) == 2


@pytest.mark.usefixtures("dress")
def test_what_is_said_once_of_an_article_is_asked_no_more_and_judges_its_tickets_again(
    shop: Shop, agent: Visitor
) -> None:
    agent.post("article_save", **DRESS, **CLOTHING)
    assert events(shop)[0] == "article_added"
    catch_up(shop.pk, now())
    shown = rows(agent.get("articles"))["DRS-M"]
    assert "类目 服装" in words_of(agent.get("articles"))
    assert "不支持无理由类别 2" not in shown


@pytest.mark.usefixtures("dress")
def test_each_change_is_an_event_and_an_empty_field_takes_back_what_was_said(
    shop: Shop, agent: Visitor
) -> None:
    agent.post("article_save", **DRESS, **CLOTHING, **{"cell:无理由天数": "15", "cell:发货重量(g)": "410"})
    product = Product.objects.get()
    assert product.facts["promise_no_reason_days"] == 15
    assert product.cells["发货重量(g)"] == "410"
    agent.post("article_save", **DRESS, **CLOTHING)
    product.refresh_from_db()
    assert "promise_no_reason_days" not in product.facts
    assert "发货重量(g)" not in product.cells
    assert product.facts["category"] == "apparel"
    agent.post("article_save", **DRESS, **CLOTHING)
    assert events(shop) == ["article_added", "article_changed"]


@pytest.mark.parametrize(
    "typed", [{"cell:类目": "没有这一类"}, {"cell:发货重量(g)": "很重"}, {"cell:无理由天数": "七"}]
)
def test_what_cannot_be_read_is_refused_by_its_field_and_nothing_is_kept(
    shop: Shop, agent: Visitor, typed: dict[str, str]
) -> None:
    response = agent.post("article_save", part=True, **DRESS, **typed)
    assert response.status_code == 422
    assert next(iter(typed.values())) in words_of(response)
    assert events(shop) == []


@pytest.mark.usefixtures("dress")
def test_the_register_goes_out_as_articles_csv_and_comes_back_filled_in(shop: Shop, agent: Visitor) -> None:
    response = agent.get("articles_sheet")
    assert 'filename="articles.csv"' in response["Content-Disposition"]
    table = list(csv.DictReader(response.content.decode("utf-8-sig").splitlines()))
    assert {row["商家编码"]: row["相关售后单"] for row in table} == {"DRS-M": "2", "CUP-350-BL": "1"}
    said = ["商家编码,类目,发货重量(g)", "DRS-M,服装,410", "CUP-350-BL,没有这一类,620"]
    sheet = SimpleUploadedFile("articles.csv", "\n".join(said).encode(), "text/csv")
    page = agent.client.post("/articles/take/", {"file": sheet})
    assert "新增 2" in words_of(page)
    assert "没有这一类" in words_of(page)
    assert Product.objects.get(article_no="DRS-M").facts["category"] == "apparel"
    assert events(shop) == ["article_added", "article_added"]


def test_a_name_that_looks_like_a_formula_goes_out_as_text(shop: Shop, agent: Visitor) -> None:
    make_ticket(shop, 1, article="=HYPERLINK(1)")
    line = agent.get("articles_sheet").content.decode("utf-8-sig").splitlines()[1]
    assert "'=HYPERLINK(1)" in line


@pytest.mark.parametrize("role", Role)
def test_the_register_is_kept_by_who_brings_sheets(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    wanted = 200 if Permission.IMPORT in MAY[role] else 403
    assert as_role(role).get("articles").status_code == wanted


def test_the_register_of_another_shop_is_not_there(elsewhere: Shop, agent: Visitor) -> None:
    assert agent.get("articles", shop=elsewhere.pk).status_code == 404
    assert agent.post("article_save", shop=elsewhere.pk, **DRESS).status_code == 404
    assert not Product.objects.exists()


def test_an_article_without_a_number_is_no_article(agent: Visitor) -> None:
    assert agent.get("article").status_code == 422


def test_a_shop_without_tickets_and_register_says_where_articles_come_from(agent: Visitor) -> None:
    assert "还没有商品" in words_of(agent.get("articles"))


def test_saving_an_article_leaves_the_events_of_its_tickets_alone(shop: Shop, agent: Visitor) -> None:
    ticket = make_ticket(shop)
    before = kinds(ticket)
    agent.post("article_save", no=ticket.article_no, product="", **{"cell:供应商": "甲"})
    assert kinds(ticket) == before


@pytest.mark.usefixtures("dress")
def test_the_stock_of_an_article_is_said_on_its_page_and_taken_back_by_an_empty_count(
    shop: Shop, agent: Visitor
) -> None:
    assert "按有货算" in words_of(agent.get("article", **DRESS))
    agent.post("article_stock", **DRESS, pieces="3", day="2026-01-02")
    assert "库存还有 3 件（登记 3 件，售后单占用 0 件；店铺设定：商品页，agent，2026-01-02 起）" in words_of(
        agent.get("article", **DRESS)
    )
    assert "库存 3" in rows(agent.get("articles"))["DRS-M"]
    agent.post("article_stock", **DRESS, pieces="", day="2026-01-02")
    assert "按有货算" in words_of(agent.get("article", **DRESS))
    assert events(shop) == ["article_added", "stock_counted", "stock_counted"]


@pytest.mark.usefixtures("dress")
@pytest.mark.parametrize(
    "typed",
    [{"pieces": "-1"}, {"pieces": "1.5"}, {"pieces": "2", "day": "2999-01-01"}, {"pieces": "1000001"}],
)
def test_a_count_that_cannot_be_is_refused(shop: Shop, agent: Visitor, typed: dict[str, str]) -> None:
    response = agent.post("article_stock", part=True, **DRESS, **typed)
    assert response.status_code == 422
    assert "这个库存数或日期不能用" in words_of(response)
    assert events(shop) == []


@pytest.mark.usefixtures("dress")
def test_the_sheet_of_the_register_carries_the_stock_there_and_back(agent: Visitor) -> None:
    agent.post("article_save", **DRESS, **CLOTHING)
    said = ["商家编码,库存,库存日期", "DRS-M,7件,2026/3/1", "CUP-350-BL,很多,"]
    sheet = SimpleUploadedFile("articles.csv", "\n".join(said).encode(), "text/csv")
    page = words_of(agent.client.post("/articles/take/", {"file": sheet}))
    assert "很多" in page
    assert "库存 7" in rows(agent.get("articles"))["DRS-M"]
    assert "商品信息表，2026-03-01" in words_of(agent.get("article", **DRESS))
    table = csv.DictReader(agent.get("articles_sheet").content.decode("utf-8-sig").splitlines())
    told = {row["商家编码"]: (row["类目"], row["库存"], row["库存日期"]) for row in table}
    assert told["DRS-M"] == ("服装", "7", "2026-03-01")


@pytest.mark.parametrize("role", Role)
def test_only_who_takes_sheets_in_counts_the_stock(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    response = as_role(role).post("article_stock", **DRESS, pieces="3")
    assert response.status_code == (302 if Permission.IMPORT in MAY[role] else 403)
