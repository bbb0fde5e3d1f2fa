"""Looking: asks the world what `needs` says, and nothing else.  Two tmux processes per server, however many panes."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.engine.screens import Screens, see_screens
from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.channel_files import channel_files, plain
from amp_fsm.model.errand import QUESTIONS
from amp_fsm.model.panes import process_owner
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Intent, Record
from amp_fsm.model.seen import Background, Failed, FileSeen, Missing, PaneRef, Seen, Survey, Survivor, Told
from amp_fsm.observe.channels import receipt_in, told_by
from amp_fsm.plan.active_work import run_keys
from amp_fsm.plan.needs import needs
from amp_fsm.ports import Files, Runner, Terminal, World

JOURNAL_SECONDS = 8 * 3600.0
JOURNAL_LINES = 20
"""How far back, and how much of the journal a hand-over file tells."""

TOLD = frozenset({"transition", "assignment", "task", "lead", "answer", "error"})
"""Kinds of the journal's lines that it tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a pass saw.

    Attributes:
        run_keys: the keys under which check runs on the present inputs are recorded.
        screens: what is to be kept of the screens, so that the next pass need not capture them all.
    """

    seen: Seen
    run_keys: Mapping[str, str]
    screens: Screens


def look(project: Project, record: Record, world: World, *, anew: bool = False) -> Looked:
    """Return everything this pass must see; with `anew` every screen is captured, whether anything stirred or not.

    Whatever cannot be looked at is `Failed` with its reason; nothing here raises for it, and nothing is changed.
    """
    begun = world.clock.read().mono
    survey = survey_of(project, world.terminal)
    wanted = needs(project, record, survey, world.environment.get("HOME", ""))
    inputs = {name: world.files.inputs(patterns) for name, patterns in wanted.inputs.items()}
    keys = run_keys(project, record, inputs)
    screens = _screens(world, survey, wanted.captures, anew=anew)
    seen = Seen(
        terminal=survey,
        captures=screens.captures,
        silent=_silent(world, survey, wanted.captures, begun),
        files={path: world.files.read(path) for path in wanted.files} | _questions(world.files, wanted.questions),
        globs={pattern: world.files.glob(pattern, contains) for pattern, contains in wanted.globs.items()},
        tails={key: world.files.tails(pattern) for key, pattern in wanted.tails.items()},
        http=world.runner.fetch(wanted.http) if wanted.http else {},
        runs=world.runner.look(keys.values()) if keys else {},
        inputs=inputs,
        survivors=survivors_of(project, world.runner, survey, wanted.paneless),
        missing=world.runner.missing(wanted.programs) if wanted.programs else frozenset(),
        twins={path: world.files.glob(pattern) for path, pattern in wanted.twins.items()},
        background=background_of(record, world) if wanted.background else None,
        workspaces=world.repository.look(wanted.workspaces) if wanted.workspaces and world.repository else {},
    )
    return Looked(seen=seen, run_keys=keys, screens=screens)


def _questions(files: Files, paths: Sequence[str]) -> dict[str, FileSeen | Missing | Failed]:
    """Return the questions that agents left.  Hardly any of the files is there, so their folders are listed first."""
    found: dict[str, FileSeen | Missing | Failed] = {}
    for folder in dict.fromkeys(posixpath.dirname(path) for path in paths):
        listed = files.glob(f"{plain(folder)}/{QUESTIONS}")
        names = set() if isinstance(listed, Failed) else {posixpath.basename(one.path) for one in listed}
        for path in paths:
            if posixpath.dirname(path) == folder:
                there = isinstance(listed, Failed) or posixpath.basename(path) in names
                found[path] = files.read(path) if there else Missing(path=path)
    return found


def _screens(world: World, survey: Survey | Failed, wanted: tuple[PaneRef, ...], *, anew: bool) -> Screens:
    if isinstance(survey, Failed) or not wanted:
        return Screens()
    panes = {pane.ref: pane for pane in survey.panes}
    return see_screens(world.terminal, {} if anew else world.store.screens(), [panes[ref] for ref in wanted])


def _silent(
    world: World, survey: Survey | Failed, wanted: tuple[PaneRef, ...], begun: float
) -> Mapping[PaneRef, float]:
    """Return for how long panes had drawn nothing by `begun`, of those that drew nothing since; after the captures."""
    if isinstance(survey, Failed) or not wanted:
        return {}
    panes = {pane.ref: pane for pane in survey.panes}
    silent = world.terminal.silence([panes[ref] for ref in wanted])
    since_begun = world.clock.read().mono - begun
    return {ref: seconds - since_begun for ref, seconds in silent.items() if seconds > since_begun}


def background_of(record: Record, world: World) -> Background:
    """Return what a hand-over file tells of the past: bounded, however long it was."""
    since = world.clock.read().wall - JOURNAL_SECONDS
    lines = [one for one in world.store.history(since=since) if one.kind in TOLD]
    told = tuple(Told(at=one.at, address=one.address, text=one.text) for one in lines[-JOURNAL_LINES:])
    if world.repository is None:
        return Background(journal=told)
    return Background(journal=told, recent=world.repository.recent())


def survivors_of(
    project: Project, runner: Runner, survey: Survey | Failed, paneless: Sequence[str]
) -> Mapping[str, tuple[Survivor, ...]]:
    """Return what lives on of agents and services without a living pane, by address."""
    if not paneless:
        return {}
    panes = () if isinstance(survey, Failed) else survey.panes
    owners = {process_owner(project, address): address for address in paneless}
    found = runner.survivors(owners, [pane.ref.pid for pane in panes if not pane.dead])
    return {owners[owner]: those for owner, those in found.items()}


def receipt_now(project: Project, agent: AgentSpec, world: World, intent: Intent) -> str:
    """Return how the agent's program said by now that it took the prompt of `intent` in; empty: it did not."""
    globs = channel_files(project, agent, world.environment.get("HOME", ""))
    if not globs:
        return ""
    seen = Seen(terminal=Survey(server=""), tails={key: world.files.tails(glob) for key, glob in globs.items()})
    told = told_by(project, agent, Record(intents={intent.id: intent}), seen)
    return receipt_in(told.events, intent.id)


def survey_of(project: Project, terminal: Terminal) -> Survey | Failed:
    """Return the listing of panes, or why there is none."""
    try:
        return terminal.survey(project.tmux.session, f"{project.name}/")
    except TerminalUnreachableError as error:
        return Failed(reason=str(error))
