"""What goes on inside the practice agent: it starts, works, is held up, finishes.  Keys and drawing are elsewhere."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from amp_fsm.rehearsal.practice_agent.alarms import Alarm, Alarms
from amp_fsm.rehearsal.practice_agent.brief import Brief
from amp_fsm.rehearsal.practice_agent.meter import Meter
from amp_fsm.rehearsal.practice_agent.outside import Moment, Outside
from amp_fsm.rehearsal.practice_agent.turn import Station, behaviour_of, timeline
from amp_fsm.rehearsal.practice_agent.work import claim, leave_deliverables, leave_text

Json = Mapping[str, Any]
STILL_BLOCKED = 5.0
REMEMBERED = 300
"""Lines of its transcript that it keeps; no screen shows more."""


class Crash(Exception):
    """The scenario lets the agent die here."""


class Worker:
    """One agent's work.

    Attributes:
        phase: `starting`, `idle`, `working`, `asking`, `limited`, `errored` or `blocked` (idle, and waits for help).
        transcript: what it said last.  note: the block above the composer.  question: what its dialog asks.
    """

    def __init__(self, outside: Outside, works: float, behaviour: Json) -> None:
        """Be an agent that works `works` seconds where nothing else is said; `behaviour` holds without a world."""
        self.phase = "starting"
        self.transcript: deque[str] = deque(maxlen=REMEMBERED)
        self.note = ""
        self.question = ""
        self.brief = Brief()
        self.alarms = Alarms()
        self._outside = outside
        self._works = works
        self._behaviour = behaviour
        self._stations: tuple[Station, ...] = ()
        self._worked = 0.0
        self._since = 0.0
        self._reminders = 0
        self._answer = ""
        self._meter = Meter()
        self._finished: set[str] = set()

    # ---- what it is told -------------------------------------------------------------------------------------

    def facts(self) -> tuple[Json, Json]:
        """Return what is known out of band: the world's tasks, and this agent."""
        world = self._outside.read("tasks.json")
        me = world.get("agents", {}).get(self._outside.name, {})
        return world, {**me, "behaviour": {**self._behaviour, **me.get("behaviour", {})}}

    @property
    def task_in_hand(self) -> str:
        """The task that was begun and is not finished, empty for none."""
        return self.brief.task if self._stations else ""

    @property
    def wakes_at(self) -> float | None:
        """When it next does something of which others must know at once; None: never by itself.

        Lines that only show progress are none: the screen shows them whenever somebody looks.
        """
        ahead = [self.alarms.next(but="work")]
        if self.phase == "working":
            station = next(station for station in self._stations if station.kind != "says")
            ahead.append(self._since + station.at - self._worked)
        return min((at for at in ahead if at is not None), default=None)

    def draws_at(self, now: Moment) -> float | None:
        """When it next shows something else by itself; None: never.

        The seconds on its spinner do not count: they run on whenever it draws.
        """
        if self.phase == "working" and self.facts()[1]["behaviour"].get("usage") is not None:
            return now.policy
        return self.alarms.next()

    def start(self, now: Moment) -> None:
        """Begin to start up; without a slow start the composer is there at once."""
        _, me = self.facts()
        self.alarms.set("start", now.policy + float(me["behaviour"].get("start", 0.0)), self._ready)

    def _ready(self, _now: Moment) -> None:
        self.phase = "idle"
        self.transcript.append("Ready.")

    def begin(self, brief: Brief, now: Moment, text: str = "") -> str:
        """Start or go on with what `brief` asks, and return in words what will be done; `text`: the whole prompt."""
        held_up, same = self.phase, brief.task == self.brief.task and bool(self._stations)
        self.brief = brief
        self.note = ""
        if same and held_up == "blocked" and not self._helped(text):
            self._count(now, (Station(at=self._worked + STILL_BLOCKED, kind="still_blocked"), *self._stations))
            return f"is still blocked on {brief.task}"
        self.alarms.cancel("help")
        if same:
            self._count(now, self._stations)
            return f"goes on with {brief.task}"
        return self._fresh(brief, now)

    def _fresh(self, brief: Brief, now: Moment) -> str:
        world, me = self.facts()
        behaviour = behaviour_of(world.get("tasks", {}).get(brief.task, {}), me)
        again = brief.task in self._finished
        works = float(behaviour.get("works", self._works)) / (4 if again else 1)
        self._worked = 0.0
        self._count(now, timeline(behaviour, works, self._may))
        self._claim("working", now)
        return f"{'mends' if again else 'works on'} {brief.task or 'nothing it knows'} for {works:.0f}s"

    def _may(self, kind: str, spec: Json) -> bool:
        return self._outside.use(f"{kind}.{spec.get('of', self._outside.name)}", int(spec.get("times", 1)))

    def _helped(self, text: str) -> bool:
        """Return whether a prompt gets it going: one more in a row, or the one that answers its question."""
        self._reminders -= 1
        return self._answer in text if self._answer else self._reminders <= 0

    # ---- time passes -----------------------------------------------------------------------------------------

    def worked(self, now: Moment) -> float:
        """Return how many seconds this turn has been worked on."""
        return self._worked + (now.policy - self._since if self.phase == "working" else 0.0)

    def usage(self, now: Moment) -> str:
        """Return what is shown of the usage, empty where the scenario says nothing of it."""
        spec = self.facts()[1]["behaviour"].get("usage")
        return self._meter.shown(spec, self.worked(now) - self._worked)

    def _count(self, now: Moment, stations: tuple[Station, ...]) -> None:
        self.phase = "working"
        self._stations = stations
        self._since = now.policy
        self.alarms.set("work", now.policy + max(0.0, stations[0].at - self._worked), self._reach)

    def _reach(self, now: Moment) -> None:
        station, *rest = self._stations
        self._meter.work(station.at - self._worked)
        self._worked = station.at
        self._stations = tuple(rest)
        getattr(self, f"_on_{station.kind}")(now, station.spec)

    def _go_on(self, now: Moment) -> None:
        self.note = self.question = ""
        if self._stations:
            self._count(now, self._stations)
        else:
            self.phase = "idle"

    def interrupt(self) -> None:
        """Stop working, as Esc does; the rest of the turn is forgotten."""
        self.alarms.cancel("work")
        self._stations = ()
        self.phase = "idle"
        self.transcript.append("⎿ Interrupted")

    # ---- what happens on the way -----------------------------------------------------------------------------

    def _on_says(self, now: Moment, _spec: Json) -> None:
        self.transcript.append(f"● Worked {self._worked / 60:.0f} min on {self.brief.task or 'this'}")
        self._go_on(now)

    def _on_dies(self, _now: Moment, _spec: Json) -> None:
        raise Crash

    def _on_asks(self, now: Moment, spec: Json) -> None:
        self.phase = "asking"
        self.question = spec.get("question", "Do you want to run this command?")
        if "for" in spec:
            answer = spec.get("answer", "withdrawn")
            self.alarms.set("help", now.policy + float(spec["for"]), lambda at: self._dialog_goes(answer, at))

    def _dialog_goes(self, answer: str, now: Moment) -> None:
        self.transcript.append(f"⎿ {self.question} {answer}, without us")
        self.answer(answer != "no", now)

    def answer(self, yes: bool, now: Moment) -> None:
        """Take the answer to a dialog: yes goes on, no ends the turn."""
        self.alarms.cancel("help")
        self.question = ""
        if yes:
            self._go_on(now)
        else:
            self.interrupt()

    def _on_limited(self, now: Moment, spec: Json) -> None:
        self.phase = "limited"
        reset = math.ceil((now.wall + float(spec.get("for", 3600.0))) / 60) * 60
        self.note = f"⚠ Usage limit reached · resets at {time.strftime('%H:%M', time.gmtime(reset))} UTC"
        ends = self._go_on if spec.get("resumes", True) else self._rest
        self.alarms.set("help", now.policy + (reset - now.wall), lambda at: self._limit_over(ends, at))

    def _limit_over(self, ends: Alarm, now: Moment) -> None:
        self._meter.reset()
        ends(now)

    def _on_errored(self, now: Moment, spec: Json) -> None:
        self.phase = "errored"
        self.note = f"✖ API error: {spec.get('text', '529 overloaded')}"
        if "for" in spec:
            self.alarms.set("help", now.policy + float(spec["for"]), self._go_on)

    def _rest(self, _now: Moment) -> None:
        self.phase, self.note = "idle", ""

    def _on_blocks(self, now: Moment, spec: Json) -> None:
        self._reminders = int(spec.get("reminders", 1))
        self._answer = str(spec.get("until", ""))
        if not self._ask(spec.get("question", ""), now):
            self._say_blocked(now)
        if "for" in spec:
            self._reminders = 1_000_000
            self.alarms.set("help", now.policy + float(spec["for"]), self._unblock)

    def _ask(self, question: str, now: Moment) -> bool:
        """Leave a question in the file that a prompt named for it; return whether that could be done."""
        self.transcript.extend(f"● {line}" for line in question.splitlines())
        if not question or not self.brief.question:
            return False
        leave_text(Path(self.facts()[0]["root"], self.brief.question), f"{question}\n", now)
        self.transcript.append(f"● Wrote my question to {self.brief.question}")
        self.phase = "blocked"
        return True

    def _unblock(self, now: Moment) -> None:
        self._worked = self.worked(now)
        self._stations = tuple(station for station in self._stations if station.kind != "still_blocked")
        self._go_on(now)

    def _on_still_blocked(self, now: Moment, _spec: Json) -> None:
        self._say_blocked(now)

    def _say_blocked(self, now: Moment) -> None:
        self.phase = "blocked"
        self.transcript.append(f"● I am blocked on {self.brief.task or 'this'} and need help.")
        self._claim("blocked", now)

    def _on_done(self, now: Moment, _spec: Json) -> None:
        world, me = self.facts()
        task = self.brief.task
        spec = world.get("tasks", {}).get(task, {})
        behaviour = behaviour_of(spec, me)
        if task:
            folder, but = Path(self.brief.folder or world["root"]), self._forgets(task, spec, behaviour)
            text = self._text(spec.get("kind", ""), behaviour.get("writes", ""))
            left = leave_deliverables(folder, spec, self.brief, self._outside.name, now, but=but, text=text)
            broken = self._outside.use(f"broken.{task}", int(behaviour.get("fails_check", 0)))
            self._outside.mark(f"broken/{task}", broken)
            self.transcript.extend(f"● Wrote {name}" for name in left)
            self._claim("done", now)
        self._finished.add(task)
        self.transcript.append(f"● Done with {task or 'this'}.")
        self.phase = "idle"

    def _text(self, kind: str, writes: str | Sequence[str]) -> str:
        """Return what the deliverables of a task hold this time, empty for what they hold by default."""
        texts = [writes] if isinstance(writes, str) else list(writes)
        while len(texts) > 1 and not self._outside.use(f"wrote.{kind}.{len(texts)}", 1):
            del texts[0]
        return texts[0]

    def _forgets(self, task: str, spec: Json, behaviour: Json) -> list[str]:
        forgets = behaviour.get("claims_done_without", [])
        if not forgets or not self._outside.use(f"forgot.{task}", 1):
            return []
        return [item["file"] for item in spec.get("deliverables", ())] if forgets is True else list(forgets)

    def _claim(self, kind: str, now: Moment) -> None:
        world, me = self.facts()
        behaviour = behaviour_of(world.get("tasks", {}).get(self.brief.task, {}), me)
        if self.brief.task and not behaviour.get("never_updates_row"):
            row = me.get("row", self._outside.name)
            said = claim(world.get("documents", ()), self.brief, row, kind, now)
            self.transcript.extend(f"● Updated {line}" for line in said)
