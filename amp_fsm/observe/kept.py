"""What an observation leaves for the next one of the same loop: what it was made of, and what came of it.

A subject of which everything is as it was, and of which time alone can make nothing else, is not observed again: what
came of it is taken over as it is, the very objects.  So an unchanged subject's facts are known by their identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from amp_fsm.model.document import DocumentState, Rows
from amp_fsm.model.facts import Fact, Facts
from amp_fsm.model.observed import Drift, Observed
from amp_fsm.model.project import Project
from amp_fsm.model.time import Now
from amp_fsm.observe.agent import AgentObserved, AgentSeen
from amp_fsm.observe.document_state import names_of
from amp_fsm.observe.service import ServiceSeen
from amp_fsm.observe.sources import Sources
from amp_fsm.observe.task import TaskObserved, TaskSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One observation's parts, by name of agent and of service and by id of task.

    Attributes:
        documents: as they were, in the project's order.  document_drift: what was wrong with them.
    """

    now: Now
    sources: Sources
    agents: Mapping[str, tuple[AgentSeen, AgentObserved]]
    services: Mapping[str, tuple[ServiceSeen, Facts]]
    tasks: Mapping[str, tuple[TaskSeen, TaskObserved]]
    documents: tuple[DocumentState, ...]
    document_drift: tuple[Drift, ...]

    def documents_in(self, sources: Sources) -> Mapping[str, DocumentState]:
        """Return the documents, by name, that are as they were: their files are, and whose rows are looked up."""
        project, earlier, files = sources.project, self.sources.project, self.sources.files
        tasks = project.tasks is earlier.tasks or names_of(project) == names_of(earlier)
        return {
            state.spec.name: state
            for state in self.documents
            if files.get(state.spec.file) is sources.files.get(state.spec.file)
            and (tasks or state.spec.kind is not Rows.TASKS)
        }


def kept_of(before: Observed | None, project: Project, now: Now) -> Kept | None:
    """Return what an earlier observation left; None when nothing of it may be taken over.

    That is so after another configuration (tasks apart: each is compared by itself) and after a jump of the clocks.
    """
    kept = before.kept if before is not None else None
    if not isinstance(kept, Kept) or now.gap or now.wall < kept.now.wall or now.policy < kept.now.policy:
        return None
    earlier = kept.sources.project
    same = all(getattr(project, name) is getattr(earlier, name) for name in _CONFIGURED)
    return kept if same else None


_CONFIGURED = tuple(each.name for each in fields(Project) if each.name != "tasks")


def facts_as_before(facts: Facts, before: Facts, wall: float) -> Facts:
    """Return the earlier facts of a subject if these say the same; moments apart at which it was looked."""
    same = len(facts) == len(before) and all(_same(fact, before.get(name), wall) for name, fact in facts.items())
    return before if same else facts


def _same(fact: Fact, before: Fact | None, wall: float) -> bool:
    if fact is before:
        return True
    if before is None or (fact.at != before.at and fact.at != wall):
        return False
    return (fact.truth, fact.value, fact.evidence, fact.source, fact.why) == (
        before.truth,
        before.value,
        before.evidence,
        before.source,
        before.why,
    )
