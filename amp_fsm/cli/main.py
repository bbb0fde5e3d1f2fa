"""The door: finds the command, and turns whatever ends it into a message and an exit code.  Knows no command's insides.

A command's module is imported only when the command is called, so that asking for help costs next to nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from amp_fsm import __version__
from amp_fsm.cli.lazy import LazyGroup
from amp_fsm.cli.output import exit_code
from amp_fsm.errors import AmpFsmError, InvalidConfigError

PROGRAM = "amp-fsm"
ERROR, INTERRUPTED = 1, 130
LAST_FRAMES = 4

COMMANDS = {
    "validate": "Say everything that is wrong with CONFIG.",
    "plan": "Show what `reconcile` would do, and why.",
    "reconcile": "Carry out what CONFIG asks for.",
    "rehearse": "Play CONFIG through with practice agents; nothing of yours is touched.",
    "status": "Show agents, tasks, services and open intents.",
    "explain": "Say why SUBJECT is in its state.",
    "history": "Show what happened, oldest first.",
    "detect": "Classify captured screens, one JSON line each.",
    "fire": "Make a manual transition.",
    "resolve": "Settle a delivery that only a person can tell.",
    "hand-over": "Pass the lead on.",
    "task": "Show the queue and change it.",
    "agent": "Answer an agent's dialog, go to its window.",
    "hook": "Take an event from an agent's hook; agents call it.",
    "pause": "Hold every effect, or those of one AGENT.",
    "go": "End what `pause` began.",
    "poke": "Make whoever watches CONFIG look at once.",
    "graph": "Draw the machines.",
    "schema": "Print the JSON Schema.",
}
"""Every command with its line of help, in the order of docs/cli.md; each is `amp_fsm.cli.NAME.command`."""


@click.group(
    PROGRAM,
    cls=LazyGroup,
    table=COMMANDS,
    module="amp_fsm.cli",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  amp-fsm rehearse configs/practice.yaml\n  amp-fsm plan my-team.yaml",
)
@click.version_option(__version__, prog_name=PROGRAM)
def group() -> None:
    """Keep a team of terminal coding agents at work in tmux, as one YAML file asks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is said on stderr, never as a traceback.

    Args:
        arguments: those after the program's name; None: the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        ended = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return ERROR
    except (KeyboardInterrupt, click.Abort):
        click.echo(f"{PROGRAM}: interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        _say(error.format_message(), _usage_hint(error))
        return ERROR
    except AmpFsmError as error:
        _say_problems(error)
        _say(str(error), error.hint)
        return exit_code(error=error)
    except Exception as error:  # a bug of ours: what is needed to find it, and no more
        _report(error, given)
        return ERROR
    return ended


def _run(arguments: list[str]) -> int:
    if not arguments:
        click.echo(group.get_help(click.Context(group, info_name=PROGRAM)), err=True)
        return ERROR
    try:
        ended = group.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except SystemExit as end:
        ended = end.code
    return ended if isinstance(ended, int) else 0


def _say(message: str, hint: str) -> None:
    click.echo(f"{PROGRAM}: {message}", err=True)
    for line in hint.splitlines():
        click.echo(f"  {line}", err=True)


def _say_problems(error: AmpFsmError) -> None:
    if isinstance(error, InvalidConfigError):
        from amp_fsm.config.problems import format_problem

        for problem in error.problems:
            click.echo(format_problem(problem), err=True)


def _usage_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"see: {context.command_path if context is not None else PROGRAM} --help"


def _report(error: Exception, arguments: Sequence[str]) -> None:
    import platform
    import shlex
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-LAST_FRAMES:]
    said = " ".join(str(error).split())
    lines = [
        f"{PROGRAM}: unexpected {type(error).__name__}: {said}",
        "  This is a bug.  Nothing is lost: the next pass goes on from what is recorded.  Please report these lines:",
        f"    {PROGRAM} {__version__}, python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"    command: {shlex.join([PROGRAM, *arguments])}",
        *(f"    at {_module_path(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames),
    ]
    click.echo("\n".join(lines), err=True)


def _module_path(filename: str) -> str:
    """Return a source file's name from its package on: the reader's folders are nobody's business."""
    return "/".join(filename.replace("\\", "/").split("/")[-3:])


def _silence() -> None:
    """Let the interpreter's own last flush go nowhere: whoever read our output has left."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
