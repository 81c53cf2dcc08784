"""Settle what follows from the rules that fired: main rule, overrides, liability, freight, citations."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from aftersale.policy.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aftersale.policy.rulebook import Citation, Rule, Rulebook

# From this rank on a remedy settles the claim; below it the desk still asks, talks or holds.
SETTLES_FROM = 30
_COMMENT = "-"
OUTRANKED_BY_NOTHING = frozenset({"guard", "malicious"})
ALWAYS_A_PERSON = frozenset({"G04", "G05", "G06", "G09"})
_SUSPICION = frozenset({"G05", "G09"})
_LATE_REFUND = frozenset({"T03", "T04"})
_HOLD, _ENDS_THE_HOLD = "G05", frozenset({"T02", "T03", "T04", "T06"})
# What the buyer asked for, as ranks of remedies: giving more is generosity, and a person signs for it.
_ASKED = {
    "refund_only": "refund_no_return",
    "return_refund": "return_refund",
    "exchange": "exchange",
    "repair": "repair",
    "reship": "reship",
    "price_protect": "price_diff_refund",
}
# What a shop's rule may settle because law and platform leave it open.
_OPEN_LIABILITY = frozenset({"undetermined"})
_OPEN_FREIGHT = frozenset({"none", "undetermined"})
CHOICE = {"exchange": ("exchange",), "repair": ("repair",), "reship": ("reship", "reship_missing")}


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _without_ended_hold(guards: Sequence[Rule]) -> list[Rule]:
    """Leave out the hold once a clock has run out over it: then the money moves and nothing is held."""
    ended = any(rule.id in _ENDS_THE_HOLD for rule in guards)
    return [rule for rule in guards if not (ended and rule.id == _HOLD)]


def _borne(law: str, shop: str, still_open: frozenset[str]) -> str:
    """Let a shop take a burden upon itself, or settle what law and platform leave open; never shift one."""
    return shop if shop == "merchant" or law in still_open else law


def _unique_rules(rules: Iterable[Rule]) -> list[Rule]:
    return list({rule.id: rule for rule in rules}.values())


def chosen(rule: Rule, apply_type: str | None) -> str:
    """Prefer what the buyer asked for where a rule offers it (consumer law, article 24)."""
    wanted = CHOICE.get(apply_type or "", ())
    return next((name for name in wanted if name in rule.remedies), rule.remedies[0])


class Verdicts:
    """Make the verdict for a set of rules that fired; each distinct set is settled once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._book = rulebook
        self._dates = sorted({cite.from_second for rule in rulebook.rules for cite in rule.citations})
        self._strength = {rule: place for place, rule in enumerate(rulebook.overrides)}
        self._known: dict[tuple[object, ...], Verdict] = {}

    def of(self, apply_type: str | None, ranks: Sequence[int], applied_at: int) -> Verdict:
        """Give the verdict for the ranks that fired, lowest first; `applied_at` selects dated citations."""
        key = (apply_type, bisect_right(self._dates, applied_at), *ranks)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._make(apply_type, ranks, applied_at)
        return known

    def main_of(
        self, law: tuple[int, Rule], entitled: Sequence[tuple[int, Rule]], apply_type: str | None
    ) -> tuple[int, Rule]:
        """Pick the main rule: the highest of law and platform, unless the shop gives the buyer more."""
        rank, main = law
        if main.group in OUTRANKED_BY_NOTHING:
            return rank, main
        floor = self._book.floor_for_shops(chosen(main, apply_type))
        better = (
            (place, rule)
            for place, rule in entitled
            if rule.layer == "shop" and self._book.rank_of(chosen(rule, apply_type)) > floor
        )
        return next(better, (rank, main))

    def _make(self, apply_type: str | None, ranks: Sequence[int], applied_at: int) -> Verdict:
        fired = [(rank, self._book.rules[rank]) for rank in ranks]
        guards = tuple(rule for _, rule in fired if rule.is_guard)
        entitled = [(rank, rule) for rank, rule in fired if not rule.is_guard]
        law_rank, law = next((rank, rule) for rank, rule in entitled if rule.layer != "shop")
        main_rank, main = self.main_of((law_rank, law), entitled, apply_type)
        override = self._override(main, guards)
        preferred = override.remedies[0] if override else chosen(main, apply_type)
        in_force = _unique_rules([main, law, *guards])
        burdening = _without_ended_hold(guards)
        return Verdict(
            hits=tuple(ranks),
            main=main,
            main_rank=main_rank,
            law_rank=law_rank,
            preferred=preferred,
            remedies=_unique(name for rule in in_force for name in rule.remedies),
            alternatives=tuple(rule for _, rule in entitled if rule is not main),
            guards=guards,
            liability=self._liability(_borne(law.liability, main.liability, _OPEN_LIABILITY), burdening),
            freight=self._freight(_borne(law.freight, main.freight, _OPEN_FREIGHT), burdening),
            citations=self._citations(in_force, applied_at),
            evidence=_unique(code for rule in in_force for code in rule.evidence),
            pays=self._pays(preferred),
            needs_person=self._needs_person(main, guards, preferred, apply_type),
            flags=tuple(rule.id for rule in guards),
        )

    def _override(self, main: Rule, guards: Sequence[Rule]) -> Rule | None:
        if main.id in self._book.none_when_main:
            return None
        standing = [rule for rule in guards if rule.id in self._strength]
        return min(standing, key=lambda rule: self._strength[rule.id], default=None)

    def _liability(self, base: str, guards: Sequence[Rule]) -> str:
        """Follow the strongest guard that has a say; the others only comment."""
        saying = [rule for rule in guards if rule.liability != _COMMENT]
        saying.sort(key=lambda rule: self._strength.get(rule.id, len(self._strength)))
        return saying[0].liability if saying else base

    def _freight(self, base: str, guards: Sequence[Rule]) -> str:
        """Hold, then plan, then shop promise; insurance pays first and the rest follows."""
        ids = {rule.id: rule for rule in guards}
        for name in ("G05", "A03", "N14"):
            if name in ids:
                base = ids[name].freight
                break
        insured = "N13" in ids and base in {"buyer", "merchant"}
        return f"insurer_then_{base}" if insured else base

    def _citations(self, rules: Sequence[Rule], applied_at: int) -> tuple[Citation, ...]:
        found = {
            cite.short: cite
            for rule in reversed(rules)
            for cite in rule.citations
            if cite.from_second <= applied_at
        }
        order = _unique(cite.short for rule in rules for cite in rule.citations if cite.short in found)
        return tuple(found[short] for short in order)

    def _pays(self, preferred: str) -> bool:
        return (
            self._book.remedies[preferred].pays in {"refund", "difference"} and preferred != "partial_refund"
        )

    def _needs_person(
        self, main: Rule, guards: Sequence[Rule], preferred: str, apply_type: str | None
    ) -> bool:
        ids = {main.id, *(rule.id for rule in guards)}
        asked = _ASKED.get(apply_type or "")
        generous = (
            main.mode == "D"
            and asked is not None
            and self._book.rank_of(preferred) > self._book.rank_of(asked)
        )
        doubted = bool(ids & _LATE_REFUND) and bool(ids & _SUSPICION)
        return (
            self._book.remedies[preferred].needs_person or generous or bool(ids & ALWAYS_A_PERSON) or doubted
        )
