"""Ask an interface as OpenAI has it for the draft of a reply: off until a shop sets it up.

What leaves is masked first and is shown exactly as it leaves. What comes back is a proposal: it is looked
over like every text to a buyer, and a person sends it.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.domain.masking import mask_within
from aftersale.evidence.shop_journal import journal_shop
from aftersale.negotiation.models import Drafting
from aftersale.shops.outgoing import UrlRefused, check_address, check_url
from aftersale.shops.pinned import Call, called
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text
from aftersale.tickets.targets import addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from urllib.parse import SplitResult

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

LEAST_S, MOST_S = 5, 120
_LONGEST_PROMPT, _LONGEST_ANSWER, _LARGEST = 4_000, 1_000, 256 * 1024
_GOOD, _BAD_KEY, _BUSY = 200, frozenset({401, 403}), 429
_SLOWEST, _MOST_ADDRESSES = 2, 4
_SCHEMAS: Mapping[str, int] = {"http": 80, "https": 443}
_OVER_TLS = frozenset({"https"})
_OF_ONES_OWN = frozenset({"url.private", "url.literal"})
_PARTS = re.compile(r"[\s,，;；、:：|/]+")
_SYSTEM = (
    "你替网店客服起草一条给买家的回复。用简体中文，礼貌、简短、不用行话。先表示感谢或歉意，再说事实、"
    "可选的办法和时间。不写联系方式，不提评价和投诉，不承诺材料里没有的事。只写回复本身。"
)


class DraftFailed(AftersaleError):
    """Report that no draft came; nothing was sent to anybody else, and the form keeps what it held."""


_WHY: Mapping[str, tuple[str, str]] = {
    "draft.off": ("这家店没有开启起草。", "Drafting is off for this shop."),
    "draft.unreachable": ("连不上起草服务。", "The drafting service does not answer."),
    "draft.slow": ("起草服务太慢，超时了。", "The drafting service took too long."),
    "draft.key": ("起草服务不认这个密钥。", "The drafting service refuses the key."),
    "draft.busy": ("起草服务正忙，或额度用完。", "The drafting service is busy, or its quota is used up."),
    "draft.refused": ("起草服务没有办成。", "The drafting service failed."),
    "draft.unreadable": ("起草服务的回答读不懂。", "The answer of the drafting service cannot be read."),
    "draft.key_signs": (
        "密钥里有中文、空格或换行，请重新复制。",
        "The key holds signs that no key has; copy it again.",
    ),
    "draft.address": ("起草服务的地址不能用。", "The address of the drafting service cannot be used."),
    "draft.tls": (
        "地址要以 https:// 开头；http:// 只给管理员允许过的本机或内网服务用。",
        "The address needs https; http is for services of one's own that the host of the desk has allowed.",
    ),
    "draft.private": (
        "这个地址在本机或内部网络里，还没有被允许。",
        "This address lies on this machine or in a private network, and has not been allowed.",
    ),
    "draft.setting": (
        "地址、模型要填，等待时间 5 到 120 秒。",
        "Give address and model, and a time of 5 to 120 seconds.",
    ),
}


_NEXT = Text(
    zh="可以用话术，或自己写；设置由店主或主管修改。",
    en="Use a prepared reply or write it yourself; owner or lead change the settings.",
)


def _failed(code: str, what: str = "", next_step: Text = _NEXT) -> DraftFailed:
    zh, en = _WHY[code]
    extra = f"（{what}）" if what else ""
    return DraftFailed(code, Text(zh=f"{zh}{extra}", en=f"{en} {what}".strip()), next_step)


@dataclass(frozen=True, slots=True)
class Setting:
    """Hold what a shop wants to set; an empty key keeps the one that is there."""

    on: bool
    base_url: str
    model: str
    key: str
    timeout_s: int


def setting_of(shop: Shop) -> Drafting | None:
    """Give the setting of a shop; None where nobody has touched it."""
    return Drafting.objects.filter(shop=shop).first()


@transaction.atomic
def set_up(shop: Shop, person: Person, wanted: Setting, now: datetime) -> Drafting:
    """Set drafting up; raises DraftFailed. The journal tells the host and whether it is on, never the key."""
    if wanted.on and not (wanted.base_url and wanted.model):
        raise _failed("draft.setting")
    if not LEAST_S <= wanted.timeout_s <= MOST_S:
        raise _failed("draft.setting")
    if not all("!" <= sign <= "~" for sign in wanted.key):
        raise _failed("draft.key_signs")
    if wanted.base_url:
        _guard(wanted.base_url)
    before = setting_of(shop)
    kept = (
        before.key if before and urlsplit(before.base_url).netloc == urlsplit(wanted.base_url).netloc else ""
    )
    made, _ = Drafting.objects.update_or_create(
        shop=shop,
        defaults={
            "on": wanted.on,
            "base_url": wanted.base_url,
            "model": wanted.model,
            # A key is for one host: it is not sent to another because an address was changed.
            "key": wanted.key or kept,
            "timeout_s": wanted.timeout_s,
            "changed_at": now,
            "changed_by": person,
        },
    )
    journal_shop(ShopChange(shop, "drafting", _said(before), _said(made)), person.pk, now)
    return made


def _said(setting: Drafting | None) -> str:
    if setting is None:
        return ""
    return f"{urlsplit(setting.base_url).hostname or ''} {setting.model} {'on' if setting.on else 'off'}"


def masked(ticket: Ticket, text: str) -> str:
    """Mask what a text says of a buyer: numbers of people and mail by form, those of this ticket by value."""
    said = mask_within(text)
    known = (ticket.ticket_no, ticket.order_no, ticket.return_waybill)
    for number in known:
        if number:
            said = said.replace(number, "*" * 4)
    if ticket.buyer is not None and ticket.buyer.mask:
        said = said.replace(ticket.buyer.mask, "买家")
    # Name, number and address as they are kept, part by part: no form tells a name from other words.
    for part in sorted(_PARTS.split(ticket.buyer.contact) if ticket.buyer else (), key=len, reverse=True):
        if len(part) > 1:
            said = said.replace(part, "*" * 4)
    return said[:_LONGEST_PROMPT]


def body_of(setting: Drafting, text: str) -> dict[str, object]:
    """Make the request, as it is shown and as it leaves."""
    said: Sequence[Mapping[str, str]] = (
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": text},
    )
    return {"model": setting.model, "messages": list(said), "temperature": 0.3, "max_tokens": 600}


def ask_draft(shop: Shop, text: str) -> str:
    """Ask for a draft once, with a text that is masked already; raises DraftFailed."""
    setting = setting_of(shop)
    if setting is None or not setting.on:
        raise _failed("draft.off")
    addresses = _looked_up(setting.base_url)
    address = f"{setting.base_url.rstrip('/')}/chat/completions"
    headers = {"Content-Type": "application/json"}
    if setting.key:
        headers["Authorization"] = f"Bearer {setting.key}"
    content = json.dumps(body_of(setting, text), ensure_ascii=False).encode()
    try:
        return _said_in(_exchange(Call(address, content, headers, setting.timeout_s, addresses)))
    except httpx2.TimeoutException:
        raise _failed("draft.slow") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        raise _failed("draft.unreachable") from None


def _exchange(call: Call) -> bytes:
    """Send once; an answer that is too large or trickles is given up."""
    started = time.monotonic()
    with called(call) as answer:
        if answer.status_code != _GOOD:
            raise _of_status(answer.status_code)
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _LARGEST:
                raise _failed("draft.unreadable")
            if time.monotonic() - started > _SLOWEST * call.timeout_s:
                raise _failed("draft.slow")
        return bytes(body)


def _of_status(status: int) -> DraftFailed:
    if status in _BAD_KEY:
        return _failed("draft.key")
    return _failed("draft.busy") if status == _BUSY else _failed("draft.refused", f"HTTP {status}")


def _said_in(body: bytes) -> str:
    """Read the first choice of an answer; raises DraftFailed for anything else."""
    try:
        said = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        raise _failed("draft.unreadable") from None
    if not isinstance(said, str) or not said.strip():
        raise _failed("draft.unreadable")
    return said.strip()[:_LONGEST_ANSWER]


def _looked_up(url: str) -> Sequence[str]:
    """Give the addresses that may be called, none of them for a place that is allowed by name.

    They are looked up here alone: who calls by the name once more may be led into one's own network.
    """
    host = _guard(url)
    if not host:
        return ()
    with _refused(url):
        for address in (found := addresses_of(host)[:_MOST_ADDRESSES]):
            check_address(address)
    if not found:
        raise _failed("draft.unreachable")
    return found


def _guard(url: str) -> str:
    """Give the host of an address that is public over TLS, empty for a place that is allowed by name."""
    place = _place(parts := _split(url))
    if place in _allowed():
        return ""
    with _refused(url):
        host = check_url(url, _SCHEMAS)
    if parts.scheme not in _OVER_TLS:
        raise _failed("draft.tls")
    return host


@contextmanager
def _refused(url: str) -> Iterator[None]:
    """Say why an address must not be called, and how one of one's own is allowed."""
    place = _place(_split(url))
    try:
        yield
    except UrlRefused as refusal:
        if refusal.code in _OF_ONES_OWN:
            raise _failed("draft.private", place, _to_allow(place)) from None
        raise _failed("draft.address", refusal.message.zh) from None


def _place(parts: SplitResult) -> str:
    """Give host and port of an address, the port of its schema where it names none."""
    return f"{(parts.hostname or '').strip('[]')}:{parts.port or _SCHEMAS.get(parts.scheme, '')}"


def _allowed() -> frozenset[str]:
    """List the places of one's own that may be called (AFTERSALE_DRAFT_HOSTS): host:port, or an address."""
    named = [each.strip() for each in settings.AFTERSALE_DRAFT_HOSTS]
    return frozenset(_place(_split(each if "://" in each else f"https://{each}")) for each in named)


def _to_allow(place: str) -> Text:
    named = f"AFTERSALE_DRAFT_HOSTS={place}"
    return Text(
        zh=f"确实要用：请管理员在启动售后台的环境里设 {named}，重启后再保存。多个用逗号分开。",
        en=f"If it is meant, have {named} set where the desk is started, restart it and save again. "
        "Several are separated by commas.",
    )


def _split(url: str) -> SplitResult:
    """Read an address that has a host and a path alone: what is asked stands behind it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _failed("draft.address") from None
    if "?" in url or "#" in url or "@" in parts.netloc:
        raise _failed("draft.address")
    return parts
