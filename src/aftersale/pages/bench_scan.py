"""Put a scanned parcel on the page, and read what the person at the bench typed about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.receipts.words import MOST_GRAMS, MOST_PIECES
from aftersale.domain.errors import AftersaleError
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Permission
from aftersale.policy.explain import to_inspect, what_would_change
from aftersale.returns.bench import Found, Parcelled, shop_of_order
from aftersale.returns.counted import CountedLine
from aftersale.returns.inspecting import CAME_WORDS, Came, Finding, as_meant, faults_of
from aftersale.returns.lists import categories_of
from aftersale.returns.models import Match
from aftersale.returns.photos import LIMITS, Photo
from aftersale.returns.standards import FAULTS, points_of, standards_of
from aftersale.shops.rulebooks import judge_by
from aftersale.shops.uploads import HEAD_BYTES, check_count, check_upload
from aftersale.texts import Text
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.files.uploadedfile import UploadedFile

    from aftersale.pages.door import Ask
    from aftersale.returns.bench import Piece, Scanned
    from aftersale.returns.models import Parcel, ParcelLine
    from aftersale.returns.standards import Standard

_REMARK, _NAME, _ORDER = 500, 128, 64


class NotANumber(AftersaleError):
    """Refuse a number that cannot be read."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "bench.number",
            Text(zh=f"没看懂数字“{said[:20]}”。", en=f"The number {said[:20]!r} cannot be read."),
            Text(
                zh="写整数；重量以克为单位，如 350。",
                en="Write whole numbers; weights in grams, such as 350.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one fault to tick: its fact, its words, whether it was ticked before."""

    fact: str
    words: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class PieceShown:
    """Hold one article of a parcel as the form shows it; `finding` is what was found before, if anything."""

    piece: Piece
    standards: tuple[Standard, ...]
    check: tuple[str, ...]
    faults: tuple[Fault, ...]
    finding: Finding


def shown_pieces(found: Scanned) -> list[PieceShown]:
    """Say of each article what to look at, with what was booked before filled in."""
    classes = categories_of([each.key for each in found.pieces])
    named = _named(found)
    of_shop = {parcel.shop_id: parcel for parcel in found.parcels}
    return [
        _shown(each, classes.get(each.key, ""), of_shop.get(each.shop_id), named) for each in found.pieces
    ]


def _named(found: Scanned) -> Mapping[int, tuple[str, ...]]:
    """Give by ticket the faults that an earlier look named."""
    matches = list(Match.objects.filter(parcel__in=found.parcels, ended_at=None))
    faults = faults_of(matches)
    return {match.ticket_id: faults[match.pk] for match in matches}


def _shown(
    piece: Piece, category: str, before: Parcel | None, named: Mapping[int, tuple[str, ...]]
) -> PieceShown:
    ticked = named.get(piece.key, ())
    faults = tuple(
        Fault(fact, FAULTS[fact][1].of(lang()), fact in ticked)
        for fact in dict.fromkeys((*points_of(category), *ticked))
    )
    return PieceShown(piece, standards_of(category), _to_check(piece), faults, _before(piece, before))


def _to_check(piece: Piece) -> tuple[str, ...]:
    """Name the facts that would change the proposal and show only on the goods."""
    stored = StoredDecision.objects.filter(ticket=piece.key).order_by("-pk").first()
    if stored is None:
        return ()
    judge = judge_by(stored.rulebook_digest)
    decision = judge.decide(facts_from(stored.facts))
    changes = to_inspect(decision, what_would_change(judge, decision))
    return tuple(dict.fromkeys(FACTS[change.fact].label.of(lang()) for change in changes))


def _before(piece: Piece, parcel: Parcel | None) -> Finding:
    """Read back what was booked of an article; a parcel not booked yet is taken for one good piece."""
    lines = list(parcel.lines.all()) if parcel else []
    mine = next((line for line in lines if line.article_no == piece.number), None)
    if mine is None:
        return Finding(piece.number, good=1)
    other = None if mine.good + mine.bad else _instead(lines, mine)
    came = Came.RIGHT if mine.good + mine.bad else Came.SWAPPED if other else Came.EMPTY
    bad = other.bad if other else mine.bad
    return Finding(piece.number, mine.good, bad, mine.expected, came, other.article_no if other else "")


def _instead(lines: list[ParcelLine], mine: ParcelLine) -> ParcelLine | None:
    return next((line for line in lines if line is not mine and line.good + line.bad), None)


def came_words() -> list[tuple[str, str]]:
    """List what can lie in a parcel."""
    return [(code.value, text.of(lang())) for code, text in CAME_WORDS.items()]


def told(ask: Ask, found: Scanned) -> Parcelled:
    """Read the form of a scanned parcel. Raises NotANumber, UploadRefused, NotHere for a foreign shop."""
    order_no = ask.said("order_no")[:_ORDER]
    return Parcelled(
        found.waybill,
        None if found.pieces else _shop(ask, found, order_no),
        tuple(Found(each.shop_id, _finding(ask, each)) for each in found.pieces),
        tuple(_loose(ask)),
        order_no,
        number(ask, "weight", MOST_GRAMS),
        ask.said("remark")[:_REMARK],
        tuple(photos_of(ask)),
    )


def _finding(ask: Ask, piece: Piece) -> Finding:
    key, came = piece.key, ask.said(f"came-{piece.key}")
    ticked = set(ask.all_said(f"fault-{key}"))
    found = Finding(
        piece.number,
        number(ask, f"good-{key}", MOST_PIECES) or 0,
        number(ask, f"bad-{key}", MOST_PIECES) or 0,
        number(ask, f"expected-{key}", MOST_PIECES),
        Came(came) if came in set(Came) else Came.RIGHT,
        ask.said(f"instead-{key}")[:_NAME],
        tuple(fact for fact in FAULTS if fact in ticked),
    )
    return as_meant(found)


def _loose(ask: Ask) -> Iterator[CountedLine]:
    """Count what lies in a parcel of nobody, where it was counted."""
    good, bad = number(ask, "good", MOST_PIECES), number(ask, "bad", MOST_PIECES)
    if good or bad:
        yield CountedLine(ask.said("article_no")[:_NAME], good or 0, bad or 0)


def _shop(ask: Ask, found: Scanned, order_no: str) -> int:
    """Tell the shop of a parcel without a ticket: where it is booked, whose order it is, else as chosen."""
    may = ask.caller.shops(Permission.RECEIVE)
    said = ask.said("shop")
    chosen = int(said) if said.isascii() and said.isdigit() else next(iter(sorted(may)), 0)
    booked = found.parcels[0].shop_id if found.parcels else None
    shop = booked or (shop_of_order(may, order_no) if order_no else None) or chosen
    ask.caller.let(Permission.RECEIVE, shop)
    return shop


def number(ask: Ask, name: str, most: int) -> int | None:
    """Read a whole number; None where nothing was typed. Raises NotANumber."""
    said = ask.said(name)
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= len(str(most)) and int(said) <= most):
        raise NotANumber(said)
    return int(said)


def photos_of(ask: Ask) -> list[Photo]:
    """Read the photos that were sent, each once its beginning and its size are borne."""
    files = [*ask.request.FILES.getlist("camera"), *ask.request.FILES.getlist("photos")]
    check_count(len(files), LIMITS)
    return [_photo(each) for each in files]


def _photo(file: UploadedFile[bytes]) -> Photo:
    name = file.name or ""
    check_upload(name, file.read(HEAD_BYTES), file.size or 0, LIMITS)
    file.seek(0)
    return Photo(name, file.read())
