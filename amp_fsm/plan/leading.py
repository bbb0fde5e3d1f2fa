"""Who leads, as it is recorded: for `status`, and for the drift that plans show.  Pure."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.desired import AWAY, is_open_hand_over, lead_of
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How it stands with the lead.

    Attributes:
        agent: who has it; empty: no succession is declared.
        vacant: why it is vacant all the same; empty: it is not.
        taker: who takes it over, by the errand `errand`; both empty: nobody is asked to.
        stranded: nobody is left to take it over.
    """

    agent: str = ""
    vacant: str = ""
    taker: str = ""
    errand: str = ""
    stranded: bool = False

    @property
    def text(self) -> str:
        """How it stands, in words; empty when no succession is declared."""
        parts = [f"vacant: {self.vacant}" if self.vacant else self.agent]
        if self.errand:
            parts.append(f"{self.taker} takes over ({self.errand})")
        elif self.stranded:
            parts.append(f"nobody is left to take over: restart {self.agent}")
        return "; ".join(parts)


def lead_now(project: Project, record: Record) -> Lead:
    """Return how it stands with the lead after the last pass."""
    name = lead_of(project, record)
    sample = record.samples.get(name, Sample())
    item = next((one for one in record.added.values() if _waits(project, record, one)), None)
    return Lead(
        agent=name,
        vacant=f"{name} is {sample.state}" if name and sample.state in AWAY else "",
        taker=item.task.only if item is not None else "",
        errand=item.task.id if item is not None else "",
        stranded=bool(name) and record.stranded == name,
    )


def _waits(project: Project, record: Record, item: AddedTask) -> bool:
    """Return whether an added task is a hand-over whose prompt has not arrived yet."""
    if not is_open_hand_over(record, item):
        return False
    subject = record.subjects.get(item.task.address)
    state = project.machines[item.task.machine].states.get(subject.state) if subject is not None else None
    return state is None or not state.final
