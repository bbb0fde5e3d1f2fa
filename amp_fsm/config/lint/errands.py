"""Errands: a lead to ask, and for every errand that can be opened a machine and a prompt that tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import actions, used_machines, word_path
from amp_fsm.config.lint.references import unknown
from amp_fsm.config.lint.templates import Templates, sample_values
from amp_fsm.config.problems import Finding
from amp_fsm.model.errand import BRIEF, MACHINE, Errand
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import Deliverable, Project, TaskSpec


def lint_errands(project: Project) -> Iterator[Finding]:
    """Yield what keeps an errand from being opened, told or answered."""
    for place, name in enumerate(project.succession.order):
        yield from unknown("E223", ("succession", "order", place), "the lead is to be", name, project.agents)
    if not project.succession.order:
        if project.policies.never_idle:
            message = "`never_idle` asks the lead for tasks, and nobody leads"
            mend = "say who does: succession: {order: [AGENT]}"
            yield Finding(code="E260", path=("policies", "never_idle"), message=message, suggestion=mend)
        return
    for kind, path in _opened(project):
        yield from unknown("E231", path, f"the errand `{kind}` has the machine", MACHINE, project.machines)
        yield from unknown("E221", path, f"the errand `{kind}` sends the prompt", str(kind), project.prompts)
        yield from _prompt(project, kind)


def _opened(project: Project) -> Iterator[tuple[Errand, tuple[str | int, ...]]]:
    """Yield every kind of errand that something opens, once, with the place of what does."""
    if len(project.succession.order) > 1:
        yield Errand.HAND_OVER, ("succession", "order")
    used, found = used_machines(project), set()
    if project.policies.never_idle:
        yield Errand.PROPOSE, ("policies", "never_idle")
    for machine in project.machines.values():
        for action, path in actions(machine) if machine.name in used else ():
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
