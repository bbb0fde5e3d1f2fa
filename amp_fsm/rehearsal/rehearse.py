"""One rehearsal: passes of the real engine over a private world, policy time jumping whenever everyone waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.rehearsal.cast import Cast, next_wake
from amp_fsm.rehearsal.ending import report_of
from amp_fsm.rehearsal.meanwhile import Meanwhile
from amp_fsm.rehearsal.notes import Notes
from amp_fsm.rehearsal.pace import next_jump
from amp_fsm.rehearsal.report import Report
from amp_fsm.rehearsal.stage import Stage
from amp_fsm.rehearsal.stand_ins import ListeningTerminal, StandInRunner

Json = Mapping[str, Any]
MAX_PASSES = 5_000
CHECK_POLL_SECONDS = 0.005
CHECK_SECONDS = 600.0
STUBBORN = 50
"""Passes that act, one after another, after which time goes on all the same."""

PASS_SECONDS = 0.6
"""Policy seconds that a pass takes which acts: real ones take time, too."""

FIRST_PATIENCE = 1.0
MOST_PATIENCE = 60.0


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One run over a stage."""

    stage: Stage
    terminal: ListeningTerminal
    runner: StandInRunner
    meanwhile: Meanwhile
    notes: Notes
    patience: float = FIRST_PATIENCE
    restless: int = 0
    waited: float = 0.0

    @staticmethod
    def on(stage: Stage, progress: Callable[[str], None]) -> Rehearsal:
        """Return a rehearsal that has not begun; `progress` is told every transition."""
        return Rehearsal(
            stage=stage,
            terminal=ListeningTerminal(stage.ports.terminal),
            runner=StandInRunner(stage.ports.runner, stage.world, stage.scenario),
            meanwhile=Meanwhile.of(stage),
            notes=Notes(progress=progress),
        )

    def run(self) -> Report:
        """Play until all tasks are settled, nothing can move, or time is up, and return what came of it."""
        begun = time.monotonic()
        stage = self.stage
        ports = replace(stage.ports, terminal=self.terminal, runner=self.runner)
        cast = Cast(stage.project, stage.world, self.terminal)
        ended, last = "", None
        looking = self.terminal.kept_open(stage.project.tmux.session, lambda reason: None)
        with ports.store.lock(), looking:
            while not ended:
                cast.wait(stage.clock.tick, stage.clock.elapsed)
                last = run_pass(stage.project, ports, last=last)
                ended = self._after(last, cast)
        report = report_of(stage, self.notes, self.terminal, ports.store.load(), cast.receipts())
        return replace(report, ended=ended, real_seconds=time.monotonic() - begun)

    def _after(self, result: PassResult, cast: Cast) -> str:
        """Note what the pass did, move time when nobody acts; return why the rehearsal ends, or nothing."""
        self.notes.take(result, self.stage.clock.elapsed)
        self.meanwhile.after(result)
        if self.notes.passes >= MAX_PASSES:
            return f"given up after {MAX_PASSES} passes"
        self.restless = self.restless + 1 if result.acted else 0
        if result.acted:
            self.patience = FIRST_PATIENCE
        if self._checks_run():
            return ""
        if 0 < self.restless < STUBBORN:
            self.stage.clock.jump(PASS_SECONDS)
            return ""
        return self._move(result, cast.states())

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
        others = (next_wake(states, clock.elapsed), self.meanwhile.next_act(clock.elapsed))
        jump = next_jump(plan, others, self.patience)
        if jump is None:
            return "nothing moves any more without a person"
        if clock.elapsed + jump > self.stage.scenario.time:
            return "given up: the scenario's time is over"
        self.patience = min(MOST_PATIENCE, self.patience * 2)
        clock.jump(jump)
        failed = self.meanwhile.act(clock.elapsed)
        if failed:
            self.notes.failed[failed] = None
        return ""

    def _is_final(self, task: str, result: PassResult) -> bool:
        spec = result.project.tasks[task]
        subject = result.record.subjects.get(spec.address)
        return subject is not None and result.project.machines[spec.machine].states[subject.state].final
