"""Machines: definitions as data, compiled onto one shared `transitions.Machine` each.  Only importer of `transitions`.

The library moves a model from state to state; which transition fires is decided by `plan.step`, from guards that are
data.  Callbacks only append actions to the model: the library changes the state before `on_enter` and never rolls
back, so no effect may live in a callback.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from transitions import Machine as TransitionsMachine

from amp_fsm.model.guards import ALWAYS, Guard
from amp_fsm.model.notice import Severity


class Verb(StrEnum):
    """What an action does.  A closed list: operators combine verbs, they never write code."""

    ADOPT = "adopt"  # mark a pane we did not start as this agent's
    START = "start"  # open the window and run the program
    ASSIGN = "assign"  # open the offered assignment (takes effect at commit)
    RELEASE = "release"  # close the open assignment (takes effect at commit)
    ERRAND = "errand"  # open an errand for another agent (takes effect at commit)
    VERDICT = "verdict"  # answer the claim: `refused` or `verified` (takes effect at commit)
    SEND = "send"  # deliver a prompt
    ANSWER = "answer"  # choose an answer of the dialog that is up; made by the planner from `approvals` only
    RUN = "run"  # start the task's checks, detached
    GIT = "git"  # make, commit, merge or remove the task's worktree
    SET_ROW = "set_row"  # write cells of a status row
    APPEND_ROW = "append_row"  # add a row to a log table
    MAKE_TABLE = "make_table"  # make what a document lacks; planned for documents only, as the next two
    SET_ROWS = "set_rows"  # keep the rows of tasks in step, all of one file at once
    ROTATE = "rotate"  # move the oldest entries of a log to another file
    SET_LINE = "set_line"  # write the line that says who leads; made by the planner only
    WRITE = "write"  # write a hand-over file; made by the planner only
    NOTIFY = "notify"  # tell the operator


COMMIT_ONLY = frozenset({Verb.ASSIGN, Verb.RELEASE, Verb.ERRAND, Verb.VERDICT})
"""Verbs that have no effect outside the record."""

UPKEEP = frozenset({Verb.MAKE_TABLE, Verb.SET_ROWS, Verb.ROTATE})
"""Verbs that no machine says: documents are kept by them."""


class Since(StrEnum):
    """What a timer counts from."""

    ENTRY = "entry"  # the subject came into its state
    DELIVERY = "delivery"  # the last prompt was delivered
    PROGRESS = "progress"  # anything about the subject changed, or it came into its state


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action as configured; texts are templates, rendered when the action is planned.

    Attributes:
        what: the prompt of `send`, the log document of `append_row`, `checks` of `run`, the step of `git`, the verdict,
            the errand, the receiver of `notify`.
        document: the document of `set_row`.
        cells: column key to template, of `set_row`.
        text: the message of `notify`, if it is not the default one; `severity`: how much it matters.
    """

    verb: Verb
    what: str = ""
    document: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    text: str = ""
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """What happens instead when a budget is spent."""

    to: str
    do: tuple[ActionSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How often something may happen.

    Attributes:
        most: the number of times; 0 means no limit.
        per: `entry`, `assignment`, `ever`, or empty when `seconds` is given.
        seconds: length of a sliding window.
        backoff: seconds to wait after the first use, doubled after each one in the same scope.
        then: what happens when the budget is spent; None leaves the subject where it is and says so in the plan.
    """

    most: int = 0
    per: str = "assignment"
    seconds: float = 0.0
    backoff: float = 0.0
    then: Exhausted | None = None


UNLIMITED = Budget()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionSpec:
    """One named way out of a state.

    Attributes:
        sources: the states it leaves; empty means any but `excluded`, its own target and final states.
        manual: only `fire` takes it.
    """

    name: str
    to: str
    sources: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    when: Guard = ALWAYS
    do: tuple[ActionSpec, ...] = ()
    budget: Budget = UNLIMITED
    manual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSpec:
    """Something that happens after a while in a state: a move (`to`), actions, or both.

    Attributes:
        seconds: the delay, or the period when `repeats`.
        when: evaluated anew while the timer is due; unknown keeps it waiting.
        to: empty: the timer acts without moving the subject.
    """

    name: str
    seconds: float
    repeats: bool = False
    since: Since = Since.ENTRY
    when: Guard = ALWAYS
    to: str = ""
    do: tuple[ActionSpec, ...] = ()
    budget: Budget = Budget(per="entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSpec:
    """One state, with its transitions and timers in order of priority."""

    name: str
    final: bool = False
    on_enter: tuple[ActionSpec, ...] = ()
    transitions: tuple[TransitionSpec, ...] = ()
    timers: tuple[TimerSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSpec:
    """A machine definition: `agent`, `task` or `service`.

    Attributes:
        transitions: machine-level ones; they come before every state's own.
        renamed: old state name to new one, for records written under an earlier definition.
    """

    name: str
    initial: str
    states: Mapping[str, StateSpec]
    transitions: tuple[TransitionSpec, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def leaving(self, state: str) -> tuple[TransitionSpec, ...]:
        """Return every transition that can leave `state`, in order of priority, manual ones included."""
        spec = self.states[state]
        if spec.final:
            return ()
        general = tuple(t for t in self.transitions if leaves(t, state))
        return general + spec.transitions


def leaves(transition: TransitionSpec, state: str) -> bool:
    """Return whether a machine-level transition leaves `state`; one from any never leads into its own target."""
    if transition.sources:
        return state in transition.sources
    return state not in transition.excluded and state != transition.to


class _Subject:
    """The model of one firing: never registered with the machine, so a firing costs microseconds, not kilobytes."""

    __slots__ = ("actions", "state", "transition")

    def __init__(self, state: str, transition: TransitionSpec | TimerSpec) -> None:
        self.state = state
        self.transition = transition
        self.actions: list[ActionSpec] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What a firing yields: the new state and the actions, those of the transition before those of `on_enter`."""

    to: str
    actions: tuple[ActionSpec, ...]


class CompiledMachine:
    """A machine definition on one shared `transitions.Machine`.

    The caller may rely on: `fire` has no effect but its return value, and one instance serves any number of subjects.
    """

    def __init__(self, spec: MachineSpec) -> None:
        """Compile `spec`, whose references must be valid (lint has seen to it).

        Raises:
            ValueError: a transition leads to a state that is not declared.
        """
        self.spec = spec
        self.leaving = {name: spec.leaving(name) for name in spec.states}
        for name, _, target in self._ways():
            if target not in spec.states:
                message = f"{name!r} leads to {target!r}, which is not a state of {spec.name!r}"
                raise ValueError(message)

    @cached_property
    def _machine(self) -> Any:
        """The machine of the library, made when something is fired for the first time: most passes fire nothing."""
        machine: Any = TransitionsMachine(
            model=None,
            states=[self._state(state) for state in self.spec.states.values()],
            initial=self.spec.initial,
            auto_transitions=False,
            queued=False,
            send_event=True,
        )
        for name, source, target in self._ways():
            machine.add_transition(name, source, target, before=_append_own_actions)
        return machine

    def _ways(self) -> Iterator[tuple[str, str, str]]:
        """Yield every way that leads from a state to another: its name and both states."""
        for state in self.spec.states:
            for transition in self.leaving[state]:
                yield transition.name, state, transition.to
                if transition.budget.then is not None:
                    yield _spent(transition.name), state, transition.budget.then.to
            for timer in self.spec.states[state].timers:
                if timer.to:
                    yield timer.name, state, timer.to
                if timer.budget.then is not None:
                    yield _spent(timer.name), state, timer.budget.then.to

    def fire(self, state: str, chosen: TransitionSpec | TimerSpec, *, spent: bool = False) -> Fired:
        """Return where `chosen` leads from `state` and the actions of the move.

        `spent` takes the way of an exhausted budget instead (`then`).

        Raises:
            ValueError: `chosen` does not leave `state`.
        """
        subject = _Subject(state, chosen)
        name = _spent(chosen.name) if spent else chosen.name
        event = self._machine.events.get(name)
        if event is None or state not in event.transitions:
            message = f"no transition {chosen.name!r} leaves {state!r}"
            raise ValueError(message)
        event.trigger(subject)
        return Fired(to=subject.state, actions=tuple(subject.actions))

    def _state(self, spec: StateSpec) -> dict[str, Any]:
        def enter(event: Any) -> None:
            event.model.actions.extend(spec.on_enter)

        return {"name": spec.name, "on_enter": [enter]}


def _append_own_actions(event: Any) -> None:
    chosen = event.model.transition
    if event.event.name == _spent(chosen.name):
        event.model.actions.extend(chosen.budget.then.do)
    else:
        event.model.actions.extend(chosen.do)


def _spent(name: str) -> str:
    return f"{name} (budget spent)"
