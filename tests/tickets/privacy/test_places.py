from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from aftersale.shops.rekey import encrypted_fields
from aftersale.tickets.holds import HOLD_WORDS, LIMITATION, RECORDS, HoldKind
from aftersale.tickets.personal import OF_THE_TICKET, PLACES, How, stripped
from aftersale.tickets.search import BUYER_TOKEN, buyer_token

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "privacy.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| (\w+\.\w+) \| `(\w+\.\w+)` \|", PAGE, re.MULTILINE))
# Emptied by erasure.py itself, not by the table of places.
ELSEWHERE = {
    "Buyer.contact",
    "Ticket.buyer",
    "PersonalValue.value",
    "SearchText.text",
    "IdempotencyKey.body",
    "ParkedRow.value",
    "ParkedRow.reason",
    "ParkedRow.cells",
}
# Columns of a row that goes as a whole with its file.
OF_FILES = {"StoredFile.key", "Piece.caption", "Piece.giver"}
OF_COLLEAGUES = {"NotifyTarget.url"}
# Keys of a shop's app and what it was granted: nothing of a buyer stands there.
OF_SHOPS = {"Shop.stop_url", "HeadsOut.url", "Drafting.key"} | {
    f"Link.{name}"
    for name in (
        "secret", "sign_secret", "message_key", "access_token", "refresh_token", "previous_token",
    )
}  # fmt: skip
# Kept for a week, whoever asks (tests/connections/test_pushes.py).
SHORT = {"Push.body"}


def test_every_encrypted_field_stands_on_the_page_with_its_column() -> None:
    encrypted = {f"{each.model.__name__}.{each.name}": each.place for each in encrypted_fields()}
    assert {name: LISTED.get(name) for name in encrypted} == encrypted


def test_every_place_of_the_page_is_emptied_by_somebody_and_the_other_way_round() -> None:
    emptied = {place.name for place in PLACES} | {f"Ticket.{name}" for name in OF_THE_TICKET}
    assert set(LISTED) == emptied | ELSEWHERE | OF_FILES | OF_COLLEAGUES | OF_SHOPS | SHORT


def test_every_column_of_the_page_exists() -> None:
    columns = {
        f"{model._meta.db_table}.{field.column}"  # noqa: SLF001  # the public way to a table's name
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields  # noqa: SLF001  # as above
    }
    assert set(LISTED.values()) - columns == set()


def test_a_place_says_in_both_languages_what_it_is_and_an_object_what_may_stay() -> None:
    assert all(place.what.zh and place.what.en for place in PLACES)
    assert [place.name for place in PLACES if (place.how is How.STRIP) != bool(place.keep)] == []


def test_of_an_object_only_plain_values_under_harmless_keys_stay() -> None:
    held = {"code": "ok", "raw": {"name": "王小明"}, "unheard_of": "王小明", "version": ["王小明"]}
    assert stripped(held, frozenset({"code", "version"})) == {"code": "ok"}


def test_the_page_names_each_number_and_each_hold_has_words() -> None:
    assert all(period.parameter in PAGE for period in (LIMITATION, RECORDS))
    assert set(HOLD_WORDS) == set(HoldKind)


def test_the_token_of_a_buyer_is_known_by_its_looks() -> None:
    assert BUYER_TOKEN.fullmatch(buyer_token(1, "13800138000"))
