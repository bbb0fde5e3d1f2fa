"""Transitions that can never fire: their guard contradicts itself, or earlier ones always win."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amp_fsm.config.lint.places import Placed, leaves_state, leaving, placed
from amp_fsm.config.lint.worlds import possible
from amp_fsm.config.problems import Finding
from amp_fsm.model.guards import guard_text
from amp_fsm.model.machine import MachineSpec, TransitionSpec
from amp_fsm.model.project import Project


def lint_shadowing(project: Project) -> Iterator[Finding]:
    """Yield the transitions and timers that no facts can make happen."""
    for machine in project.machines.values():
        for item in placed(machine):
            if not possible([(item.spec.when, True)]):
                message = f"{item.word} can never happen: its guard contradicts itself ({guard_text(item.spec.when)})"
                yield Finding(code="E317", path=(*item.path, "when"), message=message)
            elif isinstance(item.spec, TransitionSpec) and not item.spec.manual:
                yield from _shadowed(machine, item)


def _shadowed(machine: MachineSpec, item: Placed) -> Iterator[Finding]:
    """Yield a finding when the transition is shadowed in every state that it leaves."""
    states = [name for name, state in machine.states.items() if not state.final and _leaves(item, name)]
    lists = [leaving(machine, state) for state in states]
    if not states or any(can_fire(specs(ways), ways.index(item)) for ways in lists):
        return
    ahead = dict.fromkeys(name for ways in lists for name in _winners(specs(ways[: ways.index(item)]), item))
    message = f"{item.word} of {', '.join(states)} can never fire: an earlier one always wins ({', '.join(ahead)})"
    yield Finding(code="E308", path=item.path, message=message, suggestion="put it before them, or narrow their guards")


def _winners(earlier: Sequence[TransitionSpec], item: Placed) -> Sequence[str]:
    """Return the names of the transitions that keep `item` from firing: one, if it does so by itself."""
    barring = [way for way in earlier if bars(way)]
    alone = [way.name for way in barring if not possible([(item.spec.when, True), (way.when, False)])]
    return alone[:1] or [way.name for way in barring]


def _leaves(item: Placed, state: str) -> bool:
    return item.state == state or (not item.state and leaves_state(item, state))


def specs(ways: Sequence[Placed]) -> tuple[TransitionSpec, ...]:
    """Return the transitions without their places."""
    return tuple(way.spec for way in ways if isinstance(way.spec, TransitionSpec))


def can_fire(transitions: Sequence[TransitionSpec], place: int) -> bool:
    """Return whether some facts make the transition at `place` the first whose guard is true."""
    earlier = [(way.when, False) for way in transitions[:place] if bars(way)]
    return possible([(transitions[place].when, True), *earlier])


def bars(way: TransitionSpec | object) -> bool:
    """Return whether a transition keeps later ones from firing for ever: one whose budget just ends does not."""
    return isinstance(way, TransitionSpec) and not way.manual and not (way.budget.most and way.budget.then is None)
