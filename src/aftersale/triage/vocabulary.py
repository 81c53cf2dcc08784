"""Say codes in the words of agents: stages, turns, claims, parties, and the values that answer a question."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.domain.vocabulary import Answerer
from aftersale.texts import translator
from aftersale.triage.rows import Stage, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.texts import Lang


@cache
def stage_words(lang: Lang) -> Mapping[Stage, str]:
    """Name the stages; OTHER and DONE keep the platform's own word."""
    _ = translator(lang)
    return {
        Stage.DECIDE: _("for the shop to answer"),
        Stage.RETURN: _("for the buyer to send back"),
        Stage.RECEIVE: _("for the shop to receive"),
        Stage.SHIP: _("for the shop to send"),
        Stage.BUYER_RECEIVES: _("for the buyer to receive"),
        Stage.REJECTED: _("refused"),
        Stage.DISPUTE: _("in dispute"),
        Stage.PAYING: _("being refunded"),
    }


@cache
def turn_words(lang: Lang) -> Mapping[Turn, str]:
    """Name whose turn it is."""
    _ = translator(lang)
    return {
        Turn.MERCHANT: _("the shop"),
        Turn.BUYER: _("the buyer"),
        Turn.PLATFORM: _("the platform"),
        Turn.PLATFORM_DONE: _("done by the platform"),
        Turn.DONE: _("finished"),
    }


@cache
def urgency_words(lang: Lang) -> Mapping[Urgency, str]:
    """Name how urgent a ticket is."""
    _ = translator(lang)
    return {
        Urgency.OVERDUE: _("overdue"),
        Urgency.WITHIN_HOUR: _("within 1 h"),
        Urgency.WITHIN_FOUR: _("within 4 h"),
        Urgency.WITHIN_DAY: _("within 24 h"),
        Urgency.LATER: _("later"),
        Urgency.NO_CLOCK: _("no deadline known"),
        Urgency.WAITING: _("waiting"),
        Urgency.DONE: _("finished"),
    }


@cache
def claim_words(lang: Lang) -> Mapping[str, str]:
    """Name what the platform grants when a clock runs out."""
    _ = translator(lang)
    return {
        "refund_only": _("refund"),
        "return_refund": _("return and refund"),
        "exchange": _("exchange"),
        "repair": _("repair"),
        "reship": _("sending again"),
        "price_protect": _("price protection"),
    }


@cache
def liability_words(lang: Lang) -> Mapping[str, str]:
    """Name who answers for a fault."""
    _ = translator(lang)
    return {
        "none": _("nobody"),
        "buyer": _("the buyer"),
        "merchant": _("the shop"),
        "carrier": _("the carrier"),
        "undetermined": _("not settled yet"),
        "merchant_burden": _("the shop must prove"),
    }


@cache
def freight_words(lang: Lang) -> Mapping[str, str]:
    """Name who pays for sending the goods back."""
    _ = translator(lang)
    return {
        "none": _("no freight"),
        "buyer": _("the buyer pays"),
        "merchant": _("the shop pays"),
        "undetermined": _("not settled yet"),
        "insurer": _("freight insurance pays"),
        "insurer_then_buyer": _("freight insurance pays, the buyer the rest"),
        "insurer_then_merchant": _("freight insurance pays, the shop the rest"),
    }


@cache
def answerer_words(lang: Lang) -> Mapping[Answerer, str]:
    """Name whom to ask or where to look."""
    _ = translator(lang)
    return {
        Answerer.PLATFORM: _("look on the platform"),
        Answerer.BUYER: _("ask the buyer"),
        Answerer.CARRIER: _("look at the tracking"),
        Answerer.WAREHOUSE: _("ask the warehouse"),
        Answerer.SHOP: _("look in the shop"),
    }


@cache
def channel_words(lang: Lang) -> Mapping[str, str]:
    """Name the platforms."""
    _ = translator(lang)
    return {"douyin": _("Douyin"), "kuaishou": _("Kuaishou")}


@cache
def value_words(lang: Lang) -> Mapping[str, str]:
    """Name the values that answer a question; what is not here is said as it stands."""
    _ = translator(lang)
    return {
        "yes": _("yes"),
        "no": _("no"),
        "none": _("none"),
        "minor": _("minor"),
        "major": _("serious"),
        "unsellable": _("unfit for sale"),
        "buyer_signed": _("signed by the buyer"),
        "pin_code": _("pick-up code"),
        "authorised_agent": _("agent named by the buyer"),
        "locker_without_consent": _("locker without consent"),
        "stranger": _("signed by a stranger"),
        "in_transit": _("on its way"),
        "stalled": _("not moving"),
        "exception": _("trouble on the way"),
        "signed": _("signed for"),
        "returned": _("sent back"),
        "lost": _("lost"),
        "alleged": _("alleged"),
        "proven": _("proven"),
        "suspected": _("suspected"),
        "agreed": _("agreed"),
        "rejected": _("refused"),
        "negotiating": _("negotiating"),
        "unknown": _("not known"),
        **reason_words(lang),
        **claim_words(lang),
    }


@cache
def reason_words(lang: Lang) -> Mapping[str, str]:
    """Name the reasons of the domain."""
    _ = translator(lang)
    return {
        "no_reason": _("seven-day no-reason"),
        "quality_defect": _("quality defect"),
        "not_as_described": _("not as described"),
        "function_failure": _("does not work"),
        "false_advertising": _("false advertising"),
        "counterfeit": _("counterfeit"),
        "safety_hazard": _("safety hazard"),
        "wrong_spec": _("wrong size or specification"),
        "wrong_item": _("wrong article sent"),
        "missing_item": _("something missing"),
        "damaged": _("damaged"),
        "logistics_stalled": _("parcel not moving"),
        "logistics_lost": _("parcel lost"),
        "signed_not_received": _("signed for, not received"),
        "bad_return_address": _("wrong return address"),
        "parcel_refused": _("parcel refused"),
        "after_sale_promise_broken": _("after-sale promise broken"),
        "service_poor": _("poor service"),
        "fraud": _("fraud"),
        "platform_rule_violation": _("platform rule broken"),
        "privacy_leak": _("personal data leaked"),
        "price_fraud": _("price fraud"),
        "payment_error": _("payment error"),
        "promo_not_honoured": _("promotion not honoured"),
        "undisclosed_fee": _("undisclosed fee"),
        "late_shipment": _("late dispatch"),
        "service_delay": _("service late"),
        "after_sale_delay": _("after-sales handled late"),
        "force_majeure": _("force majeure"),
        "buyer_cannot_return": _("buyer cannot send it back"),
        "minor_purchase": _("bought by a minor"),
    }
