from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import aftersale
from aftersale.connections.models import Link
from aftersale.pages.timeline import KINDS, timeline_of
from aftersale.shops.models import Connection
from aftersale.tickets.detail import ActionView, EventLine
from aftersale.tickets.models import Ticket
from aftersale.tickets.receipts import _OF_ERRORS, _OF_RECEIPTS, LOST, MOVED
from tests.api.desk import now
from tests.pages.desk import words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

ROOMS = Path(aftersale.__file__).parent


def called(node: ast.AST, names: set[str]) -> list[ast.Call]:
    """Give the calls of such names within a piece of source."""
    calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
    return [each for each in calls if isinstance(each.func, ast.Name) and each.func.id in names]


def written_on_tickets() -> set[str]:
    """Collect the kinds of events that are written down by name with a change of a ticket."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in ROOMS.glob("*/**/*.py"))
    writing = [call for tree in trees for call in called(tree, {"change", "move", "write_anew"})]
    firsts = [entry.args[0] for call in writing for entry in called(call, {"Entry"})]
    return {str(each.value) for each in firsts if isinstance(each, ast.Constant)}


def test_every_kind_of_event_that_a_ticket_gets_has_words() -> None:
    follows = [LOST, MOVED, *_OF_RECEIPTS.values(), *(each for _kind, each in _OF_ERRORS)]
    written = written_on_tickets() | {each.kind for each in follows} | {"deadline_passed", "deadline_missed"}
    assert len(written) > 30
    assert written - set(KINDS) == set()


def test_a_line_says_reason_and_text_and_why_the_platform_did_not_take_it() -> None:
    params = {"reason_words": {"zh": "商品完好", "en": "fine"}, "text": "您好，商品完好。"}
    receipt = {"message": {"zh": "状态不允许", "en": "not now"}}
    action = ActionView(1, "refuse", "failed", None, params, 1, now(), now(), 1, receipt, now(), "k")
    events = [
        EventLine(n, n, kind, now(), None, {"action": "k", "verb": "refuse"})
        for n, kind in enumerate(("refused", "action_rejected"))
    ]
    said = {each.words: each.more for each in timeline_of(events, (), {}, None, [action])}
    assert "商品完好 · 您好，商品完好。" in said["已确认拒绝"]
    assert "状态不允许" in said["平台没有接受"]


@pytest.mark.django_db
def test_a_connected_shop_says_until_when_it_is_known_and_nothing_of_imports(
    agent: Visitor, shop: Shop, ticket: Ticket
) -> None:
    shop.imports.create(state="done", digest="x", created_at=now(), ended_at=now())
    Connection.objects.update_or_create(shop=shop, defaults={"state": "connected", "since": now()})
    Link.objects.create(shop=shop, push_path="p", complete_until=now(), created_at=now())
    for page in ("queue_read", "home"):
        assert "已知到" in words_of(agent.get(page))
        assert "第 1 次导入" not in words_of(agent.get(page))
    Ticket.objects.filter(pk=ticket.pk).update(
        waits_for="platform", waits_until=now(), lane="waiting", tab="platform"
    )
    assert "稍后自动核对" in words_of(agent.get("queue", tab="platform"))
