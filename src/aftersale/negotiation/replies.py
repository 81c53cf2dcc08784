"""Keep prepared replies with their versions: by scene and stage, shared or one's own, counted by use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.shop_journal import journal_shop
from aftersale.negotiation.built_in import BUILT_IN
from aftersale.negotiation.models import Reply, ReplyUse, ReplyVersion, State
from aftersale.negotiation.rounds import newest_of
from aftersale.negotiation.scenes import VARIABLES, Scene, Stage
from aftersale.policy.talks.fill import unknown_in
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.negotiation.built_in import BuiltIn
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

LONGEST_TITLE, LONGEST = 64, 1_000


class ReplyRefused(AftersaleError):
    """Refuse a reply that cannot be kept as it is."""


def _refused(code: str, zh: str, en: str) -> ReplyRefused:
    next_step = Text(zh="改好再保存；已写的内容还在。", en="Change it and save; what you wrote is kept.")
    return ReplyRefused(code, Text(zh=zh, en=en), next_step)


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold what a reply is to say, and where it is offered."""

    scene: str
    stage: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Hold one reply as it is offered: `id` is None for one that comes with the package.

    `uses` counts how often it was copied, `worked` how many of those talks ended with an agreement.
    """

    code: str
    id: int | None
    scene: str
    stage: str
    title: str
    text: str
    number: int = 1
    shared: bool = True
    owner: str = ""
    owner_id: int | None = None
    uses: int = 0
    worked: int = 0

    @property
    def own(self) -> bool:
        """Tell whether the shop wrote it."""
        return self.id is not None


def check(draft: Draft, shop: Shop, now: datetime) -> None:
    """Hold a reply to its form; raises ReplyRefused or WordingStopped."""
    if draft.scene not in set(Scene) or draft.stage not in set(Stage):
        raise _refused("reply.place", "没选场景或阶段。", "Choose scene and stage.")
    if not 0 < len(draft.title) <= LONGEST_TITLE or not 0 < len(draft.text) <= LONGEST:
        raise _refused(
            "reply.size",
            f"标题 1 到 {LONGEST_TITLE} 个字，内容 1 到 {LONGEST} 个字。",
            f"A title has 1 to {LONGEST_TITLE} letters, a text 1 to {LONGEST}.",
        )
    unknown = unknown_in(draft.text, VARIABLES)
    if unknown:
        known = "、".join(f"{{{name}}}" for name in VARIABLES)
        said = "、".join(f"{{{name}}}" for name in unknown)
        raise _refused(
            "reply.variable",
            f"没有{said}这样的变量，可以用：{known}。",
            f"No variable {said}; known are {known}.",
        )
    check_words(shop, draft.text, now)


@transaction.atomic
def write(shop: Shop, person: Person, draft: Draft, now: datetime, *, shared: bool) -> Reply:
    """Write a new reply; raises ReplyRefused, WordingStopped."""
    check(draft, shop, now)
    reply = Reply.objects.create(
        shop=shop, owner=person, shared=shared, scene=draft.scene, stage=draft.stage, made_at=now
    )
    _version(reply, person, draft, now)
    return reply


@transaction.atomic
def rewrite(reply: Reply, person: Person, draft: Draft, now: datetime) -> ReplyVersion:
    """Write a new version; the ones before stay as they are. The same words are no new version."""
    check(draft, reply.shop, now)
    locked = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    last = locked.versions.order_by("-number").first()
    Reply.objects.filter(pk=reply.pk).update(scene=draft.scene, stage=draft.stage)
    if last is not None and (last.title, last.text) == (draft.title, draft.text):
        return last
    return _version(locked, person, draft, now)


def _version(reply: Reply, person: Person, draft: Draft, now: datetime) -> ReplyVersion:
    last = reply.versions.order_by("-number").values_list("number", flat=True).first() or 0
    made = ReplyVersion.objects.create(
        reply=reply, number=last + 1, title=draft.title, text=draft.text, by=person, at=now
    )
    _told(reply, "reply_written", f"{reply.pk}.{made.number}", person, now)
    return made


@transaction.atomic
def share(reply: Reply, person: Person, now: datetime, *, on: bool) -> None:
    """Share a reply with the shop, or keep it to its owner again."""
    Reply.objects.filter(pk=reply.pk).update(shared=on)
    _told(reply, "reply_shared", f"{reply.pk} {on}", person, now)


@transaction.atomic
def retire(reply: Reply, person: Person, now: datetime, *, on: bool) -> None:
    """Offer a reply no longer, or again."""
    Reply.objects.filter(pk=reply.pk).update(retired_at=now if on else None)
    _told(reply, "reply_retired", f"{reply.pk} {on}", person, now)


def _told(reply: Reply, what: str, said: str, person: Person, now: datetime) -> None:
    """Say in the journal of the shop what became of a reply."""
    journal_shop(ShopChange(reply.shop, what, "", said), person.pk, now)


def offered(shop: Shop, person: Person, scene: str = "", stage: str = "") -> list[Offered]:
    """List what is offered to a person in a shop: own words first, then what comes with the package.

    For a scene those of every scene come behind.
    """
    rows = Reply.objects.filter(Q(shared=True) | Q(owner=person), shop=shop, retired_at=None)
    if scene:
        rows = rows.filter(scene__in={scene, Scene.GENERAL})
    if stage:
        rows = rows.filter(stage=stage)
    own = shown(rows.select_related("owner").prefetch_related("versions"))
    kept = [
        each
        for each in BUILT_IN.values()
        if (not scene or each.scene in {scene, Scene.GENERAL}) and (not stage or each.stage == stage)
    ]
    counts = _counts(ReplyUse.objects.filter(shop=shop).exclude(built_in=""), "built_in")
    built = [_comes_along(each, counts.get(each.code, (0, 0))) for each in kept]
    return sorted([*own, *built], key=lambda each: (each.scene == Scene.GENERAL, each.id is None))


def _comes_along(each: BuiltIn, counted: tuple[int, int]) -> Offered:
    uses, worked = counted
    return Offered(each.code, None, each.scene, each.stage, each.title, each.text, uses=uses, worked=worked)


def shown(replies: Iterable[Reply]) -> list[Offered]:
    """Show replies by their newest versions, with how often they were used and how often that worked."""
    rows = list(replies)
    counts = _counts(ReplyUse.objects.filter(version__reply__in=rows), "version__reply_id")
    found = []
    for row in rows:
        last = max(row.versions.all(), key=lambda each: each.number)
        told = (
            row.scene,
            row.stage,
            last.title,
            last.text,
            last.number,
            row.shared,
            str(row.owner),
            row.owner_id,
        )
        found.append(Offered(f"r{row.pk}", row.pk, *told, *counts.get(row.pk, (0, 0))))
    return found


def _counts(uses: QuerySet[ReplyUse], by: str) -> dict[object, tuple[int, int]]:
    worked = Count("pk", filter=Q(talk__state=State.AGREED))
    found = uses.values(by).annotate(uses=Count("pk"), worked=worked)
    return {row[by]: (row["uses"], row["worked"]) for row in found}


def use(ticket: Ticket, person: Person, code: str, now: datetime) -> ReplyUse | None:
    """Count that a reply was copied for a ticket; None for a code that nobody knows."""
    known = {"built_in": code} if code in BUILT_IN else _own(ticket.shop, person, code)
    if known is None:
        return None
    return ReplyUse.objects.create(
        shop=ticket.shop, ticket=ticket, talk=newest_of(ticket.pk), person=person, at=now, **known
    )


def _own(shop: Shop, person: Person, code: str) -> dict[str, ReplyVersion] | None:
    number = code.removeprefix("r")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_TITLE // 4):
        return None
    found = ReplyVersion.objects.filter(reply_id=int(number), reply__shop=shop)
    last = found.filter(Q(reply__shared=True) | Q(reply__owner=person)).order_by("-number").first()
    return None if last is None else {"version": last}
