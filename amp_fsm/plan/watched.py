"""What a watching reconciler listens to between its passes.  Pure; the same files that a pass looks at, and no more.

Left out is what changes all the time without calling for anything: transcripts, and the inputs of checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.model.channel import Channel
from amp_fsm.model.channel_files import channel_files, plain, spool_of
from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import QUESTIONS
from amp_fsm.model.project import Project, Source
from amp_fsm.model.record import Record
from amp_fsm.model.wake_folder import wake_folder
from amp_fsm.plan.active_work import active_tasks
from amp_fsm.plan.needs import fact_files, proposal_files


def watched(project: Project, record: Record) -> frozenset[str]:
    """Return the patterns of the files that may call for a pass, as the `Files` port understands them."""
    return frozenset(_patterns(project, record))


def spools(project: Project) -> Mapping[str, str]:
    """Return the key of every channel whose events are dropped as files to their pattern."""
    return {
        key: pattern
        for agent in project.agents.values()
        for key, pattern in channel_files(project, agent, "").items()
        if not key.endswith(Channel.TRANSCRIPT)
    }


def _patterns(project: Project, record: Record) -> Iterator[str]:
    yield f"{plain(wake_folder(project.store))}/*"
    yield from (document.file for document in project.documents.values())
    if spools(project):  # all at once: their folders are many
        yield f"{plain(spool_of(project))}/*/*.json"
    if lead_of(project, record):
        yield proposal_files(project)
    if record.assignments:  # whoever holds a task may ask about it
        yield f"{plain(project.errands)}/{QUESTIONS}"
    for task in active_tasks(project, record):
        yield from (project.place(task, item.file) for item in task.deliverables)
    for spec in project.facts.values():
        if spec.source in (Source.LINE, Source.FILE):
            yield from fact_files(project, record, spec)
