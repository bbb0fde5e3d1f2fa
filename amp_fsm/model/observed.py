"""Observed: all facts of one pass, with what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.document import DocumentState
from amp_fsm.model.facts import Fact, Facts
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.proposal import Proposal, ProposalFile
from amp_fsm.model.record import CellMemory, LogMemory, Sample
from amp_fsm.model.seen import Background, Failed, FileSeen, Missing, PaneSeen
from amp_fsm.model.usage import Spent, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference between desired and observed that no action of this pass mends by itself."""

    address: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What this look adds to the record; committed with the pass, planned or not.

    Attributes:
        proposals: all that is known of the files in the proposals' folder; None: it was not listed.
    """

    samples: Mapping[str, Sample] = field(default_factory=dict)
    cells: Mapping[str, CellMemory] = field(default_factory=dict)
    logs: Mapping[str, LogMemory] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    spent: Mapping[str, Spent] = field(default_factory=dict)
    proposals: Mapping[str, ProposalFile] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All facts of one pass.

    Attributes:
        facts: subject address to its facts by name: every fact that does not come from the record alone.
        panes: subject address (agent or service) to its pane, ours or a candidate for adoption.
        readings: agent name to what its screen shows.
        row_tasks: agent name to the text of its row's task cell.
        unreachable: subject address to why its tmux server could not be looked at, for those of which it could not;
            `*`: for whoever the configuration does not name.
        server: identity of the tmux server, of several the first; empty when there is none.
        run_keys: `TASK|CHECK` to the key under which a run on the present inputs is recorded.
        run_status: `TASK|CHECK` to `never`, `running`, `ended` or `lost`.
        missing: pairs of program and folder that are not on this machine.
        receipts: intent to what an agent's channel told of a prompt with its marker: proof that it arrived.
        fallen_rows: agents whose row fell back to what it said before we wrote it.
        documents: every declared document, as it is.
        answers: errand id to what stands in its file: the text is the fact's value; only of those that somebody wants.
        papers: hand-over file to what it says.  twins: hand-over file to those that stand beside it.
        background: what a hand-over file tells of the past; None: nobody needs it now.
        proposals: files with proposed tasks that no pass has judged yet.  due_in: seconds until more can be read.
        failures: task id to what failed, for the `fix` prompt: missing deliverables, the failing check's last lines.
        kept: what the next observation of the same loop may take over; nobody else reads it.
    """

    at: float
    facts: Mapping[str, Facts] = field(default_factory=dict)
    panes: Mapping[str, PaneSeen] = field(default_factory=dict)
    readings: Mapping[str, ScreenReading] = field(default_factory=dict)
    row_tasks: Mapping[str, str] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)
    server: str = ""
    run_keys: Mapping[str, str] = field(default_factory=dict)
    run_status: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[tuple[str, str]] = frozenset()
    receipts: Mapping[str, str] = field(default_factory=dict)
    fallen_rows: frozenset[str] = frozenset()
    documents: tuple[DocumentState, ...] = ()
    answers: Mapping[str, Fact] = field(default_factory=dict)
    papers: Mapping[str, FileSeen | Missing | Failed] = field(default_factory=dict)
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    background: Background | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    due_in: float | None = None
    drift: tuple[Drift, ...] = ()
    memory: Memory = Memory()
    kept: object = field(default=None, compare=False, repr=False)
