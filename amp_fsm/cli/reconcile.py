"""`reconcile`: carries a plan out, once, until something holds, or for ever.  Arguments in, text and exit code out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import DurationParam, exit_code, print_json
from amp_fsm.cli.plan import show_plan

if TYPE_CHECKING:
    from amp_fsm.cli.passes import PassPrinter
    from amp_fsm.engine.calls import Calls
    from amp_fsm.engine.loops import LoopResult, Mode
    from amp_fsm.model.project import Project
    from amp_fsm.ports import World

EXAMPLE = "\b\nExample:\n  amp-fsm reconcile my-team.yaml --dry-run\n  amp-fsm reconcile my-team.yaml --watch"
UNTIL_SECONDS = 2.0
"""The interval of `--until`, which somebody waits for."""


@click.command("reconcile", epilog=EXAMPLE, short_help="Carry out what CONFIG asks for.")
@click.argument("config")
@click.option("--dry-run", is_flag=True, help="Only show what would be done, as `plan` does.")
@click.option("--detailed-exitcode", is_flag=True, help="With --dry-run: exit 2 when there is something to do.")
@click.option("--plan", "saved", metavar="FILE", help="Carry out what `plan --out FILE` saved, and nothing else.")
@click.option("--watch", is_flag=True, help="Go on for ever, until SIGTERM or Ctrl-C.")
@click.option("--until", type=click.Choice(["done", "converged"]), help="Go on until then.")
@click.option("--interval", type=DurationParam(), metavar="D", help="Look again at the latest after that long.")
@click.option("--lock-timeout", type=DurationParam(), default=0.0, metavar="D", help="Wait that long for the lock.")
@click.option("--max-passes", type=click.IntRange(min=1), metavar="N", help="End after so many passes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
def command(
    config: str,
    dry_run: bool,
    detailed_exitcode: bool,
    saved: str | None,
    watch: bool,
    until: str | None,
    interval: float | None,
    lock_timeout: float,
    max_passes: int | None,
    as_json: bool,
) -> None:
    """Look at everything, write down what is to be done, do it, and write down what came of it.

    One pass, unless --until or --watch asks for more; D is a duration such as 30s or 5m.

    Exit code 4: something could not be seen, done or known; the rest was done.
    """
    loops = watch or until is not None
    _refuse_together(("--watch", watch), ("--until", until is not None))
    _refuse_together(("--dry-run", dry_run), ("--plan", saved is not None), ("--watch or --until", loops))
    _refuse_together(("--watch", watch), ("--json", as_json))
    if detailed_exitcode and not dry_run:
        raise click.UsageError("--detailed-exitcode goes with --dry-run")
    if (interval is not None or max_passes is not None) and not loops:
        raise click.UsageError("--interval and --max-passes go with --watch or --until")
    if dry_run:
        sys.exit(show_plan(config, as_json=as_json, detailed=detailed_exitcode))
    project, world = open_with_terminal(config)
    printer = _printer(config, loops=loops, as_json=as_json)
    if saved is not None:
        sys.exit(_carry_out(saved, project, world, lock_timeout, printer))
    mode = _mode(watch, until)
    sys.exit(_loop(project, world, mode, interval, lock_timeout, max_passes or 0, printer))


def _refuse_together(*options: tuple[str, bool]) -> None:
    given = [name for name, is_given in options if is_given]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} exclude each other")


def _mode(watch: bool, until: str | None) -> Mode:
    from amp_fsm.engine.loops import Mode

    return Mode.WATCH if watch else Mode(until or "once")


def _printer(config: str, *, loops: bool, as_json: bool) -> PassPrinter:
    from amp_fsm.cli.passes import PassPrinter

    return PassPrinter(config, loops=loops, quiet=as_json)


def _carry_out(saved: str, project: Project, world: World, lock_timeout: float, printer: PassPrinter) -> int:
    from amp_fsm.engine.saved_plan import carry_out, read

    listener = printer.listener()
    result = carry_out(
        read(saved), project, world, lock_timeout=lock_timeout, on_plan=listener.on_plan, on_done=listener.on_done
    )
    listener.on_pass(result, 0.0)
    printer.end(result, "", result.outcomes)
    code = exit_code(partial=result.partial)
    if printer.quiet:
        print_json(printer.document(result, result.outcomes, result.refused, ended="one pass", passes=1, code=code))
    return code


def _loop(
    project: Project,
    world: World,
    mode: Mode,
    interval: float | None,
    lock_timeout: float,
    max_passes: int,
    printer: PassPrinter,
) -> int:
    from amp_fsm.cli.renewal import Renewal
    from amp_fsm.engine.calls import Calls
    from amp_fsm.engine.loops import Mode, run_until

    calls = Calls()
    printer.on_broken = lambda: calls.end(signal.SIGPIPE)
    if mode is not Mode.ONCE:
        signal.signal(signal.SIGTERM, calls.end)
        signal.signal(signal.SIGINT, calls.end)
    if mode is Mode.WATCH:
        signal.signal(signal.SIGUSR1, calls.rouse)
    result = run_until(
        project,
        world,
        mode,
        interval=interval or (project.policies.resync if mode is Mode.WATCH else UNTIL_SECONDS),
        calls=calls,
        lock_timeout=lock_timeout,
        max_passes=max_passes,
        listener=printer.listener(),
        renew=Renewal(printer.config),
    )
    outcomes = result.last.outcomes if mode is Mode.ONCE else result.outcomes
    printer.end(result.last, f"{result.ending} after {_passes(result.passes)}", outcomes)
    code = _code(result, mode, calls)
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
    from amp_fsm.engine.loops import Ending, Mode

    if result.ending is Ending.STOPPED and not (mode is Mode.WATCH and calls.ended_by == signal.SIGTERM):
        return 128 + calls.ended_by
    return exit_code(partial=result.partial)
