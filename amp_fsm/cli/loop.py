"""A loop of passes as a command runs it: its signals, what is told to whom, and the exit code that it ends with."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from types import FrameType

from amp_fsm.cli.output import exit_code, print_json
from amp_fsm.cli.passes import PassPrinter
from amp_fsm.cli.renewal import Renewal
from amp_fsm.engine.calls import Calls
from amp_fsm.engine.ending import Ending, LoopResult, Mode
from amp_fsm.engine.listener import Listener, all_of
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent
from amp_fsm.ports import World
from amp_fsm.world.collecting import collect_seldom
from amp_fsm.world.service_manager import ServiceManager

UNTIL_SECONDS = 2.0
"""The interval of `--until`, which somebody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOptions:
    """What the command line asks of a loop.

    Attributes:
        interval: seconds between looks; None: the configuration's, or `UNTIL_SECONDS`.
        max_passes: 0: no bound.  metrics: where to serve them; None: nowhere.
    """

    mode: Mode
    interval: float | None = None
    lock_timeout: float = 0.0
    max_passes: int = 0
    metrics: tuple[str, int] | None = None


class Service:
    """Passes the operator's signals on to the loop, and tells the service manager how the loop stands."""

    def __init__(self, calls: Calls, manager: ServiceManager) -> None:
        """Answer no signal yet."""
        self._calls = calls
        self._manager = manager
        self._is_ready = False

    def answer_signals(self, mode: Mode) -> None:
        """End on SIGTERM and Ctrl-C; a watch reads its configuration anew on SIGHUP and looks on SIGUSR1."""
        if mode is Mode.ONCE:
            return
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        if mode is Mode.WATCH:
            signal.signal(signal.SIGUSR1, self._calls.rouse)
            signal.signal(signal.SIGHUP, self._renew)

    def listener(self) -> Listener:
        """Return what the loop tells: every sign of life feeds the watchdog."""
        return Listener(on_plan=self._planned, on_done=self._done, on_pass=self._passed, on_beat=self._manager.alive)

    def renewed(self) -> None:
        """The configuration was read anew, whatever came of it."""
        self._manager.ready()

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._manager.stopping()
        self._calls.end(number, frame)

    def _renew(self, number: int, frame: FrameType | None) -> None:
        self._manager.reloading()
        self._calls.renew(number, frame)

    def _planned(self, _plan: Plan, _took: float) -> None:
        self._manager.alive()

    def _done(self, _intent: Intent) -> None:
        self._manager.alive()

    def _passed(self, result: PassResult, _wait: float) -> None:
        self._manager.alive()
        if not self._is_ready:
            self._is_ready = True
            self._manager.ready(f"watching {result.project.name}")


def run_loop(project: Project, world: World, printer: PassPrinter, options: LoopOptions) -> int:
    """Carry out passes as `options` ask for, and return the exit code.

    Raises:
        ProjectLockedError: another process holds the project.
        NotPossibleError: the metrics cannot be served.
    """
    mode, calls = options.mode, Calls()
    service = Service(calls, ServiceManager(os.environ))
    printer.on_broken = lambda: calls.end(signal.SIGPIPE)
    listeners = [printer.listener(), service.listener()]
    if options.metrics is not None:
        listeners.append(_measured(options.metrics, printer))
    service.answer_signals(mode)
    if mode is not Mode.ONCE:
        collect_seldom()
    result = run_until(
        project,
        world,
        mode,
        interval=options.interval or (project.policies.resync if mode is Mode.WATCH else UNTIL_SECONDS),
        calls=calls,
        lock_timeout=options.lock_timeout,
        max_passes=options.max_passes,
        listener=all_of(*listeners),
        renew=Renewal(printer.config, say=printer.notice, calls=calls, done=service.renewed),
    )
    return _told(result, mode, calls, printer)


def _measured(where: tuple[str, int], printer: PassPrinter) -> Listener:
    from amp_fsm.cli.measuring import Measuring
    from amp_fsm.world.metrics import Metrics

    metrics = Metrics()
    address, _ = where
    port = metrics.serve(*where)
    printer.notice(f"metrics at http://{f'[{address}]' if ':' in address else address}:{port}/metrics")
    return Measuring(metrics).listener()


def _told(result: LoopResult, mode: Mode, calls: Calls, printer: PassPrinter) -> int:
    outcomes = result.last.outcomes if mode is Mode.ONCE else result.outcomes
    code = _code(result, mode, calls)
    printer.end(result.last, f"{result.ending} after {_passes(result.passes)}", outcomes, code=code)
    if printer.quiet:
        ended = str(result.ending)
        print_json(
            printer.document(result.last, outcomes, result.refused, ended=ended, passes=result.passes, code=code)
        )
    return code


def _passes(number: int) -> str:
    return f"{number} pass{'' if number == 1 else 'es'}"


def _code(result: LoopResult, mode: Mode, calls: Calls) -> int:
    """Return the exit code: being ended by SIGTERM is how a watch ends well, and how nothing else does."""
    if result.ending is Ending.STOPPED and not (mode is Mode.WATCH and calls.ended_by == signal.SIGTERM):
        return 128 + calls.ended_by
    return exit_code(partial=result.partial)
