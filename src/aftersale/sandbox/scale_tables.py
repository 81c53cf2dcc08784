"""Hold the mixtures of the stream: how often which claim, reason, category, answer and rare event occurs."""

from __future__ import annotations

Weights = tuple[tuple[str, float], ...]

PLATFORMS: Weights = (("douyin", 70), ("kuaishou", 30))
APPLY_TYPES: Weights = (
    ("refund_only", 46),
    ("return_refund", 41),
    ("exchange", 5),
    ("reship", 4),
    ("repair", 2),
    ("price_protect", 2),
)
ANSWERS: Weights = (("none", 55), ("agreed", 30), ("rejected", 11), ("negotiating", 4))

BEFORE_DISPATCH: Weights = (
    ("no_reason", 70),
    ("late_shipment", 16),
    ("payment_error", 3),
    ("promo_not_honoured", 2),
    ("undisclosed_fee", 1),
    ("price_fraud", 1),
    ("minor_purchase", 1),
    ("force_majeure", 1.5),
    ("service_poor", 1.5),
    ("platform_rule_violation", 1),
    ("privacy_leak", 0.5),
    ("service_delay", 1.5),
)
ON_THE_WAY: Weights = (
    ("no_reason", 36),
    ("logistics_stalled", 28),
    ("logistics_lost", 8),
    ("parcel_refused", 11),
    ("late_shipment", 10),
    ("damaged", 4),
    ("force_majeure", 1),
    ("minor_purchase", 1),
    ("service_poor", 1),
)
RECEIVED: Weights = (
    ("no_reason", 40),
    ("quality_defect", 12),
    ("not_as_described", 7),
    ("function_failure", 5),
    ("damaged", 7),
    ("missing_item", 6),
    ("wrong_item", 3),
    ("wrong_spec", 3),
    ("signed_not_received", 3),
    ("counterfeit", 1),
    ("false_advertising", 1),
    ("safety_hazard", 1),
    ("bad_return_address", 0.6),
    ("after_sale_promise_broken", 1),
    ("service_poor", 1),
    ("fraud", 0.6),
    ("platform_rule_violation", 0.6),
    ("privacy_leak", 0.4),
    ("price_fraud", 0.6),
    ("payment_error", 0.6),
    ("promo_not_honoured", 1.5),
    ("undisclosed_fee", 0.5),
    ("late_shipment", 1),
    ("service_delay", 0.7),
    ("after_sale_delay", 0.7),
    ("force_majeure", 0.4),
    ("buyer_cannot_return", 0.6),
    ("minor_purchase", 0.6),
)
PRICE_PROTECTION: Weights = (("promo_not_honoured", 90), ("price_fraud", 10))

CATEGORIES: Weights = (
    ("apparel", 22),
    ("shoes_bags", 8),
    ("household", 12),
    ("home_textile", 6),
    ("food", 10),
    ("fresh", 5),
    ("cosmetics", 8),
    ("electronics", 8),
    ("toys", 4),
    ("general", 5),
    ("intimate_apparel", 3),
    ("health_food", 1.5),
    ("jewelry", 1.5),
    ("custom", 1.5),
    ("plants_flowers", 1),
    ("medical_device", 0.8),
    ("contraceptive", 0.4),
    ("software", 0.5),
    ("av_media", 0.4),
    ("periodical", 0.4),
    ("investment_gold", 0.3),
    ("live_pets", 0.3),
    ("virtual", 0.8),
)
SEALED = frozenset(
    {"food", "health_food", "cosmetics", "medical_device", "contraceptive", "intimate_apparel"}
)
PERISHABLE = frozenset({"fresh", "plants_flowers", "live_pets"})
TAGGED = frozenset({"apparel", "intimate_apparel", "shoes_bags", "toys", "home_textile", "household"})

# A reason, the fact by which it is verified, and how often that fact is true, false or still unknown.
CLAIMED = {
    "wrong_item": "wrong_item",
    "wrong_spec": "wrong_item",
    "missing_item": "missing_item",
    "damaged": "damaged_on_arrival",
    "after_sale_promise_broken": "promise_broken",
    "service_poor": "service_poor",
    "service_delay": "service_delay",
    "privacy_leak": "privacy_leak",
    "minor_purchase": "buyer_is_minor",
    "force_majeure": "force_majeure",
    "safety_hazard": "safety_hazard",
}
VERIFIED: Weights = (("true", 50), ("false", 15), ("unknown", 35))
QUALITY_PROVEN: Weights = (("unknown", 55), ("yes", 35), ("no", 10))
SEVERITIES: Weights = (("minor", 50), ("major", 30), ("unsellable", 12), ("none", 8))
SIGN_PROOFS: Weights = (
    ("unknown", 35),
    ("buyer_signed", 18),
    ("pin_code", 15),
    ("authorised_agent", 7),
    ("locker_without_consent", 13),
    ("stranger", 6),
    ("none", 6),
)
MISMATCHES: Weights = (
    ("none", 88),
    ("empty", 2),
    ("swapped", 2),
    ("missing_parts", 2),
    ("used", 4),
    ("unknown", 2),
)
TRACKING = {
    "logistics_stalled": "stalled",
    "logistics_lost": "lost",
    "parcel_refused": "returned",
}
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

# Facts that seldom occur; one ticket in eight has one of them, chosen evenly.
RARE: tuple[tuple[str, bool | int | float | str], ...] = (
    ("extortion", True),
    ("buyer_fraud", "suspected"),
    ("buyer_fraud", "proven"),
    ("buyer_risk_score", 0.91),
    ("buyer_risk_score", 0.35),
    ("buyer_cannot_return", True),
    ("merchant_agrees_refund_only", True),
    ("merchant_needs_inspection", True),
    ("merchant_refused_parcel", True),
    ("merchant_offers_fix", False),
    ("return_address_ok", False),
    ("banned_goods", True),
    ("food_unsafe", True),
    ("label_flaw_only", True),
    ("safety_hazard", True),
    ("defect_disclosed", True),
    ("fraud_by_merchant", "alleged"),
    ("fraud_by_merchant", "proven"),
    ("platform_trend_flag", True),
    ("platform_plan_open", True),
    ("platform_reason_accepted", True),
    ("merchant_violation_level", "serious"),
    ("gold_card", True),
    ("platform_excellent_buyer", True),
    ("carrier_chosen_by", "buyer"),
    ("refund_channel", "balance"),
    ("durable_goods", True),
    ("warranty_days", 365),
    ("shop_freight_promise", True),
    ("remit_count", 5),
    ("cross_border", True),
    ("digital_downloaded_or_unsealed", True),
)

# What a sheet often cannot tell, by how far the goods have come.
OFTEN_UNKNOWN = {
    "before": ("promised_ship_at", "freight_insurance"),
    "sent": ("first_scan_at", "logistics_status", "carrier_chosen_by"),
    "received": ("signed_at", "opt_out_confirmed", "class_marked_and_confirmed", "defect_severity"),
    "back": ("accessories_complete", "soiled_damaged", "tags_removed", "resalable"),
}
