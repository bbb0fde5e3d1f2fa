"""Names that must exist: profiles, machines, services, kinds, checks, agents, documents, columns, regions, subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amp_fsm.config.lint.places import Path, machine_kinds, used_actions, word_path
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.document import LOGS, DocumentSpec, Rows
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, FactSpec, Project, ServiceSpec, Source, TaskSpec

STATUS = "status"
"""The document that `set_row` writes when it names none."""

BUILT_IN_REGIONS = frozenset({"title", "screen", "last_line", "bottom"})


def lint_references(project: Project) -> Iterator[Finding]:
    """Yield every name that stands for nothing."""
    yield from _subjects(project)
    yield from _tasks(project)
    for fact in project.facts.values():
        yield from _fact(project, fact)
    for profile in project.profiles.values():
        yield from _regions(profile)
    for action, path in used_actions(project):
        yield from _action(project, action, path)


def unknown(code: str, path: Path, what: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding when a name is not among the known ones; `what` begins the sentence."""
    known = tuple(known)
    if name not in known:
        yield Finding(
            code=code, path=path, message=f"{what} {name!r}, which does not exist", suggestion=did_you_mean(name, known)
        )


def _subjects(project: Project) -> Iterator[Finding]:
    for agent in project.agents.values():
        path: Path = ("agents", agent.name)
        what = f"agent `{agent.name}` has the"
        yield from unknown("E227", (*path, "profile"), f"{what} profile", agent.profile, project.profiles)
        yield from unknown("E231", (*path, "machine"), f"{what} machine", agent.machine, project.machines)
        for place, service in enumerate(agent.requires):
            where = (*path, "requires", place)
            yield from unknown("E225", where, f"agent `{agent.name}` requires", service, project.services)
    for service_spec in project.services.values():
        path, what = ("services", service_spec.name, "machine"), f"service `{service_spec.name}` has the machine"
        yield from unknown("E231", path, what, service_spec.machine, project.machines)
    for kind in project.kinds.values():
        for place, check in enumerate(kind.checks):
            where = ("kinds", kind.name, "checks", place)
            yield from unknown("E222", where, f"kind `{kind.name}` has the check", check, project.checks)


def _tasks(project: Project) -> Iterator[Finding]:
    for task in project.tasks.values():
        path: Path = ("tasks", task.order)
        what = f"task {task.id}"
        yield from unknown("E230", (*path, "kind"), f"{what} is of the kind", task.kind, project.kinds)
        yield from unknown("E231", (*path, "machine"), f"{what} has the machine", task.machine, project.machines)
        of_kind = project.kinds[task.kind].checks if task.kind in project.kinds else ()
        own = [check for check in task.checks if check not in of_kind]
        for check in own:
            yield from unknown("E222", (*path, "checks"), f"{what} has the check", check, project.checks)
        for key, names in (("prefer", task.prefer), ("avoid", task.avoid)):
            for place, name in enumerate(names):
                yield from unknown("E223", (*path, key, place), f"{what} says `{key}`", name, project.agents)


def _fact(project: Project, fact: FactSpec) -> Iterator[Finding]:
    path: Path = ("facts", fact.name)
    what = f"fact `{fact.name}` looks at"
    if fact.source is Source.ROW and fact.document:
        yield from unknown("E226", (*path, "document"), f"{what} the document", fact.document, project.documents)
        document = project.documents.get(fact.document)
        if document is not None and fact.column:
            yield from _column((*path, "column"), what, fact.column, document)
    if fact.source is Source.CHECK and fact.check:
        yield from unknown("E222", (*path, "check"), f"{what} the check", fact.check, project.checks)
    if fact.source in (Source.STATE, Source.AGE) and fact.subject:
        known = [spec.address for spec in _all_subjects(project)]
        yield from unknown("E232", (*path, "subject"), what, fact.subject, known)
    if fact.source is Source.STATE:
        yield from _fact_states(project, fact)
    if fact.source is Source.SCREEN:
        regions = {region.name for profile in project.profiles.values() for region in profile.regions}
        yield from unknown("E233", (*path, "region"), f"{what} the region", fact.region, BUILT_IN_REGIONS | regions)


def _fact_states(project: Project, fact: FactSpec) -> Iterator[Finding]:
    machines = {spec.machine for spec in _all_subjects(project) if not fact.subject or spec.address == fact.subject}
    known = {state for name in machines & set(project.machines) for state in project.machines[name].states}
    for place, state in enumerate(fact.states if known else ()):
        what = f"fact `{fact.name}` asks for the state"
        yield from unknown("E301", ("facts", fact.name, "states", place), what, state, known)


def _all_subjects(project: Project) -> tuple[AgentSpec | TaskSpec | ServiceSpec, ...]:
    return (*project.agents.values(), *project.tasks.values(), *project.services.values())


def _column(path: Path, what: str, column: str, document: DocumentSpec) -> Iterator[Finding]:
    where = f"{what} the column"
    for finding in unknown("E228", path, where, column, document.columns):
        message = f"{where} {column!r}, which document `{document.name}` does not have"
        yield Finding(code="E228", path=path, message=message, suggestion=finding.suggestion)


def _action(project: Project, action: ActionSpec, path: Path) -> Iterator[Finding]:
    where = word_path(action, path)
    if action.verb is Verb.APPEND_ROW:
        yield from unknown("E226", where, "`append_row` writes to the document", action.what, project.documents)
        document = project.documents.get(action.what)
        if document is not None and document.kind not in LOGS:
            message = f"`append_row` writes to `{action.what}`, which is no log: it has no `row`"
            yield Finding(code="E241", path=where, message=message, suggestion="set_row writes to status tables")
        elif document is not None and document.kind is Rows.VERIFIED:
            message = f"`append_row` writes to `{action.what}`, which gets an entry when a task's work is verified"
            yield Finding(code="E241", path=where, message=message, suggestion="leave it out")
    if action.verb is Verb.SET_ROW:
        yield from _set_row(project, action, path)


def _set_row(project: Project, action: ActionSpec, path: Path) -> Iterator[Finding]:
    if action.document:
        where = (*path, "document")
        yield from unknown("E226", where, "`set_row` writes to the document", action.document, project.documents)
    # Without a document of that name the default machines write no status.
    document = project.documents.get(action.document or STATUS)
    if document is None:
        return
    if document.kind in LOGS:
        message = f"`set_row` writes to `{document.name}`, which is no status table: it has no `columns`"
        yield Finding(
            code="E241", path=word_path(action, path), message=message, suggestion="append_row writes to logs"
        )
        return
    if document.kind is not (wanted := _table_of(project, str(path[1]))):
        message = f"`set_row` writes to `{document.name}`, a table of {document.kind}: no row there is this subject's"
        mend = f"name the `document` that has `rows: {wanted}`"
        yield Finding(code="E241", path=word_path(action, path), message=message, suggestion=mend)
        return
    for column, _ in action.cells:
        yield from _column((*path, "set_row", column), "`set_row` writes to", column, document)


def _table_of(project: Project, machine: str) -> Rows:
    """Return what a table has rows for in which the subjects of a machine have theirs."""
    return Rows.TASKS if machine_kinds(project)[machine] == ("task",) else Rows.AGENTS


def _regions(profile: Profile) -> Iterator[Finding]:
    known = BUILT_IN_REGIONS | {region.name for region in profile.regions}
    root: Path = ("profiles", profile.name)
    for path, name in _named_regions(profile):
        yield from unknown("E233", (*root, *path), f"profile `{profile.name}` looks at the region", name, known)


def _named_regions(profile: Profile) -> Iterator[tuple[Path, str]]:
    for place, region in enumerate(profile.regions):
        for key, name in (("above", region.above), ("below", region.below)):
            if name:
                yield ("regions", place, key), name
    if profile.composer is not None:
        yield ("composer", "region"), profile.composer.region
    for place, rule in enumerate(profile.rules):
        yield ("rules", place, "region"), rule.region
        for key, patterns in (("where", rule.where), ("nowhere", rule.nowhere)):
            for name in patterns:
                yield ("rules", place, key, name), name
