"""A terminal in memory: panes with an agent program that has a composer, and witnesses that are set with the effect."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from amp_fsm.errors import ProgramMissingError, TerminalUnreachableError
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.ports import Effect, Launch, PaneGuard
from amp_fsm.rehearsal.practice_agent.composer import ComposerText
from amp_fsm.rehearsal.practice_agent.screen import OPTIONS, View, picture
from amp_fsm.world.tmux_text import is_answer_key, is_key, sanitise

PROGRAM = "python3"


@dataclass(slots=True, kw_only=True)
class FakePane:
    """One pane; its program looks like the practice agent.

    Attributes:
        box: what its composer holds; `received`: what was submitted to it, in order.
        swallows: how many submit keys it still loses; `deaf`: how many pastes.
        dialog: an approval dialog is up, which a submit key would answer (`approvals` counts them).
        question, chosen: what the dialog asks, and the place of its selected answer; `answers`: those it was given.
        dialog_after_paste, dialog_after_submit: when it comes up by itself.
    """

    pane: str
    pid: int
    session: str
    window: str
    name: str
    owner: str = ""
    started: str = ""
    typed: str = ""
    entered: str = ""
    answered: str = ""
    command: str = PROGRAM
    dead: bool = False
    in_mode: bool = False
    synchronized: bool = False
    input_off: bool = False
    person: float | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    box: ComposerText = field(default_factory=ComposerText)
    received: list[str] = field(default_factory=list)
    starting: bool = False
    busy: bool = False
    works: bool = True
    dialog: bool = False
    dialog_after_paste: bool = False
    dialog_after_submit: bool = False
    approvals: int = 0
    question: str = "Do you want to run this command?"
    chosen: int = 0
    answers: list[str] = field(default_factory=list)
    swallows: int = 0
    deaf: int = 0
    garbage: str = ""

    def take_paste(self, text: str) -> None:
        """Do what the program does with a bracketed paste."""
        if self.dialog or self.deaf:
            self.deaf = max(0, self.deaf - 1)
        else:
            self.box = self.box.pasted(text)
        self.dialog = self.dialog or self.dialog_after_paste

    def take_submit(self) -> None:
        """Do what the program does with its submit key."""
        if self.dialog:
            self.dialog, self.approvals = False, self.approvals + 1
        elif self.swallows:
            self.swallows -= 1
        elif self.box.shown.strip():
            self.received.append(self.box.text)
            self.box, self.busy = ComposerText(), self.works
            self.dialog = self.dialog_after_submit

    def take_key(self, key: str) -> None:
        """Do what the program does with a key while its dialog is up."""
        if not self.dialog:
            return
        if key in ("Up", "Down"):
            self.chosen = (self.chosen + (1 if key == "Down" else -1)) % len(OPTIONS)
        elif key == "Enter" and self.swallows:
            self.swallows -= 1
        elif key == "Enter":
            self.answers.append(OPTIONS[self.chosen])
            self.take_submit()

    def screen(self) -> str:
        """Return what is on its screen."""
        if self.garbage:
            return self.garbage
        view = View(
            name=self.name,
            starting=self.starting,
            notes=("✻ Working… (3s · esc to interrupt)",) if self.busy else (),
            draft=self.box.shown,
            ghost='Try "fix the tests"',
            question=self.question if self.dialog else "",
            command="cargo build --release",
            chosen=self.chosen,
        )
        return "\n".join(picture(view, 100, 30).lines)


@dataclass(slots=True)
class FakeTerminal:
    """The `Terminal` port; `panes` can be changed by a test between two calls.

    Attributes:
        server: identity of the server; empty: there is none.
        broken: why it does not answer; empty: it does.
        missing: programs that are not on this machine.
        calls: names of the calls that came, in order.
        launches: what was to be started.
        second: what its clock says; 0: it tells no times.  last_drawn: each pane's last screen, and when it was drawn.
        silent: for how long panes drew nothing, of those that are heard.
    """

    server: str = "100:1000"
    panes: dict[str, FakePane] = field(default_factory=dict)
    broken: str = ""
    missing: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    launches: list[Launch] = field(default_factory=list)
    second: int = 0
    last_drawn: dict[int, tuple[str, int]] = field(default_factory=dict)
    made: int = 0
    silent: dict[str, float] = field(default_factory=dict)

    def survey(self, session: str, owner_prefix: str) -> Survey:
        self._answer("survey")
        return self._listed(
            pane
            for pane in self.panes.values()
            if pane.session == session or (pane.owner and pane.owner.startswith(owner_prefix))
        )

    def find(self, session: str, owners: Collection[str]) -> Survey:
        self._answer("find")
        return self._listed(pane for pane in self.panes.values() if pane.owner in owners)

    def _listed(self, panes: Iterable[FakePane]) -> Survey:
        return Survey(server=self.server, panes=tuple(self._seen(pane) for pane in panes) if self.server else ())

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        self._answer("capture")
        return {ref: self._screen(ref) for ref in panes}

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        return {pane.ref: self.silent[pane.ref.pane] for pane in panes if pane.ref.pane in self.silent}

    def kept_open(self, session: str, say: Callable[[str], None]) -> AbstractContextManager[None]:
        return nullcontext()

    def start(self, launch: Launch) -> PaneRef:
        self._answer("start")
        self.launches.append(launch)
        if launch.argv[0] in self.missing:
            message = f"{launch.name}: {launch.argv[0]} not found on PATH"
            raise ProgramMissingError(message)
        self.server = self.server or "100:1000"
        ours = [pane for pane in self.panes.values() if pane.owner == launch.owner]
        for pane in ours:
            if pane.started == launch.intent:
                return self._ref(pane)
        for pane in ours:
            if launch.replace is not None and pane.pane == launch.replace.pane and pane.started:
                return self._again(launch, pane)
        for pane in ours:
            pane.owner = ""
        return self._ref(self._open(launch))

    def _again(self, launch: Launch, old: FakePane) -> PaneRef:
        if self._ref(old) != launch.replace or not old.dead:
            message = f"pane {old.pane} changed meanwhile"
            raise TerminalUnreachableError(message)
        return self._ref(self._place(launch, old.pane, old.window))

    def _open(self, launch: Launch) -> FakePane:
        taken = {pane.window for pane in self.panes.values() if pane.session == launch.session}
        free = launch.window.isdigit() and launch.window not in taken
        window = launch.window if free else str(max((int(number) for number in taken), default=-1) + 1)
        return self._place(launch, f"%{len(self.panes)}", window)

    def _place(self, launch: Launch, pane: str, window: str) -> FakePane:
        self.made += 1
        behaviour = json.loads(launch.argv[-1]) if "--behaviour" in launch.argv else {}
        name = launch.name if launch.window.isdigit() or not launch.window else launch.window
        self.panes[pane] = FakePane(
            pane=pane,
            pid=1000 + self.made,
            session=launch.session,
            window=window,
            name=name,
            owner=launch.owner,
            started=launch.intent,
            env=launch.env,
            argv=launch.argv,
            swallows=int(behaviour.get("swallows_enter", 0)),
            dialog_after_submit="asks" in behaviour,
        )
        return self.panes[pane]

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        self._answer("adopt")
        found = self.panes.get(pane.pane)
        if found is None:
            return Effect(happened=False, reason="the pane is gone")
        reasons = [*self._not_that_process(pane, found)]
        if found.dead:
            reasons.append("the pane is dead")
        if found.owner not in ("", owner):
            reasons.append("the pane is somebody else's")
        if reasons:
            return Effect(happened=False, reason=", ".join(reasons))
        found.owner = owner
        return Effect(happened=True)

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        self._answer("paste")
        found = self.panes.get(pane.pane)
        if found is None:
            return Effect(happened=False, reason="the pane is gone")
        reasons = [*self._refusals(pane, found, guard)]
        if found.typed == intent:
            reasons.append("it was typed before")
        if reasons:
            return Effect(happened=False, reason=", ".join(reasons))
        found.take_paste(sanitise(text))
        found.typed = intent
        return Effect(happened=True)

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        self._answer("submit")
        found = self.panes.get(pane.pane)
        if found is None:
            return Effect(happened=False, reason="the pane is gone")
        reasons = [*self._refusals(pane, found, guard)]
        if not is_key(key):
            reasons.append(f"{key!r} is no key to submit with")
        if found.typed != intent:
            reasons.append("something else was typed since")
        if found.entered == intent and not again:
            reasons.append("it was submitted before")
        if reasons:
            return Effect(happened=False, reason=", ".join(reasons))
        found.take_submit()
        found.entered = intent
        return Effect(happened=True)

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        self._answer("press")
        found = self.panes.get(pane.pane)
        if found is None:
            return Effect(happened=False, reason="the pane is gone")
        reasons = [*self._refusals(pane, found, guard)]
        unknown = [key for key in keys if not is_answer_key(key)]
        if unknown or not keys:
            reasons.append(f"{unknown or keys} are no keys to answer a dialog with")
        if intent and found.answered == intent and not again:
            reasons.append("it was answered before")
        if reasons:
            return Effect(happened=False, reason=", ".join(reasons))
        for key in keys:
            found.take_key(key)
        found.answered = intent or found.answered
        return Effect(happened=True)

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        self._answer("stop")
        found = self.panes.get(pane.pane)
        if found is None:
            return Effect(happened=False, reason="the pane is gone")
        reasons = [*self._not_that_process(pane, found)]
        if found.owner != owner:
            reasons.append("the pane is not ours")
        if not found.started:
            reasons.append("we did not start it")
        if reasons:
            return Effect(happened=False, reason=", ".join(reasons))
        del self.panes[pane.pane]
        return Effect(happened=True)

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self.broken:
            raise TerminalUnreachableError(self.broken)

    def _screen(self, ref: PaneRef) -> str | Failed:
        found = self.panes.get(ref.pane)
        if found is None or [*self._not_that_process(ref, found)]:
            return Failed(reason="the pane is gone or its process changed")
        return found.screen()

    def _ref(self, pane: FakePane) -> PaneRef:
        return PaneRef(server=self.server, pane=pane.pane, pid=pane.pid)

    def _seen(self, pane: FakePane) -> PaneSeen:
        screen = pane.screen()
        if self.last_drawn.get(pane.pid, ("", 0))[0] != screen:
            self.last_drawn[pane.pid] = (screen, self.second)
        return PaneSeen(
            activity=self.last_drawn[pane.pid][1],
            at_rest=0 < self.last_drawn[pane.pid][1] < self.second,
            ref=self._ref(pane),
            session=pane.session,
            window=pane.window,
            name=pane.name,
            owner=pane.owner,
            started=pane.started,
            typed=pane.typed,
            entered=pane.entered,
            answered=pane.answered,
            command=pane.command,
            dead=pane.dead,
            in_mode=pane.in_mode,
            synchronized=pane.synchronized,
            input_off=pane.input_off,
            person=pane.person,
            variables={"pane_current_command": pane.command, "pane_dead": str(int(pane.dead))},
        )

    def _not_that_process(self, ref: PaneRef, pane: FakePane) -> Iterator[str]:
        if ref.server != self.server:
            yield "it is another tmux server"
        if ref.pid != pane.pid:
            yield "the pane's process changed"

    def _refusals(self, ref: PaneRef, pane: FakePane, guard: PaneGuard) -> Iterator[str]:
        flags = {
            "the pane is dead": pane.dead,
            "the pane is in a mode": pane.in_mode,
            "the pane's input is off": pane.input_off,
            "the panes are synchronised": pane.synchronized,
        }
        yield from (reason for reason, holds in flags.items() if holds)
        yield from self._not_that_process(ref, pane)
        if pane.owner != guard.owner:
            yield "the pane is not ours"
        if guard.command and pane.command != guard.command:
            yield "another program came to the front"
        if guard.no_dialog and pane.dialog:
            yield "a dialog may be up"
