"""A world of fakes and tasks that finish when a file is there, for tests of loops and saved plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from amp_fsm.model.guards import fact, not_
from amp_fsm.model.machine import MachineSpec, StateSpec, TimerSpec, TransitionSpec
from amp_fsm.model.project import Deliverable, KindSpec, Project, TaskSpec, TmuxSpec
from amp_fsm.ports import World
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles
from tests.fakes.notifier import FakeNotifier
from tests.fakes.runner import FakeRunner
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakeTerminal

FINISHED = TransitionSpec(name="finished", to="COMPLETED", when=fact("deliverables_present"))
FINAL = StateSpec(name="COMPLETED", final=True)


def machine(*, timer: TimerSpec | None = None, restless: bool = False) -> MachineSpec:
    """Return a task's machine; a restless one goes to and fro for ever."""
    timers = (timer,) if timer is not None else ()
    to_and_fro = (TransitionSpec(name="tick", to="TOCK", when=not_(fact("deliverables_present"))),) if restless else ()
    tock = StateSpec(
        name="TOCK", transitions=(TransitionSpec(name="tock", to="PENDING", when=not_(fact("deliverables_present"))),)
    )
    pending = StateSpec(name="PENDING", transitions=(FINISHED, *to_and_fro), timers=timers)
    return MachineSpec(name="task", initial="PENDING", states={"PENDING": pending, "TOCK": tock, "COMPLETED": FINAL})


def project(of_tasks: MachineSpec | None = None, *tasks: str, digest: str = "d1") -> Project:
    """Return a project of tasks named after the file that each leaves behind."""
    return Project(
        name="small",
        root="/small",
        store="/small/.amp-fsm",
        source="small.yaml",
        digest=digest,
        tmux=TmuxSpec(session="small"),
        kinds={"work": KindSpec(name="work", prompt="work")},
        tasks={
            name: TaskSpec(id=name, kind="work", title=name, deliverables=(Deliverable(file=name),))
            for name in tasks or ("one",)
        },
        machines={"task": of_tasks or machine()},
    )


@dataclass(slots=True)
class EventfulClock(FakeClock):
    """A clock whose pauses are when things happen: `events` maps the number of a pause to what then happens."""

    events: Mapping[int, Callable[[], object]] = field(default_factory=dict)

    def pause(self, seconds: float) -> None:
        FakeClock.pause(self, seconds)
        self.events.get(len(self.paused), lambda: None)()


@dataclass(slots=True)
class SmallWorld:
    """The fakes, each by its name, and the world that they make."""

    clock: EventfulClock = field(default_factory=EventfulClock)
    files: FakeFiles = field(default_factory=FakeFiles)
    store: MemoryStore = field(default_factory=MemoryStore)
    terminal: FakeTerminal = field(default_factory=FakeTerminal)

    @property
    def ports(self) -> World:
        return World(
            terminal=self.terminal,
            files=self.files,
            runner=FakeRunner(),
            clock=self.clock,
            notifier=FakeNotifier(),
            store=self.store,
        )

    def finish(self, task: str) -> None:
        """Let the file of a task appear."""
        self.files.texts[task] = "done"
