"""Put together what a ticket row says from a notice and its judgement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from aftersale.domain.flags import flag_code
from aftersale.domain.states import START
from aftersale.tickets.said import digest_of, kept, plain, sources_text
from aftersale.tickets.search import Searchable, buyer_token, search_text
from aftersale.tickets.standing import FIELD, lane_of, moved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Notice
    from aftersale.tickets.clocks import HasEnd
    from aftersale.tickets.judging import Judged
    from aftersale.tickets.shared import Sharing

# Sorts behind every deadline; a ticket without one still has its place in the queue.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
FRESH = {FIELD[machine]: START[machine].value for machine in FIELD}


@dataclass(frozen=True, slots=True)
class Origin:
    """Say where notices come from: by which source, of which time, taken in by whom and when."""

    source: str
    rank: int
    as_of: datetime
    now: datetime
    actor: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Hold a notice with what is told from it alone: facts as JSON knows them, digest and version."""

    notice: Notice
    facts: Mapping[str, object]
    digest: bytes
    observed_at: datetime


def read_of(notice: Notice, origin: Origin, digest: bytes | None = None) -> Read:
    """Prepare a notice; one that tells no time is as old as its source. Its digest may be known."""
    facts = plain(notice.facts)
    told = notice.newest_at or cast("datetime | None", notice.facts.get("applied_at")) or origin.as_of
    return Read(notice, facts, digest or digest_of(notice, facts), told)


def said_fields(read: Read, origin: Origin, sharing: Sharing) -> dict[str, object]:
    """Give the fields that repeat what the platform said."""
    notice = read.notice
    return {
        "order_no": notice.order_no,
        "article": notice.article[:256],
        "article_no": notice.article_no or "",
        "product_id": notice.product_id or "",
        "status": notice.status[:64],
        "reason_said": notice.reason[:128],
        "claim": notice.claim[:64],
        "flag": flag_code(notice.flag)[:32],
        "return_waybill": notice.return_waybill or "",
        "sealed": dict(notice.sealed),
        "remark": notice.remark or "",
        "open": notice.open,
        "turn": notice.turn.value,
        "channel": notice.channel,
        "rank": origin.rank,
        "observed": kept(notice, read.facts),
        "sources": sharing.name(sources_text(notice)),
        "observed_at": read.observed_at,
        "notice_digest": read.digest,
        "version": notice.version[:64],
        "seen_at": origin.as_of,
        "missing_at": None,
        "lane": lane_of(notice).value,
        "ended_at": None if notice.open else read.observed_at,
        **({"blamed": notice.dispute.blamed} if notice.dispute and notice.dispute.blamed else {}),
    }


def judged_fields(judged: Judged, stable_until: object) -> dict[str, object]:
    """Give the fields that follow from the decision."""
    decision = judged.decision
    facts = decision.facts
    return {
        "reason": facts["reason"] or "",
        "apply_type": facts["apply_type"] or "",
        "stage": judged.stage.value,
        "tab": judged.tab.value,
        "step": judged.step,
        "amount_fen": judged.amount_fen,
        "rule_id": decision.verdict.main.id,
        "proposal": decision.verdict.preferred,
        "needs_person": decision.verdict.needs_person,
        "stable_until": stable_until,
    }


def due_fields(first: HasEnd | None) -> dict[str, object]:
    """Say the earliest end that the shop has to meet, by which the queue is sorted."""
    if first is None:
        return {"due_at": None, "due_kind": "", "queue_at": NEVER}
    return {"due_at": first.due_at, "due_kind": first.kind, "queue_at": first.due_at}


def state_fields(before: Mapping[str, str], notice: Notice) -> dict[str, object]:
    """Give the four states after the observation, and what contradicts what we knew."""
    after, contradicted = moved(before, notice)
    return {**after, "contradicted": contradicted[:64]}


def event_data(read: Read, origin: Origin, judged: Judged, states: Mapping[str, object]) -> dict[str, object]:
    """Say in the journal what was said, by whom, and what was made of it."""
    notice, decision = read.notice, judged.decision
    return {
        "source": origin.source,
        "as_of": origin.as_of.isoformat(),
        "sheet": notice.observed.sheet,
        "row": notice.observed.row,
        "digest": read.digest.hex(),
        "observed_at": read.observed_at.isoformat(),
        "status": notice.status,
        "open": notice.open,
        "turn": notice.turn.value,
        "claim": notice.claim,
        "reason": notice.reason,
        "article_no": notice.article_no,
        "amount_fen": notice.amount_fen,
        "facts": dict(read.facts),
        "unknown": sorted(notice.unknown),
        "states": dict(states),
        **_disputed(notice),
        "rule": decision.verdict.main.id,
        "proposal": decision.verdict.preferred,
        "payable_fen": decision.payable_fen,
        "rulebook": decision.digest,
    }


def _disputed(notice: Notice) -> dict[str, object]:
    """Say what the platform tells of a dispute; the words of its ruling stay out of the journal."""
    said = notice.dispute
    if said is None:
        return {}
    told = {name: getattr(said, name) for name in ("state", "number", "favours", "blamed", "pictures")}
    return {"dispute": {**told, "due_at": said.due_at.isoformat() if said.due_at else None}}


def searchable(notice: Notice, shop_id: int) -> str:
    """Make the text by which the ticket is found; the buyer stands in it as a keyed hash."""
    buyer = (buyer_token(shop_id, notice.buyer),) if notice.buyer else ()
    return search_text(
        Searchable(
            ticket_no=notice.ticket_no,
            order_no=notice.order_no,
            article=notice.article,
            article_no=notice.article_no or "",
            product_id=notice.product_id or "",
            waybill=notice.return_waybill or "",
            buyer=buyer,
        )
    )


def personal_of(notice: Notice) -> dict[str, str]:
    """Give the personal values of a notice."""
    found = {"remark": notice.remark, "contact": notice.contact}
    return {name: value for name, value in found.items() if value}


def machine_states(ticket: object) -> dict[str, str]:
    """Read the four states of a ticket by field."""
    return {field: cast("str", getattr(ticket, field)) for field in FIELD.values()}
