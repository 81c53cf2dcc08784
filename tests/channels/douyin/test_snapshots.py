"""Hold what is read to the public field lists beside the repository, where they are there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.channels.base import Notice, Parked, Turn
from aftersale.channels.douyin.codes import Tag
from aftersale.channels.douyin.lists import read_row
from aftersale.channels.douyin.reading import from_detail, from_list
from aftersale.channels.douyin.shape import Misread, Shape, parsed
from tests.channels.douyin.samples import detail, listed
from tests.channels.sheets import reference

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = reference("platform_schemas/douyin_doudian_messages_and_aftersale_api.json")
LISTED = reference("platform_schemas/sample_aftersale_list_item.json")
DETAILED = reference("platform_schemas/sample_aftersale_detail.json")
# Newer than the field lists: from the models of 2025 and 2026.
NEWER = {"aftersale_status_to_final_time", "auto_audit_bits", "agree_refuse_sign"}
ALL_PROCESS = {
    "arbitrate_info": {"arbitrate_status": 4},
    "after_sale_service_tag": {"after_sale_service_tag": [{"tag_detail": "7天"}]},
    "logistics_info": {
        "return": {"tracking_no": "YT1", "logistics_time": 0},
        "order": [{"tracking_no": "SF1", "logistics_state": 1}],
    },
    "after_sale_shop_remarks": [{"remark": "催"}],
    "record_logs_list": [{"role": 1}],
}


class Noting(dict[str, Any]):
    """Note which names are asked for, here and in what it holds."""

    asked: set[str]

    @classmethod
    def of(cls, value: Any, asked: set[str]) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            noting = cls({name: cls.of(each, asked) for name, each in value.items()})
            noting.asked = asked
            return noting
        return [cls.of(each, asked) for each in value] if isinstance(value, list) else value

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON
        self.asked.add(name)
        return super().get(name, default)


def names_in(call: str, path: Path) -> set[str]:
    structs = json.loads(path.read_text(encoding="utf-8"))["apis"][call]["response"]
    return {field["json"] for fields in structs.values() for field in fields}


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: path.name)
def test_every_field_that_is_read_is_one_that_the_platform_sends(path: Path) -> None:
    asked: set[str] = set()
    from_list(Shape(Noting.of(listed(), asked)))
    assert asked - NEWER <= names_in("afterSale_List", path)
    asked = set()
    from_detail(Shape(Noting.of(detail(ALL_PROCESS), asked)))
    # The two calls share the reading of an order line; this one name stands in the list alone.
    assert asked - NEWER - {"promotion_pay_amount"} <= names_in("afterSale_Detail", path)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: path.name)
def test_every_after_sale_message_of_the_platform_has_its_name(path: Path) -> None:
    messages = json.loads(path.read_text(encoding="utf-8"))["messages"]
    tags = {int(message["tag"]) for message in messages if message["tag"].startswith("2")}
    assert tags <= set(Tag)


@pytest.mark.parametrize("path", LISTED, ids=lambda path: path.name)
def test_the_public_row_of_a_list_is_read(path: Path) -> None:
    read = read_row(Shape(parsed(path.read_bytes())), 1)
    assert isinstance(read, Notice)
    assert (read.ticket_no, read.order_no) == ("146701382803677771", "6936476692437472563")
    assert (read.open, read.turn, read.facts["paid_fen"]) == (False, Turn.DONE, 1)


@pytest.mark.parametrize("path", DETAILED, ids=lambda path: path.name)
def test_the_public_detail_whose_ids_some_tool_has_rounded_is_refused(path: Path) -> None:
    data = json.loads(path.read_bytes())
    data["process_info"]["after_sale_info"]["update_time"] = 1_723_686_010
    with pytest.raises(Misread) as refused:
        from_detail(Shape(parsed(json.dumps(data))))
    assert refused.value.code == "told_rounded"


def test_a_row_without_anything_is_parked() -> None:
    assert isinstance(read_row(Shape({}), 1), Parked)
