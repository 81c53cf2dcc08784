"""Keep where people are reached; an address is secret and never said again.

Each flow says what it changed; whoever calls it writes that into the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from aftersale.domain.errors import AftersaleError
from aftersale.domain.service_hours import DAY_MINUTES
from aftersale.shops.models import NotifyTarget
from aftersale.shops.people import Change, may_manage
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person

_NAME = 64
MOST_TARGETS = 10

_WORDS: dict[str, tuple[Text, Text]] = {
    "target.name": (
        Text(zh="写个名字，最多 64 个字，如“客服群”。", en="It needs a name of at most 64 characters."),
        Text(zh="写好再添加。", en="Write it, then add."),
    ),
    "target.many": (
        Text(zh="一个人最多 10 个提醒地址。", en="A person has at most 10 targets."),
        Text(zh="先移除不用的。", en="Remove one that is not used."),
    ),
    "target.time": (
        Text(
            zh="汇总时间要在 00:00 到 23:59 之间。", en="The time of a digest lies between 00:00 and 23:59."
        ),
        Text(zh="改一下时间，或者留空，有事马上提醒。", en="Correct it, or leave it empty for at once."),
    ),
}


class TargetWrong(AftersaleError):
    """Refuse a target as it was asked for."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


@dataclass(frozen=True, slots=True)
class NewTarget:
    """Say where a person is to be reached; `digest_at` None: at once, else minute of the day."""

    name: str
    url: str
    digest_at: int | None = None


def may_see(by: Person, person: Person) -> bool:
    """Tell whether somebody looks after the targets of a person: oneself, and who manages that person."""
    return by.pk == person.pk or may_manage(by, person)


def add_target(
    person: Person, wanted: NewTarget, check: Callable[[str], object]
) -> tuple[NotifyTarget, Change]:
    """Add a target for a person; `check` raises for an address that must not be called.

    Raises TargetWrong and whatever `check` raises.
    """
    if not 0 < len(wanted.name) <= _NAME:
        raise TargetWrong("target.name")
    if wanted.digest_at is not None and not 0 <= wanted.digest_at < DAY_MINUTES:
        raise TargetWrong("target.time")
    if NotifyTarget.objects.filter(person=person).count() >= MOST_TARGETS:
        raise TargetWrong("target.many")
    check(wanted.url)
    made = NotifyTarget.objects.create(
        person=person, name=wanted.name, url=wanted.url, digest_at=wanted.digest_at
    )
    return made, Change(person, "target_added", "", str(made.pk))


def remove_target(target: NotifyTarget) -> Change:
    """Remove a target with what waits to be sent to it."""
    gone = Change(target.person, "target_removed", str(target.pk), "")
    target.delete()
    return gone


def schema_of(target: NotifyTarget) -> str:
    """Give the kind of an address, which is all of it that is ever shown."""
    return target.url.partition(":")[0]


# What the services show to copy: the host, and the parameter that holds the key (none: the end of the path).
_WEBHOOKS = {
    "qyapi.weixin.qq.com": ("wecombot", "key"),
    "oapi.dingtalk.com": ("dingtalk", "access_token"),
    "open.feishu.cn": ("feishu", ""),
    "open.larksuite.com": ("lark", ""),
}


def from_webhook(said: str) -> str:
    """Write the web address of a group robot as the address of its service; others stay as they are."""
    try:
        parts = urlsplit(said)
        known = _WEBHOOKS.get(parts.hostname or "") if parts.scheme == "https" else None
    except ValueError:
        return said
    if known is None:
        return said
    schema, name = known
    key = dict(parse_qsl(parts.query)).get(name, "") if name else parts.path.rpartition("/")[2]
    return f"{schema}://{key}"
