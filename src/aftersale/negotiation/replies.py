"""Keep prepared replies with their versions: by scene and stage, shared or one's own, counted by use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.shop_journal import journal_shop
from aftersale.negotiation.built_in import BUILT_IN
from aftersale.negotiation.counts import count_up
from aftersale.negotiation.models import Reply, ReplyCount, ReplyUse, ReplyVersion, State, code_of
from aftersale.negotiation.rounds import newest_of
from aftersale.negotiation.scenes import VARIABLES, Scene, Stage
from aftersale.policy.talks.fill import unknown_in
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text
from aftersale.tickets.outcome import lock
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
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

    For a scene those of every scene come behind. Two queries, however many replies and uses there are.
    """
    rows = Reply.objects.filter(Q(shared=True) | Q(owner=person), shop=shop, retired_at=None)
    if scene:
        rows = rows.filter(scene__in={scene, Scene.GENERAL})
    if stage:
        rows = rows.filter(stage=stage)
    counts = _counts(shop.pk)
    own = _newest(rows, counts)
    kept = [
        each
        for each in BUILT_IN.values()
        if (not scene or each.scene in {scene, Scene.GENERAL}) and (not stage or each.stage == stage)
    ]
    built = [_comes_along(each, counts) for each in kept]
    return sorted([*own, *built], key=lambda each: (each.scene == Scene.GENERAL, each.id is None))


Counts = dict[str, tuple[int, int]]
"""By code of a reply: how often it was used, how often that ended in an agreement."""


def _comes_along(each: BuiltIn, counts: Counts) -> Offered:
    uses, worked = counts.get(each.code, (0, 0))
    return Offered(each.code, None, each.scene, each.stage, each.title, each.text, uses=uses, worked=worked)


def shown(reply: Reply) -> Offered:
    """Show a reply by its newest version, with how often it was used and how often that worked."""
    return _newest(Reply.objects.filter(pk=reply.pk), _counts(reply.shop_id))[0]


def _newest(replies: QuerySet[Reply], counts: Counts) -> list[Offered]:
    later = ReplyVersion.objects.filter(reply=OuterRef("reply"), number__gt=OuterRef("number"))
    rows = ReplyVersion.objects.filter(~Exists(later), reply__in=replies).select_related("reply__owner")
    return [_shown(each, counts) for each in rows.order_by("reply_id")]


def _shown(last: ReplyVersion, counts: Counts) -> Offered:
    reply, code = last.reply, code_of(last.reply_id)
    place = (reply.scene, reply.stage, last.title, last.text, last.number, reply.shared)
    return Offered(code, reply.pk, *place, str(reply.owner), reply.owner_id, *counts.get(code, (0, 0)))


def _counts(shop_id: int) -> Counts:
    rows = ReplyCount.objects.filter(shop=shop_id).values_list("code", "uses", "worked")
    return {code: (uses, worked) for code, uses, worked in rows}


@transaction.atomic
def use(ticket: Ticket, person: Person, code: str, now: datetime) -> ReplyUse | None:
    """Count that a reply was copied for a ticket; None for a code that nobody knows."""
    known = {"built_in": code} if code in BUILT_IN else _own(ticket.shop, person, code)
    if known is None:
        return None
    lock(ticket)
    talk = newest_of(ticket.pk)
    made = ReplyUse.objects.create(shop=ticket.shop, ticket=ticket, talk=talk, person=person, at=now, **known)
    count_up(made, uses=1, worked=int(talk is not None and talk.state == State.AGREED))
    return made


def _own(shop: Shop, person: Person, code: str) -> dict[str, ReplyVersion] | None:
    number = code.removeprefix("r")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_TITLE // 4):
        return None
    found = ReplyVersion.objects.filter(reply_id=int(number), reply__shop=shop)
    last = found.filter(Q(reply__shared=True) | Q(reply__owner=person)).order_by("-number").first()
    return None if last is None else {"version": last}
