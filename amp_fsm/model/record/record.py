"""All that is remembered as one value: `Record`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.document import RowMemory, Unwritten
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.proposal import ProposalFile
from amp_fsm.model.record.assignment import Assignment
from amp_fsm.model.record.intent import Intent
from amp_fsm.model.record.request import Request
from amp_fsm.model.record.sample import Sample
from amp_fsm.model.record.subject import SubjectRecord
from amp_fsm.model.record.written import CellMemory, LogMemory, Written
from amp_fsm.model.time import Reading
from amp_fsm.model.usage import Spent, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything remembered.

    Attributes:
        lineage: random id of this store; `serial`: commits that changed a state, an assignment or an intent.
        policy, reading: policy time and clocks at the end of the last pass.
        assignments: the open ones, by id.  intents: the unsettled and the unknown ones, by id.
        attempts: task id to how often it was handed out.  refusals: `TASK|AGENT` to how often that agent's claim to
            have done it was refused.  forgiven: task id to how many of its attempts the operator lets count no more.
        reserved: task id to the only agent that may get it, by the operator's word; barred: to those that may not.
        added: task id to the task, of those that stand in no file of the configuration.
        opened: beginning of an errand's id to how many errands were opened under it.
        lead: the agent that leads by now; empty: the first of the succession.  lead_since: policy time at which it took
            over.  stranded: the lead after which nobody is left, once the operator was told; empty: somebody is.
        written: file of ours to what we wrote there last.
        proposals: path of a file in the proposals' folder to what is known of it.  judged: digest of every content that
            was judged to when.
        asked: agents for whose sake the lead was asked to propose tasks, to when; until the queue has tasks for them.
        last_assigned: agent to policy time, for fairness.
        cells: `document|row|column` to what we know of it.  logs: `document|agent` likewise.
        rows: `document|task` to what we did to the task's row.  unwritten: files that could not be written last time.
        usage: agent to what its program last told of its usage.  spent: address of an agent or task to its total.
        run_attempts: run key to how often it was started.
        paused: agents held by the operator; `*` holds everything.
    """

    lineage: str = ""
    serial: int = 0
    policy: float = 0.0
    reading: Reading | None = None
    subjects: Mapping[str, SubjectRecord] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    forgiven: Mapping[str, int] = field(default_factory=dict)
    reserved: Mapping[str, str] = field(default_factory=dict)
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, AddedTask] = field(default_factory=dict)
    opened: Mapping[str, int] = field(default_factory=dict)
    lead: str = ""
    lead_since: float = 0.0
    stranded: str = ""
    written: Mapping[str, Written] = field(default_factory=dict)
    proposals: Mapping[str, ProposalFile] = field(default_factory=dict)
    judged: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)
    last_assigned: Mapping[str, float] = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    cells: Mapping[str, CellMemory] = field(default_factory=dict)
    logs: Mapping[str, LogMemory] = field(default_factory=dict)
    rows: Mapping[str, RowMemory] = field(default_factory=dict)
    unwritten: Mapping[str, Unwritten] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    spent: Mapping[str, Spent] = field(default_factory=dict)
    run_attempts: Mapping[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    requests: tuple[Request, ...] = ()
