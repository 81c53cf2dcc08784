"""Define the one tree of errors.

AftersaleError              stable code, message for staff, what to do next
├── FactsInvalid            what came in cannot be a ticket: ask, do not retry
├── WouldReplaceInput       the result would lie over what it is made from: choose another name
├── RulebookInvalid         the rulebook contradicts itself: stop, tell who maintains it
├── SheetRefused            the file is not a sheet we can read (channels)
├── MoveRefused             the state does not allow the move: choose one that is possible now
├── ChannelError            a platform did not do what we sent
│   ├── Unavailable         it could not be reached, nothing was done: try again later
│   │   └── TooFast         it asks us to slow down: take a breath, then go on
│   ├── Rejected            it said no, with its own code: final, do not send the same again
│   ├── Unauthorised        it does not let us in: a person must act
│   ├── NotSent             the desk itself sent nothing, as the shop wants it: a person does it
│   └── Unreadable          its answer says nothing: the outcome is unknown, look before you send again
└── EvidenceBroken          evidence is not what was stored: do not submit it, find out why
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.state_words import machine_word, state_word, verb_word
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


class MoveRefused(AftersaleError):
    """Refuse a move that the state does not allow; `possible` lists the verbs that it does allow."""

    def __init__(self, machine: str, state: str, verb: str, possible: Sequence[str]) -> None:
        what, now, wanted = machine_word(machine), state_word(machine, state), verb_word(machine, verb)
        super().__init__(
            "move.refused",
            Text(
                zh=f"{what.zh}现在是“{now.zh}”，不能“{wanted.zh}”。",
                en=f"{what.en}: “{wanted.en}” is not possible while it is “{now.en}”.",
            ),
            _next_moves([verb_word(machine, each) for each in possible]),
        )
        self.machine, self.state, self.verb = machine, state, verb
        self.possible = tuple(possible)


def _next_moves(verbs: Sequence[Text]) -> Text:
    if not verbs:
        return Text(zh="这是最后的状态，不能再改。", en="This state is final; nothing is possible any more.")
    zh, en = "、".join(each.zh for each in verbs), ", ".join(each.en for each in verbs)
    return Text(zh=f"现在可以：{zh}。", en=f"Possible now: {en}.")


class ChannelError(AftersaleError):
    """Report that a platform did not do what we sent; the subclass says what that means for us."""


class Unavailable(ChannelError):
    """Report a platform that could not be reached and did nothing: try again later."""


class TooFast(Unavailable):
    """Report that more was asked than a moment allows: nothing is wrong, go on a little later."""


class Rejected(ChannelError):
    """Report the platform's own refusal, with its code: sending the same again changes nothing."""

    def __init__(self, code: str, message: Text, next_step: Text, *, platform_code: str) -> None:
        super().__init__(code, message, next_step)
        self.platform_code = platform_code


class Unauthorised(ChannelError):
    """Report that the platform does not let us in: a person must authorise again."""


class NotSent(ChannelError):
    """Report that the shop lets the desk send nothing: a person does it, nothing was done."""


class Unreadable(ChannelError):
    """Report an answer that says nothing: whether it was done is unknown."""


class EvidenceBroken(AftersaleError):
    """Report evidence that is not what was stored: it must not be submitted."""
