"""Requests of the operator: written down first, then carried out here, or by whoever holds the project."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.engine.reconcile import answer_only
from amp_fsm.engine.requests import asked
from amp_fsm.engine.rouse import rouse_if_possible
from amp_fsm.errors import NotPossibleError, ProjectLockedError
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent
from amp_fsm.ports import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of a request: why it was left for another process, or the intents that were carried out with it."""

    left: str = ""
    outcomes: tuple[Intent, ...] = ()


def ask(project: Project, world: World, verb: str, arguments: tuple[str, ...]) -> Asked:
    """Carry a request out, or leave it to the holder of the lock.

    Raises:
        NotPossibleError: it was refused; nothing was changed.
    """
    world.store.request(verb, arguments)
    try:
        with world.store.lock():
            answered = answer_only(project, world)
    except ProjectLockedError as error:
        rouse_if_possible(project, world)
        return Asked(left=f"left for the process that is at work; it answers before its next pass ({error})")
    ours = f"{asked(verb, arguments)}: "
    for text in answered.refused:
        if text.startswith(ours):
            raise NotPossibleError(text.removeprefix(ours))
    return Asked(outcomes=answered.outcomes)
