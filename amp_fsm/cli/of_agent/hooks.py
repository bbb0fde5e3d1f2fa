"""`agent hooks`: shows what an agent program's settings need so that its hooks call us, and writes it when asked to."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_project
from amp_fsm.cli.output import print_json

if TYPE_CHECKING:
    from amp_fsm.model.channel import HookSpec
    from amp_fsm.model.project import AgentSpec, Project
    from amp_fsm.ports import World

EXAMPLE = "\b\nExamples:\n  amp-fsm agent hooks my-team.yaml codex\n  amp-fsm agent hooks my-team.yaml codex --write"


@click.command("hooks", epilog=EXAMPLE, short_help="Show or write the settings that make an agent tell.")
@click.argument("config")
@click.argument("name")
@click.option("--write", is_flag=True, help="Write what is shown into the program's settings file.")
@click.option("--named", is_flag=True, help="Name the agent in the command: for a program that amp-fsm does not start.")
@click.option("--json", "as_json", is_flag=True, help="Print the file's path and its new text as one JSON document.")
def command(config: str, name: str, write: bool, named: bool, as_json: bool) -> None:
    """Show, as a diff, what is to be added to the settings of agent NAME's program so that its hooks call amp-fsm.

    Nothing in the file is lost; what cannot be added to is left alone, and said.
    Programs that share a settings file share the hook too: it finds out whose it is by the environment that amp-fsm
    starts them with.
    """
    from amp_fsm.cli.subjects import find
    from amp_fsm.errors import NotPossibleError

    project, world = open_project(config)
    agent = project.agents[find(name, (a.address for a in project.agents.values())).partition("/")[2]]
    hook = project.profiles[agent.profile].channels.hook
    if hook is None:
        message = f"profile {agent.profile} knows no hooks: the program has none, or nobody has described them yet"
        raise NotPossibleError(message, hint="describe them under `profiles.NAME.channels.hook`")
    path, before, after = _settings(project, agent, hook, world, named=named)
    if write and after != before:
        _write(world, path, before, after)
    if as_json:
        print_json({"agent": agent.address, "file": path, "changed": after != before, "written": write, "text": after})
    else:
        _show(path, before or "", after, written=write)
        _advise(agent, hook, named=named)


def _settings(
    project: Project, agent: AgentSpec, hook: HookSpec, world: World, *, named: bool
) -> tuple[str, str | None, str]:
    """Return the settings file's path, its text (None: there is none yet) and what it is to be."""
    from amp_fsm.config.hook_settings import SettingsUnfitError, with_hooks
    from amp_fsm.errors import NotPossibleError
    from amp_fsm.model.channel_files import placed, spool_of
    from amp_fsm.model.seen import Failed, FileSeen
    from amp_fsm.world.hook_command import hook_command

    path = placed(project, agent, hook.file, world.environment.get("HOME", ""))
    found = world.files.read(path)
    if isinstance(found, Failed):
        raise NotPossibleError(f"{path} cannot be read: {found.reason}", hint="mend its permissions")
    before = found.text if isinstance(found, FileSeen) else None
    line = hook_command(spool_of(project), agent.name) if named else hook_command()
    try:
        return path, before, with_hooks(hook, line, before or "")
    except SettingsUnfitError as error:
        example = with_hooks(hook, line, "")
        message = f"{path} is left as it is: {error}"
        raise NotPossibleError(message, hint=f"add this by hand:\n{example}") from error


def _write(world: World, path: str, before: str | None, after: str) -> None:
    from amp_fsm.model.seen import FileSeen

    found = world.files.read(path)
    if before is None or not isinstance(found, FileSeen):
        world.files.write_new(path, after)
    else:
        world.files.replace(path, after, if_digest=found.digest)


def _show(path: str, before: str, after: str, *, written: bool) -> None:
    if before == after:
        click.echo(f"{path} has them already")
        return
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    click.echo("\n".join(lines))
    click.echo(f"\n{path} is written" if written else "\nNothing was written: --write does it")


def _advise(agent: AgentSpec, hook: HookSpec, *, named: bool) -> None:
    from amp_fsm.model.channel import Channel

    if hook.notes:
        click.echo(hook.notes)
    if Channel.HOOK not in agent.channels:
        click.echo(f"{agent.address} is not heard by them yet: give it `channels: [hook]`")
    elif not named:
        click.echo("They tell of programs that amp-fsm starts from now on")
