"""Answer a dispute of the sandbox before its deadline and win; lose another and ask for reconsideration."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import FilePayload, expect

from aftersale.config import demo_sandbox
from aftersale.config.demo_serve import Place
from aftersale.evidence.pack.check import check_pack
from tests.browser.desk import PHONE, Seats, too_wide
from tests.ops.desks import OwnDesk, free_port, running, wait_for
from tests.ops.test_serve import answers
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page

ANSWER_S, LATE_S = 7_400, 25 * 3_600
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Played:
    """Hold a desk that plays with a sandbox: its seats, and the sandbox's own door."""

    seats: Seats
    control: str

    def tell(self, place: str, values: object) -> Any:  # noqa: ANN401  # what it answers
        body, kind = json.dumps(values).encode(), {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.control}/{place}", body, kind, method="POST")) as answer:  # noqa: S310  # this machine
            return json.load(answer)

    def disputed(self, kind: str) -> str:
        """Let a buyer claim, the shop refuse in its back office, and the buyer call in the platform."""
        about = {"shop": "home", "kind": kind, "reason": "quality_defect", "article_no": "EAR-T3"}
        ticket = str(self.tell("tickets", about)["tickets"][0]["ticket"])
        self.tell(f"tickets/{ticket}/refuse", {"words": "序列号不一致"})
        self.tell(f"tickets/{ticket}/dispute", {})
        return ticket


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Played]:
    """Fill a desk, and connect it to a sandbox of its own."""
    desk, port = OwnDesk(tmp_path_factory.mktemp("disputes") / "desk"), free_port()
    assert desk.run("demo").returncode == 0
    with demo_sandbox.running(desk.home, Place(desk.home).begun) as addresses:
        address = f"http://127.0.0.1:{port}"
        environment: Mapping[str, str] = {
            **desk.env,
            **demo_sandbox.environment(desk.home, addresses),
            "AFTERSALE_PUBLIC_URL": address,
        }
        command = [sys.executable, "-m", "aftersale", "serve", "--port", str(port)]
        with running(subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, text=True)):
            wait_for(lambda: answers(port))
            demo_sandbox.connect(environment, addresses, port)
            yield Played(Seats(browser, address), addresses["control"])


def case_of(played: Played, ticket: str, **looks: Any) -> Page:  # noqa: ANN401  # options of a context
    """Open the case of a ticket once it has arrived."""
    page = played.seats.page("周敏", path="/disputes/", **looks)
    row, held = page.locator("tr", has_text=ticket), page.locator(".band", has_text="重新读取")
    # Until a shop that was just connected is read, nothing of it is sent.
    for _ in range(90):
        if row.count() and not held.count():
            break
        page.wait_for_timeout(1_000)
        played.seats.go(page, "/disputes/")
    row.locator("a").first.click()
    page.locator("#preview").wait_for()
    return page


def give(played: Played, page: Page, count: int) -> None:
    """Ask the warehouse by a one-time link, and send photos by it from another phone."""
    page.locator("#evidence button[name=whom][value=warehouse]").first.click()
    phone = played.seats.stranger(viewport=PHONE)
    phone.goto(page.locator("#made").input_value())
    shown = [FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=photo(n + 20)) for n in range(count)]
    phone.set_input_files("input[name=files]", shown)
    phone.fill("input[name=giver]", "老陈")
    phone.check("input[name=agree]")
    phone.click("button.btn-primary")
    phone.get_by_text(f"已收到 {count} 个文件").wait_for()


def seen_again(page: Page, what: str) -> None:
    """Open the case again until something stands on it."""
    for _ in range(60):
        page.reload()
        if page.locator(what).count():
            return
        page.wait_for_timeout(1_000)
    pytest.fail(f"{what} never came; the case says {page.locator('main').inner_text()[:600]}")


def test_a_dispute_is_answered_on_a_phone_before_its_deadline_and_won(played: Played) -> None:
    ticket = played.disputed("return")
    page = case_of(played, ticket, viewport=PHONE)
    assert page.locator("[data-clock]").count() == 1
    page.get_by_role("button", name="接手").click()
    expect(page.get_by_text("周敏 正在处理")).to_be_visible()
    expect(page.get_by_text("还缺：")).to_be_visible()
    give(played, page, 4)
    seen_again(page, "#preview img >> nth=3")
    assert too_wide(page) == []
    if page.locator("#preview input[name=gaps]").count():
        page.check("#preview input[name=gaps]")
    page.check("#preview input[name=sure]")
    page.get_by_role("button", name="提交给平台").click()
    expect(page.get_by_text("只提交这一次")).to_be_visible()
    seen_again(page, "text=平台已收到")
    played.tell("clock", {"jump_seconds": ANSWER_S})
    seen_again(page, "#ruling b.good")
    page.select_option("select[name=cause]", "communication")
    page.select_option("select[name=root]", "service")
    for name in ("good", "bad", "action", "lesson"):
        page.fill(f"textarea[name={name}]", f"{name}：出库要拍序列号")
    page.locator("#review button.btn-primary").click()
    expect(page.get_by_text("进了案例库")).to_be_visible()
    played.seats.go(page, "/disputes/library/?q=序列号")
    assert page.locator("main section", has_text="蓝牙耳机").count() == 1
    assert played.seats.leave() == []


def test_what_was_lost_is_in_the_ledger_and_reconsideration_needs_something_new(played: Played) -> None:
    ticket = played.disputed("shipped")
    page = case_of(played, ticket)
    played.tell("clock", {"jump_seconds": LATE_S})
    seen_again(page, "#ruling b.bad")
    expect(page.get_by_text("申诉要有平台没看过的新凭证")).to_be_visible()
    files = [FilePayload(name="new.jpg", mimeType="image/jpeg", buffer=photo(77))]
    page.locator("#evidence input[name=files]").set_input_files(files)
    page.locator("#evidence .drop button.btn").click()
    page.wait_for_timeout(1_000)
    seen_again(page, "#appeal textarea[name=statement]")
    page.get_by_role("button", name="备图片和文字").click()
    page.wait_for_load_state()
    page.wait_for_timeout(1_000)
    seen_again(page, "#appeal img")
    page.locator("#appeal").get_by_role("button", name="已在后台提交").click()
    expect(page.get_by_text("平台还没有答复")).to_be_visible()
    seen_again(page, "#ruling >> text=承担方：商家")
    # Against a buyer who showed pictures two are too little: the ruling is upheld, and read back.
    new = [f"https://p.example.com/{number}.jpg" for number in (1, 2)]
    played.tell(f"tickets/{ticket}/reconsider", {"comment": "出库时拍的序列号与退回的不同", "images": new})
    played.tell(f"tickets/{ticket}/judge", {})
    seen_again(page, "#ruling >> text=维持原判")
    page.get_by_role("button", name="生成法务材料").click()
    with page.expect_download(timeout=PATIENCE_MS) as loaded:
        page.get_by_role("link", name="下载").click(timeout=PATIENCE_MS)
    assert check_pack(loaded.value.path().read_bytes()).broken is None
    assert played.seats.leave() == []
