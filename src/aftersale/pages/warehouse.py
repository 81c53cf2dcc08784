"""Keep a warehouse to what it works with: bench, stop list, what it is asked to do, single tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Role
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.api.access import Caller

_OWN = ("bench", "stops")
# What its pages lead to: a ticket with what may be said of it, things to do, the person's own settings.
_LED_TO = frozenset(
    {
        "start",
        "search",
        "ticket",
        "ticket_instructions",
        "ticket_stop",
        "here",
        "label",
        "note",
        "answer",
        "withdraw",
        "watch",
        "waits",
        "action",
        "tasks",
        "tasks_count",
        "task_done",
        "me",
        "me_change",
    }
)


class NotOfTheWarehouse(AftersaleError):
    """Refuse a page that a warehouse does not work with."""

    def __init__(self) -> None:
        super().__init__(
            "warehouse.not_here",
            Text(zh="仓库账号不看这一页。", en="A warehouse has no use for this page."),
            Text(
                zh="回到收退货台；需要的话请店主调整你的角色。", en="Go back to the bench, or ask the owner."
            ),
        )


def in_warehouse(caller: Caller) -> bool:
    """Tell whether a person works in the warehouse alone, whichever shop it serves."""
    return bool(caller.places) and all(place.role is Role.WAREHOUSE for place in caller.places)


def is_of_the_warehouse(name: str) -> bool:
    """Tell whether a page, by its name, is one that a warehouse works with."""
    return name in _LED_TO or name.split("_", maxsplit=1)[0] in _OWN


def keep_to_the_bench(caller: Caller, name: str) -> None:
    """Let everybody pass, but a warehouse only to its own pages; raises NotOfTheWarehouse."""
    if not is_of_the_warehouse(name) and in_warehouse(caller):
        raise NotOfTheWarehouse
