"""What must be looked at.  First step of a pass: asked before anything is opened, so that looking stays cheap.

Only what some guard of the present states can use is asked for: a settled task costs nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amp_fsm.model.channel_files import channel_files
from amp_fsm.model.desired import AWAY, hand_over_files, is_open_hand_over, lead_of
from amp_fsm.model.errand import Errand, question_file
from amp_fsm.model.panes import in_front, programs_of, resolve_panes, start_command, unreachable_of
from amp_fsm.model.project import AgentSpec, FactSpec, HttpExpect, Project, ServiceSpec, Source, TaskSpec
from amp_fsm.model.record import Record, Sample
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.model.usage import Usage
from amp_fsm.model.workspace import Workspace
from amp_fsm.plan.active_work import active_tasks, check_inputs
from amp_fsm.plan.situation import DONE

Panes = Mapping[str, PaneSeen]

ANSWERED = DONE
"""The state of an errand whose answer is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """One pass's questions to the world.

    Attributes:
        files: paths whose text is wanted.  questions: files (`QUESTIONS`) that are seldom there.
        globs: pattern to the text whose presence is asked of every file found (empty: not asked).
        captures: panes whose screen is wanted.
        tails: key of an agent's channel to the glob of its files.
        http: key (`service/NAME`, `fact/NAME`) to the expectation.
        paneless: addresses of agents and services without a living pane, whose programs may live on.
        programs: programs that may have to be started, each with the folder it would be started in.
        inputs: key of a check (`input_key`) to the patterns whose contents decide whether its last result counts.
        workspaces: worktrees of tasks that are not settled and wait for no other.
        twins: hand-over file to the pattern of the files that may stand beside it.
        background: what a hand-over file tells of the past is needed.
    """

    files: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    globs: Mapping[str, str] = field(default_factory=dict)
    captures: tuple[PaneRef, ...] = ()
    tails: Mapping[str, str] = field(default_factory=dict)
    http: Mapping[str, HttpExpect] = field(default_factory=dict)
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programs: tuple[tuple[str, str], ...] = ()
    paneless: tuple[str, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    twins: Mapping[str, str] = field(default_factory=dict)
    background: bool = False


def needs(project: Project, record: Record, survey: Survey | Failed, home: str = "") -> Needs:
    """Return everything this pass must look at, given the listing of panes and the operator's home."""
    active = active_tasks(project, record)
    panes = resolve_panes(project, survey) if isinstance(survey, Survey) else None
    files = dict.fromkeys(document.file for document in project.documents.values())
    files.update(dict.fromkeys(_answers(record)))
    files |= dict.fromkeys(hand_over_files(project, record))
    writes = _may_write(project, record)
    globs: dict[str, str] = {}
    for task in active:
        globs.update({project.place(task, item.file): item.contains for item in task.deliverables})
    http = {service.address: service.ready for service in project.services.values() if service.ready is not None}
    for spec in project.facts.values():
        if spec.source is Source.LINE:
            files.update(dict.fromkeys(fact_files(project, record, spec)))
        elif spec.source is Source.FILE:
            globs.update(dict.fromkeys(fact_files(project, record, spec), spec.contains))
        elif spec.source is Source.HTTP and spec.http is not None:
            http[f"fact/{spec.name}"] = spec.http
    return Needs(
        files=tuple(files),
        questions=tuple(_questions(project, record)),
        globs=globs,
        captures=_captures(project, panes or {}),
        tails={key: glob for a in project.agents.values() for key, glob in channel_files(project, a, home).items()},
        http=http,
        inputs=dict(sorted(check_inputs(project, active))),
        programs=tuple(dict.fromkeys(_programs(project, panes or {}))),
        paneless=_paneless(project, survey, panes) if panes is not None else (),
        workspaces=tuple(_workspaces(project, record)),
        twins={path: twins_of(path) for path in hand_over_files(project, record)} if writes else {},
        background=writes,
    )


def _may_write(project: Project, record: Record) -> bool:
    """Return whether a hand-over file may have to be written in this pass: as far as the record tells."""
    spec, lead = project.succession, lead_of(project, record)
    if not lead:
        return False
    waiting = (one for one in record.added.values() if is_open_hand_over(record, one))
    if any(_unheld(project, record, one.task) for one in waiting):
        return True
    at, used = spec.hand_over_at, record.usage.get(lead, Usage()).last.usage_percent
    near = at is not None and bool(at.usage) and used is not None and used >= at.usage
    away = at is not None and record.samples.get(lead, Sample()).state in AWAY
    return (near or away) and record.stranded != lead


def _unheld(project: Project, record: Record, task: TaskSpec) -> bool:
    subject = record.subjects.get(task.address)
    return subject is None or subject.state == project.machines[task.machine].initial


def twins_of(path: str) -> str:
    """Return the pattern of the files that a hand-over file may have beside it: `a_to_b-2.md` beside `a_to_b.md`."""
    stem, end = posixpath.splitext(path)
    return f"{stem}-*{end}"


def _questions(project: Project, record: Record) -> Iterator[str]:
    """Yield the files in which holders of tasks may have left a question."""
    for held in record.assignments.values():
        if held.task in project.tasks and held.agent in project.agents:
            yield question_file(project, project.tasks[held.task])


def _answers(record: Record) -> Iterator[str]:
    """Yield the files of errands that were answered, while the answer is of use to the task they are about."""
    for item in record.added.values():
        subject = record.subjects.get(item.task.address)
        review = item.task.errand == Errand.REVIEW
        waits = not item.told and (review or item.assignment in record.assignments)
        if item.task.errand and waits and subject is not None and subject.state == ANSWERED:
            yield item.task.deliverables[0].file


def _workspaces(project: Project, record: Record) -> Iterator[Workspace]:
    states = {address: subject.state for address, subject in record.subjects.items()}
    for task in project.tasks.values():
        workspace = project.workspace(task)
        if workspace is None:
            continue
        machine = project.machines[task.machine]
        state = states.get(task.address, machine.initial)
        waits = state == machine.initial and any(states.get(f"task/{need}") != DONE for need in task.needs)
        if not waits and not (state in machine.states and machine.states[state].final):
            yield workspace


def _programs(project: Project, panes: Panes) -> Iterator[tuple[str, str]]:
    """Yield the program of every agent and service that runs in no pane, with its folder."""
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    for spec in specs:
        pane = panes.get(spec.address)
        if pane is None or in_front(pane, ()) is False:
            argv = start_command(project, spec)
            if argv and "PATH" not in spec.env:
                yield argv[0], spec.cwd or project.root


def _paneless(project: Project, survey: Survey | Failed, panes: Panes) -> tuple[str, ...]:
    unseen = unreachable_of(project, survey)
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    addresses = (spec.address for spec in specs if spec.address not in unseen)
    return tuple(address for address in addresses if address not in panes or panes[address].dead)


def _captures(project: Project, panes: Panes) -> tuple[PaneRef, ...]:
    agents = (agent for agent in project.agents.values() if agent.address in panes)
    return tuple(
        panes[agent.address].ref
        for agent in agents
        if panes[agent.address].dead or in_front(panes[agent.address], programs_of(project, agent)) is not False
    )


def proposal_files(project: Project) -> str:
    """Return the pattern of the files in which tasks are proposed."""
    return f"{project.proposals}/*.y*ml"


def fact_files(project: Project, record: Record, spec: FactSpec) -> tuple[str, ...]:
    """Return the files an operator's fact looks at, one for each subject when the path holds `{name}`."""
    if "{name}" not in spec.file:
        return (spec.file,)
    names = [*project.agents, *project.services, *(task.id for task in active_tasks(project, record))]
    return tuple(spec.file.replace("{name}", name) for name in names)
