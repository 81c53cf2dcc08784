"""Know the columns of the product register and the words that may stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aftersale.domain.fact_table import FACTS
from aftersale.domain.value_words import VALUE_WORDS
from aftersale.texts import Text


class Sort(StrEnum):
    """Say how a cell of the register is read."""

    ID = "id"
    CODE = "code"
    TEXT = "text"
    FLAG = "flag"
    MONEY = "money"
    DAYS = "days"
    CATEGORY = "category"
    OPT_OUT = "opt_out"
    PIECES = "pieces"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """Name one column by the title that we write and by others that we read; `fact` is what it answers."""

    title: str
    sort: Sort
    aliases: tuple[str, ...] = ()
    fact: str | None = None


ARTICLE_NO, PRODUCT_ID, ARTICLE = "商家编码", "商品ID", "商品名称"
CATEGORY, OPT_OUT, BATCH, NOTE = "类目", "不支持无理由类别", "批次", "批次备注"
STOCK, STOCK_DAY = "库存", "库存日期"
TICKETS, QUESTIONS = "相关售后单", "待补的信息"

COLUMNS = (
    Column(ARTICLE_NO, Sort.CODE, ("SKU编码", "货号", "商品编码", "article_no")),
    Column(PRODUCT_ID, Sort.ID, ("product_id",)),
    Column(ARTICLE, Sort.TEXT, ("商品标题", "article")),
    Column(CATEGORY, Sort.CATEGORY, ("category", "商品类目"), "category"),
    Column(
        OPT_OUT,
        Sort.OPT_OUT,
        ("opt_out_class", "不支持七天无理由类别", "不支持7天无理由类别"),
        "opt_out_class",
    ),
    Column("下单单独确认", Sort.FLAG, ("opt_out_confirmed", "下单已单独确认"), "opt_out_confirmed"),
    Column("已标注并确认", Sort.FLAG, ("class_marked_and_confirmed",), "class_marked_and_confirmed"),
    Column("无理由天数", Sort.DAYS, ("promise_no_reason_days", "承诺无理由天数"), "promise_no_reason_days"),
    Column("运费险", Sort.FLAG, ("freight_insurance", "有运费险"), "freight_insurance"),
    Column("运费险额度", Sort.MONEY, ("insurance_limit",), "insurance_limit_fen"),
    Column("包退货运费", Sort.FLAG, ("shop_freight_promise", "店铺包退货运费"), "shop_freight_promise"),
    Column("瑕疵已说明", Sort.FLAG, ("defect_disclosed",), "defect_disclosed"),
    Column("耐用", Sort.FLAG, ("durable_goods", "耐用商品"), "durable_goods"),
    Column("质保天数", Sort.DAYS, ("warranty_days",), "warranty_days"),
    Column("成本", Sort.MONEY, ("cost", "商品成本")),
    Column("退货成本", Sort.MONEY, ("return_cost",), "return_cost_fen"),
    Column("供应商", Sort.TEXT, ("supplier",)),
    Column(STOCK, Sort.PIECES, ("stock", "库存数量", "可用库存")),
    Column(STOCK_DAY, Sort.DAY, ("stock_day", "库存时间")),
    Column(BATCH, Sort.TEXT, ("batch",), "batch"),
    Column(NOTE, Sort.TEXT, ("备注", "note")),
)
TITLES = tuple(column.title for column in COLUMNS)
# The returns bench compares with it what the scale says; no rule asks for it.
WEIGHT = "发货重量(g)"
# The column of 不支持无理由类别 answers for the two statutory classes as well.
COLUMN_OF = {column.fact: column.title for column in COLUMNS if column.fact} | {
    "custom_made": OPT_OUT,
    "perishable": OPT_OUT,
}

# What shops write for a category or a class beside the word that we write ourselves.
_MORE_CATEGORIES: dict[str, tuple[str, ...]] = {
    "fresh": ("水果生鲜", "生鲜水果"),
    "food": ("零食", "食品饮料"),
    "health_food": ("保健品",),
    "cosmetics": ("化妆品", "美妆护肤", "护肤"),
    "contraceptive": ("计生",),
    "intimate_apparel": ("内衣", "内衣裤袜"),
    "apparel": ("服饰", "女装", "男装", "童装"),
    "shoes_bags": ("鞋靴", "箱包"),
    "toys": ("玩具乐器",),
    "home_textile": ("床上用品",),
    "household": ("家居", "日用", "家居百货", "厨具"),
    "electronics": ("数码", "家电", "电器", "3C数码"),
    "av_media": ("音像",),
    "periodical": ("期刊",),
    "custom": ("定做",),
    "jewelry": ("珠宝", "首饰", "饰品"),
    "investment_gold": ("投资黄金",),
    "plants_flowers": ("鲜花", "绿植"),
    "live_pets": ("宠物活体",),
    "virtual": ("虚拟",),
    "general": ("其它",),
}
_MORE_OPT_OUTS: dict[str, tuple[str, ...]] = {
    "none": ("支持无理由",),
    "unseal_safety": ("拆封影响人身安全", "拆封"),
    "activation_devalue": ("激活", "激活后贬值"),
    "near_expiry_or_flaw": ("临期", "瑕疵"),
}


def _known(fact: str, more: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """List the words of every value of a fact, our own first."""
    return {code: (VALUE_WORDS[code].zh, *more.get(code, ())) for code in FACTS[fact].values}


CATEGORY_WORDS = _known("category", _MORE_CATEGORIES)
OPT_OUT_WORDS = _known("opt_out_class", _MORE_OPT_OUTS) | {
    "custom_made": ("定作", "定制", "定做"),
    "perishable": ("鲜活易腐", "鲜活", "易腐"),
}


def _codes(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: code for code, known in words.items() for word in (code, *known)}


CATEGORY_OF, OPT_OUT_OF = _codes(CATEGORY_WORDS), _codes(OPT_OUT_WORDS)

# What a category settles by itself; one that may go either way (food, flowers, jewellery) settles nothing.
_SPOILS = frozenset({"fresh", "live_pets"})
_KEEPS = frozenset(CATEGORY_WORDS) - _SPOILS - {"food", "plants_flowers", "custom", "general", "health_food"}
_IS_USED_UP = frozenset(
    {
        "fresh",
        "food",
        "health_food",
        "cosmetics",
        "contraceptive",
        "plants_flowers",
        "periodical",
        "intimate_apparel",
    }
)


def settled_by_category(category: str) -> dict[str, object]:
    """Give the facts that follow from a category with certainty.

    >>> settled_by_category("fresh")
    {'perishable': True, 'durable_goods': False}
    """
    settled: dict[str, object] = {}
    if category in _SPOILS | _KEEPS:
        settled["perishable"] = category in _SPOILS
    if category == "custom":
        settled["custom_made"] = True
    if category == "virtual":
        settled["virtual"] = True
    if category in _IS_USED_UP:
        settled["durable_goods"] = False
    return settled


def settled_by_opt_out(word: str) -> dict[str, object]:
    """Give the facts that follow from the class of exclusion; an article stands in one class or in none.

    >>> settled_by_opt_out("perishable")
    {'opt_out_class': 'none', 'custom_made': False, 'perishable': True}
    """
    statutory = word in {"custom_made", "perishable"}
    return {
        "opt_out_class": "none" if statutory else word,
        "custom_made": word == "custom_made",
        "perishable": word == "perishable",
    }


NO_KEY = Text(
    zh="商品信息表里没有“商家编码”或“商品ID”这一列。",
    en="the product register has neither a column 商家编码 nor a column 商品ID.",
)
NO_KEY_NEXT = Text(
    zh="请加上其中一列；triage 写出的“商品信息-待补”表可以直接拿来填。",
    en="Add one of them; the table 商品信息-待补 that triage writes can be filled in as it is.",
)
