"""Give the values that a prepared reply is filled with, and the ways that a buyer may choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import override

from aftersale.negotiation.rounds import how_it_stands, newest_of
from aftersale.pages.clauses import clauses_of
from aftersale.pages.talk_words import terms_words, way_words
from aftersale.pages.told import Told
from aftersale.pages.words import value
from aftersale.policy.costs.ways import WAYS
from aftersale.policy.explain import FALLBACK
from aftersale.policy.talks.options import Choice, Lawful, choices_for, next_amount
from aftersale.policy.talks.terms import Terms
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.judging import judge as judged
from aftersale.tickets.replacements import stock_for
from aftersale.tickets.waiting import until
from aftersale.triage.trying import Trying
from aftersale.triage.words import Words
from aftersale.web.environment import at, lang, money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.negotiation.models import Negotiation
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.talks.rounds import Standing
    from aftersale.tickets.models import Ticket

_CHINESE = "zh-hans"
_MOST = 4


def lawful_ways(decision: Decision, book: Rulebook) -> list[Lawful]:
    """List the ways that a decision allows, the proposed one first, with what each pays back."""
    verdict = decision.verdict
    named = [verdict.preferred, *verdict.remedies]
    named += [rule.remedies[0] for rule in verdict.alternatives if rule.group != FALLBACK and rule.remedies]
    return [Lawful(way, _pays(way, decision, book)) for way in dict.fromkeys(named)]


def _pays(way: str, decision: Decision, book: Rulebook) -> int | None:
    if way in {"partial_refund", "compensation", "service_compensation"}:
        return None
    if way == decision.verdict.preferred and decision.payable_fen:
        return decision.payable_fen
    return decision.amount_fen if book.remedies[way].pays == "refund" else None


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold what a reply rests on: the talk so far, and the decision as all that is known stands now."""

    ticket: Ticket
    now: datetime
    talk: Negotiation | None
    standing: Standing | None
    judge: Judge
    told: Told
    decision: Decision

    @property
    def book(self) -> Rulebook:
        """Give the rulebook in force."""
        return self.judge.rulebook


def ground_of(ticket: Ticket, now: datetime) -> Ground:
    """Read what a reply rests on, once for all that is said of it."""
    judge, talk = judge_of(ticket.shop_id, now), newest_of(ticket.pk)
    told = Told(ticket, answers_of(ticket.pk), now)
    standing = how_it_stands(talk, list(talk.offers.all()), now) if talk else None
    return Ground(ticket, now, talk, standing, judge, told, judge.decide(told.facts({})))


def options_for(ground: Ground) -> tuple[Choice, ...]:
    """Prepare two or three ways for the buyer of a ticket; none that sends goods of which none are left."""
    lawful = _at_hand(lawful_ways(ground.decision, ground.book), ground.ticket)
    talk, standing = ground.talk, ground.standing
    if talk is None or standing is None:
        return choices_for(lawful)
    fen = next_amount(standing.overlap) or standing.shop.amount_fen
    return choices_for(lawful, standing.buyer.way, fen, keeps_goods=talk.keeps_goods)


def _at_hand(lawful: list[Lawful], ticket: Ticket) -> list[Lawful]:
    """Leave out what needs goods of an article that is counted and gone; one query where anything does."""
    sends = {each.way for each in lawful if each.way in WAYS and WAYS[each.way].stock}
    stock = stock_for(ticket) if sends else None
    gone = stock is not None and not stock.left
    return [each for each in lawful if not (gone and each.way in sends)]


def options_words(options: Sequence[Choice], book: Rulebook) -> list[str]:
    """Say each way with its amount, or that the amount is to be agreed on."""
    return [
        " ".join(
            (
                way_words(each.way, book),
                money(each.amount_fen) if each.amount_fen else _open(each, book),
            )
        ).strip()
        for each in options
    ]


def _open(choice: Choice, book: Rulebook) -> str:
    """Say that an amount is open, for a way that pays one."""
    return _("(amount to be agreed)") if book.remedies[choice.way].pays != "none" else ""


def values_for(ground: Ground) -> dict[str, str]:
    """Give the value of each variable, always in Chinese; what nobody knows is empty."""
    with override(_CHINESE):
        ticket, talk, book = ground.ticket, ground.talk, ground.book
        cited = ground.decision.verdict.citations
        cites = clauses_of((each for each in cited if each.assumption is None), book)
        return {
            "店铺": ticket.shop.name,
            "商品": ticket.article or "商品",
            "申请": value(ticket.apply_type) or ticket.claim or "售后",
            "订单号": ticket.order_no,
            "申请金额": money(ticket.amount_fen) if ticket.amount_fen else "",
            "方案": _numbered(options_words(options_for(ground), book)),
            "时间": at((talk.until or talk.back_at) if talk else None) or at(until(ticket, ground.now)),
            "依据": "、".join(cite.quote for cite in cites),
            "还差": _numbered(_wanted(ground)[:_MOST]),
            **_positions(talk, ground.standing, book),
        }


def _positions(talk: Negotiation | None, standing: Standing | None, book: Rulebook) -> dict[str, str]:
    if talk is None or standing is None:
        return {"买家要": "", "我们给": "", "谈妥": ""}
    agreed = terms_words(Terms(talk.way, talk.amount_fen), book)
    return {
        "买家要": terms_words(standing.buyer, book),
        "我们给": terms_words(standing.shop, book),
        "谈妥": agreed or terms_words(standing.shop, book),
    }


def _wanted(ground: Ground) -> list[str]:
    """List what the buyer is asked for: evidence first, then open questions."""
    book, judge = ground.book, ground.judge
    lists = [book.evidence[code] for code in ground.decision.verdict.evidence if code in book.evidence]
    pieces = dict.fromkeys(text.of(lang()) for each in lists for text in each.buyer)
    if pieces or not ground.ticket.open:
        return list(pieces)
    words = Words(lang(), book, int(ground.ticket.seen_at.timestamp()))
    trying = Trying(judge, ground.told.facts, lambda facts: judged(ground.told.seen, facts, judge))
    return [words.fact(each.fact) for each in trying.questions()]


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}. {each}" for number, each in enumerate(lines, 1))
