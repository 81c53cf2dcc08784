"""Publish a version of a shop's own rules: immutable, numbered, with who wrote and who approved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.policy.load import SHOP_FOLDER, digest_of
from aftersale.shops.models import PublishedRules
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Person, Shop


class NotShopFiles(AftersaleError):
    """Refuse files that are none of the shop's layer."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "rules.not_shop_files",
            Text(zh=f"“{name}”不是店铺规则文件。", en=f"{name!r} is no file of a shop's rules."),
            Text(zh="文件名写成 shop/….yaml。", en="Name the files shop/….yaml."),
        )


class PublishedMeanwhile(AftersaleError):
    """Refuse a version because another was published at the same moment."""

    def __init__(self) -> None:
        super().__init__(
            "rules.published_meanwhile",
            Text(zh="刚有人发布了另一个版本。", en="Another version was published just now."),
            Text(zh="先看那个版本，再发布。", en="Look at that version, then publish again."),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold what is to be published; `files` are texts by name (`shop/….yaml`), checked by the caller.

    `base` is the number of the version that the author saw, None where it does not matter.
    """

    shop: Shop
    files: Mapping[str, str]
    author: Person
    approver: Person
    valid_from: datetime
    base: int | None = None


def newest_of(shop_id: int) -> PublishedRules | None:
    """Give the version published last, in force already or not."""
    return PublishedRules.objects.filter(shop_id=shop_id).order_by("-number").first()


def check_names(files: Mapping[str, str]) -> None:
    """Let pass files of a shop's layer; raises NotShopFiles."""
    for name in files:
        if not name.startswith(SHOP_FOLDER) or not name.endswith((".yaml", ".yml")) or ".." in name:
            raise NotShopFiles(name)


def publish(draft: Draft, now: datetime) -> PublishedRules:
    """Publish a version under the next number, with one event; raises PublishedMeanwhile."""
    check_names(draft.files)
    newest = PublishedRules.objects.filter(shop=draft.shop).aggregate(number=Max("number"))["number"] or 0
    if draft.base is not None and draft.base != newest:
        raise PublishedMeanwhile
    try:
        with transaction.atomic():
            made = PublishedRules.objects.create(
                shop=draft.shop,
                number=newest + 1,
                files=dict(draft.files),
                digest=digest_of(draft.files),
                author=draft.author,
                approver=draft.approver,
                valid_from=draft.valid_from,
                published_at=now,
            )
            data = {
                "version": made.number,
                "digest": made.digest,
                "author": str(draft.author.pk),
                "valid_from": draft.valid_from.isoformat(),
            }
            subject = Subject(draft.shop.pk, "rules", made.pk, str(made.number))
            record(subject, Entry("rules_published", now, draft.approver.pk, data))
    except IntegrityError:
        raise PublishedMeanwhile from None
    return made
