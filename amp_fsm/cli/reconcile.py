"""`reconcile`: carries a plan out, once, until something holds, or for ever.  Arguments in, text and exit code out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import AddressParam, DurationParam, exit_code, print_json
from amp_fsm.cli.plan import show_plan

if TYPE_CHECKING:
    from amp_fsm.cli.passes import PassPrinter
    from amp_fsm.engine.ending import Mode
    from amp_fsm.model.project import Project
    from amp_fsm.ports import World

EXAMPLE = "\b\nExample:\n  amp-fsm reconcile my-team.yaml --dry-run\n  amp-fsm reconcile my-team.yaml --watch"


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
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", help="Print one JSON object per line."
)
@click.option("--metrics", type=AddressParam(), metavar="[ADDR:]PORT", help="Serve numbers for Prometheus there.")
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
    log_format: str,
    metrics: tuple[str, int] | None,
) -> None:
    """Look at everything, write down what is to be done, do it, and write down what came of it.

    One pass, unless --until or --watch asks for more; D is a duration such as 30s or 5m.

    A watch looks at once on SIGUSR1, reads CONFIG anew on SIGHUP, and ends on SIGTERM.

    Exit code 4: something could not be seen, done or known; the rest was done.
    """
    loops = watch or until is not None
    _refuse_together(("--watch", watch), ("--until", until is not None))
    _refuse_together(("--dry-run", dry_run), ("--plan", saved is not None), ("--watch or --until", loops))
    _refuse_together(("--watch", watch), ("--json", as_json))
    _refuse_together(("--log-format json", log_format == "json"), ("--json", as_json), ("--dry-run", dry_run))
    if detailed_exitcode and not dry_run:
        raise click.UsageError("--detailed-exitcode goes with --dry-run")
    if (interval is not None or max_passes is not None or metrics is not None) and not loops:
        raise click.UsageError("--interval, --max-passes and --metrics go with --watch or --until")
    if dry_run:
        sys.exit(show_plan(config, as_json=as_json, detailed=detailed_exitcode))
    project, world = open_with_terminal(config, keep=True)
    printer = _printer(config, loops=loops, as_json=as_json, logs=log_format == "json")
    if saved is not None:
        sys.exit(_carry_out(saved, project, world, lock_timeout, printer))
    from amp_fsm.cli.loop import LoopOptions, run_loop

    options = LoopOptions(
        mode=_mode(watch, until),
        interval=interval,
        lock_timeout=lock_timeout,
        max_passes=max_passes or 0,
        metrics=metrics,
    )
    sys.exit(run_loop(project, world, printer, options))


def _refuse_together(*options: tuple[str, bool]) -> None:
    given = [name for name, is_given in options if is_given]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} exclude each other")


def _mode(watch: bool, until: str | None) -> Mode:
    from amp_fsm.engine.ending import Mode

    return Mode.WATCH if watch else Mode(until or "once")


def _printer(config: str, *, loops: bool, as_json: bool, logs: bool) -> PassPrinter:
    from amp_fsm.cli.passes import PassPrinter

    if logs:
        from amp_fsm.cli.log_lines import LogPrinter

        return LogPrinter(config, loops=loops)
    return PassPrinter(config, loops=loops, quiet=as_json)


def _carry_out(saved: str, project: Project, world: World, lock_timeout: float, printer: PassPrinter) -> int:
    from amp_fsm.engine.saved_plan import carry_out, read

    listener = printer.listener()
    result = carry_out(
        read(saved), project, world, lock_timeout=lock_timeout, on_plan=listener.on_plan, on_done=listener.on_done
    )
    listener.on_pass(result, 0.0)
    code = exit_code(partial=result.partial)
    printer.end(result, "", result.outcomes, code=code)
    if printer.quiet:
        print_json(printer.document(result, result.outcomes, result.refused, ended="one pass", passes=1, code=code))
    return code
