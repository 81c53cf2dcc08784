"""Show the rules: what holds on a day, by which clause, since when, and what changes between two days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse

from aftersale.api.faults import NotHere
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.vocabulary import PLATFORMS
from aftersale.library import rules as library
from aftersale.library.condition_words import condition_in_words
from aftersale.library.refund_page import RefundPage
from aftersale.library.rule_pages import outcome
from aftersale.library.shop_card import ShopCard, shop_card
from aftersale.library.words import Words
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.models import Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.shops.rulebooks import judge_of, layer_of
from aftersale.texts import Text
from aftersale.tickets.models import Ticket
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aftersale.library.rules import Difference
    from aftersale.policy.rulebook import Citation, Rule, Rulebook
    from aftersale.policy.written import DocumentW

_LAYERS = ("law", "platform", "shop")
_NAMES = ("on", "q", "layer", "platform", "group")
_LONGEST = 64
_AHEAD = timedelta(days=90)


class DayUnreadable(AftersaleError):
    """Refuse a day that is none."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "day.unreadable",
            Text(zh=f"没看懂日期“{said}”。", en=f"The day {said!r} cannot be read."),
            Text(zh="写成 2026-06-10 这样。", en="Write it like 2026-06-10."),
        )


@dataclass(frozen=True, slots=True)
class RuleDesk:
    """Hold what every page about rules stands on: one shop, its rulebook now, and who may change it."""

    shop: Shop
    shops: Sequence[Shop]
    book: Rulebook
    words: Words
    today: date
    may_change: bool


def desk_of(ask: Ask, need: Permission = Permission.VIEW) -> RuleDesk:
    """Find the shop asked for, else the first; raises NotHere where it is foreign, else NotAllowed."""
    shops = list(Shop.objects.filter(pk__in=ask.caller.shops(need)).order_by("name"))
    said = ask.said("shop")
    if said:
        ask.caller.let(need, int(said) if said.isascii() and said.isdigit() and len(said) < 18 else None)  # noqa: PLR2004  # fits a key
    elif not shops:
        raise NotAllowed(need) if ask.caller.seen_shops() else NotHere
    shop = next((each for each in shops if str(each.pk) == said), shops[0])
    book = judge_of(shop.pk, ask.now).rulebook
    today = ask.now.astimezone(SHANGHAI).date()
    may = shop.pk in ask.caller.shops(Permission.MANAGE_SHOP)
    return RuleDesk(shop, shops, book, Words(book, lang()), today, may)


def day_said(ask: Ask, name: str, otherwise: date) -> date:
    """Read a day; raises DayUnreadable."""
    said = ask.said(name)
    try:
        return date.fromisoformat(said) if said else otherwise
    except ValueError:
        raise DayUnreadable(said[:_LONGEST]) from None


@dataclass(frozen=True, slots=True)
class Wish:
    """Hold what a list was asked for, as it stands in the address."""

    on: str = ""
    q: str = ""
    layer: str = ""
    platform: str = ""
    group: str = ""

    def address(self, shop: Shop, **changes: str) -> str:
        """Give the query of the same list with some things asked otherwise."""
        said = {name: getattr(self, name) for name in _NAMES} | changes
        return urlencode({"shop": shop.pk, **{name: text for name, text in said.items() if text}})


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Hold a rule as a list shows it."""

    rule: Rule
    gives: str
    clauses: str
    open: int


@dataclass(frozen=True, slots=True)
class Source:
    """Hold a clause as it can be quoted, with where it was read and how far that can be trusted."""

    quote: str
    source: str
    read_on: date | None
    confidence: str


@page
def rules(ask: Ask) -> HttpResponse:
    """List the rules in force on a day."""
    desk = desk_of(ask)
    wish = Wish(**{name: ask.said(name)[:_LONGEST] for name in _NAMES})
    on = day_said(ask, "on", desk.today)
    wanted = library.Wanted(
        on,
        wish.platform if wish.platform in PLATFORMS else "any",
        wish.layer if wish.layer in _LAYERS else None,
        wish.group or None,
    )
    found = [each for each in library.selected(desk.book, wanted) if library.mentions(each, wish.q)]
    decided = _open_by_rule(ask, desk)
    return shown(
        ask,
        "rules.html",
        desk=desk,
        here="rules",
        wish=wish,
        on=on,
        rows=[_row(rule, decided, desk.words) for rule in found],
        layers=[(code, desk.words.layer(code)) for code in _LAYERS],
        platforms=[(code, desk.words.platform(code)) for code in PLATFORMS],
        groups=_groups(desk),
        ahead=_ahead(desk),
    )


def _row(rule: Rule, decided: Mapping[str, int], words: Words) -> RuleRow:
    clauses = words.comma.join(map(words.short, rule.citations))
    return RuleRow(rule, outcome(rule, words), clauses, decided.get(rule.id, 0))


def _groups(desk: RuleDesk) -> list[tuple[str, str]]:
    codes = dict.fromkeys(rule.group for rule in desk.book.rules)
    return [(code, desk.words.group(code)) for code in codes]


def _open_by_rule(ask: Ask, desk: RuleDesk) -> dict[str, int]:
    """Count the open tickets of the person's shops by rule; a shop's own rule decides in that shop alone."""
    own = {rule.id for rule in desk.book.rules if rule.layer == "shop"}
    tickets = Ticket.objects.filter(shop__in=ask.caller.seen_shops(), open=True).order_by()
    found: Counter[str] = Counter()
    for shop, rule, number in tickets.values_list("shop_id", "rule_id").annotate(number=Count("id")):
        if rule not in own or shop == desk.shop.pk:
            found[rule] += number
    return dict(found)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Hold what will change soon: how many places, the first day, days left until then."""

    places: int
    first: date
    days: int
    until: date


def _ahead(desk: RuleDesk) -> Ahead | None:
    until = desk.today + _AHEAD
    found = library.difference(desk.book, desk.today, until)
    starts = [rule.effective[0] for rule in found.begin] + [rule.effective[1] for rule in found.end]
    for change in found.values:
        starts += [change.after.effective[0] if change.after else None]
        starts += [change.before.effective[1] if change.before else None]
    days = [on for on in starts if on is not None and desk.today < on <= until]
    if not days:
        return None
    places = len(found.begin) + len(found.end) + len({change.parameter.name for change in found.values})
    return Ahead(places, min(days), (min(days) - desk.today).days, until)


@page
def rule(ask: Ask, rule_id: str) -> HttpResponse:
    """Show one rule whole."""
    desk = desk_of(ask)
    try:
        found = library.find(desk.book, rule_id)
    except library.RuleUnknown:
        raise NotHere from None
    words = desk.words
    return shown(
        ask,
        "rules_rule.html",
        desk=desk,
        here="rules",
        rule=found,
        gives=outcome(found, words),
        parts=condition_in_words(found.when, words),
        anchor=_anchors()[found.anchor],
        sources=[source_of(cite, words) for cite in found.citations],
        evidence=_evidence(found, words),
        versions=library.versions(desk.book, found),
        parameters=library.parameters_of(desk.book, found),
        open=_open_by_rule(ask, desk).get(found.id, 0),
        layer=layer_of(desk.shop.pk, ask.now) if found.layer == "shop" else None,
    )


def _anchors() -> dict[str, str]:
    return {"applied": _("day of application"), "paid": _("day of payment"), "now": _("day of decision")}


def source_of(cite: Citation, words: Words) -> Source:
    """Say a clause so that it can be quoted, and where it was read."""
    document = _document(cite, words.book)
    if document is None:
        return Source(words.clause(cite), "", None, "")
    return Source(
        words.clause(cite),
        words.text(document.source),
        document.read_on,
        words.confidence(document.confidence),
    )


def _document(cite: Citation, book: Rulebook) -> DocumentW | None:
    return next((each for each in book.documents.values() if each.title.zh == cite.document), None)


def _evidence(rule: Rule, words: Words) -> list[tuple[str, list[str]]]:
    """List what each side should bring."""
    wanted = [words.book.evidence[code] for code in rule.evidence]
    sides = [
        (_("from the buyer"), [words.text(each) for item in wanted for each in item.buyer]),
        (_("from the shop"), [words.text(each) for item in wanted for each in item.merchant]),
    ]
    return [(side, listed) for side, listed in sides if listed]


@dataclass(frozen=True, slots=True)
class Changes:
    """Hold a difference as a page shows it: rules that took over from others stand beside those."""

    added: tuple[Rule, ...]
    ended: tuple[Rule, ...]
    changed: tuple[tuple[Rule, Rule], ...]


def changes_of(found: Difference) -> Changes:
    """Put rules that end beside those that take over from them."""
    ending = {each.id: each for each in found.end}
    changed = tuple((ending[each.follows], each) for each in found.begin if each.follows in ending)
    beside = {each.id for pair in changed for each in pair}
    return Changes(
        tuple(each for each in found.begin if each.id not in beside),
        tuple(each for each in found.end if each.id not in beside),
        changed,
    )


@page
def difference(ask: Ask) -> HttpResponse:
    """Compare two days: rules that begin, end or change, and numbers."""
    desk = desk_of(ask)
    first = day_said(ask, "first", desk.today - timedelta(days=365))
    second = day_said(ask, "second", desk.today)
    early, late = sorted((first, second))
    found = library.difference(desk.book, early, late)
    around: dict[str, Any] = {"early": early, "late": late, "values": found.values}
    return shown(
        ask,
        "rules_difference.html",
        desk=desk,
        here="difference",
        changes=changes_of(found),
        outcome=outcome,
        **around,
    )


@page
def public(ask: Ask) -> HttpResponse:
    """Give the shop's refund page for its buyers, as a file to be put where they look."""
    desk = desk_of(ask)
    made = RefundPage(desk.book, _card(desk, ask), desk.today, lang()).html()
    answer = HttpResponse(made, content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refund-page-{desk.shop.pk}.html"'
    return answer


def _card(desk: RuleDesk, ask: Ask) -> ShopCard:
    """Give what the shop says of itself; where it says nothing, its name and platform are known."""
    layer = layer_of(desk.shop.pk, ask.now)
    card = shop_card(layer.files if layer else {})
    platforms = card.platforms
    if card == ShopCard():
        platforms = tuple(each for each in card.platforms if each == desk.shop.platform) or platforms
    return ShopCard(card.name or desk.shop.name, platforms, card.contact, card.intro)
