"""Say how far the goods of a ticket have come: whether they left, and whether the buyer has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin import mapping
from aftersale.channels.douyin.codes import LineStatus, Parcel, known
from aftersale.channels.spreadsheet.standing import tracking_of

if TYPE_CHECKING:
    from aftersale.channels.douyin.order import Order
    from aftersale.channels.douyin.said import Said
    from aftersale.channels.draft import Draft


def say_goods(said: Said, order: Order | None, draft: Draft) -> None:
    """Take down dispatch, tracking and sign-off, each with the field that told it."""
    shipped = _say_shipped(said, order, draft)
    if shipped is not False:
        _say_signed(said, order, draft, shipped=shipped)


def has_left(said: Said) -> bool | None:
    """Tell whether the goods have left; the kind of a claim is as old as the claim, so it comes last."""
    named = [known(LineStatus, line.status) for line in said.lines]
    states = [mapping.HAS_LEFT[each] if each is not None else None for each in named]
    if said.parcels.out or True in states:
        return True
    if states and set(states) == {False}:
        return False
    claim = mapping.claim_of(said.kind)
    return claim.shipped if claim else None


def _say_shipped(said: Said, order: Order | None, draft: Draft) -> bool | None:
    shipped = has_left(said)
    at = order.shipped_at if order else None
    if at is not None and shipped is False:
        shipped = True
    draft.step("shipped", happened=shipped, at=at, source="订单·发货时间" if at else "订单发货状态")
    return shipped


def _say_signed(said: Said, order: Order | None, draft: Draft, *, shipped: bool | None) -> None:
    tracking = _tracking(said)
    if tracking:
        draft.say("logistics_status", tracking, "物流状态")
        draft.step("scanned", happened=tracking != "none", at=None, source="物流状态")
    elif shipped:
        draft.hide("first_scan_at")
    at = order.signed_at if order else None
    if at is not None:
        draft.step("signed", happened=True, at=at, source="订单·签收时间")
    elif any(line.status in mapping.RECEIVED_LINES for line in said.lines):
        draft.step("signed", happened=True, at=None, source="订单状态")
    elif tracking:
        draft.step("signed", happened=tracking == "signed", at=None, source="物流状态")
    elif said.got_parcel == 1:
        draft.step("signed", happened=True, at=None, source="买家已收到货")
    else:
        draft.hide("signed_at")


def _tracking(said: Said) -> str | None:
    """Name the state of the parcels, where all say the same; else what the platform's words say."""
    named = [known(Parcel, state) for state in said.parcels.states]
    told = {mapping.TRACKING[each] for each in named if each is not None} - {None}
    if len(told) == 1:
        return told.pop()
    return tracking_of(said.parcels.word) if said.parcels.word else None
