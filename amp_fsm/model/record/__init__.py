"""The record: what is remembered between passes.  Values only; the store keeps them, `plan` decides from them.

All of it is imported from here; one module per thing that is remembered.
"""

from amp_fsm.model.record.assignment import Assignment
from amp_fsm.model.record.intent import UNSETTLED, Action, Intent, IntentStatus
from amp_fsm.model.record.record import Record
from amp_fsm.model.record.request import Request
from amp_fsm.model.record.sample import Sample
from amp_fsm.model.record.subject import SubjectRecord, Use
from amp_fsm.model.record.written import CellMemory, LogMemory, Written

__all__ = [
    "UNSETTLED",
    "Action",
    "Assignment",
    "CellMemory",
    "Intent",
    "IntentStatus",
    "LogMemory",
    "Record",
    "Request",
    "Sample",
    "SubjectRecord",
    "Use",
    "Written",
]
