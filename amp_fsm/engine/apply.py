"""Doing: performs the intents of a plan, each re-checked at the very moment, its outcome recorded at once.

In order within one subject, side by side otherwise.  An intent that is refused stays open and holds back what comes
after it in its subject; one that failed does not.  An unexpected error fails its intent, never the pass; a prompt that
may have been typed by then is left to recovery instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from amp_fsm.engine.answer import give
from amp_fsm.engine.delivery import deliver
from amp_fsm.engine.documents import WRITES, Documents
from amp_fsm.engine.jobs import Job, jobs_of
from amp_fsm.engine.panes import Panes
from amp_fsm.engine.progress import Progress
from amp_fsm.engine.worktrees import Worktrees
from amp_fsm.errors import AmpFsmError, TerminalUnreachableError
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Notice
from amp_fsm.model.plan import Plan, Recovery
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.ports import World

SIDE_BY_SIDE = 64
"""Subjects served at once: sixty prompts take about one settle time."""

_SETTLED_BY_PLAN = {
    Recovery.DONE: IntentStatus.DONE,
    Recovery.VOID: IntentStatus.VOID,
    Recovery.ASK: IntentStatus.UNKNOWN,
}


class Performer:
    """Performs one plan over one world."""

    def __init__(
        self,
        project: Project,
        world: World,
        record: Record,
        on_done: Callable[[Intent], None],
        ends: Callable[[], bool] = bool,
    ) -> None:
        """Start with the record as it was committed.

        `on_done` hears of every intent's outcome; no action is begun any more once `ends` says so.
        """
        self._world = world
        self._progress = Progress(world.store, world.clock, record, on_done)
        self._ends = ends
        self._documents = Documents(project, world.files, self._progress)
        self._panes = Panes(project, world, self._progress, self._held)
        self._worktrees = Worktrees(world.repository)

    @property
    def record(self) -> Record:
        """The record as the outcomes so far leave it."""
        return self._progress.record

    @property
    def outcomes(self) -> list[Intent]:
        """Every intent that was touched, as it ended or stayed."""
        return self._progress.outcomes

    def perform(self, plan: Plan) -> None:
        """Perform every step and intent of the plan."""
        for step in plan.steps:
            status = _SETTLED_BY_PLAN.get(step.recovery)
            if status is not None:
                self._progress.settle(replace(step.intent, status=status, note=step.because))
        jobs = jobs_of(plan)
        for group in jobs.documents:  # what a table lacks is made before anybody writes into it
            self._serve(group)
        if len(jobs.subjects) == 1:
            self._serve(jobs.subjects[0])
        elif jobs.subjects:
            with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(jobs.subjects))) as pool:
                for _ in pool.map(self._serve, jobs.subjects):
                    pass

    def _serve(self, jobs: Sequence[Job]) -> None:
        for intent, recovery in jobs:
            outcome = self._attempt(intent, recovery)
            if outcome.settled:
                self._progress.settle(outcome)
            else:
                self._progress.keep(outcome)
                return

    def _attempt(self, intent: Intent, recovery: Recovery) -> Intent:
        try:
            if self._ends():
                return replace(intent, note="left for the next pass: asked to end")
            if self._held(intent):
                return replace(intent, note="held by the operator")
            return self._perform(intent, recovery)
        except TerminalUnreachableError as error:
            return replace(self._progress.saved(intent), note=f"tmux: {error}")
        except AmpFsmError as error:
            return self._failed(intent, f"{error}" + (f" ({error.hint})" if error.hint else ""))
        except Exception as error:  # an unforeseen fault of one effect must not stop the others
            return self._failed(intent, f"unexpected {type(error).__name__}: {error}")

    def _failed(self, intent: Intent, note: str) -> Intent:
        """Return a failed intent.

        A prompt that may have been typed has not failed, whatever happened here; and a file that cannot be written
        stays to be written, for the prompt after it speaks of it.
        """
        if intent.action.verb is Verb.WRITE:
            return replace(intent, note=note)
        saved = self._progress.saved(intent)
        if saved.status is IntentStatus.OPEN:
            return replace(intent, status=IntentStatus.FAILED, note=note)
        return replace(saved, note=note)

    def _held(self, intent: Intent) -> bool:
        held = self._world.store.held()
        return "*" in held or intent.address.partition("/")[2] in held

    def _perform(self, intent: Intent, recovery: Recovery) -> Intent:
        match intent.action.verb:
            case Verb.SEND:
                return deliver(intent, recovery, self._panes.reach(intent))
            case Verb.ANSWER:
                return give(intent, self._panes.reach(intent))
            case Verb.START:
                pane = self._panes.start(intent)
                return replace(_done(intent, f"runs in pane {pane.pane}"), pane=pane)
            case Verb.ADOPT:
                return self._adopt(intent)
            case Verb.RUN:
                self._world.runner.forget(intent.action.key)
                self._world.runner.start(intent.action)
                return _done(intent, "started")
            case Verb.GIT:
                return _done(intent, self._worktrees.perform(intent.action))
            case verb if verb in WRITES:
                return _done(intent, self._documents.perform(intent))
            case Verb.NOTIFY:
                self._world.notifier.tell(_notice(intent))
                return _done(intent, "told")
            case _:
                return replace(intent, status=IntentStatus.FAILED, note=f"{intent.action.verb} is not performed")

    def _adopt(self, intent: Intent) -> Intent:
        if intent.pane is None:
            return replace(intent, status=IntentStatus.FAILED, note="no pane to adopt")
        effect = self._world.terminal.adopt(intent.pane, intent.action.text)
        if effect.happened:
            return _done(intent, f"pane {intent.pane.pane} is ours now")
        return replace(intent, status=IntentStatus.VOID, note=effect.reason)


def _done(intent: Intent, note: str) -> Intent:
    return replace(intent, status=IntentStatus.DONE, note=note)


def _notice(intent: Intent) -> Notice:
    action = intent.action
    return Notice(
        address=intent.address, text=action.text, kind=intent.cause, severity=action.severity, at=intent.at_wall
    )
