"""Sets the stage of one rehearsal and clears it away: scratch folder, documents, clock, tmux server, ports."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amp_fsm.model.project import Project
from amp_fsm.ports import World
from amp_fsm.rehearsal.practice_agent.outside import write_atomically
from amp_fsm.rehearsal.private_server import PrivateServer
from amp_fsm.rehearsal.rehearsed import PRACTICE, Place, rehearsed, wants_worktrees
from amp_fsm.rehearsal.repository import found_repository
from amp_fsm.rehearsal.scenario import Scenario
from amp_fsm.rehearsal.scratch import copy_documents, copy_project, put_files
from amp_fsm.rehearsal.script import tasks_file
from amp_fsm.rehearsal.stand_ins import ListeningNotifier
from amp_fsm.rehearsal.virtual_clock import VirtualClock
from amp_fsm.wiring import build
from amp_fsm.world.config_files import load_profiles

LONGEST_SOCKET = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything a rehearsal plays on.

    Attributes:
        project: mapped into its scratch folder.
        ports: the real adapters on the private world.
        world: the folder that practice programs read.
        documents: text of each document at the start, by name.
        notes: what is not as in reality.
        kept: how to look at what is left, when it is kept.
    """

    project: Project
    scenario: Scenario
    ports: World
    clock: VirtualClock
    notifier: ListeningNotifier
    world: Path
    documents: Mapping[str, str]
    notes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@contextmanager
def staged(project: Project, scenario: Scenario, environment: Mapping[str, str], *, keep: bool) -> Iterator[Stage]:
    """Yield the stage; afterwards its tmux server is ended and its folder removed, unless it is to be kept.

    Whatever interrupts the rehearsal, its server is ended.
    """
    folder = _scratch_folder()
    try:
        with PrivateServer(folder / "tmux", keep=keep):
            yield _set(project, scenario, environment, folder, keep=keep)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _scratch_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="amp-rehearse-")).resolve()
    if len(str(folder)) <= LONGEST_SOCKET:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="amp-rehearse-", dir="/tmp")).resolve()


def _set(project: Project, scenario: Scenario, environment: Mapping[str, str], folder: Path, *, keep: bool) -> Stage:
    place = Place(
        root=str(folder / "project"),
        outside=str(folder / "outside"),
        store=str(folder / "store"),
        trees=str(folder / "trees"),
        world=str(folder / "world"),
        socket=str(folder / "tmux"),
        # no folder of the project may shadow a module of ours
        python=(sys.executable, "-P", "-X", "utf8", "-m"),
    )
    copied = copy_project(Path(project.root), Path(place.root))
    founded = _repository(project, Path(place.root))
    mapped = rehearsed(project, place, load_profiles()[PRACTICE], scenario.real, repository=not founded)
    world = Path(place.world)
    world.mkdir(parents=True)
    made = copy_documents(project, mapped.project, scenario.files)
    put_files(scenario.files, Path(place.root))
    write_atomically(world / "tasks.json", json.dumps(tasks_file(mapped.project, scenario)))
    clock, notifier = VirtualClock(world, time.time()), ListeningNotifier()
    ports = build(mapped.project, environment=environment, clock=clock, notifier=notifier, durable=False)
    documents = mapped.project.documents
    return Stage(
        project=mapped.project,
        scenario=scenario,
        ports=ports,
        clock=clock,
        notifier=notifier,
        world=world,
        documents={name: text_of(Path(place.root, document.file)) for name, document in documents.items()},
        notes=(*mapped.notes, *copied.notes, *founded, *made),
        kept=_kept(folder, place) if keep else (),
    )


def _repository(project: Project, root: Path) -> tuple[str, ...]:
    """Make the copy a repository if any task wants a worktree; return why it is none, if it should be."""
    failed = found_repository(root) if wants_worktrees(project) else ""
    return (f"worktrees are not rehearsed, every task works in the copy's root: {failed}",) if failed else ()


def _kept(folder: Path, place: Place) -> tuple[str, ...]:
    return (
        f"look: tmux -S {place.socket} attach",
        f"end:  tmux -S {place.socket} kill-server; rm -r {folder}",
    )


def text_of(path: Path) -> str:
    """Return a file's text with its line ends as they are; empty when it is not there."""
    return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
