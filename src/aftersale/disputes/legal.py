"""Put together what a lawyer needs: facts, clauses, the day by which a claim has to be brought. No advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import date_of, day_of, seconds_of
from aftersale.domain.disputes import BLAMED_WORDS, FAVOURS_WORDS, Blamed, Favours
from aftersale.domain.money import yuan
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.holds import LIMITATION, number_of
from aftersale.tickets.models import Ticket
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.packs import Form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.disputes.models import Case
    from aftersale.tickets.models import Pack

DISCLAIMER = (
    "本材料由售后台按留存的记录整理，只供律师或法务参考，不是法律意见；"
    "时效有没有中断、中止，要由专业人员判断。"
)


def limitation_of(case: Case, now: datetime) -> tuple[str, str] | None:
    """Give the last day on which a claim can be brought, and the clause; None where no rule says it.

    It is counted from the ruling, or where there is none from the end of the ticket: the latest time by which
    the shop knew. Nothing here knows of interruptions.
    """
    book = judge_of(case.shop_id, now).rulebook
    given = number_of(book, LIMITATION.parameter, case.ticket.shop.platform, now)
    if given is None:
        return None
    since = case.judged_at or case.ticket.ended_at or case.opened_at
    end = LIMITATION.end(book, day_of(seconds_of(since)), given.value)
    last = date_of(day_of(end - 1)).isoformat()
    cited = "、".join(f"《{each.document}》{each.article}" for each in given.citations)
    return last, cited


def statement_of(case: Case, now: datetime) -> str:
    """Write what the pack says beside its evidence."""
    return "\n".join(_lines(case, now))


def _lines(case: Case, now: datetime) -> Iterator[str]:
    ticket = case.ticket
    if case.favours:
        blamed = BLAMED_WORDS[Blamed(case.blamed)].zh if case.blamed else "未写明"
        yield f"平台判定：{FAVOURS_WORDS[Favours(case.favours)].zh}，责任方：{blamed}。{case.opinion}"
    if ticket.amount_fen:
        yield f"争议金额 {yuan(ticket.amount_fen)}。"
    found = limitation_of(case, now)
    if found:
        last, clause = found
        yield f"诉讼时效：最迟 {last} 主张（{clause}；自平台判定或售后结束之日起算，未计中断、中止）。"
    yield DISCLAIMER


def ask(case: Case, person_id: int, now: datetime) -> Pack:
    """Ask for the whole signed pack with these words; raises PackRefused where there is nothing to show."""
    ticket = Ticket.objects.select_related("shop").get(pk=case.ticket_id)
    summary, statement = packs.draft(ticket, now)
    return packs.ask(ticket, Form.WHOLE, (summary, f"{statement}\n{statement_of(case, now)}"), person_id, now)
