"""Requests of the operator: written down first, then carried out here, or by whoever holds the project."""

from __future__ import annotations

from amp_fsm.engine.reconcile import answer_only
from amp_fsm.engine.requests import asked
from amp_fsm.errors import NotPossibleError, ProjectLockedError
from amp_fsm.model.project import Project
from amp_fsm.ports import World


def ask(project: Project, world: World, verb: str, arguments: tuple[str, ...]) -> str:
    """Carry a request out, or leave it to the holder of the lock; return what came of it.

    Raises:
        NotPossibleError: it was refused; nothing was changed.
    """
    world.store.request(verb, arguments)
    try:
        with world.store.lock():
            refused = answer_only(project, world)
    except ProjectLockedError as error:
        return f"left for the process that is at work; it answers before its next pass ({error})"
    ours = f"{asked(verb, arguments)}: "
    for text in refused:
        if text.startswith(ours):
            raise NotPossibleError(text.removeprefix(ours))
    return ""
