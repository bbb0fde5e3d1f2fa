"""Where one pass finds what it needs of one subject, without going through everything for each of them.

Panes by address, assignments by agent and by task, prompts by agent, rows by name.  Decides nothing and makes no facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from amp_fsm.model.facts import Fact
from amp_fsm.model.machine import Verb
from amp_fsm.model.panes import resolve_panes, unreachable_of
from amp_fsm.model.project import FactSpec, Project
from amp_fsm.model.record import Assignment, Record
from amp_fsm.model.seen import Failed, FileSeen, Missing, PaneSeen, PathSeen, Seen, Survey
from amp_fsm.observe.documents import Page, claim_logs, status_document
from amp_fsm.observe.lines import line_fact

File = FileSeen | Missing | Failed
Paths = tuple[PathSeen, ...] | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where tasks work.

    Attributes:
        patterns: pattern of a deliverable, as it is looked at, to the ids of the tasks that have it.
        folders: folder of a worktree to the id of its task.
        order: id to its place among all tasks.
    """

    patterns: Mapping[str, Sequence[str]]
    folders: Mapping[str, str]
    order: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What one pass saw and what is remembered, by subject.

    Attributes:
        files: as seen; one that is as it was in the earlier pass is the very same object.  pages: documents, by name.
        survey: the listing; None: there is none.
        panes, unreachable: by address.  server: identity of the tmux server; empty: there is none, or no listing.
        status, logs: the documents in which agents claim, as they are.
        by_agent, by_task: the open assignments.  prompts: agent's address to its prompts that are not settled.
        places: where tasks work; the very same as long as the tasks are.
    """

    project: Project
    record: Record
    seen: Seen
    run_keys: Mapping[str, str]
    files: Mapping[str, File]
    pages: Mapping[str, Page]
    survey: Survey | None
    panes: Mapping[str, PaneSeen]
    unreachable: Mapping[str, str]
    by_agent: Mapping[str, Assignment]
    by_task: Mapping[str, Assignment]
    prompts: Mapping[str, tuple[str, ...]]
    status: Page | None
    logs: tuple[Page, ...]
    places: Places
    _lines: dict[tuple[str, str], tuple[File | None, Fact]] = field(default_factory=dict)

    @property
    def server(self) -> str:
        """Identity of the tmux server; empty: there is none, or no listing."""
        return self.survey.server if self.survey is not None else ""

    def line(self, spec: FactSpec, name: str) -> Fact:
        """Return the fact about the last lines of a file of the subject called `name`."""
        path = path_of(spec, name)
        file, known = self.files.get(path), self._lines.get((spec.name, path))
        if known is None or known[0] is not file:
            self._lines[spec.name, path] = known = (file, line_fact(spec, path, file))
        return known[1]


def sources_of(
    project: Project, record: Record, seen: Seen, run_keys: Mapping[str, str], before: Sources | None
) -> Sources:
    """Return the sources of one pass; `before` are those of an earlier one of the same configuration."""
    survey = None if isinstance(seen.terminal, Failed) else seen.terminal
    files = _files(seen.files, before.files if before is not None else {})
    pages = _pages(project, files, before)
    status = status_document(project)
    held = tuple(record.assignments.values())[::-1]  # of several the first counts
    return Sources(
        project=project,
        record=record,
        seen=seen,
        run_keys=run_keys,
        files=files,
        pages=pages,
        survey=survey,
        panes=_panes(project, survey, before),
        unreachable=unreachable_of(project, seen.terminal),
        by_agent={one.agent: one for one in held},
        by_task={one.task: one for one in held},
        prompts=prompts_by_address(record),
        status=pages[status.name] if status is not None else None,
        logs=tuple(pages[log.name] for log in claim_logs(project)),
        places=before.places if before is not None and before.project.tasks is project.tasks else _places(project),
        _lines=before._lines if before is not None else {},
    )


def path_of(spec: FactSpec, name: str) -> str:
    """Return the path that a declared fact looks at for the subject called `name`."""
    return spec.file.replace("{name}", name)


def prompts_by_address(record: Record) -> Mapping[str, tuple[str, ...]]:
    """Return, by address, the ids of the prompts of which it is open, or unknown, whether they arrived."""
    found: dict[str, tuple[str, ...]] = {}
    for intent in record.intents.values():
        if intent.action.verb is Verb.SEND:
            found[intent.address] = (*found.get(intent.address, ()), intent.id)
    return found


def _files(files: Mapping[str, File], before: Mapping[str, File]) -> Mapping[str, File]:
    return {path: known if (known := before.get(path)) == file else file for path, file in files.items()}


def _pages(project: Project, files: Mapping[str, File], before: Sources | None) -> Mapping[str, Page]:
    """Return every document; one whose file stays as it is, is the very same, with all that was looked for in it."""
    known = before.pages if before is not None else {}
    return {
        spec.name: known[spec.name].of(file) if spec.name in known else Page(spec=spec, file=file)
        for spec, file in ((spec, files.get(spec.file)) for spec in project.documents.values())
    }


def _panes(project: Project, survey: Survey | None, before: Sources | None) -> Mapping[str, PaneSeen]:
    if survey is None:
        return {}
    return before.panes if before is not None and before.survey == survey else resolve_panes(project, survey)


def _places(project: Project) -> Places:
    patterns: defaultdict[str, list[str]] = defaultdict(list)
    folders: dict[str, str] = {}
    for task in project.tasks.values():
        workspace = project.workspace(task)
        if workspace is not None:
            folders[workspace.folder] = task.id
        for item in task.deliverables:
            patterns[project.place(task, item.file)].append(task.id)
    return Places(patterns=patterns, folders=folders, order={name: place for place, name in enumerate(project.tasks)})
