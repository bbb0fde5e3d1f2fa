"""`agent attach`: brings the operator to an agent's window, with tmux's own commands."""

from __future__ import annotations

import os
import shutil

import click

from amp_fsm.cli.opening import open_with_terminal

EXAMPLE = "\b\nExample:\n  amp-fsm agent attach my-team.yaml codex"


@click.command("attach", epilog=EXAMPLE, short_help="Go to an agent's window.")
@click.argument("config")
@click.argument("name")
@click.option("--print", "only_print", is_flag=True, help="Print the tmux command instead of running it.")
def command(config: str, name: str, only_print: bool) -> None:
    """Go to the window of agent NAME: `tmux attach`, or `tmux switch-client` from inside tmux.

    While you type there amp-fsm types nothing.
    """
    from shlex import join

    from amp_fsm.cli.subjects import find
    from amp_fsm.engine.look import survey_of
    from amp_fsm.errors import NotPossibleError
    from amp_fsm.model.panes import resolve_panes, sockets_of
    from amp_fsm.model.seen import Failed

    project, world = open_with_terminal(config)
    address = find(name, (agent.address for agent in project.agents.values()))
    survey = survey_of(project, world.terminal)
    if isinstance(survey, Failed):
        raise NotPossibleError(survey.reason)
    pane = resolve_panes(project, survey).get(address)
    if pane is None:
        raise NotPossibleError(f"{address} has no window", hint=f"amp-fsm reconcile {config} starts it")
    socket = next(at for at in sockets_of(project) if survey.server_at(at) == pane.ref.server)
    words = attach_command(socket, pane.ref.pane, inside=bool(os.environ.get("TMUX")))
    if only_print:
        click.echo(join(words))
        return
    os.execv(shutil.which("tmux") or "tmux", words)  # the operator's own terminal is handed over


def attach_command(socket: str, pane: str, *, inside: bool) -> list[str]:
    """Return the tmux command that shows a pane; from inside tmux the present client goes there."""
    where = ["-S" if "/" in socket else "-L", socket] if socket else []
    return ["tmux", "-u", *where, "switch-client" if inside else "attach-session", "-t", pane]
