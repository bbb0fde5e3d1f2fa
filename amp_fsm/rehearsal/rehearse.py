"""One rehearsal: passes of the real engine over a private world, policy time jumping whenever everyone waits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.errors import WorkspaceError
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import IntentStatus, Record
from amp_fsm.rehearsal.cast import Cast, next_wake
from amp_fsm.rehearsal.pace import next_jump
from amp_fsm.rehearsal.practice_agent.work import concrete
from amp_fsm.rehearsal.promises import SentPrompt, broken_budgets, broken_deliveries, broken_document
from amp_fsm.rehearsal.report import Report, TaskEnd
from amp_fsm.rehearsal.repository import commit_meanwhile, merge_by_hand
from amp_fsm.rehearsal.scenario import OperatorAct
from amp_fsm.rehearsal.stage import Stage, text_of
from amp_fsm.rehearsal.stand_ins import ListeningTerminal, StandInRunner

Json = Mapping[str, Any]
MAX_PASSES = 5_000
CHECK_POLL_SECONDS = 0.005
CHECK_SECONDS = 600.0
STUBBORN = 50
"""Passes that act, one after another, after which time goes on all the same."""

FIRST_PATIENCE = 1.0
MOST_PATIENCE = 60.0


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One run over a stage."""

    stage: Stage
    progress: Callable[[str], None]
    terminal: ListeningTerminal
    runner: StandInRunner
    passes: int = 0
    failed: dict[str, None] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)
    settled_at: dict[str, float] = field(default_factory=dict)
    patience: float = FIRST_PATIENCE
    restless: int = 0
    waited: float = 0.0
    operator: list[OperatorAct] = field(default_factory=list)

    @staticmethod
    def on(stage: Stage, progress: Callable[[str], None]) -> Rehearsal:
        """Return a rehearsal that has not begun; `progress` is told every transition."""
        return Rehearsal(
            stage=stage,
            progress=progress,
            terminal=ListeningTerminal(stage.ports.terminal),
            runner=StandInRunner(stage.ports.runner, stage.world, stage.scenario),
            operator=sorted(stage.scenario.operator, key=lambda act: act.after),
        )

    def run(self) -> Report:
        """Play until all tasks are settled, nothing can move, or time is up, and return what came of it."""
        begun = time.monotonic()
        stage = self.stage
        ports = replace(stage.ports, terminal=self.terminal, runner=self.runner)
        cast = Cast(stage.project, stage.world, self.terminal)
        ended = ""
        with ports.store.lock():
            while not ended:
                states = cast.wait(stage.clock.tick)
                ended = self._after(run_pass(stage.project, ports), states)
        return self._report(ended, ports.store.load(), cast.receipts(), time.monotonic() - begun)

    def _after(self, result: PassResult, states: tuple[Json, ...]) -> str:
        """Note what the pass did, move time when nobody acts; return why the rehearsal ends, or nothing."""
        self.passes += 1
        self._note(result.plan)
        failed = (intent for intent in result.outcomes if intent.status is IntentStatus.FAILED)
        self.failed |= {f"{i.action.verb} {i.action.what or i.action.target}: {i.note}": None for i in failed}
        if self.passes >= MAX_PASSES:
            return f"given up after {MAX_PASSES} passes"
        self.restless = self.restless + 1 if result.acted else 0
        if result.acted:
            self.patience = FIRST_PATIENCE
        if 0 < self.restless < STUBBORN or self._checks_run():
            return ""
        return self._move(result, states)

    def _checks_run(self) -> bool:
        """Wait until a running check has ended, if there is one; another pass must see how."""
        running = len(self.runner.started)
        if not running or self.waited > CHECK_SECONDS:
            return False
        while self.runner.is_busy() and len(self.runner.started) == running and self.waited <= CHECK_SECONDS:
            self.waited += CHECK_POLL_SECONDS
            time.sleep(CHECK_POLL_SECONDS)
        self.waited = 0.0 if len(self.runner.started) < running else self.waited
        return True

    def _move(self, result: PassResult, states: tuple[Json, ...]) -> str:
        clock, plan = self.stage.clock, result.plan
        if not plan.pending and all(self._is_final(task, result) for task in result.project.tasks):
            return "all tasks are settled"
        act = self.operator[0].after - clock.elapsed if self.operator else None
        jump = next_jump(plan, (next_wake(states, clock.elapsed), act), self.patience)
        if jump is None:
            return "nothing moves any more without a person"
        if clock.elapsed + jump > self.stage.scenario.time:
            return "given up: the scenario's time is over"
        self.patience = min(MOST_PATIENCE, self.patience * 2)
        clock.jump(jump)
        while self.operator and self.operator[0].after <= clock.elapsed:
            self._operate(self.operator.pop(0))
        return ""

    def _operate(self, act: OperatorAct) -> None:
        """Do what the scenario's operator does now."""
        if act.verb != "merge":
            self.stage.ports.store.request(act.verb, act.arguments)
            return
        project, (task, side) = self.stage.project, act.arguments
        workspace = project.workspace(project.tasks[task])
        try:
            if workspace is not None:
                merge_by_hand(Path(project.root), workspace.branch, side)
        except WorkspaceError as error:
            self.failed[f"the operator's merge of {task}: {error}"] = None

    def _somebody_else_commits(self, address: str) -> None:
        """Commit other contents of the task's deliverables to the root's branch, if the scenario says so."""
        project, name = self.stage.project, address.removeprefix("task/")
        if self.stage.scenario.tasks.get(name, {}).get("conflicts"):
            files = (item.file for item in project.tasks[name].deliverables if not item.file.startswith("/"))
            commit_meanwhile(Path(project.root), [concrete(file, name) for file in files])

    def _note(self, plan: Plan) -> None:
        now = self.stage.clock.elapsed
        for change in plan.changes:
            for intent in change.intents:
                if intent.action.verb is Verb.SEND:
                    self.prompts[intent.id] = intent.action.what
                elif intent.action.verb is Verb.GIT and intent.action.what == "commit":
                    self._somebody_else_commits(change.address)
            if change.moves:
                self.settled_at[change.address] = now
                self.progress(f"{now:9.0f}s  {change.address}  {change.before.state} -> {change.after.state}")

    def _is_final(self, task: str, result: PassResult) -> bool:
        spec = result.project.tasks[task]
        subject = result.record.subjects.get(spec.address)
        return subject is not None and result.project.machines[spec.machine].states[subject.state].final

    # ---- afterwards ------------------------------------------------------------------------------------------

    def _report(self, ended: str, record: Record, receipts: tuple[Json, ...], real: float) -> Report:
        submitted = [sent for sent in self.terminal.sent.values() if sent.submits]
        names = Counter(self.prompts.get(sent.intent, "prompt") for sent in submitted)
        stage = self.stage
        return Report(
            project=stage.project.name,
            scenario=stage.scenario.name,
            ended=ended,
            tasks=tuple(self._end(task, record) for task in stage.project.tasks),
            sent=dict(names),
            received=sum(receipt["kind"] == "prompt" for receipt in receipts),
            unmentioned=tuple(
                dict.fromkeys(
                    f"{self.prompts.get(receipt['marker'], 'prompt')} for {receipt['task'] or 'no task'}: {item}"
                    for receipt in receipts
                    for item in receipt["unmentioned"]
                )
            ),
            told=tuple(
                text if text.startswith(address) else f"{address}: {text}" for address, text in stage.notifier.told
            ),
            notes=stage.notes,
            failed=tuple(self.failed),
            broken=tuple(self._broken(record, receipts)),
            passes=self.passes,
            policy_seconds=stage.clock.elapsed,
            real_seconds=real,
            kept=stage.kept,
        )

    def _end(self, task: str, record: Record) -> TaskEnd:
        address = self.stage.project.tasks[task].address
        subject = record.subjects.get(address)
        state = subject.state if subject is not None else "never seen"
        return TaskEnd(
            id=task,
            state=state,
            expected=self.stage.scenario.expect.get(task, "COMPLETED"),
            attempts=record.attempts.get(task, 0),
            settled_at=self.settled_at.get(address),
        )

    def _broken(self, record: Record, receipts: tuple[Json, ...]) -> list[str]:
        open_ones = {i.id for i in record.intents.values() if not i.settled or i.status is IntentStatus.UNKNOWN}
        sent = [
            SentPrompt(intent=item.intent, text=item.text, established=item.intent not in open_ones)
            for item in self.terminal.sent.values()
            if item.submits
        ]
        broken = [*broken_deliveries(sent, receipts, self.terminal.answered), *broken_budgets(self.prompts, receipts)]
        for name, document in self.stage.project.documents.items():
            after = text_of(Path(self.stage.project.root, document.file))
            broken += broken_document(document, self.stage.documents[name], after)
        return broken
