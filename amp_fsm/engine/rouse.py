"""Rousing: calls whoever watches a project from another process, by a sign in its wake folder."""

from __future__ import annotations

from contextlib import suppress

from amp_fsm.errors import AmpFsmError
from amp_fsm.model.project import Project
from amp_fsm.model.wake_folder import wake_folder
from amp_fsm.ports import World


def rouse(project: Project, world: World) -> str:
    """Call for a pass, and return which process works on the project; empty: none does, and nothing was written."""
    holder = world.store.holder()
    if holder:
        world.files.write_new(f"{wake_folder(project.store)}/poke", "")
    return holder


def rouse_if_possible(project: Project, world: World) -> None:
    """Call for a pass after something that whoever watches will find sooner or later anyway."""
    with suppress(AmpFsmError):
        rouse(project, world)
