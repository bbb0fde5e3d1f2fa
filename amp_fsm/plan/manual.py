"""Manual transitions: what `fire` does, through the same path as every other change."""

from __future__ import annotations

import difflib

from amp_fsm.errors import NotPossibleError, UnknownSubjectError
from amp_fsm.model.observed import Observed
from amp_fsm.model.plan import Change
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record
from amp_fsm.model.time import Now
from amp_fsm.plan.changes import transition_change
from amp_fsm.plan.situation import Situation, situate
from amp_fsm.plan.subject_facts import SubjectFacts


def fire(project: Project, observed: Observed, record: Record, now: Now, address: str, transition: str) -> Change:
    """Return the change of a manual transition that the operator asks for.

    Raises:
        UnknownSubjectError: no such subject.
        NotPossibleError: no manual transition of this name leaves its present state.
    """
    situation = situate(project, observed, record, now)
    subject = situation.subjects.get(full_address(situation, address))
    if subject is None:
        close = difflib.get_close_matches(address, situation.subjects, 3)
        message = f"no subject {address!r}"
        raise UnknownSubjectError(message, hint=f"did you mean {', '.join(close)}?" if close else "see `status`")
    manual = [t for t in situation.machine(subject.address).leaving.get(subject.state, ()) if t.manual]
    chosen = next((t for t in manual if t.name == transition), None)
    if chosen is None:
        names = ", ".join(t.name for t in manual) or "none"
        message = f"no manual transition {transition!r} leaves {subject.state} of {subject.address}"
        raise NotPossibleError(message, hint=f"manual transitions from here: {names}")
    return transition_change(situation, subject.address, chosen, SubjectFacts(situation, subject.address))


def full_address(situation: Situation, address: str) -> str:
    """Return `agent/codex` for `codex` where only one subject can be meant."""
    if "/" in address or address in situation.subjects:
        return address
    found = [known for known in situation.subjects if known.partition("/")[2] == address]
    return found[0] if len(found) == 1 else address
