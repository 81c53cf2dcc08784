"""List the closed vocabularies of facts: kinds, stages, who answers, and the values of each enumeration."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """Say how a fact is written, stored and compared."""

    TIME = "time"
    FEN = "fen"
    COUNT = "count"
    POINTS = "points"
    BOOL = "bool"
    ENUM = "enum"
    TEXT = "text"
    TAGS = "tags"


class Silence(StrEnum):
    """Say what it means when a source does not mention a fact."""

    GIVEN = "given"  # every source must say it
    RECORD = "record"  # the platform's own record: what it does not show has not happened
    ASSERTED = "asserted"  # not so until somebody alleges it; never asked
    REGISTER = "register"  # known per article: asked once, in the product register
    ASK = "ask"  # unknown, and asked on the ticket once its stage is reached


class Stage(IntEnum):
    """Order the stages from which a fact can be known."""

    APPLIED = 0
    SHIPPED = 1
    RECEIVED = 2
    GOODS_BACK = 3


class Answerer(StrEnum):
    """Say who can answer a fact."""

    PLATFORM = "platform"
    BUYER = "buyer"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    SHOP = "shop"


PLATFORMS = ("douyin", "kuaishou")
APPLY_TYPES = ("refund_only", "return_refund", "exchange", "repair", "reship", "price_protect")
QUALITY_REASONS = (
    "quality_defect",
    "not_as_described",
    "function_failure",
    "false_advertising",
    "counterfeit",
    "safety_hazard",
)
REASONS = (
    "no_reason",
    *QUALITY_REASONS,
    "wrong_spec",
    "wrong_item",
    "missing_item",
    "damaged",
    "logistics_stalled",
    "logistics_lost",
    "signed_not_received",
    "bad_return_address",
    "parcel_refused",
    "after_sale_promise_broken",
    "service_poor",
    "fraud",
    "platform_rule_violation",
    "privacy_leak",
    "price_fraud",
    "payment_error",
    "promo_not_honoured",
    "undisclosed_fee",
    "late_shipment",
    "service_delay",
    "after_sale_delay",
    "force_majeure",
    "buyer_cannot_return",
    "minor_purchase",
)
CATEGORIES = (
    "fresh",
    "food",
    "health_food",
    "cosmetics",
    "medical_device",
    "contraceptive",
    "intimate_apparel",
    "apparel",
    "shoes_bags",
    "toys",
    "home_textile",
    "household",
    "electronics",
    "software",
    "av_media",
    "periodical",
    "custom",
    "jewelry",
    "investment_gold",
    "plants_flowers",
    "live_pets",
    "virtual",
    "general",
)
SERVICE_TAGS = (
    "fast_refund",
    "refund_no_return_service",
    "bad_fruit_refund",
    "broken_refund",
    "allergy_refund",
    "refuse_then_refund",
    "fake_one_ten",
    "price_protect",
)
SIGN_PROOFS = (
    "none",
    "buyer_signed",
    "pin_code",
    "authorised_agent",
    "locker_without_consent",
    "stranger",
    "unknown",
)
LIABILITIES = ("none", "buyer", "merchant", "carrier", "undetermined", "merchant_burden")
FREIGHT_PAYERS = ("none", "buyer", "merchant", "undetermined", "insurer")
