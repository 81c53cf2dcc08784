"""Say the states of a ticket and the moves between them in the words of agents."""

from __future__ import annotations

from aftersale.texts import Text

_MACHINES = """
decision | 处理意见 | decision
goods | 货物 | goods
money | 退款 | refund
arbitration | 平台介入 | dispute
action | 操作 | action
"""

# One state a line: machine and state, Chinese, English.
_STATES = """
decision.none | 待判断 | not judged yet
decision.proposed | 建议待确认 | proposed
decision.accepted | 已同意 | agreed
decision.refused | 已拒绝 | refused
decision.asked | 等买家回复 | waiting for the buyer
decision.withdrawn | 买家已撤销 | withdrawn by the buyer
goods.not_sent | 未发货 | not sent
goods.sent | 已发货 | sent
goods.with_buyer | 买家已收货 | with the buyer
goods.coming_back | 退回途中 | on the way back
goods.back | 退货已收到 | back at the shop
goods.inspected | 已验货 | inspected
goods.lost | 包裹丢失 | lost
money.none | 未退款 | no refund
money.intended | 待退款 | to be refunded
money.sending | 退款中 | being refunded
money.unknown | 结果待确认 | outcome to be confirmed
money.paid | 已退款 | refunded
money.failed | 退款失败 | refund failed
money.reversed | 退款已撤回 | refund reversed
arbitration.none | 未介入 | no dispute
arbitration.open | 平台已介入 | with the platform
arbitration.evidence_due | 待举证 | evidence due
arbitration.submitted | 已举证 | evidence submitted
arbitration.won | 支持商家 | decided for the shop
arbitration.lost | 支持买家 | decided for the buyer
arbitration.closed | 介入已结束 | closed
action.intended | 待执行 | to be done
action.sending | 执行中 | being sent
action.handed_over | 已转人工处理 | handed to a person
action.unknown | 结果待确认 | outcome to be confirmed
action.done | 已完成 | done
action.failed | 执行失败 | failed
action.cancelled | 已取消 | cancelled
"""

# One move a line: machine and verb, Chinese, English.
_VERBS = """
decision.propose | 给出建议 | propose
decision.ask | 问买家 | ask the buyer
decision.accept | 同意 | agree
decision.refuse | 拒绝 | refuse
decision.withdraw | 登记买家撤销 | note the withdrawal
decision.reopen | 重新处理 | judge again
goods.send | 发货 | send
goods.receive_by_buyer | 登记买家收货 | note that the buyer has them
goods.send_back | 登记寄回 | note that they come back
goods.take_back | 收退货 | take back
goods.inspect | 验货 | inspect
goods.lose | 登记丢件 | note the loss
money.intend | 安排退款 | plan a refund
money.claim | 开始退款 | start the refund
money.confirm_paid | 确认已退款 | confirm the refund
money.confirm_failed | 确认退款失败 | confirm the failure
money.lose_sight | 标为结果待确认 | mark the outcome as not known
money.reverse | 登记退款撤回 | note the reversal
money.cancel | 取消退款 | cancel the refund
arbitration.open | 登记平台介入 | note the dispute
arbitration.ask_evidence | 登记要求举证 | note that evidence is due
arbitration.submit | 提交举证 | submit evidence
arbitration.win | 登记支持商家 | note a decision for the shop
arbitration.lose | 登记支持买家 | note a decision for the buyer
arbitration.turn | 登记改判 | note that a decision was turned
arbitration.close | 结束介入 | close the dispute
action.claim | 开始执行 | start
action.hand_over | 转人工处理 | hand to a person
action.finish | 确认完成 | confirm that it is done
action.fail | 确认失败 | confirm the failure
action.lose_sight | 标为结果待确认 | mark the outcome as not known
action.cancel | 取消 | cancel
"""


def _table(lines: str) -> dict[str, Text]:
    rows = ([part.strip() for part in line.split("|")] for line in lines.strip().splitlines())
    return {code: Text(zh=zh, en=en) for code, zh, en in rows}


MACHINE_WORDS = _table(_MACHINES)
STATE_WORDS = _table(_STATES)
VERB_WORDS = _table(_VERBS)


def machine_word(machine: str) -> Text:
    """Say which machine is meant."""
    return MACHINE_WORDS[machine]


def state_word(machine: str, state: str) -> Text:
    """Say a state of a machine."""
    return STATE_WORDS[f"{machine}.{state}"]


def verb_word(machine: str, verb: str) -> Text:
    """Say a move of a machine; a verb that it does not have stands as it is."""
    return VERB_WORDS.get(f"{machine}.{verb}", Text(zh=verb, en=verb))
