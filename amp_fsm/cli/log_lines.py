"""`--log-format json`: passes as log lines, one JSON object each, for programs that read along.

The keys are a contract (docs/cli.md); readers ignore those that they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from amp_fsm.cli.passes import PassPrinter, intent_json
from amp_fsm.engine.outlook import moved
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Intent
from amp_fsm.plan.as_json import change_json
from amp_fsm.plan.render import is_empty


class LogPrinter(PassPrinter):
    """Prints what a `PassPrinter` does, as JSON lines on stdout, what it would say on stderr included."""

    def __init__(self, config: str, *, loops: bool) -> None:
        """Log for `config`; in a loop, passes that do nothing are not mentioned."""
        super().__init__(config, loops=loops, quiet=False)
        self._passes = 0

    def notice(self, text: str) -> None:
        """Log something about the loop itself."""
        self._log("notice", text=text)

    def end(self, result: PassResult, ended: str, outcomes: Sequence[Intent], *, code: int) -> None:
        """Log how it ended."""
        self._log("end", ended=ended, passes=self._passes, exit_code=code)
        self._check_reader()

    def _plan(self, plan: Plan, took: float) -> None:
        if self._loops and is_empty(plan):
            return
        self._log(
            "plan",
            project=plan.project,
            serial=plan.serial,
            took_seconds=round(took, 6),
            complete=plan.complete,
            changes=[_without_facts(change_json(change)) for change in plan.changes],
            recoveries=[
                {"intent": step.intent.id, "address": step.intent.address, "recovery": step.recovery}
                for step in plan.steps
            ],
            undetermined=[{"address": held.address, "mark": held.mark, "text": held.text} for held in plan.held],
        )

    def _outcome(self, intent: Intent) -> None:
        self._log("outcome", **intent_json(intent))

    def _passed(self, result: PassResult, wait: float) -> None:
        self._passes += 1
        has_moved = moved(result)
        if has_moved or result.refused or result.skipped or not self._loops:
            self._log(
                "pass",
                number=self._passes,
                moved=has_moved,
                serial=result.record.serial,
                wait_seconds=round(wait, 3),
                answered=list(result.answered),
                refused=list(result.refused),
                skipped=list(result.skipped),
            )

    def _log(self, event: str, **values: object) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._say(json.dumps({"at": at, "event": event, **values}, ensure_ascii=False))


def _without_facts(change: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in change.items() if key != "facts"}
