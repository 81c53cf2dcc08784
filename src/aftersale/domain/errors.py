"""Define the one tree of errors.

AftersaleError              stable code, message for staff, what to do next
├── FactsInvalid            what came in cannot be a ticket: ask, do not retry
├── WouldReplaceInput       the result would lie over what it is made from: choose another name
├── RulebookInvalid         the rulebook contradicts itself: stop, tell who maintains it
└── SheetRefused            the file is not a sheet we can read (channels)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Finding:
    """Name one fault in what a user brought: where it stands, what stands there, what may stand there."""

    code: str
    path: str
    value: str
    message: Text


class AftersaleError(Exception):
    """Stop the caller with a stable code, a message in two languages and the next step."""

    def __init__(self, code: str, message: Text, next_step: Text) -> None:
        super().__init__(f"{code}: {message.en}")
        self.code = code
        self.message = message
        self.next_step = next_step


class FactsInvalid(AftersaleError):
    """Refuse facts that cannot belong to one ticket; `findings` lists every fault, not only the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            first.code,
            first.message,
            Text(zh="改正这些值后再试。", en="Correct these values and try again."),
        )
        self.findings = tuple(findings)

    @property
    def faults(self) -> Text:
        """Name every fault in one line."""
        messages = [finding.message for finding in self.findings]
        return Text(zh="；".join(each.zh for each in messages), en="; ".join(each.en for each in messages))


class WouldReplaceInput(AftersaleError):
    """Refuse to write a result over a file that is to be read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "out.is_input",
            Text(
                zh=f"{name} 就是要读的文件，写了会盖掉它。",
                en=f"{name} is to be read; writing would replace it.",
            ),
            Text(zh="请换一个文件名。", en="Choose another name."),
        )


class RulebookInvalid(AftersaleError):
    """Refuse a rulebook; `findings` lists every fault with its file, rule and position."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            first.code,
            first.message,
            Text(
                zh="运行 aftersale rules check 查看全部问题，改正规则文件。",
                en="Run aftersale rules check to see every fault, then correct the rule files.",
            ),
        )
        self.findings = tuple(findings)
