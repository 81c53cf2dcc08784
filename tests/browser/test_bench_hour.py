"""Play the moment at 15:00 whole: sixty parcels over one bench, on a phone, with a gun, no mouse."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

import pytest

from aftersale.domain.clock import SHANGHAI
from tests.browser.desk import PHONE, Seats, too_wide
from tests.channels.sheets import douyin_csv, ticket
from tests.ops.desks import OwnDesk, free_port, running, wait_for
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, FilePayload, Page

    from tests.channels.sheets import Row

SHOP, ARTICLE = "云杉服饰店(演示)", "DRS-M"
FINE, DIRTY, EMPTY, SWAPPED, SHORT, NOBODYS = 50, 4, 2, 1, 1, 2
MOST_TABS = 40
WIDE = "all => all.every((each) => each.offsetWidth > 0.9 * document.querySelector('#bench').offsetWidth)"
Keys: TypeAlias = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Parcel:
    """Hold one parcel as it lies on the bench; `keys` are the fields to go to, with what is pressed there."""

    number: int
    keys: Keys = field(default_factory=dict)

    @property
    def waybill(self) -> str:
        """Give the number on its label."""
        return f"SF7{self.number:012}"

    @property
    def order_no(self) -> str:
        """Give the number of its order."""
        return f"69053648{self.number:08}123"


ODD: tuple[tuple[int, Keys], ...] = (
    (DIRTY, {"fault": ("Space",)}),
    (EMPTY, {"weight": ("3", "5")}),
    (SWAPPED, {"came": ("ArrowDown", "ArrowDown"), "instead": ("o", "l", "d")}),
    (SHORT, {"expected": ("Backspace", "2")}),
    (NOBODYS, {"shop": ("ArrowDown",), "good": ("1",)}),
)


def on_the_bench() -> list[Parcel]:
    """Lay sixty parcels out, the odd ones among the fine ones."""
    odd = [keys for number, keys in ODD for _ in range(number)]
    every = len(odd) + FINE
    places = {number * every // len(odd): keys for number, keys in enumerate(odd)}
    return [Parcel(number, places.get(number, {})) for number in range(every)]


PARCELS = on_the_bench()
WITHOUT = [each for each in PARCELS if "shop" in each.keys]


def row_of(parcel: Parcel, now: datetime) -> Row:
    """Write the line of a parcel's ticket; one of nobody's is waited for without a tracking number."""
    way = {} if parcel in WITHOUT else {"退货物流单号": parcel.waybill, "退货物流状态": "已签收"}
    return ticket(
        parcel.number + 1,
        **{
            "订单号": parcel.order_no,
            "商品名称": "碎花连衣裙 M",
            "商家编码": ARTICLE,
            "应付金额（元）": "399.00",
            "退商品金额（元）": "399.00",
            "售后状态": "待商家收货" if way else "待买家退货",
            "售后申请时间": f"{now - timedelta(days=3):%Y-%m-%d %H:%M:%S}",
            "同意售后申请时间": f"{now - timedelta(days=2, hours=20):%Y-%m-%d %H:%M:%S}",
            "自动处理截止时间": f"{now + timedelta(days=2):%Y-%m-%d %H:%M:%S}",
            **way,
        },
    )


@pytest.fixture(scope="module")
def bench(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seats]:
    """Serve the demo with the tickets of the sixty parcels in it."""
    folder: Path = tmp_path_factory.mktemp("bench")
    desk, now = OwnDesk(folder / "desk"), datetime.now(SHANGHAI)
    assert desk.run("demo").returncode == 0
    sheet = douyin_csv(folder / "returns.csv", *(row_of(each, now) for each in PARCELS))
    taken = desk.run("import", sheet, "--shop", SHOP, "--partial")
    assert taken.returncode == 0, taken.stderr
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
        yield Seats(browser, f"http://127.0.0.1:{port}")


def picture(parcel: Parcel) -> FilePayload:
    """Take a photo of a parcel: a picture of one point, of a colour of its own."""
    point = struct.pack(">B", 0) + struct.pack(">I", 0x404040 + parcel.number)[1:]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(point)),
        (b"IEND", b""),
    ]
    made = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return {
        "name": f"IMG_{parcel.number}.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n" + made,
    }


def fire(page: Page, waybill: str) -> None:
    """Do as a gun does: type at once what the label says, then Enter."""
    page.keyboard.type(waybill)
    page.keyboard.press("Enter")


def tab_to(page: Page, name: str) -> None:
    """Go to a field with the key for it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.name || '', document.activeElement.value].join(' ')")
        if here.startswith(name) and (name != "fault" or here.endswith("soiled_damaged")):
            return
    raise AssertionError(f"no way to {name} by keyboard")


def over_the_bench(page: Page, parcel: Parcel) -> None:
    """Scan a parcel, say what is odd about it, photograph it, book it."""
    page.locator("#scan[name=waybill]:focus").wait_for()
    fire(page, parcel.waybill)
    page.locator("#scan[name=scan]:focus").wait_for()
    assert page.locator(".piece").evaluate_all(WIDE)
    for name, keys in parcel.keys.items():
        tab_to(page, name)
        for key in keys:
            page.keyboard.press(key)
    page.locator("input[name=camera]").set_input_files(picture(parcel))
    if not parcel.keys:
        page.keyboard.press("Enter")
    else:
        tab_to(page, "remark")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    page.locator("#bench-said, .toast", has_text=f"{parcel.waybill} 已登记").first.wait_for()


def test_sixty_parcels_in_one_hour_by_one_person_with_a_gun(bench: Seats) -> None:
    page = bench.page("老陈", path="/", viewport=PHONE)
    assert page.url.endswith("/bench/")
    assert too_wide(page) == []
    begun = monotonic()
    for parcel in PARCELS:
        over_the_bench(page, parcel)
    assert monotonic() - begun < 60 * 60
    held_ones_are_held_by_the_standard_of_their_class(bench, page)
    those_without_a_ticket_are_claimed_by_order_number(bench, page)
    the_good_ones_are_one_press(bench)
    assert bench.leave() == []


def held_ones_are_held_by_the_standard_of_their_class(bench: Seats, page: Page) -> None:
    bench.go(page, "/bench/held/")
    cards = page.locator("section[data-row]")
    texts = cards.all_inner_texts()
    odd = [each for each in PARCELS if each.keys and each not in WITHOUT]
    assert {each.waybill for each in odd} == {
        each.waybill for each in PARCELS for text in texts if each.waybill in text
    }
    assert len(odd) == DIRTY + EMPTY + SWAPPED + SHORT == len(texts)
    assert all("《七日无理由退货暂行办法》第九条（三）" in text for text in texts)
    said = "\n".join(texts)
    counts = {"有不良品": DIRTY, "重量明显偏轻": EMPTY, "不是这件商品": SWAPPED, "件数不足": SHORT}
    assert {why: said.count(why) >= number for why, number in counts.items()} == dict.fromkeys(counts, True)
    photos = cards.locator("[title^='SHA-256 ']")
    hashes = {each.get_attribute("title") for each in photos.all()}
    assert len(hashes) == len(odd)
    assert too_wide(page) == []


def those_without_a_ticket_are_claimed_by_order_number(bench: Seats, page: Page) -> None:
    for parcel in WITHOUT:
        bench.go(page, "/bench/nobodys/")
        card = page.locator("section[data-row]", has_text=parcel.waybill)
        card.locator("input[name=number]").press_sequentially(parcel.order_no)
        page.keyboard.press("Enter")
        page.locator(".toast", has_text="已认领").wait_for()
    bench.go(page, "/bench/nobodys/")
    assert not [each for each in WITHOUT if each.waybill in page.inner_text("main")]


def the_good_ones_are_one_press(bench: Seats) -> None:
    page = bench.page("小王", path="/")
    page.get_by_role("link", name="收退货台").press("Enter")
    page.wait_for_url("**/bench/good/")
    assert page.locator("input[name=pick]").count() == FINE
    page.locator(".bulk button.btn-primary").press("Enter")
    sure = page.locator(".bench-sure")
    assert f"{FINE} 单，¥{FINE * 399:,}.00" in sure.inner_text()
    if sure.locator("input[name=vouched]").count():
        sure.locator("input[name=vouched]").press("Space")
    sure.locator("button.btn-primary").press("Enter")
    page.get_by_text(f"已确认 {FINE} 单").wait_for()
