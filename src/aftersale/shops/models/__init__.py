"""Hold the tables of the room."""

from aftersale.shops.models.access import ApiToken, CacheEntry, Membership
from aftersale.shops.models.costs import CostFigure, CostWeights, Goodwill, GoodwillGiven
from aftersale.shops.models.duty import Duty, NotifyTarget
from aftersale.shops.models.person import Person
from aftersale.shops.models.product import Product
from aftersale.shops.models.rulebook import ComposedRulebook, PublishedRules, RuleDraft
from aftersale.shops.models.shop import Connection, Shop
from aftersale.shops.models.stock import Stock, StockHeld

__all__ = [
    "ApiToken",
    "CacheEntry",
    "ComposedRulebook",
    "Connection",
    "CostFigure",
    "CostWeights",
    "Duty",
    "Goodwill",
    "GoodwillGiven",
    "Membership",
    "NotifyTarget",
    "Person",
    "Product",
    "PublishedRules",
    "RuleDraft",
    "Shop",
    "Stock",
    "StockHeld",
]
