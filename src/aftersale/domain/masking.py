"""Mask what is known of a buyer: as much as an agent needs to recognise somebody, and no more.

Every mask keeps what its docstring says at most, and masking twice is masking once.
"""

from __future__ import annotations

import re
import unicodedata

_STAR = "*"
_MOBILE_LENGTH, _MOBILE_SHOWN = 11, 3
_TAIL = 4
_SHORT = 8

_PREFIX = re.compile(r"^(?:\+|00)?86(?=1[3-9][\d*]{9})")
_MOBILE = re.compile(r"1[3-9][\d*]{9}")
# A district never holds the signs of streets, villages, estates and houses; where one does, it is masked.
_PLACE = r"(?:(?![路街道巷弄号栋幢楼室园村镇乡社校厂小])[\u4e00-\u9fff])"
_TO_DISTRICT = re.compile(
    rf"\s*(?:(?:北京|天津|上海|重庆)市?|{_PLACE}{{2,8}}?(?:省|自治区|特别行政区))?"
    rf"\s*(?:{_PLACE}{{2,10}}?(?:市|自治州|地区|盟))?"
    rf"\s*(?:{_PLACE}{{1,6}}?(?:区|县|旗|市))?"
)

_GAP = r"[ \-–—·.()（）]{0,2}"
_WITHIN_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|0{_GAP}0)?{_GAP}[8８]{_GAP}[6６]{_GAP}|0)?[1１]{_GAP}[3-9３-９](?:{_GAP}\d){{9}}(?!\d)"
)
_WITHIN_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_WITHIN_MAIL = re.compile(r"([\w+])[\w.+\-]*@([\w\-]+(?:\.[\w\-]+)+)")


def mask_phone(phone: str) -> str:
    """Mask a phone number: of a mobile the first three and last four digits stay, of others the last four.

    >>> mask_phone("+86 138 1234 5678"), mask_phone("13812345678转9012"), mask_phone("0755-26881234")
    ('138****5678', '138****5678-****', '********1234')
    """
    digits = _PREFIX.sub("", _digits(phone)).replace("+", "")
    if not _MOBILE.match(digits):
        return _tail(digits)
    main, extension = digits[:_MOBILE_LENGTH], digits[_MOBILE_LENGTH:]
    shown = f"{main[:_MOBILE_SHOWN]}{_STAR * 4}{main[-_TAIL:]}"
    return f"{shown}-{_STAR * len(extension)}" if extension else shown


def mask_name(name: str) -> str:
    """Mask a name: its first sign stays, and how long it is does not show.

    >>> mask_name("王小明"), mask_name("欧阳娜娜"), mask_name("王")
    ('王*', '欧*', '*')
    """
    name = name.strip()
    return name if not name else f"{name[0] if len(name) > 1 and name[0] != _STAR else ''}{_STAR}"


def mask_address(address: str) -> str:
    """Mask an address: province, city and district stay as far as they are surely told, the rest does not.

    >>> mask_address("广东省深圳市南山区科技园路1号3栋502"), mask_address("阳光小区3号楼")
    ('广东省深圳市南山区****', '****')
    """
    found = _TO_DISTRICT.match(address)
    shown = found[0].strip() if found else ""
    rest = address[found.end() :].strip() if found else address.strip()
    return f"{shown}{_STAR * 4}" if rest else shown


def mask_id_number(number: str) -> str:
    """Mask the number of an identity card: the first and the last sign stay.

    >>> mask_id_number("11010519491231002X")
    '1****************X'
    """
    number = number.strip()
    if len(number) < _SHORT:
        return _STAR * len(number)
    return f"{number[0]}{_STAR * (len(number) - 2)}{number[-1]}"


def mask_card(number: str) -> str:
    """Mask a bank card or account: the last four digits stay.

    >>> mask_card("6222 0212 3456 7890123")
    '***************0123'
    """
    return _tail(_digits(number).replace("+", ""))


def mask_mail(address: str) -> str:
    """Mask a mail address: the first sign and the domain stay; what is none is masked whole.

    >>> mask_mail("buyer.wang@example.com"), mask_mail("buyer")
    ('b***@example.com', '***')
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return _STAR * 3 if address.strip() else ""
    return f"{local[:1].replace(_STAR, '')}{_STAR * 3}@{domain}"


def mask_within(text: str) -> str:
    """Mask the mobile numbers, identity numbers and mail addresses that stand in a text.

    Names and addresses in running text cannot be told from other words and stay.

    >>> mask_within("打 138-1234-5678 找她，身份证 11010519491231002X")
    '打 138****5678 找她，身份证 1****************X'
    """
    text = _WITHIN_ID.sub(lambda found: mask_id_number(found[0]), text)
    text = _WITHIN_MOBILE.sub(lambda found: mask_phone(found[0]), text)
    return _WITHIN_MAIL.sub(r"\1***@\2", text)


def _digits(text: str) -> str:
    """Give the digits of a text in one width, with stars and plus signs."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text if sign.isdecimal() or sign in "*+")


def _tail(digits: str) -> str:
    if len(digits) < _SHORT:
        return _STAR * len(digits)
    return f"{_STAR * (len(digits) - _TAIL)}{digits[-_TAIL:]}"
