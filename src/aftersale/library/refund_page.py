"""Write a shop's refund page for its buyers from the rulebook in force on a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aftersale.domain.clock import day_number, start_of
from aftersale.domain.errors import RulebookInvalid
from aftersale.library.rules import Wanted, parameters_of, selected
from aftersale.library.scenes import EXCEPTIONS, PARTS, facts_of
from aftersale.library.shop_card import void_clauses
from aftersale.library.words import Words
from aftersale.policy.decide import Judge
from aftersale.policy.rulebook import REJECT
from aftersale.web.report import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from aftersale.library.scenes import Part, Scene
    from aftersale.library.shop_card import ShopCard
    from aftersale.policy.decision import Verdict
    from aftersale.policy.rulebook import Rule, Rulebook
    from aftersale.texts import Lang

# The revision that renamed 仅退款; from its first day on the platforms say 退款.
_RENAMING = "douyin-after-sale-2025"
# What a buyer may choose; the rest of a rule's list is for the shop to offer.
_TO_CHOOSE = frozenset({"return_refund", "exchange", "repair", "reship", "reship_missing"})
_BESIDES = frozenset({"late_ship_compensation"})


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one case as a buyer reads it; `platform` names it where the platforms differ."""

    title: str
    platform: str
    gives: str
    choices: tuple[str, ...]
    besides: tuple[str, ...]
    freight: str
    materials: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one step of a refund with the time it takes; platforms that take the same are told once."""

    who: str
    what: str
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """Hold what the shop gives beyond law and platform."""

    title: str
    note: str
    limits: tuple[str, ...]
    clauses: tuple[str, ...]


class RefundPage:
    """Compose the page of one shop, one language and one day; raises RulebookInvalid on a void clause."""

    def __init__(self, book: Rulebook, card: ShopCard, on: date, lang: Lang) -> None:
        if found := void_clauses(book):
            raise RulebookInvalid(found)
        self._book, self._card, self._on = book, card, on
        self._judge = Judge(book)
        self._words = Words(book, lang)
        self._to_buyer = _ForBuyers(self._words)

    def html(self) -> str:
        """Render the page."""
        _ = self._words.translate
        name = self._card.name or _("This shop")
        return page(
            _("{shop}: refunds and returns").format(shop=name),
            "refund_page.html",
            lang=self._words.lang,
            card=self._card,
            on=self._on.isoformat(),
            digest=self._book.digest,
            platforms=[self._words.platform(name) for name in self._card.platforms],
            claims=self._claims(),
            steps=self._steps(),
            parts=[(part.title.of(self._words.lang), self._cases(part)) for part in PARTS],
            promises=self._promises(),
            exceptions=[
                case for scene in EXCEPTIONS if self._refuses(scene) for case in self._case_of(scene)
            ],
        )

    def _claims(self) -> list[tuple[str, str]]:
        """Name what a buyer can apply for, in the platform's words of that day."""
        _ = self._words.translate
        renamed = self._book.documents[_RENAMING].effective[0]
        old = renamed is not None and self._on < renamed
        return [
            (
                _("refund only") if old else self._words.code("refund_only"),
                _("not dispatched, not received, or agreed with us"),
            ),
            (self._words.code("return_refund"), _("you send the goods back, then the money is refunded")),
            (
                _("exchange, repair or send again"),
                _("you keep buying: new goods, a repair, or what was missing"),
            ),
        ]

    def _steps(self) -> list[Step]:
        _ = self._words.translate
        respond = ("respond_unshipped_hours", "respond_shipped_hours", "respond_return_hours")
        rows = (
            (
                _("You"),
                _(
                    "In the order, choose “apply for after-sale service”, the kind and the reason, "
                    "and add your evidence"
                ),
                (),
            ),
            (_("We"), _("We answer; if we are late, the platform approves by itself"), respond),
            (
                _("You"),
                _("Where a return is needed, send the goods and enter the waybill"),
                ("ship_back_days",),
            ),
            (
                _("We"),
                _("We inspect the return and confirm receipt, counted from the waybill"),
                ("confirm_return_days",),
            ),
            (_("We"), _("By law, the refund after the goods came back"), ("refund_after_return_days",)),
            (
                _("Platform"),
                _("The money arrives where it came from (working days)"),
                ("refund_arrival_days",),
            ),
            (_("You"), _("If we refuse and you disagree, call in the platform"), ("arbitration_hours",)),
        )
        return [Step(who, what, self._times(names)) for who, what, names in rows]

    def _times(self, names: tuple[str, ...]) -> tuple[str, ...]:
        said = {each: self._time(names, each) for each in self._card.platforms}
        if len(set(said.values())) == 1:
            return tuple(said.values())[:1]
        return tuple(f"{self._words.platform(each)}{self._words.colon}{time}" for each, time in said.items())

    def _time(self, names: tuple[str, ...], platform: str) -> str:
        _ = self._words.translate
        said = [self._parameter(name, platform) for name in names]
        if not said:
            return _("any time")
        if len(set(said)) == 1:
            return _("within {time}").format(time=said[0])
        pattern = _("not dispatched: {0}; dispatched: {1}; return or exchange: {2}")
        return pattern.format(*said)

    def _parameter(self, name: str, platform: str) -> str:
        _ = self._words.translate
        parameter = self._book.parameters[name]
        value = parameter.value_for(platform, start_of(day_number(self._on)))
        return _("as the platform says") if value is None else self._words.amount(value.value, parameter.unit)

    def _cases(self, part: Part) -> list[Case]:
        return [case for scene in part.scenes for case in self._case_of(scene)]

    def _case_of(self, scene: Scene) -> list[Case]:
        """Decide a typical ticket of each platform; platforms that give the same are told once."""
        cases = {name: self._case(scene, name) for name in self._card.platforms}
        if len(set(cases.values())) == 1:
            return [next(iter(cases.values()))]
        return [replace(case, platform=self._words.platform(name)) for name, case in cases.items()]

    def _refuses(self, scene: Scene) -> bool:
        """Tell whether an exception still is one: a shop may promise what the law need not give."""
        verdicts = (self._verdict(scene, platform) for platform in self._card.platforms)
        return all(verdict.preferred == REJECT for verdict in verdicts)

    def _verdict(self, scene: Scene, platform: str) -> Verdict:
        return self._judge.decide(facts_of(scene, platform, self._on)).verdict

    def _case(self, scene: Scene, platform: str) -> Case:
        verdict = self._verdict(scene, platform)
        choices = tuple(name for name in verdict.remedies if name in _TO_CHOOSE - {verdict.preferred})
        return Case(
            title=scene.title.of(self._words.lang),
            platform="",
            gives=self._to_buyer[verdict.preferred],
            choices=tuple(map(self._to_buyer.__getitem__, choices)),
            besides=tuple(self._to_buyer[name] for name in verdict.remedies if name in _BESIDES),
            freight=self._freight(verdict, (verdict.preferred, *choices)),
            materials=self._materials(verdict),
            clauses=tuple(self._words.clause(cite) for cite in verdict.citations),
        )

    def _freight(self, verdict: Verdict, given: tuple[str, ...]) -> str:
        _ = self._words.translate
        if not any(self._book.remedies[name].returns_goods for name in given):
            return ""
        return {
            "buyer": _("you pay; where freight insurance covers it, the insurance pays first"),
            "merchant": _("we pay"),
            "none": _("none arises"),
            "insurer_then_buyer": _("freight insurance pays, you the rest"),
            "insurer_then_merchant": _("freight insurance pays, we the rest"),
        }.get(verdict.freight, _("whoever turns out to be responsible"))

    def _materials(self, verdict: Verdict) -> tuple[str, ...]:
        listed = [one for code in verdict.evidence for one in self._book.evidence[code].buyer]
        return tuple(map(self._words.text, listed))

    def _promises(self) -> list[Promise]:
        wanted = [selected(self._book, Wanted(self._on, name, layer="shop")) for name in self._card.platforms]
        rules = {rule.id: rule for found in wanted for rule in found if not rule.is_guard}
        return [self._promise(rule) for rule in rules.values()]

    def _promise(self, rule: Rule) -> Promise:
        lang = self._words.lang
        clauses = tuple(self._words.clause(cite) for cite in rule.citations)
        return Promise(rule.title.of(lang), rule.note.of(lang), tuple(self._limits(rule)), clauses)

    def _limits(self, rule: Rule) -> Iterator[str]:
        """Say the shop's own numbers that a promise rests on."""
        own = [each for each in parameters_of(self._book, rule) if each.values[0].layer == "shop"]
        for parameter in own:
            amounts = dict.fromkeys(self._parameter(parameter.name, name) for name in self._card.platforms)
            title = parameter.title.of(self._words.lang)
            yield f"{title}{self._words.colon}{self._words.comma.join(amounts)}"


class _ForBuyers:
    """Say remedies to a buyer; what only the shop does is said as the next step."""

    def __init__(self, words: Words) -> None:
        _ = words.translate
        self._said = {
            "return_refund": _("return and full refund"),
            "refund_no_return": _("refund, the goods need not come back"),
            "refund_full_unshipped": _("full refund"),
            "auto_refund_unshipped": _("full refund, at once"),
            "exchange": _("exchange"),
            "repair": _("repair"),
            "reship": _("we send again"),
            "reship_missing": _("we send what was missing"),
            "partial_refund": _("part refund, the sum agreed with you"),
            "late_ship_compensation": _("compensation for late dispatch by the platform's scale"),
            "intercept_or_refuse": _("we stop the parcel or you refuse it; refund once it is tracked back"),
            "refuse_then_refund": _("refuse the parcel, then you are refunded"),
            "request_evidence": _("please add evidence; once verified, as above"),
            "price_diff_refund": _("refund of the difference"),
            "overcharge_refund": _("refund of what was charged too much"),
            "fee_refund": _("refund of the fee"),
            "pickup": _("pick-up at your door, then refund"),
            "reject": _("no return without a reason; a defect is handled as above"),
        }
        self._otherwise = _("we settle it with you")

    def __getitem__(self, remedy: str) -> str:
        return self._said.get(remedy, self._otherwise)
