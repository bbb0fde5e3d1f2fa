"""What others do while a rehearsal runs: its operator, somebody who commits, and whoever tells agents of new tasks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.errors import WorkspaceError
from amp_fsm.model.desired import desired
from amp_fsm.model.machine import Verb
from amp_fsm.rehearsal.practice_agent.outside import write_atomically
from amp_fsm.rehearsal.practice_agent.work import concrete
from amp_fsm.rehearsal.repository import commit_meanwhile, merge_by_hand
from amp_fsm.rehearsal.scenario import OperatorAct
from amp_fsm.rehearsal.script import tasks_file
from amp_fsm.rehearsal.stage import Stage


@dataclass(slots=True, kw_only=True)
class Meanwhile:
    """Everybody but the agents.

    Attributes:
        operator: what is left for the operator to do, the earliest first.
        added: ids of the tasks of the record that the agents know of.
    """

    stage: Stage
    operator: list[OperatorAct] = field(default_factory=list)
    added: frozenset[str] = frozenset()

    @staticmethod
    def of(stage: Stage) -> Meanwhile:
        """Return everybody before the first pass."""
        return Meanwhile(stage=stage, operator=sorted(stage.scenario.operator, key=lambda act: act.after))

    def after(self, result: PassResult) -> None:
        """Do what follows a pass at once."""
        for change in result.plan.changes:
            if any(intent.action.verb is Verb.GIT and intent.action.what == "commit" for intent in change.intents):
                self._commit(change.address)
        if result.record.added.keys() != self.added:
            # before any prompt tells of them
            self.added = frozenset(result.record.added)
            script = tasks_file(desired(self.stage.project, result.record), self.stage.scenario)
            write_atomically(self.stage.world / "tasks.json", json.dumps(script))

    def next_act(self, elapsed: float) -> float | None:
        """Return in how many seconds the operator does something; None: never again."""
        return self.operator[0].after - elapsed if self.operator else None

    def act(self, elapsed: float) -> str:
        """Do all that the operator does by now; return what could not be done, empty when all could."""
        failed = ""
        while self.operator and self.operator[0].after <= elapsed:
            failed = self._operate(self.operator.pop(0)) or failed
        return failed

    def _operate(self, act: OperatorAct) -> str:
        if act.verb != "merge":
            self.stage.ports.store.request(act.verb, act.arguments)
            return ""
        project, (task, side) = self.stage.project, act.arguments
        workspace = project.workspace(project.tasks[task])
        try:
            if workspace is not None:
                merge_by_hand(Path(project.root), workspace.branch, side)
        except WorkspaceError as error:
            return f"the operator's merge of {task}: {error}"
        return ""

    def _commit(self, address: str) -> None:
        """Commit other contents of a task's deliverables to the root's branch, if the scenario says so."""
        project, name = self.stage.project, address.removeprefix("task/")
        if self.stage.scenario.tasks.get(name, {}).get("conflicts"):
            files = (item.file for item in project.tasks[name].deliverables if not item.file.startswith("/"))
            commit_meanwhile(Path(project.root), [concrete(file, name) for file in files])
