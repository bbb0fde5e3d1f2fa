"""Looking: asks the world what `needs` says, and nothing else.  Two tmux processes, whatever the number of panes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, PaneRef, Seen, Survey, Survivor
from amp_fsm.plan.needs import needs, run_keys
from amp_fsm.ports import Runner, Terminal, World


def look(project: Project, record: Record, world: World) -> tuple[Seen, Mapping[str, str]]:
    """Return everything this pass must see, and the keys under which check runs on the present inputs are recorded.

    Whatever cannot be looked at is `Failed` with its reason; nothing here raises for it, and nothing is changed.
    """
    survey = survey_of(project, world.terminal)
    wanted = needs(project, record, survey)
    inputs = {name: world.files.inputs(patterns) for name, patterns in wanted.inputs.items()}
    keys = run_keys(project, record, inputs)
    seen = Seen(
        terminal=survey,
        captures=_captures(world.terminal, wanted.captures),
        files={path: world.files.read(path) for path in wanted.files},
        globs={pattern: world.files.glob(pattern, contains) for pattern, contains in wanted.globs.items()},
        http=world.runner.fetch(wanted.http) if wanted.http else {},
        runs=world.runner.look(keys.values()) if keys else {},
        inputs=inputs,
        survivors=survivors_of(project, world.runner, survey, wanted.paneless),
        missing=world.runner.missing(wanted.programs) if wanted.programs else frozenset(),
    )
    return seen, keys


def survivors_of(
    project: Project, runner: Runner, survey: Survey | Failed, paneless: Sequence[str]
) -> Mapping[str, tuple[Survivor, ...]]:
    """Return what lives on of agents and services without a living pane, by address."""
    if not paneless:
        return {}
    panes = () if isinstance(survey, Failed) else survey.panes
    owners = {f"{project.name}/{address}": address for address in paneless}
    found = runner.survivors(owners, [pane.ref.pid for pane in panes if not pane.dead])
    return {owners[owner]: those for owner, those in found.items()}


def survey_of(project: Project, terminal: Terminal) -> Survey | Failed:
    """Return the listing of panes, or why there is none."""
    try:
        return terminal.survey(project.tmux.session, f"{project.name}/")
    except TerminalUnreachableError as error:
        return Failed(reason=str(error))


def _captures(terminal: Terminal, panes: tuple[PaneRef, ...]) -> Mapping[str, str | Failed]:
    try:
        return terminal.capture(panes) if panes else {}
    except TerminalUnreachableError as error:
        return {pane.pane: Failed(reason=str(error)) for pane in panes}
