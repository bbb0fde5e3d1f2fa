"""A glance: how everything stands whose change may call for a pass, as one value that is cheap to make anew.

Made of what a pass saw, or by one listing of panes and by reading the documents; captures no screen, changes nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from amp_fsm.engine.look import survey_of
from amp_fsm.model.channel_files import plain
from amp_fsm.model.project import Project
from amp_fsm.model.seen import Failed, FileSeen, Missing, PathSeen, Seen, Survey, Tail
from amp_fsm.model.wake_folder import wake_folder
from amp_fsm.plan.watched import spools
from amp_fsm.ports import Files, World

SILENT_SECONDS = 3.0
"""Seconds since a pane last drew anything after which it is silent; spinners draw at least every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How things stand.

    Attributes:
        panes: who runs where, and who is silent: an agent's turn begins and ends with its pane.
        documents: path to the digest of its text, or to why there is none.
        told: pattern of an agent's spool to the newest of its events.
        held: who is held by the operator.
        signs: what was left in the wake folder, and when.
    """

    panes: Hashable = None
    documents: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    signs: Hashable = None


def glance(project: Project, world: World) -> Glance:
    """Look, cheaply."""
    return Glance(
        panes=_panes(survey_of(project, world.terminal), world.clock.read().wall),
        documents={path: digest_of(world.files.read(path)) for path in _documents(project)},
        told={pattern: _last(world.files.glob(pattern)) for pattern in spools(project).values()},
        held=world.store.held(),
        signs=signs_in(project, world.files),
    )


def seen_by(project: Project, seen: Seen, wall: float, held: frozenset[str], signs: Hashable) -> Glance:
    """Return how things stood for a pass that looked at `wall`, when these were held and those signs had been left."""
    tails = {pattern: seen.tails.get(key, ()) for key, pattern in spools(project).items()}
    return Glance(
        panes=_panes(seen.terminal, wall),
        documents={path: digest_of(seen.files[path]) for path in _documents(project)},
        told={pattern: _last(found) for pattern, found in tails.items()},
        held=held,
        signs=signs,
    )


def signs_in(project: Project, files: Files) -> Hashable:
    """Return what was left in the wake folder, and when."""
    found = files.glob(f"{plain(wake_folder(project.store))}/*")
    return () if isinstance(found, Failed) else tuple((sign.path, sign.mtime) for sign in found)


def digest_of(file: FileSeen | Missing | Failed) -> str:
    """Return what tells one content of a file from every other."""
    return file.digest if isinstance(file, FileSeen) else type(file).__name__


def _documents(project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(document.file for document in project.documents.values()))


def _last(found: Sequence[PathSeen | Tail] | Failed) -> str:
    """Return the newest event, whose name begins with its time."""
    return "" if isinstance(found, Failed) else max((event.path for event in found), default="")


def _panes(survey: Survey | Failed, wall: float) -> Hashable:
    if isinstance(survey, Failed):
        return "unreachable"
    silent_since = wall - SILENT_SECONDS
    return frozenset(
        (pane.ref, pane.owner, pane.command, pane.dead, pane.activity > silent_since) for pane in survey.panes
    )
