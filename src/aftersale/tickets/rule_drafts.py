"""Let a second person look at rules before they hold: hand a draft in, publish it, or return it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.policy.load import digest_of
from aftersale.shops.models import Person, RuleDraft
from aftersale.shops.models.rulebook import DraftState
from aftersale.texts import Text
from aftersale.tickets.publishing import Draft, check_names, publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import PublishedRules, Shop

SUBJECT = "rule_draft"


class OwnDraft(AftersaleError):
    """Refuse to publish one's own draft: the second person is somebody else."""

    def __init__(self) -> None:
        super().__init__(
            "rules.own_draft",
            Text(zh="这份草稿是你自己写的。", en="You wrote this draft yourself."),
            Text(
                zh="请另一位能改店铺设置的同事来复核。",
                en="Ask a colleague who may change the shop's settings.",
            ),
        )


class NobodyElse(AftersaleError):
    """Refuse a draft that nobody could ever look at."""

    def __init__(self) -> None:
        super().__init__(
            "rules.nobody_else",
            Text(zh="没有别人能复核这份草稿。", en="There is nobody else to look at this draft."),
            Text(zh="可以直接发布。", en="Publish it yourself."),
        )


class DraftSettled(AftersaleError):
    """Refuse a draft that was published or returned already."""

    def __init__(self) -> None:
        super().__init__(
            "rules.draft_settled",
            Text(zh="这份草稿已经处理过了。", en="This draft was settled already."),
            Text(zh="刷新页面看结果。", en="Load the page again to see how."),
        )


@dataclass(frozen=True, slots=True)
class Handed:
    """Hold what an author hands in; `valid_from` None means as soon as it is published."""

    files: Mapping[str, str]
    base: int
    valid_from: datetime | None = None
    note: str = ""


def others_who_may(shop: Shop, person: Person) -> bool:
    """Tell whether anybody beside a person may publish rules of a shop."""
    roles = [role.value for role in Role if Permission.MANAGE_SHOP in MAY[role]]
    may = Q(memberships__shop=shop, memberships__role__in=roles) | Q(is_superuser=True)
    return Person.objects.filter(may, is_active=True).exclude(pk=person.pk).exists()


def hand_in(shop: Shop, handed: Handed, author: Person, now: datetime) -> RuleDraft:
    """Keep a draft for a second person, with one event; raises NobodyElse, NotShopFiles."""
    check_names(handed.files)
    if not others_who_may(shop, author):
        raise NobodyElse
    with transaction.atomic():
        made = RuleDraft.objects.create(
            shop=shop,
            base=handed.base,
            files=dict(handed.files),
            digest=digest_of(handed.files),
            note=handed.note,
            valid_from=handed.valid_from,
            author=author,
            created_at=now,
        )
        data = {"digest": made.digest, "base": made.base}
        record(_subject(made), Entry("rule_draft_handed_in", now, author.pk, data))
    return made


def _subject(draft: RuleDraft) -> Subject:
    return Subject(draft.shop_id, SUBJECT, draft.pk, str(draft.pk))


def approve(draft: RuleDraft, person: Person, now: datetime) -> PublishedRules:
    """Publish a colleague's draft; raises OwnDraft, DraftSettled, PublishedMeanwhile."""
    if draft.author_id == person.pk:
        raise OwnDraft
    with transaction.atomic():
        _settle(draft, DraftState.PUBLISHED, person, now)
        valid_from = max(draft.valid_from, now) if draft.valid_from else now
        made = publish(Draft(draft.shop, draft.files, draft.author, person, valid_from, draft.base), now)
        record(_subject(draft), Entry("rule_draft_published", now, person.pk, {"version": made.number}))
    return made


def give_back(draft: RuleDraft, person: Person, now: datetime, said: str) -> None:
    """Return a draft with words; its author may take it back the same way. Raises DraftSettled."""
    with transaction.atomic():
        _settle(draft, DraftState.RETURNED, person, now, said)
        record(_subject(draft), Entry("rule_draft_returned", now, person.pk, {"said": said}))


def _settle(draft: RuleDraft, state: DraftState, person: Person, now: datetime, said: str = "") -> None:
    """Settle a draft once: of two people at the same moment one is too late."""
    settled = RuleDraft.objects.filter(pk=draft.pk, state=DraftState.WAITING).update(
        state=state, settled_by=person, settled_at=now, said=said
    )
    if not settled:
        raise DraftSettled
