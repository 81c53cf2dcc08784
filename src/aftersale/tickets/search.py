"""Find tickets by what agents type: numbers and their ends, goods, a buyer's phone or platform id.

The text of a ticket is made of tokens: each pair of neighbouring Chinese characters of its title, each end of
a Latin word in it, and whole numbers and codes with their last four and six characters. Two characters are
enough to find a title. Of a buyer only a keyed hash stands there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from aftersale.shops.encryption import ring
from aftersale.tickets.models import SearchText, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.backends.utils import CursorWrapper

BATCH = 2_000
_RUN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[\x00-\x7f]+")
_TAILS = (4, 6)
# No run holds this sign: it tells the parts of a title's words from the ends of numbers.
_MARK = "·"
_LONGEST = 24
_LONGEST_QUERY = 64
_HASH_LENGTH = 24
BUYER_TOKEN = re.compile(rf"b[0-9a-f]{{{_HASH_LENGTH}}}")
"""What `buyer_token` makes."""
_MANY = 4_000
_FEWEST = 6


@dataclass(frozen=True, slots=True)
class Searchable:
    """Hold what a ticket is found by; `buyer` are tokens made by `buyer_token`."""

    ticket_no: str
    order_no: str
    article: str
    article_no: str
    product_id: str
    buyer: tuple[str, ...] = ()
    waybill: str = ""


def _folded(text: str) -> str:
    # Folding may leave something to fold (ΐ); twice is enough.
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once).casefold()


def _runs(text: str) -> list[str]:
    return _RUN.findall(_folded(text))


def _pairs(run: str) -> list[str]:
    """Cut a run into neighbouring pairs, those within a Latin word or number left out."""
    return [first + second for first, second in pairwise(run) if not (first + second).isascii()]


def _words(run: str) -> list[str]:
    return _WORD.findall(run)


def _title_tokens(run: str) -> Iterator[str]:
    """Give the tokens of a run: pairs, its last character, each end of a word: any part begins one."""
    yield from _pairs(run)
    if not run[-1].isascii():
        yield run[-1]
    for word in _words(run):
        yield word
        yield from (f"{_MARK}{word[start : start + _LONGEST]}" for start in range(len(word) - 1))


def _ends(number: str) -> list[str]:
    return [number, *(number[-length:] for length in _TAILS if len(number) > length)]


@lru_cache(maxsize=8_192)
def _of_article(article: str, article_no: str, product_id: str) -> tuple[str, ...]:
    """Give the tokens of an article; many tickets speak of the same one."""
    codes = [run for run in _runs(article_no) if not run.isascii()]
    tokens = [token for run in (*_runs(article), *codes) for token in _title_tokens(run)]
    tokens += [*_number(article_no), *_number(product_id)]
    return tuple(dict.fromkeys(tokens))


def _number(number: str) -> list[str]:
    if number.isdigit() and number.isascii():
        return _ends(number)
    return [token for run in _runs(number) if run.isascii() for token in _ends(run)]


def search_text(said: Searchable) -> str:
    """Make the text by which a ticket is found: its tokens, separated by blanks."""
    goods = _of_article(said.article, said.article_no, said.product_id)
    numbers = (said.ticket_no, said.order_no, said.waybill)
    return " ".join((*goods, *(token for number in numbers for token in _number(number)), *said.buyer))


def tokens_of(texts: Iterable[str], numbers: Iterable[str]) -> list[str]:
    """Give the tokens of texts, any part of which is to be found, and of numbers with their ends."""
    said = [token for text in texts for run in _runs(text) for token in _title_tokens(run)]
    return list(dict.fromkeys([*said, *(token for number in numbers for token in _number(number))]))


def buyer_token(shop_id: int, said: str) -> str:
    """Make the token of a buyer's platform id or phone: a keyed hash that differs from shop to shop."""
    plain = said if said.isdigit() and said.isascii() else "".join(_runs(said))
    phone = plain[-11:] if plain.isdigit() and len(plain) == 13 and plain.startswith("86") else plain  # noqa: PLR2004  # +86 and eleven digits
    return f"b{ring().fingerprint(f'search:{shop_id}:{phone}')[:_HASH_LENGTH]}"


def shop_token(shop_id: int) -> str:
    """Make the token that says to which shop a ticket belongs."""
    return f"shop{shop_id}"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Write a query for one database: every token is letters and digits, so quoting is safe."""

    both: str
    either: str
    quote: str
    begins: str

    def token(self, text: str) -> str:
        return f"{self.quote}{text}{self.quote}"

    def beginning(self, text: str) -> str:
        return self.token(text) + self.begins

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({self.both.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({self.either.join(parts)})"


_DIALECTS = {
    "sqlite": _Dialect(" AND ", " OR ", '"', " *"),
    "postgresql": _Dialect(" & ", " | ", "'", ":*"),
}


def _term(run: str, say: _Dialect, *, inside: bool) -> str | None:
    """Ask for one run of characters; a single letter or digit asks for nothing."""
    ending = say.beginning if inside else say.token
    parts = [say.token(pair) for pair in _pairs(run)]
    parts += [
        say.any_of([say.token(word), ending(f"{_MARK}{word[:_LONGEST]}")])
        for word in _words(run)
        if len(word) > 1
    ]
    if not parts and not run.isascii():
        return say.beginning(run)
    return say.all_of(parts) if parts else None


class Query(NamedTuple):
    """Hold what to look for in the shops of a person; `words` alone tell how rare it is."""

    whole: str
    words: str


def query_of(asked: str, shops: Sequence[int], vendor: str, *, inside: bool = False) -> Query | None:
    """Write a text as a query over the shops of a person; None where it asks for nothing.

    Latin words and numbers are looked for whole or as an ending; `inside` takes any part of them.
    """
    say, short = _DIALECTS[vendor], asked[:_LONGEST_QUERY]
    terms = [term for run in dict.fromkeys(_runs(short)) if (term := _term(run, say, inside=inside))]
    if not terms or not shops:
        return None
    words = say.all_of(terms)
    of_goods = say.all_of([words, say.any_of([say.token(shop_token(shop)) for shop in shops])])
    of_buyers = [say.token(buyer_token(shop, short)) for shop in shops]
    return Query(say.any_of([of_goods, *of_buyers]), words)


_SPACED = re.compile(r"\d(?:[\s\-_–·,，]?\d){7,}")
_CODE = re.compile(r"(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{8,}")
_MOST_CANDIDATES = 6


def candidates(text: str) -> list[str]:
    """List what a text may be looked for by, likeliest first: the text, long numbers in it, codes in it.

    A number may be written in groups. A text without any is looked for as it stands.

    >>> candidates("ShopName123 订单 6933 1234 5678 9012 363")
    ['ShopName123 订单 6933 1234 5678 9012 363', '6933123456789012363', 'ShopName123']
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    numbers = ["".join(filter(str.isdigit, found)) for found in _SPACED.findall(plain)]
    codes = [found for found in _CODE.findall(plain) if not found.isdigit()]
    every = [plain, *sorted(numbers, key=len, reverse=True), *codes]
    return list(dict.fromkeys(filter(None, every)))[:_MOST_CANDIDATES]


_MATCHES = "FROM tickets_searchtext WHERE array_to_tsvector(string_to_array(text, ' ')) @@ %s::tsquery"
_FIND = (
    "SELECT rowid FROM tickets_search WHERE tickets_search MATCH %s AND rowid < %s"
    " ORDER BY rowid DESC LIMIT %s"
)
# PostgreSQL guesses badly how many tickets have a word. Where few do, the table is never to be walked,
# neither from its end (+ 0) nor whole; where many do, walking it from its end meets enough of them soon.
_BY_INDEX = "SET LOCAL enable_seqscan = off"
_FIND_COMMON = f"SELECT ticket_id {_MATCHES} AND ticket_id < %s ORDER BY 1 DESC LIMIT %s"
_FIND_RARE = f"SELECT ticket_id + 0 {_MATCHES} AND ticket_id + 0 < %s ORDER BY 1 DESC LIMIT %s"
_PROBE = f"SELECT count(*) FROM (SELECT 1 {_MATCHES} LIMIT %s) AS few"  # noqa: S608  # constants
NEWEST = 2**62


def by_number(shops: Sequence[int], asked: str, limit: int, before: int = NEWEST) -> list[int]:
    """Find tickets whose own number, order number or return waybill is exactly the text, newest first."""
    number, own = asked.strip(), Ticket.objects.filter(shop__in=shops, id__lt=before).order_by()
    # The index of waybills covers a part of the table: only who names that part is led to it.
    back = own.exclude(return_waybill="").filter(return_waybill__in={number, number.upper()})
    found = (
        own.filter(ticket_no=number)
        .values_list("id")
        .union(own.filter(order_no=number).values_list("id"), back.values_list("id"))
    )
    return sorted((each for (each,) in found), reverse=True)[:limit] if number else []


def by_beginning(shops: Sequence[int], asked: str, limit: int, before: int = NEWEST) -> list[int]:
    """Find tickets whose order number begins with some digits, newest first; few digits find nothing."""
    digits = asked.strip()
    after = str(int(digits) + 1).zfill(len(digits)) if digits.isascii() and digits.isdigit() else ""
    if len(digits) < _FEWEST or len(after) != len(digits):
        return []
    own = Ticket.objects.filter(shop__in=shops, id__lt=before, order_no__gte=digits, order_no__lt=after)
    return list(own.order_by("-id").values_list("id", flat=True)[:limit])


def by_text(shops: Sequence[int], asked: str, limit: int, before: int = NEWEST) -> list[int]:
    """Find tickets of some shops by their text, newest first, those with a smaller id than `before`.

    Parts of Latin words cost more to look for, and are where nothing else is found.
    """
    plain, inside = (query_of(asked, shops, connection.vendor, inside=part) for part in (False, True))
    found = _found(plain, limit, before) if plain else []
    return found or (_found(inside, limit, before) if inside and inside != plain else [])


def _found(query: Query, limit: int, before: int) -> list[int]:
    if connection.vendor == "postgresql":
        return _found_on_postgresql(query, limit, before)
    # No transaction: SQLite would take the lock of a writer for it.
    with connection.cursor() as cursor:
        return _ids(cursor, _FIND, [query.whole, before, limit])


def _found_on_postgresql(query: Query, limit: int, before: int) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        cursor.execute(_PROBE, [query.words, _MANY])
        rare = cursor.fetchone()[0] < _MANY
        return _ids(cursor, _FIND_RARE if rare else _FIND_COMMON, [query.whole, before, limit])


def _ids(cursor: CursorWrapper, sql: str, values: list[str | int]) -> list[int]:
    cursor.execute(sql, values)
    return [ticket for (ticket,) in cursor.fetchall()]


_PUT = (
    "INSERT INTO tickets_searchtext (ticket_id, text) VALUES (%s, %s) ON CONFLICT (ticket_id)"
    " DO UPDATE SET text = excluded.text WHERE tickets_searchtext.text <> excluded.text"
)


def index_buyer(ticket_id: int, shop_id: int, said: str) -> None:
    """Let a ticket be found by a buyer's phone that the platform has opened; only its keyed hash is kept."""
    there, token = _text_of(ticket_id), buyer_token(shop_id, said)
    if there and token not in there.split():
        SearchText.objects.filter(pk=ticket_id).update(text=f"{there} {token}")


def index_again(ticket_id: int, shop_id: int, text: str) -> None:
    """Store the text of a ticket that was indexed before; hashes of its buyer stay."""
    kept = [each for each in _text_of(ticket_id).split() if BUYER_TOKEN.fullmatch(each)]
    index_rows([(ticket_id, shop_id, " ".join(dict.fromkeys([*text.split(), *kept])))])


def _text_of(ticket_id: int) -> str:
    return SearchText.objects.filter(pk=ticket_id).values_list("text", flat=True).first() or ""


def index_rows(rows: Iterable[tuple[int, int, str]]) -> None:
    """Store texts as (ticket id, shop id, text) in batches; one that is the same costs no write."""
    with transaction.atomic(), connection.cursor() as cursor:
        for batch in _batches((ticket, f"{shop_token(shop)} {text}") for ticket, shop, text in rows):
            cursor.executemany(_PUT, batch)


def _batches(rows: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
