"""Proposed tasks are looked at: which files are new, and what is in those that their writers are done with.

Asked in every look: one listing of the folder, and nothing is read twice.  A file is read once its size and time stand
still and no lead is at work on an answer.  Nothing is decided, and nothing in the folder is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import Errand
from amp_fsm.model.facts import Truth
from amp_fsm.model.observed import Drift, Observed
from amp_fsm.model.project import Project
from amp_fsm.model.proposal import Proposal, ProposalFile, Stamp
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, PathSeen
from amp_fsm.model.time import Now
from amp_fsm.plan.needs import proposal_files
from amp_fsm.ports import World

SETTLED_SECONDS = 2.0
"""Policy seconds for which a file must stay as it is before it is read."""

MOST_FILES = 20
"""Files that one pass reads."""


def with_proposals(project: Project, record: Record, world: World, observed: Observed, now: Now) -> Observed:
    """Return what was observed, with the proposals that no pass has judged yet."""
    lead = lead_of(project, record)
    listed = world.files.glob(proposal_files(project)) if lead else ()
    if isinstance(listed, Failed):
        return _with_drift(observed, lead, (f"proposals cannot be listed: {listed.reason}",))
    if not lead or not (listed or record.proposals):
        return observed
    known = {found.path: _remembered(record, found, now) for found in listed}
    fresh = [found for found in listed if not known[found.path].read]
    left = {found.path: known[found.path].since + SETTLED_SECONDS - now.policy for found in fresh}
    ready = [found for found in fresh if left[found.path] <= 0]
    if _is_held(record, lead) or _is_answering(record, observed):
        ready = []
    read = _read(project, record, world, ready[:MOST_FILES], now)
    waiting = [path for path in left if path not in {one.file for one in read}]
    seen = replace(
        observed,
        proposals=read,
        memory=replace(observed.memory, proposals=known),
        due_in=min((left[path] for path in waiting if left[path] > 0), default=None),
    )
    return _with_drift(seen, lead, [f"{path} is new: it is read when its writer is done" for path in waiting])


def _with_drift(observed: Observed, lead: str, texts: Iterable[str]) -> Observed:
    drift = tuple(Drift(address=f"agent/{lead}", kind="proposals", text=text) for text in texts)
    return replace(observed, drift=(*observed.drift, *drift))


def _remembered(record: Record, found: PathSeen, now: Now) -> ProposalFile:
    stamp, before = Stamp(size=found.size, mtime=found.mtime), record.proposals.get(found.path)
    return before if before is not None and before.stamp == stamp else ProposalFile(stamp=stamp, since=now.policy)


def _is_held(record: Record, lead: str) -> bool:
    """Return whether the operator holds what would be done about a proposal."""
    return "*" in record.paused or lead in record.paused


def _is_answering(record: Record, observed: Observed) -> bool:
    """Return whether an agent is at work on proposals, or has just answered: what it wrote so far may not be all."""
    for held in record.assignments.values():
        item = record.added.get(held.task)
        if item is None or item.task.errand != Errand.PROPOSE:
            continue
        busy = observed.facts.get(f"agent/{held.agent}", {}).get("busy")
        written = observed.facts.get(item.task.address, {}).get("deliverables_present")
        if not all(fact is not None and fact.truth is Truth.FALSE for fact in (busy, written)):
            return True
    return False


def _read(project: Project, record: Record, world: World, ready: Sequence[PathSeen], now: Now) -> tuple[Proposal, ...]:
    if not ready:
        return ()
    from amp_fsm.engine.proposal_files import read_files  # loads YAML and lint, which a look without new files does not

    return read_files(project, record, world, ready, now)
