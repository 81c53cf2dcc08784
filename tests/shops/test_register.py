from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.register import read_register
from aftersale.evidence.models import Event
from aftersale.shops.models import Product
from aftersale.shops.register import ArticleRow, store_register
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision, Ticket
from aftersale.tickets.register_changes import articles_changed, numbers_changed, rows_of, take_register
from tests.tickets.taking.notices import ASKED, NOW, refunded, shop, took

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
CUP = ArticleRow(
    "CUP-350-BL", "", {"类目": "家居日用"}, {"category": "household"}, {"category": "商品信息·类目"}
)


@pytest.fixture
def of() -> Shop:
    return shop()


def test_an_article_is_stored_once_and_told_as_new(of: Shop) -> None:
    counts = store_register(of, [CUP], NOW)
    assert (counts.new, counts.changed, counts.unchanged, counts.parked) == (1, 0, 0, 0)
    assert counts.changes[0].numbers == ("CUP-350-BL",)
    assert not counts.changes[0].before
    assert Product.objects.get().facts == {"category": "household"}


def test_the_same_register_again_changes_nothing(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    before = list(Product.objects.values())
    counts = store_register(of, [CUP], LATER)
    assert (counts.unchanged, counts.changes) == (1, ())
    assert list(Product.objects.values()) == before


def test_what_a_row_does_not_say_stays_known(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    more = ArticleRow("CUP-350-BL", "", {"质保天数": "365"}, {"warranty_days": 365})
    assert store_register(of, [more], LATER).changed == 1
    assert Product.objects.get().facts == {"category": "household", "warranty_days": 365}


def test_only_a_person_who_says_so_takes_a_fact_away(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    gone = ArticleRow("CUP-350-BL", "", {"类目": None}, {"category": None, "durable_goods": True})
    counts = store_register(of, [gone], LATER)
    assert counts.changes[0].before["facts"] == {"category": "household"}
    assert Product.objects.get().facts == {"durable_goods": True}


def test_a_row_that_states_nothing_takes_nothing_away(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    assert store_register(of, [ArticleRow("CUP-350-BL", "", {"类目": "？"})], LATER).parked == 1
    assert Product.objects.get().facts == {"category": "household"}


def test_an_article_known_by_one_number_gets_the_other(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    both = ArticleRow("CUP-350-BL", "3500", {}, {"category": "household"})
    assert store_register(of, [both], LATER).changed == 1
    assert (Product.objects.get().article_no, Product.objects.get().product_id) == ("CUP-350-BL", "3500")


def test_one_listing_may_hold_several_articles(of: Shop) -> None:
    rows = [
        ArticleRow("A", "3500", {}, {"category": "food"}),
        ArticleRow("B", "3500", {}, {"category": "food"}),
    ]
    assert store_register(of, rows, NOW).new == 2


def test_rows_without_number_and_second_rows_are_parked(of: Shop) -> None:
    rows = [CUP, CUP, ArticleRow("", ""), ArticleRow("x" * 129, "")]
    counts = store_register(of, rows, NOW)
    assert (counts.new, counts.parked) == (1, 3)


def test_the_register_of_another_shop_is_another_one(of: Shop) -> None:
    store_register(of, [CUP], NOW)
    assert store_register(shop("二店"), [CUP], NOW).new == 1


def test_a_register_of_a_thousand_articles_takes_a_bounded_number_of_statements(
    of: Shop, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    rows = [ArticleRow(f"A{number}", "", {}, {"warranty_days": number}) for number in range(1000)]
    store_register(of, rows, NOW)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert store_register(of, rows, LATER).unchanged == 1000


def test_a_sheet_goes_into_the_register_with_an_event_an_article_and_its_tickets_are_judged_again(
    of: Shop, tmp_path: Path
) -> None:
    took(of, [ASKED])
    path = tmp_path / "articles.csv"
    path.write_text("商家编码,类目,质保天数\nCUP-350-BL,家居日用,365\nDRS-M,服饰,x\n", encoding="utf-8-sig")
    counts = take_register(of, rows_of(read_register(path, "zh")), None, NOW)
    assert (counts.new, counts.changed) == (2, 0)
    kinds = Event.objects.filter(subject_kind="product").values_list("kind", flat=True)
    assert list(kinds) == ["article_added"] * 2
    done = articles_changed(of, numbers_changed(counts), LATER)
    assert (done.tickets, done.left) == (1, 0)
    newest = StoredDecision.objects.filter(ticket=Ticket.objects.get()).order_by("-id")[0]
    assert facts_from(newest.facts)["warranty_days"] == 365
    assert take_register(of, rows_of(read_register(path, "zh")), None, LATER).changes == ()


def test_only_open_tickets_of_the_articles_are_judged_again(of: Shop) -> None:
    took(of, [ASKED])
    took(of, [refunded(ASKED)])
    assert articles_changed(of, ["CUP-350-BL"], LATER).tickets == 0
    assert articles_changed(of, ["DRS-M"], LATER).tickets == 0
    assert articles_changed(of, [], LATER).tickets == 0
