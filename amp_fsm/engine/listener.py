"""Who hears how a loop goes on.  The command line prints by it, and keeps what is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Intent

Said = ParamSpec("Said")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who hears of every pass: of its plan before anything is done, of each outcome, and of its end.

    Attributes:
        on_notice: what the operator should know about the loop itself, once.
        on_wake: something stirred while the loop rested.  on_beat: the loop rests, and is well; every few seconds.
    """

    on_plan: Callable[[Plan, float], None] = lambda plan, took: None
    on_done: Callable[[Intent], None] = lambda intent: None
    on_pass: Callable[[PassResult, float], None] = lambda result, wait: None
    on_notice: Callable[[str], None] = lambda text: None
    on_wake: Callable[[], None] = lambda: None
    on_beat: Callable[[], None] = lambda: None


def all_of(*listeners: Listener) -> Listener:
    """Return a listener that tells all of these, in this order."""
    return Listener(
        on_plan=_each([listener.on_plan for listener in listeners]),
        on_done=_each([listener.on_done for listener in listeners]),
        on_pass=_each([listener.on_pass for listener in listeners]),
        on_notice=_each([listener.on_notice for listener in listeners]),
        on_wake=_each([listener.on_wake for listener in listeners]),
        on_beat=_each([listener.on_beat for listener in listeners]),
    )


def _each(hearers: Sequence[Callable[Said, None]]) -> Callable[Said, None]:
    def tell(*arguments: Said.args, **named: Said.kwargs) -> None:
        for hearer in hearers:
            hearer(*arguments, **named)

    return tell
