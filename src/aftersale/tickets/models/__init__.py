"""Hold the tables of the room."""

from aftersale.tickets.models.action import Action, Task
from aftersale.tickets.models.adaptation import Adaptation, RuleProof
from aftersale.tickets.models.assignment import AssignmentRule, Share
from aftersale.tickets.models.automation import AutomaticUse, AutomationRule, AutomationStop
from aftersale.tickets.models.batch import Batch, BatchRow
from aftersale.tickets.models.clock import Alarm, Deadline, Outbox
from aftersale.tickets.models.decision import Answer, StoredDecision
from aftersale.tickets.models.disclosure import Disclosure
from aftersale.tickets.models.erasure import Erasure, Unmasking
from aftersale.tickets.models.evidence import EvidenceAddress, EvidenceLink, EvidenceRequest, Pack
from aftersale.tickets.models.instruction import Instruction
from aftersale.tickets.models.intake import Import, ParkedRow
from aftersale.tickets.models.label import Label
from aftersale.tickets.models.presence import Presence
from aftersale.tickets.models.search import SearchText
from aftersale.tickets.models.shared import SharedText
from aftersale.tickets.models.stop import StopOrder
from aftersale.tickets.models.ticket import Buyer, Note, OrderLine, Ticket
from aftersale.tickets.models.view import IdempotencyKey, SavedView
from aftersale.tickets.models.watching import AtWork, Watch

__all__ = [
    "Action",
    "Adaptation",
    "Alarm",
    "Answer",
    "AssignmentRule",
    "AtWork",
    "AutomaticUse",
    "AutomationRule",
    "AutomationStop",
    "Batch",
    "BatchRow",
    "Buyer",
    "Deadline",
    "Disclosure",
    "Erasure",
    "EvidenceAddress",
    "EvidenceLink",
    "EvidenceRequest",
    "IdempotencyKey",
    "Import",
    "Instruction",
    "Label",
    "Note",
    "OrderLine",
    "Outbox",
    "Pack",
    "ParkedRow",
    "Presence",
    "RuleProof",
    "SavedView",
    "SearchText",
    "Share",
    "SharedText",
    "StopOrder",
    "StoredDecision",
    "Task",
    "Ticket",
    "Unmasking",
    "Watch",
]
