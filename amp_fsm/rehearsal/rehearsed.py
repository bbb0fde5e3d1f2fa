"""Project -> the same project in a private world.  Pure; the mapping is the promise that nothing outside is touched.

Machines, prompts, tasks, facts and policies stay as they are.  What would leave the scratch folder, start a real
program or ask a real URL is replaced, and what could not be kept is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, CheckSpec, FactSpec, Project, ServiceSpec, Source, TaskSpec
from amp_fsm.model.workspace import WorkspaceKind

PRACTICE = "practice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rehearsal lives.

    Attributes:
        root: the scratch copy of the project's folder; `outside`: copies of declared documents from elsewhere.
        store: the rehearsal's own store; `trees`: its worktrees; `world`: what practice agents read.
        socket: of its tmux server.
        python: argv that starts a module of ours, the module's name to follow.
    """

    root: str
    outside: str
    store: str
    trees: str
    world: str
    socket: str
    python: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """A project mapped into its place, and what an operator should know about the mapping."""

    project: Project
    notes: tuple[str, ...] = ()


def rehearsed(
    project: Project, place: Place, practice: Profile, real: frozenset[str], *, repository: bool = True
) -> Rehearsed:
    """Return `project` as it is rehearsed in `place`, with `practice` in the place of every profile.

    Args:
        project: as configured.
        place: the private world.
        practice: the practice agent's profile.
        real: names of the checks that run for real.
        repository: whether the copy is a git repository; without one every task is worked on in its root.
    """
    inside = inside_of(project, place)
    mapped = replace(
        project,
        root=place.root,
        store=place.store,
        tmux=replace(project.tmux, socket=place.socket, adopt=False),
        profiles={**project.profiles, PRACTICE: practice},
        agents={name: _agent(agent, place, inside) for name, agent in project.agents.items()},
        services={name: _service(service, place, inside) for name, service in project.services.items()},
        documents={name: _document(document, place, inside) for name, document in project.documents.items()},
        checks={name: _check(check, place, inside, real) for name, check in project.checks.items()},
        tasks={name: _task(task, inside, repository) for name, task in project.tasks.items()},
        facts={name: _fact(fact, inside) for name, fact in project.facts.items()},
        errands=_folder(project.errands, place, inside),
        worktrees=replace(project.worktrees, folder=place.trees),
    )
    return Rehearsed(project=mapped, notes=tuple(_notes(project, place, inside)))


def inside_of(project: Project, place: Place) -> Callable[[str], str]:
    """Return the function that maps a path at or below the project's root into its scratch copy."""

    def inside(text: str) -> str:
        if text == project.root:
            return place.root
        if text.startswith(f"{project.root}/"):
            return f"{place.root}{text[len(project.root) :]}"
        return text

    return inside


def _env(env: Mapping[str, str], inside: Callable[[str], str]) -> dict[str, str]:
    return {key: inside(value) for key, value in env.items()}


def _folder(cwd: str, place: Place, inside: Callable[[str], str]) -> str:
    mapped = inside(cwd)
    return place.root if _leaves(mapped, place.root) else mapped


def _leaves(path: str, root: str) -> bool:
    return path.startswith(("/", "~")) and path != root and not path.startswith(f"{root}/")


def _agent(agent: AgentSpec, place: Place, inside: Callable[[str], str]) -> AgentSpec:
    command = (*place.python, "amp_fsm.rehearsal.practice_agent", "--world", place.world, "--name", agent.name)
    env, cwd = _env(agent.env, inside), _folder(agent.cwd, place, inside)
    return replace(agent, profile=PRACTICE, socket="", command=command, env=env, cwd=cwd)


def _service(service: ServiceSpec, place: Place, inside: Callable[[str], str]) -> ServiceSpec:
    command = (*place.python, "amp_fsm.rehearsal.practice_service", place.world, service.name)
    env, cwd = _env(service.env, inside), _folder(service.cwd, place, inside)
    return replace(service, socket="", command=command, env=env, cwd=cwd)


def _document(document: DocumentSpec, place: Place, inside: Callable[[str], str]) -> DocumentSpec:
    mapped = inside(document.file)
    if _leaves(mapped, place.root):
        mapped = f"{place.outside}/{document.name}/{document.file.rpartition('/')[2]}"
    return replace(document, file=mapped)


def _check(check: CheckSpec, place: Place, inside: Callable[[str], str], real: frozenset[str]) -> CheckSpec:
    check = replace(check, inputs=tuple(inside(pattern) for pattern in check.inputs))
    if check.name in real:
        return replace(check, run=tuple(inside(word) for word in check.run))
    return replace(check, run=(*place.python, "amp_fsm.rehearsal.stand_in_check", place.world, check.name))


def _fact(fact: FactSpec, inside: Callable[[str], str]) -> FactSpec:
    return replace(fact, file=inside(fact.file))


def _task(task: TaskSpec, inside: Callable[[str], str], repository: bool) -> TaskSpec:
    deliverables = tuple(replace(item, file=inside(item.file)) for item in task.deliverables)
    return replace(task, deliverables=deliverables, workspace=task.workspace if repository else WorkspaceKind.SHARED)


def wants_worktrees(project: Project) -> bool:
    """Return whether any task, or any that may come, is worked on in a worktree."""
    tasks = {task.workspace for task in project.tasks.values()}
    return WorkspaceKind.WORKTREE in tasks | {kind.workspace for kind in project.kinds.values()}


def _notes(project: Project, place: Place, inside: Callable[[str], str]) -> Iterator[str]:
    def leaves(path: str) -> bool:
        return _leaves(inside(path), place.root)

    for agent in project.agents.values():
        if leaves(agent.cwd):
            yield f"agent {agent.name}: its folder {agent.cwd} is outside the project; it works in the copy's root"
    for document in project.documents.values():
        if leaves(document.file):
            yield f"document {document.name}: {document.file} is outside the project; a copy of it is used"
    for task in project.tasks.values():
        for file in (item.file for item in task.deliverables if leaves(item.file)):
            yield f"task {task.id}: deliverable {file} is outside the project; nobody leaves it"
    yield from _fact_notes(project, leaves)
    if project.tmux.adopt:
        yield "tmux.adopt: there is nothing to adopt in a private server; every agent is started"


def _fact_notes(project: Project, leaves: Callable[[str], bool]) -> Iterator[str]:
    for fact in project.facts.values():
        if fact.source in (Source.SCREEN, Source.PANE):
            yield f"fact {fact.name}: looks at the real programs' screens; practice agents do not show it"
        elif fact.source is Source.HOOK:
            yield f"fact {fact.name}: listens to the real programs' hooks; practice agents have none"
        elif leaves(fact.file):
            yield f"fact {fact.name}: {fact.file} is outside the project; it is read where it is"
