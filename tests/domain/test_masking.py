"""A mask shows what it says and never more, however often it is put on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain.masking import (
    mask_address,
    mask_card,
    mask_id_number,
    mask_mail,
    mask_name,
    mask_phone,
    mask_within,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MASKS = [mask_phone, mask_name, mask_address, mask_id_number, mask_card, mask_mail, mask_within]
MOBILES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
ADDRESSES = st.lists(
    st.sampled_from(
        [
            *"广东省深圳市南山区科技园路号栋县街道小区村镇旗盟州自治特别行政北京上海门里巷",
            "自治区",
            " ",
            "1",
            "502",
            "A",
        ]
    )
).map("".join)


@pytest.mark.parametrize("mask", MASKS)
@given(text=st.one_of(st.text(), st.text("0123456789*+-转 X@.王市区a"), MOBILES, ADDRESSES))
def test_masking_twice_is_masking_once(mask: Callable[[str], str], text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(MOBILES, st.sampled_from(["", "+86", "86", "0086", "+86 "]), st.sampled_from(["", " ", "-"]))
def test_of_a_mobile_three_and_four_digits_stay(mobile: str, country: str, gap: str) -> None:
    spaced = gap.join((mobile[:3], mobile[3:7], mobile[7:]))
    assert mask_phone(country + spaced) == f"{mobile[:3]}****{mobile[7:]}"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("13812345678-0123", "138****5678-****"),
        ("13812345678转0123", "138****5678-****"),
        ("0755-26881234", "********1234"),
        ("95311", "*****"),
        ("", ""),
        ("没有", ""),
    ],
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.text("0123456789", max_size=30))
def test_of_a_number_at_most_seven_digits_stay(digits: str) -> None:
    assert sum(sign.isdecimal() for sign in mask_phone(digits)) <= 7
    assert sum(sign.isdecimal() for sign in mask_card(digits)) <= 4
    assert sum(sign.isdecimal() for sign in mask_id_number(digits)) <= 2


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*"),
        ("王", "*"),
        ("欧阳娜娜", "欧*"),
        (" 李四 ", "李*"),
        ("John Smith", "J*"),
        ("", ""),
        ("*", "*"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(min_size=1))
def test_of_a_name_one_sign_stays_and_its_length_does_not_show(name: str) -> None:
    assert len(mask_name(name)) <= 2


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("广东省深圳市南山区科技园路1号3栋502", "广东省深圳市南山区****"),
        ("广东省 深圳市 南山区 科技园路1号", "广东省 深圳市 南山区****"),
        ("北京市朝阳区建国路88号", "北京市朝阳区****"),
        ("上海浦东新区世纪大道100号", "上海浦东新区****"),
        ("内蒙古自治区锡林郭勒盟正蓝旗上都镇1号", "内蒙古自治区锡林郭勒盟正蓝旗****"),
        ("浙江省义乌市稠城街道1号", "浙江省义乌市****"),
        ("新疆维吾尔自治区昌吉回族自治州昌吉市建国路", "新疆维吾尔自治区昌吉回族自治州昌吉市****"),
        ("广东省深圳市科技园区12号", "广东省深圳市****"),
        ("阳光小区3号楼", "****"),
        ("幸福村12号", "****"),
        ("广东省深圳市南山区", "广东省深圳市南山区"),
        ("广东省深圳市南山区****", "广东省深圳市南山区****"),
        ("No. 5 Main Street", "****"),
        ("", ""),
    ],
)
def test_addresses(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(ADDRESSES)
def test_of_an_address_no_street_house_or_number_stays(address: str) -> None:
    shown = mask_address(address).removesuffix("****")
    assert not re.search(r"[路街道巷号栋村镇小园\dA]", shown)
    assert len(shown) <= 40


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "1****************X"),
        ("110105", "******"),
        ("", ""),
        ("E12345678", "E*******8"),
    ],
)
def test_identity_numbers(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("6222021234567890123", "***************0123"),
        ("6222 0212 3456 7890", "************7890"),
        ("1234567", "*******"),
    ],
)
def test_bank_cards(number: str, masked: str) -> None:
    assert mask_card(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [("wang@example.com", "w***@example.com"), ("@x.com", "***@x.com"), ("wang", "***"), ("", "")],
)
def test_mail_addresses(address: str, masked: str) -> None:
    assert mask_mail(address) == masked


AROUND = st.text(st.characters(exclude_categories=["Nd"]))


@given(AROUND, MOBILES, AROUND)
def test_no_mobile_number_stays_in_a_text(before: str, mobile: str, after: str) -> None:
    assert mobile not in mask_within(f"{before}{mobile}{after}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打138-1234-5678", "打138****5678"),
        ("13812345678，13912345678", "138****5678，139****5678"),
        ("+8613812345678", "138****5678"),
        ("013812345678", "********5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("身份证11010519491231002x", "身份证1****************x"),
        ("mail wang.li@example.com!", "mail w***@example.com!"),
        ("售后单 6905636850001491187", "售后单 6905636850001491187"),
        ("2026-03-04 10:00:00", "2026-03-04 10:00:00"),
        ("12345678901", "12345678901"),
    ],
)
def test_within_a_text_only_what_is_surely_personal_is_masked(text: str, masked: str) -> None:
    assert mask_within(text) == masked
