"""Errands: a lead to ask, and for every errand that can be opened a machine and a prompt that tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import used_actions, word_path
from amp_fsm.config.lint.references import unknown
from amp_fsm.config.lint.samples import sample_values
from amp_fsm.config.lint.templates import Templates
from amp_fsm.config.problems import Finding
from amp_fsm.model.errand import BRIEF, MACHINE, Errand
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import Deliverable, KindSpec, Project, TaskSpec
from amp_fsm.model.review import LEAD, ReviewSpec, reviewers


def lint_errands(project: Project) -> Iterator[Finding]:
    """Yield what keeps an errand from being opened, told or answered."""
    for place, name in enumerate(project.succession.order):
        yield from unknown("E223", ("succession", "order", place), "the lead is to be", name, project.agents)
    if project.policies.never_idle and not project.succession.order:
        message = "`never_idle` asks the lead for tasks, and nobody leads"
        mend = "say who does: succession: {order: [AGENT]}"
        yield Finding(code="E260", path=("policies", "never_idle"), message=message, suggestion=mend)
    yield from _unreviewed(project)
    specs: tuple[TaskSpec | KindSpec, ...] = (*project.tasks.values(), *project.kinds.values())
    reviews = any(spec.review is not None for spec in specs)
    for kind, path in _opened(project):
        if not (reviews if kind is Errand.REVIEW else project.succession.order):
            continue
        yield from unknown("E231", path, f"the errand `{kind}` has the machine", MACHINE, project.machines)
        yield from unknown("E221", path, f"the errand `{kind}` sends the prompt", str(kind), project.prompts)
        yield from _prompt(project, kind)


def _unreviewed(project: Project) -> Iterator[Finding]:
    """Yield what names no reviewer, and every task that nobody can review whoever does it."""
    for name, kind in project.kinds.items():
        yield from _reviewer(project, kind.review, ("kinds", name, "review"))
    lead = next(iter(project.succession.order), "")
    for task in project.tasks.values():
        path = ("tasks", task.order)
        own = task.review if task.kind not in project.kinds or task.review != project.kinds[task.kind].review else None
        yield from _reviewer(project, own, (*path, "review"))
        authors = [
            agent.name
            for agent in project.agents.values()
            if set(task.skills) <= set(agent.skills) and agent.name not in task.avoid
        ]
        if task.review is None or not authors or (task.review.by not in ("", LEAD, *project.agents)):
            continue
        if not any(reviewers(task.review, project.agents.values(), lead, author) for author in authors):
            message = f"nobody can review task {task.id}, whoever does it ({', '.join(authors)})"
            mend = "a reviewer is another agent, with the review's skills"
            yield Finding(code="E259", path=path, message=message, suggestion=mend, on="key")


def _reviewer(project: Project, review: ReviewSpec | None, path: tuple[str | int, ...]) -> Iterator[Finding]:
    if review is not None and review.by not in ("", LEAD):
        yield from unknown("E223", path, "the reviewer is to be", review.by, project.agents)


def _opened(project: Project) -> Iterator[tuple[Errand, tuple[str | int, ...]]]:
    """Yield every kind of errand that something opens, once, with the place of what does."""
    if len(project.succession.order) > 1:
        yield Errand.HAND_OVER, ("succession", "order")
    if project.policies.never_idle:
        yield Errand.PROPOSE, ("policies", "never_idle")
    found = set()
    for action, path in used_actions(project):
        if action.verb is Verb.ERRAND and action.what not in found:
            found.add(action.what)
            yield Errand(action.what), word_path(action, path)


def _prompt(project: Project, kind: Errand) -> Iterator[Finding]:
    """Yield the names in an errand's prompt that stand for nothing."""
    text = project.prompts.get(kind)
    agent = next(iter(project.agents.values()), None)
    if text is None or agent is None:
        return
    tried = Templates().try_(text, sample_values(project, _sample(kind), agent))
    path = ("prompts", str(kind))
    if tried.error:
        yield Finding(code="E238", path=path, message=f"prompt `{kind}` cannot be rendered: {tried.error.rstrip('.')}")
    for name in tried.missing:
        message = f"prompt `{kind}` uses `{name}`, which is no variable"
        known = f"of its brief it may use: {', '.join(BRIEF[kind])}"
        yield Finding(code="E229", path=path, message=message, suggestion=known)


def _sample(kind: Errand) -> TaskSpec:
    return TaskSpec(
        id="ERRAND-1",
        kind=kind,
        title="An errand",
        brief=dict.fromkeys(BRIEF[kind], "some text"),
        deliverables=(Deliverable(file="ERRAND-1.md"),),
        errand=kind,
        machine=MACHINE,
    )
