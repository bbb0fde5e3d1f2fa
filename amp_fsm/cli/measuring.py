"""`--metrics`: what a loop tells of its passes, counted."""

from __future__ import annotations

import threading
from collections import Counter
from time import perf_counter, time

from amp_fsm.engine.listener import Listener
from amp_fsm.engine.outlook import moved
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.world.metrics import Metrics


class Measuring:
    """Counts for one loop.  Outcomes may come from many threads."""

    def __init__(self, metrics: Metrics) -> None:
        """Count into `metrics`."""
        self._metrics = metrics
        self._lock = threading.Lock()
        self._woken: float | None = None

    def listener(self) -> Listener:
        """Return what the loop tells."""
        return Listener(on_wake=self._wakes, on_done=self._done, on_pass=self._passed)

    def _wakes(self) -> None:
        with self._lock:
            self._woken = perf_counter() if self._woken is None else self._woken

    def _done(self, intent: Intent) -> None:
        if not intent.settled:
            return
        status = str(intent.status)
        self._metrics.actions.labels(kind=str(intent.action.verb), outcome=status).inc()
        if intent.action.verb is Verb.SEND:
            outcome = "delivered" if intent.status is IntentStatus.DONE else status
            self._metrics.deliveries.labels(outcome=outcome).inc()
        self._reacted()

    def _reacted(self) -> None:
        with self._lock:
            woken, self._woken = self._woken, None
        if woken is not None:
            self._metrics.reaction.observe(perf_counter() - woken)

    def _passed(self, result: PassResult, wait: float) -> None:
        metrics = self._metrics
        metrics.passes.labels(moved=str(moved(result)).lower()).inc()
        metrics.look.observe(result.took)
        metrics.last.set(time())
        metrics.show_facts(_facts(result.plan))
        states = Counter((address.partition("/")[0], s.state) for address, s in result.record.subjects.items())
        metrics.show_states(states)
        metrics.idle.set(_idle(result))
        if wait:
            with self._lock:
                self._woken = None  # nothing came of it


def _facts(plan: Plan) -> Counter[tuple[str, str]]:
    return Counter((name, str(fact.truth)) for facts in plan.facts.values() for name, fact in facts.items())


def _idle(result: PassResult) -> int:
    busy = {assignment.agent for assignment in result.record.assignments.values()}
    facts = result.plan.facts
    free = (a for a in facts if a.startswith("agent/") and a.removeprefix("agent/") not in busy)
    return sum("at_prompt" in facts[a] and facts[a]["at_prompt"].truth is Truth.TRUE for a in free)
