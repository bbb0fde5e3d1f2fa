"""Which pane is whose.  A pane of ours is found by our option on it, never by index alone; indexes drift."""

from __future__ import annotations

import re
from collections.abc import Mapping

from amp_fsm.model.project import AgentSpec, Project, ServiceSpec
from amp_fsm.model.seen import Failed, PaneSeen, Survey

SHELLS = re.compile(r"-?(ba|z|da|k|c|tc|fi|a|nu|elvi)?sh|login|su|sudo|tmux|pwsh|xonsh")
"""Foreground commands that mean: the agent's program is not running here."""


def owner_of(project: Project, spec: AgentSpec | ServiceSpec) -> str:
    """Return our option's value on the pane of an agent or a service, `PROJECT/agent/NAME`."""
    return f"{project.name}/{spec.address}"


OWNER_VARIABLE = "AMP_FSM_OWNER"
"""The variable in the environment of every program that we start which says whose it is."""


def process_owner(project: Project, address: str) -> str:
    """Return the value of `OWNER_VARIABLE` for a subject's program: another project of the same name has another."""
    return f"{project.name}/{address} {project.store}"


def programs_of(project: Project, spec: AgentSpec | ServiceSpec) -> tuple[str, ...]:
    """Return the patterns of foreground commands that are this subject's program; empty: anything but a shell."""
    if isinstance(spec, ServiceSpec):
        return ()
    profile = project.profiles.get(spec.profile)
    return profile.programs if profile is not None else ()


def start_command(project: Project, spec: AgentSpec | ServiceSpec) -> tuple[str, ...]:
    """Return the argv that starts a subject's program, empty when none is configured."""
    if spec.command or isinstance(spec, ServiceSpec):
        return spec.command
    profile = project.profiles.get(spec.profile)
    return profile.command if profile is not None else ()


def socket_of(project: Project, spec: AgentSpec | ServiceSpec) -> str:
    """Return the socket of the tmux server that a subject lives in."""
    return spec.socket or project.tmux.socket


def sockets_of(project: Project) -> tuple[str, ...]:
    """Return the sockets of all tmux servers that the project lives in."""
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    return tuple(dict.fromkeys(socket_of(project, spec) for spec in specs)) or (project.tmux.socket,)


def unreachable_of(project: Project, survey: Survey | Failed) -> Mapping[str, str]:
    """Return the address of every agent and service whose tmux server did not answer, and why.

    `*` stands for whoever the configuration no longer names: he may be in any server.
    """
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    if isinstance(survey, Failed):
        return {"*": survey.reason, **{spec.address: survey.reason for spec in specs}}
    if not survey.unreachable:
        return {}
    sockets = {spec.address: socket_of(project, spec) for spec in specs}
    unseen = {address: survey.unreachable[at] for address, at in sockets.items() if at in survey.unreachable}
    return {"*": next(iter(survey.unreachable.values())), **unseen}


def in_front(pane: PaneSeen, programs: tuple[str, ...]) -> bool | None:
    """Return whether the program is in front; None: that cannot be told.

    A shell in a pane that we did not start is what a program left behind.  In one that we started it is the program's
    own wrapper or child: when the program itself ends, the pane is dead.
    """
    if pane.dead:
        return False
    if SHELLS.fullmatch(pane.command):
        return None if pane.started else False
    if not programs or any(re.fullmatch(pattern, pane.command) for pattern in programs):
        return True
    return None


def resolve_panes(project: Project, survey: Survey) -> Mapping[str, PaneSeen]:
    """Return the pane of every agent and service that has one, by address.

    Ours come first, whatever server they are in (a living one before a dead one); else the pane in the window that the
    configuration names, in the subject's own server, which is a candidate for adoption, if nobody owns it.  One whose
    own server did not answer has none: another pane with its mark need not be the one.
    """
    owned: dict[str, list[PaneSeen]] = {}
    windows: dict[tuple[str, str], list[PaneSeen]] = {}
    for pane in survey.panes:
        if pane.owner:
            owned.setdefault(pane.owner, []).append(pane)
        elif pane.session == project.tmux.session:
            windows.setdefault((pane.ref.server, pane.window), []).append(pane)
            windows.setdefault((pane.ref.server, pane.name), []).append(pane)
    found: dict[str, PaneSeen] = {}
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    for spec in specs:
        socket = socket_of(project, spec)
        if socket in survey.unreachable:
            continue
        ours = owned.get(owner_of(project, spec), [])
        strangers = windows.get((survey.server_at(socket), spec.window), []) if spec.window else []
        programs = programs_of(project, spec)
        mine = _best_of_ours(ours, programs) or _best_stranger(strangers, programs)
        if mine is not None:
            found[spec.address] = mine
    return found


def _best_of_ours(panes: list[PaneSeen], programs: tuple[str, ...]) -> PaneSeen | None:
    """Return the one in which the program runs; else a living one; else any."""
    return min(panes, key=lambda pane: (in_front(pane, programs) is False, pane.dead, pane.ref.pane), default=None)


def _best_stranger(panes: list[PaneSeen], programs: tuple[str, ...]) -> PaneSeen | None:
    fronts = [(in_front(pane, programs), pane) for pane in panes]
    for wanted in (True, None, False):
        for front, pane in fronts:
            if front is wanted:
                return pane
    return None
