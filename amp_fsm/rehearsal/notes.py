"""What is noted down while a rehearsal runs: every prompt that was planned, every move, every action that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Change
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.rehearsal.account import Planned


@dataclass(slots=True, kw_only=True)
class Notes:
    """What happened so far.

    Attributes:
        progress: told every transition, as it happens.
        failed: actions that could not be done, each once, with the reason.
        prompts: intent id to the prompt.
    """

    progress: Callable[[str], None]
    passes: int = 0
    failed: dict[str, None] = field(default_factory=dict)
    prompts: dict[str, Planned] = field(default_factory=dict)

    def take(self, result: PassResult, now: float) -> None:
        """Note what one pass did at `now`, in policy seconds."""
        self.passes += 1
        for change in result.plan.changes:
            for intent in change.intents:
                if intent.action.verb is Verb.SEND:
                    self.prompts[intent.id] = _planned(intent, change, result.record)
            if change.moves:
                self.progress(f"{now:9.0f}s  {change.address}  {change.before.state} -> {change.after.state}")
        for intent in result.outcomes:
            if intent.status is IntentStatus.FAILED:
                what = intent.action.what or intent.action.target
                self.failed[f"{intent.action.verb} {what}: {intent.note}"] = None
            if intent.id in self.prompts:
                self.prompts[intent.id] = replace(self.prompts[intent.id], ended=str(intent.status))

    def name(self, intent: str) -> str:
        """Return a prompt's name by its intent."""
        return self.prompts[intent].prompt if intent in self.prompts else "prompt"


def _planned(intent: Intent, change: Change, record: Record) -> Planned:
    """Return a prompt as it is planned in a change, with the task that it is about."""
    known = (*record.assignments.values(), *(one for one in (change.opens, change.updates) if one is not None))
    task = next((one.task for one in known if one.id == intent.assignment), "")
    agent = intent.address.partition("/")[2]
    return Planned(intent=intent.id, prompt=intent.action.what, task=task, agent=agent, ended=str(intent.status))
