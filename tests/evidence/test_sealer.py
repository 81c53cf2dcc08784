"""Seal events into the log of their shop, in order, once, under a signed head."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence import heads, sealer
from aftersale.evidence.merkle import root_of
from aftersale.evidence.models import Event, Head
from aftersale.evidence.sealer import seal, unsealed_shops
from tests.evidence.kept import KEY, NOW, a_shop, a_subject, faults, happened

pytestmark = pytest.mark.django_db


def test_events_get_their_places_in_the_order_of_their_ids_and_a_head_is_signed() -> None:
    shop = a_shop()
    happened(a_subject(shop, "1"), 3)
    happened(a_subject(shop, "2"), 2)
    head = seal(shop.pk, NOW, KEY)
    assert head is not None
    events = list(Event.objects.order_by("id"))
    assert [event.log_index for event in events] == [0, 1, 2, 3, 4]
    assert bytes(head.root) == root_of(bytes(event.hash) for event in events)
    said = heads.Head(f"shop-{shop.pk}", 5, bytes(head.root), NOW)
    assert heads.verify(said, bytes(head.signature), KEY.public_key())


def test_nothing_new_makes_no_head() -> None:
    shop = a_shop()
    assert seal(shop.pk, NOW, KEY) is None
    happened(a_subject(shop, "1"), 1)
    assert seal(shop.pk, NOW, KEY) is not None
    assert seal(shop.pk, NOW, KEY) is None
    assert Head.objects.count() == 1


def test_a_later_seal_goes_on_from_the_last_head() -> None:
    shop, subject = a_shop(), a_subject(a_shop("另一家"), "1")
    happened(a_subject(shop, "2"), 2)
    seal(shop.pk, NOW, KEY)
    happened(subject, 1)
    happened(a_subject(shop, "2"), 1)
    head = seal(shop.pk, NOW + timedelta(seconds=1), KEY)
    assert head is not None
    assert head.size == 3
    hashes = Event.objects.filter(shop=shop).order_by("log_index").values_list("hash", flat=True)
    assert bytes(head.root) == root_of(map(bytes, hashes))


def test_many_events_are_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 4)
    shop = a_shop()
    happened(a_subject(shop, "1"), 10)
    head = seal(shop.pk, NOW, KEY)
    assert head is not None
    assert head.size == 10
    assert list(Head.objects.order_by("size").values_list("size", flat=True)) == [4, 8, 10]
    assert faults() == []


def test_a_clock_that_was_set_back_does_not_take_the_heads_back() -> None:
    shop = a_shop()
    happened(a_subject(shop, "1"), 1)
    seal(shop.pk, NOW, KEY)
    happened(a_subject(shop, "1"), 1)
    head = seal(shop.pk, NOW - timedelta(days=1), KEY)
    assert head is not None
    assert head.at == NOW
    assert faults() == []


def test_shops_with_unsealed_events_are_listed() -> None:
    first, second = a_shop("甲"), a_shop("乙")
    happened(a_subject(first, "1"), 2)
    happened(a_subject(second, "2"), 1)
    assert unsealed_shops() == [first.pk, second.pk]
    seal(first.pk, NOW, KEY)
    assert unsealed_shops() == [second.pk]


def test_a_sealer_does_not_go_on_where_the_newest_head_is_gone() -> None:
    shop = a_shop()
    happened(a_subject(shop, "1"), 2)
    seal(shop.pk, NOW, KEY)
    Head.objects.all().delete()
    happened(a_subject(shop, "1"), 1)
    with pytest.raises(EvidenceBroken) as refused:
        seal(shop.pk, NOW, KEY)
    assert refused.value.code == "evidence.headless"
    assert Event.objects.filter(log_index=None).count() == 1
