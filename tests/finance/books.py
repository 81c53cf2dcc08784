"""Set up ledgers: shops, tickets with actions written straight down, sheets as platforms write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import ActionState
from aftersale.finance.by_hand import By
from aftersale.finance.imports import run_fund_import, start_fund_import
from aftersale.finance.models import Difference
from aftersale.shops.models import Person, Shop
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.outcome import key_of
from tests.tickets.acting.desk import make_ticket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aftersale.tickets.models import Import

MONTH, NEXT = "2026-05", "2026-06"
NOW = datetime(2026, 6, 3, 9, tzinfo=SHANGHAI)
"""A morning some days after the month that is closed."""

FUND = "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,备注"
SETTLEMENT = "结算时间,订单号,子订单号,结算金额,结算单类型,有结算前退款,结算前退款金额,收入合计,支出合计"
REFUND = "退款-结算后退款-退用户"


def on(day: int, hour: int = 12, month: int = 5) -> datetime:
    """Give a time of the month."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def clock() -> datetime:
    return NOW


def a_shop(name: str = "云杉家居旗舰店", platform: str = "douyin") -> Shop:
    return Shop.objects.create(name=name, platform=platform, created_at=NOW)


def a_person(name: str = "何姐") -> Person:
    return Person.objects.create_user(name, name=name)


def by(person: Person, now: datetime = NOW) -> By:
    return By(person.pk, now)


def number_of(number: int, kind: int = 71) -> str:
    return f"{kind}{number:017}"


def a_ticket(shop: Shop, number: int = 1, **fields: object) -> Ticket:
    """Write a ticket down as it is after its refund was sent."""
    known: dict[str, object] = {
        "order_no": number_of(number, 69),
        "applied_at": on(10),
        "observed_at": on(10),
        "changed_at": on(10),
        "amount_fen": 12_900,
    }
    return make_ticket(shop, None, number_of(number), **{**known, **fields})


def an_action(
    ticket: Ticket, at: datetime, state: str = "done", verb: str = "refund", **fields: object
) -> Action:
    """Write down what became of an action, without the way there."""
    intent = Action.objects.filter(ticket=ticket).count() + 1
    fen = ticket.amount_fen
    done = state == ActionState.DONE
    known: dict[str, object] = {
        "shop_id": ticket.shop_id,
        "key": key_of(ticket, verb, intent),
        "verb": verb,
        "intent_no": intent,
        "state": state,
        "amount_fen": fen,
        "reserved_fen": fen if verb != "compensate" and state not in {"failed", "cancelled"} else 0,
        "approved_at": at - timedelta(minutes=1),
        "not_before": at - timedelta(minutes=1),
        "attempts": 1,
        "receipt": {"outcome": "done"} if done else {},
        "ended_at": at if state in {"done", "failed", "cancelled"} else None,
    }
    return Action.objects.create(ticket=ticket, **{**known, **fields})


@dataclass(frozen=True)
class Row:
    """Hold one line of a fund export."""

    at: datetime
    fen: int
    scene: str = REFUND
    ticket_no: str = ""
    order_no: str = ""
    serial: str = ""

    def cells(self) -> str:
        way = "入账" if self.fen > 0 else "出账"
        amount = f"{abs(self.fen) // 100}.{abs(self.fen) % 100:02}"
        there = self.at.astimezone(SHANGHAI)
        serial = f"\t{self.serial}" if self.serial else "-"
        return (
            f"{there:%Y-%m-%d %H:%M:%S},{serial},{way},{amount},货款,{self.scene},-,-,"
            f"\t{self.order_no or '-'},'{self.ticket_no or '-'},-"
        )


def refund_row(action: Action, **changes: object) -> Row:
    """Tell of a refund as the platform does."""
    ticket = action.ticket
    known: dict[str, object] = {
        "at": action.ended_at,
        "fen": -(action.amount_fen or 0),
        "ticket_no": ticket.ticket_no,
        "order_no": ticket.order_no,
        "serial": f"88{action.pk:017}",
    }
    return Row(**{**known, **changes})  # type: ignore[arg-type]


def fund_sheet(folder: Path, rows: Iterable[Row], name: str = "动账.csv") -> Path:
    path = folder / name
    path.write_text("\r\n".join([FUND, *(row.cells() for row in rows)]), encoding="utf-8-sig", newline="")
    return path


def settlement_sheet(folder: Path, lines: Iterable[str], name: str = "结算.csv") -> Path:
    path = folder / name
    explained = "按T+7结算,主订单,子订单,到账金额,,,,,"
    path.write_text("\r\n".join([SETTLEMENT, explained, *lines]), encoding="utf-8-sig", newline="")
    return path


def read(shop: Shop, person: Person, *paths: Path, now: datetime = NOW) -> Import:
    """Import sheets as the worker does."""
    made = start_fund_import(paths, shop, person.pk, now)
    done = run_fund_import(made.pk, lambda: now)
    assert done is not None
    return done


def standing(shop: Shop) -> list[tuple[str, str, int, int]]:
    """Give the differences as they are now: cause, kind, our fen, the platform's fen."""
    found = Difference.objects.filter(shop=shop, ended_at=None).order_by("id")
    return [(each.cause, each.kind, each.our_fen, each.platform_fen) for each in found]


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
