"""Budgets: everything that types or starts by itself must end by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amp_fsm.config.lint.places import Path, Placed, own_actions, placed
from amp_fsm.config.problems import Finding
from amp_fsm.model.machine import ActionSpec, MachineSpec, TimerSpec, TransitionSpec, Verb
from amp_fsm.model.project import Project

COSTLY = frozenset({Verb.SEND, Verb.START})
MEND = "say how often: `max: 3`, and what happens then: `then: {to: STATE, do: [{notify: operator}]}`"


def lint_budgets(project: Project) -> Iterator[Finding]:
    """Yield every automatic `send` and `start` that nothing bounds."""
    for machine in project.machines.values():
        for item in placed(machine):
            yield from _unbounded(machine, item)
            yield from _after_the_budget(item)


def _unbounded(machine: MachineSpec, item: Placed) -> Iterator[Finding]:
    costly = _costly(item.spec.do) or _costly(_entered(machine, item))
    if costly is None or _is_bounded(machine, item):
        return
    if isinstance(item.spec, TimerSpec) and item.spec.repeats:
        message = f"{item.word} repeats `{costly.verb.value}` without `max`"
        yield Finding(code="E311", path=item.path, message=message, suggestion=MEND)
    else:
        message = f"{item.word} does `{costly.verb.value}` without a budget"
        if item.spec.budget.most:
            message = f"{item.word}: `per: entry` bounds no `{costly.verb.value}`, for each time it is a new entry"
        yield Finding(code="E310", path=_place_of(item), message=message, suggestion=MEND)


def _place_of(item: Placed) -> Path:
    found = next((path for action, path in own_actions(item) if action.verb in COSTLY), item.path)
    return (*item.path, "per") if item.spec.budget.most else found


def _after_the_budget(item: Placed) -> Iterator[Finding]:
    for action, path in own_actions(item):
        if "then" in path[len(item.path) :] and action.verb in COSTLY:
            message = f"{item.word} does `{action.verb.value}` when its budget is spent, which has no budget"
            yield Finding(code="E310", path=path, message=message, suggestion="notify the operator instead")


def _is_bounded(machine: MachineSpec, item: Placed) -> bool:
    spec = item.spec
    if isinstance(spec, TransitionSpec):
        # An assignment is bounded by `policies.attempts`; a manual transition by the operator.
        assigns = any(action.verb is Verb.ASSIGN for action in spec.do)
        return spec.manual or assigns or (spec.budget.most > 0 and spec.budget.per != "entry")
    if not spec.repeats and not spec.to:
        return True  # once per stay
    return spec.budget.most > 0 and not (spec.to and spec.budget.per == "entry")


def _entered(machine: MachineSpec, item: Placed) -> tuple[ActionSpec, ...]:
    target = machine.states.get(item.spec.to)
    return target.on_enter if target is not None else ()


def _costly(actions: Iterable[ActionSpec]) -> ActionSpec | None:
    return next((action for action in actions if action.verb in COSTLY), None)
