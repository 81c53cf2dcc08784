"""Give the judge of a shop: the package's law and platform rules, and the shop's published layer."""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from aftersale import __version__
from aftersale.policy.decide import Judge
from aftersale.policy.load import load
from aftersale.shops.models import ComposedRulebook, PublishedRules
from aftersale.shops.rule_files import packaged_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

ENGINE = f"aftersale {__version__}"
# A rulebook takes half a second of a processor to read: of threads that meet at the start one does it.
_ONE = Lock()


@cache
def _packaged() -> Mapping[str, str]:
    return packaged_texts()


def _judge(version_id: int | None = None, digest: str = "") -> Judge:
    with _ONE:
        return _read(version_id, digest)


# The digest tells apart versions of two databases that one process met one after the other.
@lru_cache(maxsize=64)
def _read(version_id: int | None, digest: str) -> Judge:
    del digest
    own = PublishedRules.objects.get(pk=version_id).files if version_id else {}
    return Judge(load({**_packaged(), **own}))


def layer_of(shop_id: int, now: datetime) -> PublishedRules | None:
    """Give the version of the shop's own rules in force: the last published of those that are valid."""
    return PublishedRules.objects.filter(shop_id=shop_id, valid_from__lte=now).order_by("-number").first()


def judge_of(shop_id: int, now: datetime) -> Judge:
    """Give the judge of a shop at a time; published versions never change, so it is kept."""
    layer = layer_of(shop_id, now)
    return _judge(layer.pk, layer.digest) if layer else _judge()


def judges_of(now: datetime) -> Callable[[int], Judge]:
    """Give the judges of all shops at a time; one query for however many are asked for."""
    valid = PublishedRules.objects.filter(valid_from__lte=now).order_by("shop_id", "number")
    versions = {shop: version for shop, *version in valid.values_list("shop_id", "pk", "digest")}
    return lambda shop_id: _judge(*versions.get(shop_id, ()))


def judge_by(digest: str) -> Judge:
    """Give the judge of a stored rulebook, to compute a trace again; raises ComposedRulebook.DoesNotExist."""
    with _ONE:
        return _composed(digest)


@lru_cache(maxsize=16)
def _composed(digest: str) -> Judge:
    return Judge(load(ComposedRulebook.objects.get(pk=digest).files))


def remember(judge: Judge, shop_id: int, now: datetime) -> None:
    """Keep the texts of a rulebook under its digest, once."""
    digest = judge.rulebook.digest
    if ComposedRulebook.objects.filter(pk=digest).exists():
        return
    layer = layer_of(shop_id, now)
    files = {**_packaged(), **(layer.files if layer else {})}
    ComposedRulebook.objects.get_or_create(
        digest=digest, defaults={"files": files, "engine": ENGINE, "first_used_at": now}
    )
