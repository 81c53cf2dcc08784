"""Say who may do what in a shop: seven roles, one table."""

from __future__ import annotations

from enum import StrEnum

from aftersale.texts import Text


class Role(StrEnum):
    """Name the role of a person in a shop."""

    OWNER = "owner"
    LEAD = "lead"
    AGENT = "agent"
    TRAINEE = "trainee"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    READ_ONLY = "read_only"


class Permission(StrEnum):
    """Name what may be allowed; each page and call asks for exactly one."""

    VIEW = "view"
    NOTE = "note"
    ANSWER = "answer"
    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    ASSIGN = "assign"
    IMPORT = "import"
    EXPORT = "export"
    RECEIVE = "receive"
    SEE_MONEY = "see_money"
    BOOK_MONEY = "book_money"
    UNMASK = "unmask"
    ERASE = "erase"
    MANAGE_SHOP = "manage_shop"
    MANAGE_PEOPLE = "manage_people"
    CONNECT = "connect"


_P = Permission
_AGENT = {_P.VIEW, _P.NOTE, _P.ANSWER, _P.PROPOSE, _P.APPROVE, _P.REFUSE, _P.DISPUTE, _P.IMPORT, _P.UNMASK}

MAY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.LEAD: frozenset(_AGENT | {_P.ASSIGN, _P.EXPORT, _P.RECEIVE, _P.SEE_MONEY, _P.MANAGE_SHOP}),
    Role.AGENT: frozenset(_AGENT),
    Role.TRAINEE: frozenset({_P.VIEW, _P.NOTE, _P.ANSWER, _P.PROPOSE}),
    Role.WAREHOUSE: frozenset({_P.VIEW, _P.NOTE, _P.ANSWER, _P.RECEIVE}),
    Role.FINANCE: frozenset({_P.VIEW, _P.NOTE, _P.EXPORT, _P.SEE_MONEY, _P.BOOK_MONEY}),
    Role.READ_ONLY: frozenset({_P.VIEW}),
}
"""What each role may do."""

MOVES_MONEY = frozenset({_P.APPROVE})
"""Permissions that let money move; whoever has one signs in with a second factor."""

ROLE_WORDS: dict[Role, Text] = {
    Role.OWNER: Text(zh="店主", en="owner"),
    Role.LEAD: Text(zh="主管", en="lead"),
    Role.AGENT: Text(zh="客服", en="agent"),
    Role.TRAINEE: Text(zh="新人", en="trainee"),
    Role.WAREHOUSE: Text(zh="仓库", en="warehouse"),
    Role.FINANCE: Text(zh="财务", en="finance"),
    Role.READ_ONLY: Text(zh="只读", en="read only"),
}


def moves_money(role: Role) -> bool:
    """Tell whether a role may let money move."""
    return bool(MAY[role] & MOVES_MONEY)
