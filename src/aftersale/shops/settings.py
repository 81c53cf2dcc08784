"""Add shops and change what they have set: name, hours, warnings, own targets, retention.

Each flow says what it changed; whoever calls it writes that into the journal and asks for permission first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from django.db import IntegrityError, transaction

from aftersale.domain.errors import AftersaleError
from aftersale.domain.service_hours import DAY_MINUTES, Week, parse_hours, write_hours
from aftersale.shops.models import Connection, Shop
from aftersale.shops.models.shop import ConnectionState, Platform
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person

_LONGEST_NAME = 128
_MOST_MINUTES = 30 * DAY_MINUTES
_MOST_WARNINGS = 12
LEAST_DAYS, MOST_DAYS = 30, 3650

_WORDS: dict[str, tuple[Text, Text]] = {
    "shop.owner_only": (
        Text(zh="只有这台售后台的店主能添加店铺。", en="Only the owner of the desk adds shops."),
        Text(zh="请店主来添加。", en="Have the owner add it."),
    ),
    "shop.demo_desk": (
        Text(
            zh="这里是演示，密码人人知道，不能放真店铺。",
            en="This desk is the demo and everybody knows its password: no real shop belongs here.",
        ),
        Text(
            zh="为自己的店另开一台：AFTERSALE_HOME=另一个文件夹 aftersale serve",
            en="Start a desk of your own: AFTERSALE_HOME=another-folder aftersale serve",
        ),
    ),
    "shop.name": (
        Text(zh="店铺要有名字，最多 128 个字。", en="A shop needs a name of at most 128 characters."),
        Text(zh="写店铺在平台上的名字。", en="Write the name that it has on the platform."),
    ),
    "shop.name_taken": (
        Text(zh="已经有叫这个名字的店铺。", en="There is a shop of this name."),
        Text(zh="换一个名字。", en="Choose another name."),
    ),
    "shop.platform": (
        Text(zh="请选平台：抖店或快手小店。", en="Choose the platform: 抖店 or 快手小店."),
        Text(zh="选好再继续。", en="Choose, then go on."),
    ),
    "shop.being_read": (
        Text(zh="正在导入表格，现在不能改名。", en="A sheet is being taken in; the name cannot change now."),
        Text(zh="等导入结束再改。", en="Rename it when the import has ended."),
    ),
    "shop.minutes": (
        Text(zh="“{what}”不是可用的分钟数。", en="{what!r} is no number of minutes that can be used."),
        Text(zh="写 1 到 43200 之间的整数（30 天）。", en="Write whole numbers from 1 to 43200 (30 days)."),
    ),
    "shop.warnings": (
        Text(zh="提醒最多 12 次。", en="There are at most 12 warnings."),
        Text(zh="去掉几个。", en="Leave some out."),
    ),
    "shop.days": (
        Text(zh="保存天数要在 30 到 3650 之间。", en="Days to keep lie between 30 and 3650."),
        Text(zh="改一下天数。", en="Correct the number."),
    ),
    "shop.limit": (
        Text(zh="“{what}”不是可用的金额。", en="{what!r} is no amount that can be used."),
        Text(
            zh="写元，如 500 或 499.50；不设上限就空着。",
            en="Write yuan, such as 500 or 499.50; leave it empty for no limit.",
        ),
    ),
    "shop.hours": (
        Text(zh="没看懂“{what}”。", en="{what!r} cannot be read."),
        Text(
            zh="时段写成 09:00-18:00，几段用空格隔开；日期写成 2026-10-01，一行一天。",
            en="Write spans like 09:00-18:00 with blanks between them, dates like 2026-10-01, one a line.",
        ),
    ),
}


class SettingRefused(AftersaleError):
    """Refuse a setting of a shop, with the reason and a way on."""

    def __init__(self, code: str, what: str = "") -> None:
        message, step = _WORDS[code]
        said = Text(zh=message.zh.format(what=what[:40]), en=message.en.format(what=what[:40]))
        super().__init__(code, said, step)


@dataclass(frozen=True, slots=True)
class ShopChange:
    """Say what changed about a shop, for the journal: values as JSON knows them."""

    shop: Shop
    what: str
    before: object
    after: object


def may_add_shops(person: Person) -> bool:
    """Tell whether a person adds shops: whoever owns every shop."""
    return person.is_active and person.is_superuser


def add_shop(name: str, platform: str, by: Person, now: datetime) -> ShopChange:
    """Add a shop that has no interface yet; raises SettingRefused. A demo desk takes no real shop."""
    if not may_add_shops(by):
        raise SettingRefused("shop.owner_only")
    if Shop.objects.filter(demo=True).exists():
        raise SettingRefused("shop.demo_desk")
    if platform not in Platform.values:
        raise SettingRefused("shop.platform")
    called = _name(name)
    try:
        with transaction.atomic():
            shop = Shop.objects.create(name=called, platform=platform, created_at=now)
            Connection.objects.create(shop=shop, state=ConnectionState.NONE, since=now)
    except IntegrityError:
        raise SettingRefused("shop.name_taken") from None
    return ShopChange(shop, "added", "", f"{platform} {called}")


def rename(shop: Shop, name: str, *, reading: bool) -> ShopChange:
    """Give a shop another name; raises SettingRefused.

    `reading` says that a sheet is being taken in: sheets name shops, so none may change its name meanwhile.
    """
    called = _name(name)
    if reading:
        raise SettingRefused("shop.being_read")
    before = shop.name
    try:
        with transaction.atomic():
            Shop.objects.filter(pk=shop.pk).update(name=called)
    except IntegrityError:
        raise SettingRefused("shop.name_taken") from None
    shop.name = called
    return ShopChange(shop, "name", before, called)


def _name(said: str) -> str:
    called = " ".join(said.split())
    if not 0 < len(called) <= _LONGEST_NAME:
        raise SettingRefused("shop.name")
    return called


def set_warnings(shop: Shop, said: str) -> ShopChange:
    """Set the warnings before an end in minutes; nothing said means the usual ones. Raises SettingRefused."""
    minutes = sorted({_minutes(part) for part in _parts(said)}, reverse=True)
    if len(minutes) > _MOST_WARNINGS:
        raise SettingRefused("shop.warnings")
    return _set(shop, "warn_minutes", minutes)


def set_targets(shop: Shop, said: Mapping[str, str], kinds: Collection[str]) -> ShopChange:
    """Set the shop's own targets in working minutes; a kind with nothing said has none.

    Raises SettingRefused. Kinds that are not among `kinds` are left out.
    """
    return _set(shop, "service_minutes", {kind: _minutes(said[kind]) for kind in kinds if said.get(kind)})


def set_retention(shop: Shop, said: str) -> ShopChange:
    """Set how many days personal values are kept after a ticket ended; raises SettingRefused."""
    days = int(said) if said.isascii() and said.isdigit() and len(said) < len(str(MOST_DAYS)) + 1 else 0
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise SettingRefused("shop.days")
    return _set(shop, "retain_days", days)


def set_hours(shop: Shop, week: Mapping[str, str], days: str) -> ShopChange:
    """Set the business hours: spans by day of the week, and days that differ, one a line.

    Nothing said at all means that the shop works always. Raises SettingRefused, or hours.invalid.
    """
    raw = hours_of_text(week, days)
    stored = write_hours(parse_hours(raw)) if any(raw.values()) else {}
    return _set(shop, "hours", stored)


LIMITS = ("four_eyes_fen", "day_cap_fen", "person_cap_fen")
"""The limits of a shop on money, in the order in which a form names them."""


def set_limits(shop: Shop, said: Mapping[str, str]) -> ShopChange:
    """Set limits in yuan as they are typed; an empty one is none, one that is not named stays as it is.

    Raises SettingRefused.
    """
    before = {name: getattr(shop, name) for name in LIMITS}
    after = {name: _fen(said[name]) if name in said else before[name] for name in LIMITS}
    Shop.objects.filter(pk=shop.pk).update(**after)
    for name, fen in after.items():
        setattr(shop, name, fen)
    return ShopChange(shop, "limits", before, after)


def _fen(said: str) -> int | None:
    """Read yuan; digits and signs may be those of a Chinese input method."""
    plain = normalize("NFKC", said).translate(_NO_SIGNS).replace("。", ".").strip()
    if not plain:
        return None
    found = _YUAN.fullmatch(plain)
    fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
    if not 0 < fen <= _MOST_FEN:
        raise SettingRefused("shop.limit", said)
    return fen


_NO_SIGNS = str.maketrans("", "", "¥,，元 ")
_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)
_MOST_FEN = 10**12


def _set(shop: Shop, field: str, value: object) -> ShopChange:
    before = getattr(shop, field)
    Shop.objects.filter(pk=shop.pk).update(**{field: value})
    setattr(shop, field, value)
    return ShopChange(shop, field, before, value)


_SAME_SIGNS = str.maketrans(
    {"：": ":", "－": "-", "–": "-", "—": "-", "~": "-", "～": "-", "至": "-", "到": "-"}
)
_BETWEEN = re.compile(r"[\s,，、;；]+")
_AROUND_DASH = re.compile(r"\s*-\s*")
_SPAN = re.compile(r"(\d{1,2}:\d\d)-(\d{1,2}:\d\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FULL = len("09:00")


def hours_of_text(week: Mapping[str, str], days: str) -> dict[str, object]:
    """Read hours as people write them into what `parse_hours` takes; raises SettingRefused."""
    raw: dict[str, object] = {day: _spans(week.get(day, "")) for day in Week._fields}
    lines = [line.split(maxsplit=1) for line in days.splitlines() if line.strip()]
    for day, *_ in lines:
        if not _DAY.fullmatch(day):
            raise SettingRefused("shop.hours", day)
    raw["closed"] = [day for day, *spans in lines if not spans]
    raw["open"] = {day: _spans(spans[0]) for day, *spans in lines if spans}
    return raw


def text_of_hours(stored: Mapping[str, object]) -> tuple[dict[str, str], str]:
    """Write stored hours as people read them: by day of the week, and the days that differ."""
    if not stored:
        return dict.fromkeys(Week._fields, ""), ""
    raw = write_hours(parse_hours(stored))
    week = {day: _written(raw[day]) for day in Week._fields}
    opened: Mapping[str, object] = raw["open"]  # type: ignore[assignment]  # `write_hours` gives it so
    closed: list[str] = raw["closed"]  # type: ignore[assignment]  # as above
    lines = [*closed, *(f"{day} {_written(spans)}" for day, spans in opened.items())]
    return week, "\n".join(sorted(lines))


def _written(spans: object) -> str:
    return " ".join("-".join(span) for span in spans)  # type: ignore[attr-defined]  # a list of pairs


def _spans(said: str) -> list[list[str]]:
    return [_span(part) for part in _parts(_AROUND_DASH.sub("-", said.translate(_SAME_SIGNS)))]


def _span(part: str) -> list[str]:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise SettingRefused("shop.hours", part)
    return [each.zfill(_FULL) for each in found.groups()]


def _parts(said: str) -> Iterable[str]:
    return [part for part in _BETWEEN.split(said) if part]


def _minutes(said: str) -> int:
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(_MOST_MINUTES)) else 0
    if not 0 < number <= _MOST_MINUTES:
        raise SettingRefused("shop.minutes", said)
    return number
