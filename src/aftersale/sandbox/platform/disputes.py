"""Judge disputes by a rule that everybody can read.

The rule looks at what was submitted, and at nothing else:

1. A statement counts from 10 characters on; pictures count by their different addresses.
2. The shop needs a statement and 2 pictures; 4 pictures where the buyer gave pictures too.
3. Who reaches that before the deadline wins: the ticket is closed, nothing is paid.
4. Else the buyer wins. Where goods are to come back and have not been sent, the return is agreed
   (conclusion 1); in every other case the platform pays at once (conclusion 3).
5. The ruling is given two hours after the evidence came, or at the deadline when it is too little.
6. A shop that lost may ask for reconsideration once, within seven days, with a picture that is new.
   The answer comes three days later, by rule 2 over everything that was shown.
7. Where the ruling turns, nothing is taken from the buyer: what was paid stays paid and the platform
   bears it; a ticket that is not paid yet is closed.

What is true (`holds`, `box`) plays no part: a shop that shows nothing loses, even when it is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.sandbox.history import CLOCKS
from aftersale.sandbox.platform.case import DAY, HOUR, Actor, Case, Dispute, Entry, Kind, Ruling, Step
from aftersale.sandbox.platform.moves import REFUSALS, Done, Move, MoveImpossible, allowed_ms, version_after

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

LEAST_STATEMENT = 10
PICTURES, PICTURES_AGAINST_PICTURES = 2, 4
READING_MS = 2 * HOUR
ASK_AGAIN_MS, READING_AGAIN_MS = 7 * DAY, 3 * DAY
AGAIN = "reconsider"
MOST_IMAGES = 4


def enough(case: Case) -> bool:
    """Tell whether what the shop submitted wins."""
    return case.dispute is not None and _convinces(case, case.dispute.comment, case.dispute.images)


def _convinces(case: Case, comment: str, images: tuple[str, ...]) -> bool:
    needed = PICTURES_AGAINST_PICTURES if case.pictures else PICTURES
    return len(comment.strip()) >= LEAST_STATEMENT and len(set(images)) >= needed


def begin(market: Market, case: Case, done: Done) -> Case:
    """Open a dispute about a refusal; raises MoveImpossible where none stands, or one was opened before."""
    if case.step not in REFUSALS or case.dispute is not None:
        raise MoveImpossible(f"dispute on {case.step}")
    due = done.at + CLOCKS[market.platform_of(case.shop)].evidence * HOUR
    number = 1 + sum(entry.action == "dispute" for entry in case.log)
    dispute = Dispute(
        no=f"{case.no}_{number:03d}",
        ruling=Ruling.EVIDENCE,
        opened_at=done.at,
        updated_at=done.at,
        due_at=due,
    )
    opened = msgspec.structs.replace(_with(case, dispute, done, "dispute"), due_at=due)
    market.save(opened, "dispute")
    return opened


def submit(market: Market, case: Case, comment: str, images: tuple[str, ...]) -> Case:
    """Take the shop's evidence, more than once if need be; raises MoveImpossible where none is wanted."""
    dispute = case.dispute
    now = market.clock.now()
    if dispute is None or not dispute.open or now >= dispute.due_at:
        raise MoveImpossible("no evidence is wanted")
    given = msgspec.structs.replace(
        dispute,
        ruling=Ruling.SUBMITTED,
        images=(*dispute.images, *images),
        comment=f"{dispute.comment}\n{comment}".strip(),
        updated_at=now,
    )
    changed = _with(case, given, Done(Actor.MERCHANT, now, comment, images), "evidence")
    due = min(now + READING_MS, dispute.due_at) if enough(changed) else dispute.due_at
    changed = msgspec.structs.replace(changed, due_at=due)
    market.save(changed, "evidence")
    return changed


def judge(market: Market, case: Case, at: int) -> Case:
    """Give the ruling, and do what follows from it."""
    if case.dispute is None:
        raise MoveImpossible("no dispute")
    won = enough(case)
    opinion = "商家凭证充分，支持商家" if won else "商家未在期限内提供充分凭证，支持买家"
    ruling = Ruling.FOR_MERCHANT if won else Ruling.FOR_BUYER
    decided = msgspec.structs.replace(
        case.dispute, ruling=ruling, opinion=opinion, updated_at=at, ruled_at=at
    )
    ruled = _with(case, decided, Done(Actor.PLATFORM, at, opinion), "ruling")
    market.tell("ruling", ruled)
    if won:
        return market.move(ruled, Move.CLOSE, Done(Actor.PLATFORM, at, opinion))
    if returns_first(case):
        again = msgspec.structs.replace(ruled, step=Step.DECIDE)
        return market.move(again, Move.AGREE_RETURN, Done(Actor.PLATFORM, at, opinion), agreed_at=at)
    return market.move(ruled, Move.REFUND_WITHOUT_GOODS, Done(Actor.PLATFORM, at, opinion))


def ask_again(market: Market, case: Case, comment: str, images: tuple[str, ...]) -> Case:
    """Take the shop's one request for reconsideration; raises MoveImpossible by rule 6."""
    dispute, now = case.dispute, market.clock.now()
    if dispute is None or dispute.ruling is not Ruling.FOR_BUYER or dispute.asked_again_at:
        raise MoveImpossible("nothing was lost, or it was asked for before")
    if now >= dispute.ruled_at + ASK_AGAIN_MS:
        raise MoveImpossible("the time for reconsideration is over")
    new = tuple(each for each in images if each not in dispute.images)
    if not new:
        raise MoveImpossible("reconsideration needs new evidence")
    asked = msgspec.structs.replace(dispute, asked_again_at=now, new_images=new, new_comment=comment)
    waiting = _with(case, asked, Done(Actor.MERCHANT, now, comment, images), "reconsider")
    market.store.keep(waiting)
    # A plan of the ticket itself would be dropped when the buyer acts.
    market.store.plan(now + READING_AGAIN_MS, AGAIN, "", case.no)
    return waiting


def judge_again(market: Market, case: Case, at: int) -> None:
    """Answer a request for reconsideration, and do what follows from it; one that was answered stays so."""
    dispute = case.dispute
    if dispute is None or not dispute.looked_at_again:
        return
    comment = f"{dispute.comment}\n{dispute.new_comment}"
    turned = _convinces(case, comment, (*dispute.images, *dispute.new_images))
    opinion = "复议：新凭证充分，改判支持商家" if turned else "复议：新凭证不足，维持原判"
    ruling = Ruling.FOR_MERCHANT if turned else Ruling.FOR_BUYER
    changed = msgspec.structs.replace(
        dispute, ruling=ruling, opinion=opinion, updated_at=at, answered_again_at=at, turned=turned
    )
    done = Done(Actor.PLATFORM, at, opinion)
    ruled = _with(case, changed, done, "ruling")
    if turned and ruled.open:
        market.tell("ruling", ruled)
        market.move(ruled, Move.CLOSE, done)
        return
    market.store.keep(ruled)
    market.tell("ruling", ruled)


def returns_first(case: Case) -> bool:
    """Tell whether a buyer who wins has to send the goods back first."""
    return case.kind in (Kind.RETURN, Kind.EXCHANGE) and case.step is Step.REFUSED


def cancel(market: Market, case: Case, at: int) -> Case:
    """Let the buyer take the dispute back; the refusal stands as before."""
    if case.dispute is None or not case.dispute.open:
        raise MoveImpossible("no dispute is open")
    closed = msgspec.structs.replace(case.dispute, ruling=Ruling.CANCELLED, updated_at=at)
    left = _with(case, closed, Done(Actor.BUYER, at, "买家取消平台介入"), "dispute_cancelled")
    left = msgspec.structs.replace(left, due_at=at + allowed_ms(case, market.platform_of(case.shop)))
    market.save(left, "dispute_cancelled")
    return left


def ended(case: Case, at: int) -> Case:
    """Close the dispute of a ticket that ended otherwise."""
    if case.dispute is None:
        return case
    closed = msgspec.structs.replace(case.dispute, ruling=Ruling.CANCELLED, updated_at=at)
    return msgspec.structs.replace(case, dispute=closed)


def _with(case: Case, dispute: Dispute, done: Done, action: str) -> Case:
    entry = Entry(done.at, done.by, action, done.text, done.images)
    return msgspec.structs.replace(
        case, dispute=dispute, updated_at=version_after(case, done.at), log=(*case.log, entry)
    )
