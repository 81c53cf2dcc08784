"""Say in words what is wrong with the journal, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aftersale.texts import Text


class Fault(StrEnum):
    """Name what can be wrong: with a chain, with the subject it belongs to, with a log, with a value."""

    GAP = "gap"
    SEQUENCE = "sequence"
    RELINKED = "relinked"
    ALTERED = "altered"
    SHOWN = "shown"
    ORPHAN = "orphan"
    EMPTY = "empty"
    END = "end"
    MISSING = "missing"
    BEYOND = "beyond"
    KEY = "key"
    SIGNATURE = "signature"
    ORDER = "order"
    FRONTIER = "frontier"
    SHORT = "short"
    ROOT = "root"
    VALUE = "value"
    UNOPENED = "unopened"
    VANISHED = "vanished"
    FILE = "file"
    LOST = "lost"


_KEEP = Text(
    zh="不要用它举证；不要改动数据，用改动前的备份对照。",
    en="Do not submit it as evidence; leave the data as it is and compare a backup from before.",
)
_LOG = Text(
    zh="停用这份数据，保留现场，从签名还对得上的备份恢复。",
    en="Stop using this data, keep it as it is, and restore a backup whose heads still agree.",
)
_KEYS = Text(
    zh="把原来的密钥放回 keys 文件夹，再运行 aftersale verify。",
    en="Put the former key back into the folder keys, then run aftersale verify again.",
)

FAULT_WORDS: dict[Fault, tuple[Text, Text]] = {
    Fault.GAP: (Text(zh="第 {at} 条前面少了记录", en="records before number {at} are missing"), _KEEP),
    Fault.SEQUENCE: (Text(zh="第 {at} 条编号重复或倒退", en="number {at} stands twice or goes back"), _KEEP),
    Fault.RELINKED: (
        Text(zh="第 {at} 条接不上前一条", en="number {at} does not follow the record before it"),
        _KEEP,
    ),
    Fault.ALTERED: (Text(zh="第 {at} 条内容被改动", en="the content of number {at} was changed"), _KEEP),
    Fault.SHOWN: (
        Text(zh="第 {at} 条显示的和封存的不一致", en="number {at} is shown otherwise than it was recorded"),
        _KEEP,
    ),
    Fault.ORPHAN: (Text(zh="有记录，但单子不见了", en="it has records, but is gone itself"), _KEEP),
    Fault.EMPTY: (Text(zh="单子在，记录全没了", en="it is there, but all its records are gone"), _KEEP),
    Fault.END: (
        Text(
            zh="单子和最后一条记录（第 {at} 条）对不上",
            en="it does not agree with its last record, number {at}",
        ),
        _KEEP,
    ),
    Fault.MISSING: (
        Text(
            zh="日志第 {at} 位起有封存过的记录不见了",
            en="sealed records are missing from place {at} of the log on",
        ),
        _LOG,
    ),
    Fault.BEYOND: (
        Text(
            zh="日志第 {at} 位起没有签名：有签名不见了",
            en="no head covers the log from place {at} on: one is gone",
        ),
        _LOG,
    ),
    Fault.KEY: (
        Text(zh="{at} 条处的签名没有对应的密钥", en="the key of the head at {at} records is not here"),
        _KEYS,
    ),
    Fault.SIGNATURE: (
        Text(zh="{at} 条处的签名是假的", en="the signature of the head at {at} records is false"),
        _LOG,
    ),
    Fault.ORDER: (
        Text(zh="{at} 条处的签名时间比前一个早", en="the head at {at} records is older than the one before"),
        _LOG,
    ),
    Fault.FRONTIER: (
        Text(
            zh="{at} 条处的签名和它的续算值对不上",
            en="the head at {at} records does not agree with its frontier",
        ),
        _LOG,
    ),
    Fault.SHORT: (
        Text(zh="签过 {at} 条，现在没有这么多", en="{at} records were signed; there are fewer now"),
        _LOG,
    ),
    Fault.ROOT: (
        Text(zh="前 {at} 条和当时签名的不一样", en="the first {at} records are not those that were signed"),
        _LOG,
    ),
    Fault.VALUE: (
        Text(
            zh="第 {at} 条旁边的个人信息不是当时的",
            en="a personal value of number {at} is not what was recorded",
        ),
        _KEEP,
    ),
    Fault.UNOPENED: (
        Text(zh="第 {at} 条旁边的个人信息打不开", en="a personal value of number {at} does not open"),
        _KEYS,
    ),
    Fault.VANISHED: (
        Text(
            zh="第 {at} 条旁边的个人信息不见了，也没有删除记录",
            en="a personal value of number {at} is gone, and no erasure tells of it",
        ),
        _KEEP,
    ),
    Fault.FILE: (
        Text(zh="文件不见了，或不是当时存进来的", en="it is gone, or is not what was stored"),
        _KEEP,
    ),
    Fault.LOST: (
        Text(
            zh="第 {at} 条说的凭证文件不在了，也没有删除记录",
            en="the file that number {at} names is gone, and no erasure tells of it",
        ),
        _KEEP,
    ),
}

_SUBJECTS = {
    "file": Text(zh="凭证文件", en="File"),
    "ticket": Text(zh="售后单", en="Ticket"),
    "shop": Text(zh="店铺", en="Shop"),
    "log": Text(zh="店铺日志", en="Log of shop"),
    "import": Text(zh="导入", en="Import"),
    "person": Text(zh="人员", en="Person"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """Name one fault: of which shop and subject, and at which record, place or size it shows."""

    fault: Fault
    shop_id: int
    subject: str
    number: str
    at: int

    @property
    def where(self) -> Text:
        """Name what it is about."""
        subject = _SUBJECTS.get(self.subject, Text(zh=self.subject, en=self.subject))
        return Text(zh=f"{subject.zh} {self.number}", en=f"{subject.en} {self.number}")

    @property
    def what(self) -> Text:
        """Say what is wrong."""
        return FAULT_WORDS[self.fault][0].format(at=self.at)

    @property
    def next_step(self) -> Text:
        """Say what to do."""
        return FAULT_WORDS[self.fault][1]
