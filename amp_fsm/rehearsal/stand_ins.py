"""Ports of a rehearsal: the real ones, listened to, and health checks answered from practice services."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from amp_fsm.model.notice import Notice
from amp_fsm.model.project import HttpExpect
from amp_fsm.model.record import Action
from amp_fsm.model.seen import Failed, HttpSeen, PaneRef, PaneSeen, RunSeen, Survey, Survivor
from amp_fsm.ports import Effect, Launch, PaneGuard, Runner, Terminal
from amp_fsm.rehearsal.practice_service import folder_of
from amp_fsm.rehearsal.scenario import Scenario


@dataclass(slots=True, kw_only=True)
class Sent:
    """One prompt as it left us: how often it was pasted and submitted, into which pane."""

    intent: str
    pane: str
    text: str
    pastes: int = 0
    submits: int = 0


@dataclass(slots=True)
class ListeningTerminal:
    """The real terminal; what is typed through it is written down, and how many dialogs were answered.

    `started`: owner to the process that was started for it last.
    """

    real: Terminal
    started: dict[str, PaneRef] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    answered: int = 0

    def survey(self, session: str, owner_prefix: str) -> Survey:
        """See `ports.Terminal`."""
        return self.real.survey(session, owner_prefix)

    def find(self, session: str, owners: Collection[str]) -> Survey:
        """See `ports.Terminal`."""
        return self.real.find(session, owners)

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        """See `ports.Terminal`."""
        return self.real.capture(panes)

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        """See `ports.Terminal`."""
        return self.real.silence(panes, exact=exact)

    def kept_open(self, session: str, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """See `ports.Terminal`."""
        return self.real.kept_open(session, say)

    def start(self, launch: Launch) -> PaneRef:
        """See `ports.Terminal`."""
        self.started[launch.owner] = self.real.start(launch)
        return self.started[launch.owner]

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        """See `ports.Terminal`."""
        return self.real.adopt(pane, owner)

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        """See `ports.Terminal`."""
        effect = self.real.paste(pane, text, intent, guard)
        sent = self.sent.setdefault(intent, Sent(intent=intent, pane=pane.pane, text=text))
        sent.pastes += effect.happened
        return effect

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        """See `ports.Terminal`."""
        effect = self.real.submit(pane, key, intent, guard, again=again)
        if intent in self.sent:
            self.sent[intent].submits += effect.happened
        return effect

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        """See `ports.Terminal`."""
        effect = self.real.press(pane, keys, intent, guard, again=again)
        self.answered += effect.happened and intent != ""
        return effect

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        """See `ports.Terminal`."""
        return self.real.stop(pane, owner)


@dataclass(slots=True)
class StandInRunner:
    """The real runner for checks (their commands are stood in for); URLs are answered from the world."""

    real: Runner
    world: Path
    scenario: Scenario
    started: set[str] = field(default_factory=set)

    def is_busy(self) -> bool:
        """Return whether a check is running: it takes real time, so policy time stands still."""
        found = self.real.look(self.started)
        self.started = {key for key in self.started if key in found and found[key].status == "running"}
        return bool(self.started)

    def start(self, action: Action) -> None:
        """See `ports.Runner`."""
        self.started.add(action.key)
        self.real.start(action)

    def look(self, keys: Iterable[str]) -> Mapping[str, RunSeen]:
        """See `ports.Runner`."""
        return self.real.look(keys)

    def forget(self, key: str) -> None:
        """See `ports.Runner`."""
        self.real.forget(key)

    def missing(self, programs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """See `ports.Runner`."""
        return self.real.missing(programs)

    def survivors(self, owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
        """See `ports.Runner`."""
        return self.real.survivors(owners, below)

    def fetch(self, wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
        """Answer `service/NAME` and `fact/NAME` as the scenario says; ask for those that are real."""
        real = {key: expect for key, expect in wanted.items() if key.partition("/")[2] in self.scenario.real}
        answers = dict(self.real.fetch(real)) if real else {}
        return {**{key: self._answer(key) for key in wanted if key not in real}, **answers}

    def _answer(self, key: str) -> HttpSeen:
        kind, _, name = key.partition("/")
        healthy = self.scenario.http.get(name, True) if kind == "fact" else self._is_ready(name)
        return HttpSeen(healthy=healthy, said="as the scenario says" if healthy else "connection refused")

    def _is_ready(self, service: str) -> bool:
        try:
            state = json.loads((self.world / folder_of(service) / "state.json").read_text())
        except FileNotFoundError:
            return False
        return bool(state["ready"]) and _is_alive(state["pid"])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(slots=True)
class ListeningNotifier:
    """Keeps what the operator would be told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        """See `ports.Notifier`."""
        self.told.append((notice.address, notice.text))

    def flush(self, now: float) -> None:
        """Send nothing: a rehearsal never leaves the machine."""
