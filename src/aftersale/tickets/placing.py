"""Find the shop to which each row of a sheet belongs, and refuse a sheet that belongs to another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.spreadsheet.columns import COLUMNS, Kind, plain_title
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.shops.models import Shop
from aftersale.shops.permissions import shops_with
from aftersale.texts import Text
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aftersale.channels.base import Notice
    from aftersale.channels.spreadsheet import Whose
    from aftersale.shops.models import Person


class WrongShop(AftersaleError):
    """Refuse a sheet whose known tickets belong to another shop."""

    def __init__(self, given: str, known: str) -> None:
        super().__init__(
            "import.wrong_shop",
            Text(
                zh=f"这张表要导入到“{given}”，但里面的售后单属于“{known}”。",
                en=f"The sheet is to go into {given!r}, yet its tickets belong to {known!r}.",
            ),
            Text(zh="请选对店铺再导入，什么都没有改动。", en="Choose the right shop; nothing was changed."),
        )


class NoShop(AftersaleError):
    """Refuse a sheet of which neither the person nor a column says whose it is."""

    def __init__(self) -> None:
        super().__init__(
            "import.no_shop",
            Text(zh="没有说明这张表是哪个店铺的。", en="Nothing says to which shop the sheet belongs."),
            Text(
                zh="用 --shop 写明店铺，或保留表里的店铺列。",
                en="Name it, or keep the 店铺 column.",
            ),
        )


class UnknownShop(AftersaleError):
    """Refuse a sheet whose 店铺 column names only shops that the desk does not have."""

    def __init__(self, named: str) -> None:
        super().__init__(
            "import.unknown_shop",
            Text(
                zh=f"表里的店铺列写的是“{named}”，售后台里没有这个店铺。",
                en=f"The 店铺 column says {named!r}, which is no shop of this desk.",
            ),
            Text(
                zh="请先添加这个店铺（名称要一样），再导入；什么都没有改动。",
                en="Add the shop under that name, then import; nothing was changed.",
            ),
        )


class OtherPlatform(AftersaleError):
    """Refuse a sheet of one platform for a shop on another."""

    def __init__(self, shop: Shop, channel: str) -> None:
        super().__init__(
            "import.other_platform",
            Text(
                zh=f"“{shop.name}”是{shop.get_platform_display()}的店铺，这张表来自 {channel}。",
                en=f"{shop.name!r} is a shop on {shop.platform}; the sheet comes from {channel}.",
            ),
            Text(zh="请选对店铺再导入。", en="Choose the right shop."),
        )


_AT_ONCE = 1_000
# This column may name the physical store that sold, and not the shop on the platform.
_STORE = "门店"
SHOP_UNKNOWN, OTHER_SHOP = "import.shop_unknown", "import.other_shop"
ELSEWHERE = frozenset({SHOP_UNKNOWN, OTHER_SHOP})
"""Why a row belongs to no shop that it was given."""
_SHOP = "店铺名称"
_COLUMNS = frozenset(
    plain_title(title)
    for kind in Kind
    for column in COLUMNS[kind]
    if column.field == "shop"
    for title in column.titles
)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Hold a row that is not taken because of where it belongs."""

    notice: Notice
    code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold rows by shop, and those that belong elsewhere."""

    by_shop: dict[Shop, list[Notice]]
    elsewhere: list[Elsewhere]


@dataclass(frozen=True, slots=True)
class Names:
    """Know shops by their names; `given` is that of the import, `all_names` those of the whole desk."""

    given: Shop | None
    by_name: Mapping[str, Shop]
    all_names: frozenset[str]

    def shop_of(self, notice: Notice) -> Shop | None:
        """Find whose a row is, None where nothing says so."""
        return self.named(notice.shop, notice.sources.get("shop", ""))

    def named(self, said: str | None, title: str) -> Shop | None:
        """Find the shop that a column names."""
        if said is None or (self.given and said not in self.all_names and _STORE in title):
            return self.given
        return self.by_name.get(said)


class Placing:
    """Place rows of a sheet."""

    def __init__(self, given: Shop | None, person: Person | None) -> None:
        # A person's sheet brings rows into the shops that this person may import for, and no others.
        mine = shops_with(person, Permission.IMPORT) if person else Shop.objects.all()
        every = frozenset(Shop.objects.values_list("name", flat=True))
        self.names = Names(given, {shop.name: shop for shop in mine}, every)

    def by_shop(self, numbers: Mapping[Whose, Sequence[str]]) -> dict[Shop, list[str]]:
        """Sort the numbers of a sheet by shop; raises OtherPlatform."""
        found: dict[Shop, list[str]] = {}
        for whose, some in numbers.items():
            if shop := self.names.named(whose.shop, whose.title):
                _on_its_platform(shop, whose.channel)
                found.setdefault(shop, []).extend(some)
        return found

    def place(self, notices: Sequence[Notice]) -> Placed:
        """Sort rows by shop; raises OtherPlatform."""
        placed = Placed({}, [])
        for notice in notices:
            self._place(notice, placed)
        for shop, mine in placed.by_shop.items():
            placed.by_shop[shop] = _own(shop, mine, placed.elsewhere)
        return placed

    def shop_in(self, cells: Iterable[tuple[str, str]]) -> int | None:
        """Find whose a row is that could not be read: the shop given, else what its 店铺 column says."""
        if self.names.given:
            return self.names.given.pk
        named = (
            self.names.by_name.get(text.strip()) for title, text in cells if plain_title(title) in _COLUMNS
        )
        return next((shop.pk for shop in named if shop), None)

    def _place(self, notice: Notice, placed: Placed) -> None:
        shop = self.names.shop_of(notice)
        if shop is None:
            placed.elsewhere.append(Elsewhere(notice, SHOP_UNKNOWN, _unknown(notice)))
        else:
            _on_its_platform(shop, notice.channel)
            placed.by_shop.setdefault(shop, []).append(notice)


def with_shop(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Give the cells of a row; a shop that only its order named stands among them too."""
    cells, shop = notice.observed.cells, notice.shop
    if shop is None or not cells:
        return cells
    named = {title for title, _ in cells if plain_title(title) in _COLUMNS}
    if not named:
        return ((_SHOP, shop), *cells)
    return tuple((title, shop if title in named else text) for title, text in cells)


def _on_its_platform(shop: Shop, channel: str) -> None:
    if shop.platform != channel:
        raise OtherPlatform(shop, channel)


def need_shops(numbers: Iterable[Whose], found: Mapping[Shop, object]) -> None:
    """Refuse a sheet of tickets of which not one is of a shop that we know."""
    said = list(numbers)
    if said and not found:
        named = next((whose.shop for whose in said if whose.shop), None)
        raise UnknownShop(named) if named else NoShop


def known_on(platform: str, numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Find which numbers are known on a platform, each with the name of its shop."""
    found: list[tuple[str, str]] = []
    for start in range(0, len(numbers), _AT_ONCE):
        some = Ticket.objects.filter(ticket_no__in=numbers[start : start + _AT_ONCE], shop__platform=platform)
        found += some.values_list("ticket_no", "shop__name")
    return found


def need_own(shop: Shop, known: Iterable[tuple[str, str]]) -> None:
    """Refuse a sheet of which more tickets are known of other shops of the platform than of its own."""
    counted = Counter(name for _, name in known)
    ours = counted.pop(shop.name, 0)
    if counted.total() > ours:
        raise WrongShop(shop.name, counted.most_common(1)[0][0])


def _own(shop: Shop, notices: list[Notice], elsewhere: list[Elsewhere]) -> list[Notice]:
    """Leave out rows whose numbers another shop of the platform is known by."""
    numbers = [notice.ticket_no for notice in notices]
    others = Ticket.objects.filter(ticket_no__in=numbers, shop__platform=shop.platform).exclude(shop=shop)
    owners = dict(others.values_list("ticket_no", "shop__name"))
    elsewhere += [
        Elsewhere(notice, OTHER_SHOP, _others(shop, owners[notice.ticket_no]))
        for notice in notices
        if notice.ticket_no in owners
    ]
    return [notice for notice in notices if notice.ticket_no not in owners]


def _unknown(notice: Notice) -> Text:
    if notice.shop is None:
        return Text(zh="这一行没有写是哪个店铺的", en="nothing says to which shop the row belongs")
    return Text(
        zh=f"店铺列写的是“{notice.shop}”，售后台里没有这个店铺",
        en=f"the 店铺 column says {notice.shop!r}, which is no shop of this desk",
    )


def _others(shop: Shop, owner: str) -> Text:
    return Text(
        zh=f"这张单属于“{owner}”，不是“{shop.name}”",
        en=f"this ticket belongs to {owner!r}, not to {shop.name!r}",
    )
