"""Say who may do what in which shop: the table of domain/roles as predicates, the database asked each time.

Whoever is flagged as superuser owns every shop; everybody else has one role a shop, or sees nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from django.db.models import Exists, F, OuterRef, Q
from rules.permissions import has_perm, set_perm
from rules.predicates import predicate

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import Membership, Person, Shop
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.http import HttpRequest

    Somebody = Person | AnonymousUser

PERMISSION_WORDS: dict[Permission, Text] = {
    Permission.VIEW: Text(zh="查看售后单", en="see tickets"),
    Permission.NOTE: Text(zh="写备注", en="write notes"),
    Permission.ANSWER: Text(zh="填写核实信息", en="answer questions about a ticket"),
    Permission.PROPOSE: Text(zh="提出处理建议", en="propose a remedy"),
    Permission.APPROVE: Text(zh="同意退款", en="approve a refund"),
    Permission.REFUSE: Text(zh="拒绝售后", en="refuse a claim"),
    Permission.DISPUTE: Text(zh="处理平台介入", en="handle a dispute"),
    Permission.ASSIGN: Text(zh="分配售后单", en="assign tickets"),
    Permission.IMPORT: Text(zh="导入表格", en="import sheets"),
    Permission.EXPORT: Text(zh="导出表格", en="export sheets"),
    Permission.RECEIVE: Text(zh="登记退货", en="book returned parcels"),
    Permission.SEE_MONEY: Text(zh="查看财务", en="see the money of the shop"),
    Permission.BOOK_MONEY: Text(zh="记账、对账和关账", en="book money, explain differences and close months"),
    Permission.UNMASK: Text(zh="查看买家完整信息", en="see a buyer's data unmasked"),
    Permission.ERASE: Text(zh="删除买家信息", en="erase a buyer's data"),
    Permission.MANAGE_SHOP: Text(zh="修改店铺设置", en="change the shop's settings"),
    Permission.MANAGE_PEOPLE: Text(zh="管理人员和权限", en="manage people and roles"),
    Permission.CONNECT: Text(zh="连接平台接口", en="connect the shop to its platform"),
}


class NotAllowed(AftersaleError):
    """Refuse what a person's role does not allow in a shop."""

    def __init__(self, permission: Permission) -> None:
        what = PERMISSION_WORDS[permission]
        super().__init__(
            "permission.denied",
            Text(
                zh=f"你在这个店铺不能“{what.zh}”。", en=f"Your role in this shop does not let you {what.en}."
            ),
            Text(zh="需要的话请店主调整你的角色。", en="Ask the owner of the shop to change your role."),
        )
        self.permission = permission


def role_in(person: Somebody, shop: Shop) -> Role | None:
    """Give the role of a person in a shop; one SQL, none for whoever is flagged, inactive or unknown."""
    if not _works_here(person):
        return None
    if person.is_superuser:
        return Role.OWNER
    role = Membership.objects.filter(person=person, shop=shop).values_list("role", flat=True).first()
    return None if role is None else Role(role)


def _works_here(person: Somebody) -> TypeGuard[Person]:
    return person.is_authenticated and person.is_active


def _predicate(permission: Permission) -> Callable[[Somebody, Shop | None], bool]:
    def holds(person: Somebody, shop: Shop | None) -> bool:
        role = None if shop is None else role_in(person, shop)
        return role is not None and permission in MAY[role]

    named: Callable[[Somebody, Shop | None], bool] = predicate(holds, name=permission.value)  # type: ignore[no-untyped-call]
    return named


def name_of(permission: Permission) -> str:
    """Give the name under which Django's own checks (`person.has_perm`) know a permission."""
    return f"shops.{permission.value}"


for _permission in Permission:
    set_perm(name_of(_permission), _predicate(_permission))  # type: ignore[no-untyped-call]


def may(person: Somebody, permission: Permission, shop: Shop) -> bool:
    """Tell whether a person may do something in a shop."""
    return bool(has_perm(name_of(permission), person, shop))  # type: ignore[no-untyped-call]


def require(person: Somebody, permission: Permission, shop: Shop) -> None:
    """Let pass who may; raises NotAllowed."""
    if not may(person, permission, shop):
        raise NotAllowed(permission)


def shops_with(person: Somebody, permission: Permission = Permission.VIEW) -> QuerySet[Shop]:
    """Give the shops in which a person may do something, as one query that is not yet asked."""
    if not _works_here(person):
        return Shop.objects.none()
    if person.is_superuser:
        return Shop.objects.all()
    roles = [role.value for role in Role if permission in MAY[role]]
    return Shop.objects.filter(memberships__person=person, memberships__role__in=roles)


@dataclass(frozen=True, slots=True)
class Place:
    """Hold one shop of a person with the role there; the shop comes with its connection.

    `others` tells whether anybody else works in it.
    """

    shop: Shop
    role: Role
    others: bool


def places_of(person: Somebody) -> tuple[Place, ...]:
    """Give every shop of a person with the role there; one query."""
    if not _works_here(person):
        return ()
    shops = Shop.objects.select_related("connection").annotate(others=_others(person)).order_by("pk")
    if person.is_superuser:
        return tuple(Place(shop, Role.OWNER, shop.others) for shop in shops)
    mine = shops.filter(memberships__person=person).annotate(role=F("memberships__role"))
    return tuple(Place(shop, Role(shop.role), shop.others) for shop in mine)


def _others(person: Person) -> Exists:
    """Ask whether anybody else works in a shop; of who owns every shop, whether anybody is here at all."""
    works_there = Q(memberships__shop=OuterRef("pk")) | Q(is_superuser=True)
    there = Q() if person.is_superuser else works_there
    return Exists(Person.objects.filter(there, is_active=True).exclude(pk=person.pk))


def alone(places: Collection[Place]) -> bool:
    """Tell whether nobody else works in any shop of a person: nobody has to be told apart or to agree."""
    return not any(place.others for place in places)


def places_for(request: HttpRequest) -> tuple[Place, ...]:
    """Give the shops of who asks, read once a request: the gate and the page look at the same ones."""
    kept: tuple[Place, ...] | None = getattr(request, _KEPT, None)
    if kept is None:
        kept = places_of(request.user)
        setattr(request, _KEPT, kept)
    return kept


_KEPT = "desk_places"
