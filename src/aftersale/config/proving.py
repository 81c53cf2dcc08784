"""Prove the journal with what the other rooms know of the ends of their chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.config.keys import head_keys
from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence.chains_kept import Kept
from aftersale.evidence.proof import prove, prove_heads
from aftersale.evidence.reading import rows_of
from aftersale.texts import Text
from aftersale.tickets.change import TICKET
from aftersale.tickets.erasure import ERASED
from aftersale.tickets.vault.adding import NAMING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aftersale.config.home import Home
    from aftersale.evidence.proof import Proof
    from aftersale.texts import Lang

_TICKETS = "SELECT id, shop_id, ticket_no, sequence, head FROM tickets_ticket ORDER BY id"


def kept_by_tickets() -> Iterator[Kept]:
    """Give what every ticket says of the end of its own chain, by id."""
    return map(Kept._make, rows_of(_TICKETS))


def proof_of(place: Home, progress: Callable[[int], None]) -> Proof:
    """Check the whole journal and every file; nothing is sealed or written."""
    return prove({TICKET: kept_by_tickets}, head_keys(place), progress, {TICKET: ERASED}, NAMING)


def refuse_broken_heads(place: Home) -> None:
    """Raise EvidenceBroken where a signed head and the log contradict each other."""
    proof = prove_heads(head_keys(place))
    if not proof.breaks:
        return
    first = proof.first[0]
    raise EvidenceBroken(
        "evidence.heads",
        Text(
            zh=f"记录和签名对不上，共 {proof.breaks} 处；第一处：{first.where.zh}，{first.what.zh}。"
            "售后台没有启动。",
            en=f"The log contradicts its signed heads in {proof.breaks} places; the first: {first.where.en}: "
            f"{first.what.en}. The desk was not started.",
        ),
        Text(
            zh=f"{first.next_step.zh}运行 aftersale verify 看全部。",
            en=f"{first.next_step.en} aftersale verify shows all of it.",
        ),
    )


def as_data(proof: Proof, lang: Lang) -> Iterator[dict[str, Any]]:
    """Give a proof as lines of JSON: each break, then the summary."""
    for broken in proof.first:
        yield {
            "break": {
                "code": broken.fault.value,
                "shop": broken.shop_id,
                "subject": broken.subject,
                "number": broken.number,
                "at": broken.at,
                "where": broken.where.of(lang),
                "what": broken.what.of(lang),
                "next_step": broken.next_step.of(lang),
            }
        }
    yield {"summary": {"events": proof.events, "breaks": proof.breaks, "unsealed": proof.unsealed}}
