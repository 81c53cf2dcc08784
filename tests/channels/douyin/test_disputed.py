"""What 抖店 says of a dispute, and how pictures are brought over before they are named as evidence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.channels.base import Outgoing
from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.codes import Arbitration as Code
from aftersale.channels.douyin.codes import Blame, Conclusion
from aftersale.channels.douyin.disputed import BLAMED, FAVOURS, STATES, disputed
from aftersale.channels.douyin.said import Dispute
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import NotSent, Rejected, Unavailable, Unreadable
from aftersale.texts import Text
from tests.channels.douyin.samples import AT

if TYPE_CHECKING:
    from collections.abc import Mapping

DUE = datetime(2026, 6, 11, 18, tzinfo=UTC)


def test_every_code_has_a_meaning() -> None:
    assert (set(STATES), set(FAVOURS), set(BLAMED)) == (set(Code), set(Conclusion), set(Blame))


@pytest.mark.parametrize(
    ("said", "state", "favours", "blamed"),
    [
        (Dispute(4, "", DUE), "evidence_due", "", ""),
        (Dispute(1, "", DUE), "open", "", ""),
        (Dispute(1, "", DUE, pictures=3), "submitted", "", ""),
        (Dispute(5, "", DUE), "open", "", ""),
        (Dispute(2, "", None, blame=1), "lost", "buyer", "merchant"),
        (Dispute(3, "", None, conclusion=2, blame=2), "won", "merchant", "buyer"),
        (Dispute(255, "", None, conclusion=3, blame=5), "lost", "buyer", "influencer"),
        (Dispute(255, "", None, conclusion=2, blame=4), "won", "merchant", "platform"),
        (Dispute(255, "", None), "closed", "", ""),
        (Dispute(2, "", None, conclusion=9, blame=9), "lost", "buyer", ""),
    ],
)
def test_a_dispute_is_read_by_its_codes(said: Dispute, state: str, favours: str, blamed: str) -> None:
    found = disputed(said)
    assert found is not None
    assert (found.state, found.favours, found.blamed) == (state, favours, blamed)


def test_only_the_third_conclusion_pays_at_once() -> None:
    at_once = {code: disputed(Dispute(2, "", None, conclusion=code)) for code in Conclusion}
    assert [each.at_once for each in at_once.values() if each] == [False, False, True]


@pytest.mark.parametrize("code", [0, 77])
def test_no_dispute_and_a_code_nobody_has_seen_say_nothing(code: int) -> None:
    assert disputed(Dispute(code, "", None)) is None


class Centre:
    """Hold a material centre: what it says of each upload, and what was asked of it."""

    platform, now = "douyin", AT

    def __init__(self, *, audit: int = 3, upload: Exception | None = None, number: str = "731") -> None:
        self.audit, self.upload, self.number = audit, upload, number
        self.asked: list[tuple[str, Mapping[str, Any], bool]] = []

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        self.asked.append((method, params, writes))
        if method == "material.uploadImageSync" and self.upload:
            raise self.upload
        url = f"https://p3.example.com/{len(self.asked)}.jpg" if self.audit == 3 else ""
        info = {"audit_status": self.audit, "byte_url": url, "audit_reject_desc": "图片模糊"}
        data = {"material_id": self.number, "material_info": info}
        return json.dumps({"code": 10000, "msg": "success", "data": data}).encode()

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def wish(count: int = 2) -> Outgoing:
    urls = [f"https://desk.example.com/shown/{number}.jpg" for number in range(count)]
    return Outgoing(
        "k" * 64,
        Verb.SUBMIT_EVIDENCE,
        "7123456789012345678",
        "69",
        None,
        {"text": "说明", "pictures": urls},
        "",
    )


def test_pictures_are_brought_over_and_named_by_the_platforms_addresses() -> None:
    centre = Centre()
    Douyin().perform(wish(2), centre)
    assert centre.methods() == [
        *["material.uploadImageSync", "material.queryMaterialDetail"] * 2,
        "afterSale.submitEvidence",
    ]
    _, first, writes = centre.asked[0]
    assert first == {
        "folder_id": "0",
        "url": "https://desk.example.com/shown/0.jpg",
        "material_name": "7123456789012345678-1",
    }
    assert writes
    assert centre.asked[-1][1]["evidence"] == ["https://p3.example.com/2.jpg", "https://p3.example.com/4.jpg"]


@pytest.mark.parametrize("audit", [1, 2, 9])
def test_a_picture_that_is_looked_at_still_lets_nothing_be_submitted(audit: int) -> None:
    centre = Centre(audit=audit)
    with pytest.raises(Unavailable):
        Douyin().perform(wish(), centre)
    assert "afterSale.submitEvidence" not in centre.methods()


def test_a_picture_that_was_refused_is_a_refusal_with_its_reason() -> None:
    with pytest.raises(Rejected) as refused:
        Douyin().perform(wish(), Centre(audit=4))
    assert "图片模糊" in refused.value.message.zh


def test_an_upload_that_nobody_answered_is_made_again_for_nothing_was_said_of_the_ticket() -> None:
    said = Text(zh="没有答复。", en="No answer.")
    with pytest.raises(Unavailable):
        Douyin().perform(wish(), Centre(upload=Unreadable("test.silent", said, said)))


def test_in_a_dry_run_no_picture_leaves() -> None:
    said = Text(zh="试运行。", en="Dry run.")
    centre = Centre(upload=NotSent("channel.dry_run", said, said))
    with pytest.raises(NotSent):
        Douyin().perform(wish(), centre)
    assert len(centre.asked) == 1


def test_an_upload_without_a_number_is_tried_again() -> None:
    with pytest.raises(Unavailable):
        Douyin().perform(wish(), Centre(number=""))
