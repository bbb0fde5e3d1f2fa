"""A runner of nothing: runs end when the test says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from amp_fsm.errors import ProgramMissingError
from amp_fsm.model.project import HttpExpect
from amp_fsm.model.record import Action
from amp_fsm.model.seen import Failed, HttpSeen, RunSeen, Survivor


@dataclass(slots=True)
class FakeRunner:
    """The `Runner` port; `started` holds every action that really started, `answers` what each URL says.

    Attributes:
        living: owner to the processes that outlived its pane.
        missing_programs: programs that are not on this machine.
    """

    started: list[Action] = field(default_factory=list)
    runs: dict[str, RunSeen] = field(default_factory=dict)
    missing_programs: set[str] = field(default_factory=set)
    answers: dict[str, HttpSeen | Failed] = field(default_factory=dict)
    living: dict[str, tuple[Survivor, ...]] = field(default_factory=dict)

    def start(self, action: Action) -> None:
        if action.key in self.runs:
            return
        if action.argv[0] in self.missing_programs:
            message = f"the program {action.argv[0]!r} is not on this machine"
            raise ProgramMissingError(message)
        self.started.append(action)
        self.runs[action.key] = RunSeen(key=action.key, status="running")

    def look(self, keys: Iterable[str]) -> Mapping[str, RunSeen]:
        return {key: self.runs[key] for key in keys if key in self.runs}

    def missing(self, programs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset(pair for pair in programs if pair[0] in self.missing_programs)

    def forget(self, key: str) -> None:
        if key in self.runs and self.runs[key].status == "lost":
            del self.runs[key]

    def survivors(self, owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
        return {owner: those for owner, those in self.living.items() if owner in owners}

    def fetch(self, wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
        refused = HttpSeen(healthy=False, said="connection refused")
        return {key: self.answers.get(expect.url, refused) for key, expect in wanted.items()}

    def end(self, key: str, exit_code: int, tail: str = "") -> None:
        """Let a run end."""
        self.runs[key] = RunSeen(key=key, status="ended", exit_code=exit_code, tail=tail)

    def lose(self, key: str) -> None:
        """Let a run's supervisor disappear without a word."""
        self.runs[key] = RunSeen(key=key, status="lost")
