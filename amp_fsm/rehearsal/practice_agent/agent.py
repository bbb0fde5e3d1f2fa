"""The practice agent's hands and face: keys into the composer or the dialog, receipts, and what is shown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from amp_fsm.rehearsal.practice_agent.brief import Brief, main_task, read_brief, task_ids
from amp_fsm.rehearsal.practice_agent.composer import ComposerText
from amp_fsm.rehearsal.practice_agent.keys import Event, Key, Paste, Text
from amp_fsm.rehearsal.practice_agent.outside import Moment, Outside
from amp_fsm.rehearsal.practice_agent.screen import OPTIONS, View
from amp_fsm.rehearsal.practice_agent.worker import Worker

Json = Mapping[str, Any]
PLACEHOLDER = 'Try "fix the tests"'
MARKER = re.compile(r"\[amp:([0-9a-z]+)\]")
ECHOED = 3


class Quit(Exception):
    """The person at the keyboard ended the program."""


class PracticeAgent:
    """One practice agent, without its terminal."""

    def __init__(self, outside: Outside, *, works: float, behaviour: Json, now: Moment) -> None:
        """Start up at `now`."""
        self._outside = outside
        self._worker = Worker(outside, works, behaviour)
        self._box = ComposerText()
        self._chosen = 0
        self._queue: list[str] = []
        self._interrupts = 0
        self._receipts = 0
        self._worker.start(now)
        self._person_comes(now)

    # ---- time ------------------------------------------------------------------------------------------------

    def pass_time(self, now: Moment) -> None:
        """Let everything happen that is due."""
        self._worker.alarms.ring(now)
        while self._queue and self._worker.phase in ("idle", "blocked"):
            self._begin(self._queue.pop(0), now)
            self._worker.alarms.ring(now)

    def _person_comes(self, now: Moment) -> None:
        spec = self._worker.facts()[1]["behaviour"].get("draft")
        if spec is not None and self._outside.use(f"draft.{self._outside.name}", 1):
            begins = now.policy + float(spec.get("after", 0.0))
            text = spec.get("text", "wait, before you go on")
            self._worker.alarms.set(
                "person", begins, lambda at: self._person_types(text, float(spec.get("for", 0.0)), at)
            )

    def _person_types(self, text: str, stays: float, at: Moment) -> None:
        self._box = self._box.typed(text)
        if stays:
            self._worker.alarms.set("person", at.policy + stays, self._person_leaves)

    def _person_leaves(self, _now: Moment) -> None:
        self._box = ComposerText()

    # ---- keys ------------------------------------------------------------------------------------------------

    def take(self, event: Event, now: Moment) -> None:
        """Do what one key press or paste asks."""
        self._interrupts = self._interrupts + 1 if event == Key(name="interrupt") else 0
        if self._interrupts > 1:
            raise Quit
        if self._worker.phase == "starting":
            return
        if self._worker.phase == "asking":
            self._in_dialog(event, now)
        else:
            self._in_composer(event, now)

    def _in_composer(self, event: Event, now: Moment) -> None:
        match event:
            case Text(text=text):
                self._box = self._box.typed(text)
            case Paste(text=text):
                self._box = self._box.pasted(text)
            case Key(name="newline"):
                self._box = self._box.typed("\n")
            case Key(name="backspace"):
                self._box = self._box.erased()
            case Key(name="kill" | "interrupt"):
                self._box = ComposerText()
            case Key(name="escape") if self._worker.phase == "working":
                self._worker.interrupt()
            case Key(name="enter") if self._box.shown.strip() and not self._swallows():
                self._submit(now)

    def _swallows(self) -> bool:
        swallows = int(self._worker.facts()[1]["behaviour"].get("swallows_enter", 0))
        return swallows > 0 and self._outside.use(f"swallowed.{self._outside.name}", swallows)

    def _in_dialog(self, event: Event, now: Moment) -> None:
        match event:
            case Key(name="up" | "down" as way):
                self._chosen = (self._chosen + (1 if way == "down" else -1)) % len(OPTIONS)
            case Key(name="enter"):
                self._choose(self._chosen, now)
            case Key(name="escape"):
                self._choose(len(OPTIONS) - 1, now)
            case Text(text="1" | "2" | "3" as digit):
                self._choose(int(digit) - 1, now)
            case Text(text=text) | Paste(text=text):
                self._receipt("typed_into_dialog", text, now, did="ignored it: a dialog is up")

    def _choose(self, option: int, now: Moment) -> None:
        yes = option < len(OPTIONS) - 1
        self._receipt("approved" if yes else "denied", OPTIONS[option], now, did=self._worker.question)
        self._worker.answer(yes, now)
        self._chosen = 0

    # ---- prompts ---------------------------------------------------------------------------------------------

    def _submit(self, now: Moment) -> None:
        text, self._box = self._box.text, ComposerText()
        if text.strip() in ("/exit", "/quit"):
            raise Quit
        if self._worker.phase == "working":
            self._receipt("queued", text, now, did="queued it: a turn is under way")
            self._queue.append(text)
        elif self._worker.phase == "limited":
            self._receipt("refused", text, now, did="refused it: the usage limit is reached")
        else:
            brief, did = self._begin(text, now)
            self._receipt("prompt", text, now, did=did, brief=brief)

    def _begin(self, text: str, now: Moment) -> tuple[Brief, str]:
        world, me = self._worker.facts()
        tasks = world.get("tasks", {})
        task = main_task(text, tasks, self._worker.task_in_hand)
        row = me.get("row", self._outside.name)
        brief = read_brief(text, task, tasks.get(task, {}), world.get("documents", ()), row, self._worker.brief)
        lines = text.splitlines()
        echoed = (
            lines if len(lines) <= ECHOED + 2 else [*lines[:ECHOED], f"… +{len(lines) - ECHOED - 1} lines", lines[-1]]
        )
        self._worker.transcript.extend(f"{'> ' if n == 0 else '  '}{line}" for n, line in enumerate(echoed))
        return brief, self._worker.begin(brief, now, text)

    def _receipt(self, kind: str, text: str, now: Moment, *, did: str, brief: Brief | None = None) -> None:
        self._receipts += 1
        self._outside.write_receipt(
            {
                "kind": kind,
                "agent": self._outside.name,
                "text": text,
                "sha256": hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(),
                "policy": now.policy,
                "wall": now.wall,
                "marker": (MARKER.findall(text) or [""])[-1],
                "tasks": task_ids(text, self._worker.facts()[0].get("tasks", {})),
                "task": brief.task if brief is not None else "",
                "did": did,
                "unmentioned": brief.unmentioned if brief is not None else (),
            }
        )

    @property
    def lag(self) -> float:
        """Real seconds it takes to react to keys."""
        return float(self._worker.facts()[1]["behaviour"].get("lag", 0.0))

    # ---- what is seen ----------------------------------------------------------------------------------------

    def view(self, now: Moment) -> View:
        """Return what stands on the screen."""
        worker = self._worker
        spinner = f"✻ Working… ({worker.worked(now):.0f}s · esc to interrupt)" if worker.phase == "working" else ""
        behaviour = worker.facts()[1]["behaviour"]
        return View(
            name=self._outside.name,
            transcript=tuple(worker.transcript),
            starting=worker.phase == "starting",
            notes=tuple(note for note in (worker.note, spinner) if note),
            draft=self._box.shown,
            ghost=behaviour.get("ghost", PLACEHOLDER),
            usage=worker.usage(now),
            question=worker.question,
            command="cargo build --release" if worker.question else "",
            chosen=self._chosen,
        )

    def state(self, tick: int, pid: int, now: Moment) -> Json:
        """Return what the rehearsal may know of this agent, the last jump of the clock that it acted on included."""
        return {
            "pid": pid,
            "tick": tick,
            "phase": self._worker.phase,
            "task": self._worker.brief.task,
            "wakes_at": self._worker.wakes_at,
            "draws_at": self._worker.draws_at(now),
            "receipts": self._receipts,
        }
