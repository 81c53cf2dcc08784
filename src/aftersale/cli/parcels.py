"""Take in a sheet of a warehouse: parcels that came back, for a shop, on the word of who counted them."""

from pathlib import Path
from typing import TYPE_CHECKING

from aftersale.cli.asked import Asked
from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Import

# Django starts inside the command: help comes without it.
# ruff: noqa: PLC0415


def start_parcels(sheets: list[Path], shop_name: str | None, by: str | None, asked: Asked) -> "Import":
    """Queue the sheets; raises DeskRefused where nobody says whose they are, or who counted."""
    from aftersale.returns.imports import start_parcel_import

    shop = _shop(shop_name)
    return start_parcel_import(sheets, shop, _counter(by, shop).pk, asked.now)


def _shop(name: str | None) -> "Shop":
    from aftersale.shops.models import Shop

    found = Shop.objects.filter(name=name).first() if name else None
    if found is None:
        raise DeskRefused(
            "parcels.no_shop",
            Text(
                zh="这是仓库的退货登记表，要写明是哪个店铺的。",
                en="This is a warehouse's sheet of returns; say of which shop.",
            ),
            Text(zh="用 --shop 写售后台里已有的店铺名称。", en="Name a shop that the desk has with --shop."),
        )
    return found


def _counter(by: str | None, shop: "Shop") -> "Person":
    """Find who answers for the count: the one named, else the only one who may book parcels there."""
    from aftersale.domain.roles import Permission
    from aftersale.shops.models import Person
    from aftersale.shops.permissions import may

    people = Person.objects.filter(is_active=True, **({"username": by} if by else {}))
    found = [person for person in people if may(person, Permission.RECEIVE, shop)]
    if len(found) != 1:
        raise DeskRefused(
            "parcels.nobody",
            Text(
                zh=f"不知道“{shop.name}”的这份退货登记由谁负责。",
                en=f"Nothing says who answers for this count of {shop.name!r}.",
            ),
            Text(
                zh="用 --by 写一位在这个店铺能登记退货的人的登录名。",
                en="Name with --by the login of a person who may book parcels of that shop.",
            ),
        )
    return found[0]
