"""Doing: performs the intents of a plan, each re-checked at the very moment, its outcome recorded at once.

In order within one subject, side by side otherwise.  An intent that is refused stays open and holds back what comes
after it in its subject; one that failed does not.  An unexpected error fails its intent, never the pass; a prompt that
may have been typed by then is left to recovery instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from amp_fsm.engine.answer import Answering, give
from amp_fsm.engine.delivery import Delivery, deliver
from amp_fsm.engine.document_writes import write_cells, write_row
from amp_fsm.engine.look import receipt_now
from amp_fsm.engine.shared_look import PaneLook, SharedLook
from amp_fsm.errors import AmpFsmError, TerminalUnreachableError
from amp_fsm.model.channel_files import channels_of, spool_of
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Notice
from amp_fsm.model.panes import owner_of
from amp_fsm.model.plan import Plan, Recovery
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import CellMemory, Intent, IntentStatus, LogMemory, Record, Sample
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.model.time import Now, advance
from amp_fsm.observe.claims import STATUS, recounted, remember_write
from amp_fsm.observe.limit_over import in_time
from amp_fsm.observe.screen import read_screen
from amp_fsm.plan.settle import settled
from amp_fsm.ports import Commit, Entry, Launch, Listen, World

SIDE_BY_SIDE = 64
"""Subjects served at once: sixty prompts take about one settle time."""

Job = tuple[Intent, Recovery]

_SETTLED_BY_PLAN = {
    Recovery.DONE: IntentStatus.DONE,
    Recovery.VOID: IntentStatus.VOID,
    Recovery.ASK: IntentStatus.UNKNOWN,
}


class Performer:
    """Performs one plan over one world; `record` is the record as the outcomes leave it."""

    def __init__(
        self,
        project: Project,
        world: World,
        record: Record,
        on_done: Callable[[Intent], None],
        ends: Callable[[], bool] = bool,
    ) -> None:
        """Start with the record as it was committed.

        `on_done` hears of every intent's outcome; no action is begun any more once `ends` says so.
        """
        self.project = project
        self.world = world
        self.record = record
        self.outcomes: list[Intent] = []
        self._on_done = on_done
        self._ends = ends
        self._lock = threading.Lock()
        self._files = threading.Lock()
        self._starting = threading.Lock()
        self._looks = SharedLook(project, world.terminal)

    def perform(self, plan: Plan) -> None:
        """Perform every step and intent of the plan."""
        for step in plan.steps:
            status = _SETTLED_BY_PLAN.get(step.recovery)
            if status is not None:
                self._settle(replace(step.intent, status=status, note=step.because))
        groups = _by_subject(plan)
        if len(groups) == 1:
            self._serve(groups[0])
        elif groups:
            with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(groups))) as pool:
                for _ in pool.map(self._serve, groups):
                    pass

    def _serve(self, jobs: Sequence[Job]) -> None:
        for intent, recovery in jobs:
            outcome = self._attempt(intent, recovery)
            if outcome.settled:
                self._settle(outcome)
            else:
                self._keep(outcome)
                return

    def _attempt(self, intent: Intent, recovery: Recovery) -> Intent:
        try:
            if self._ends():
                return replace(intent, note="left for the next pass: asked to end")
            if self._held(intent):
                return replace(intent, note="held by the operator")
            return self._perform(intent, recovery)
        except TerminalUnreachableError as error:
            return replace(self._saved(intent), note=f"tmux: {error}")
        except AmpFsmError as error:
            return self._failed(intent, f"{error}" + (f" ({error.hint})" if error.hint else ""))
        except Exception as error:  # an unforeseen fault of one effect must not stop the others
            return self._failed(intent, f"unexpected {type(error).__name__}: {error}")

    def _saved(self, intent: Intent) -> Intent:
        """Return the intent as far as it came: the next pass recovers it by the server's witnesses."""
        with self._lock:
            return self.record.intents.get(intent.id, intent)

    def _failed(self, intent: Intent, note: str) -> Intent:
        """Return a failed intent; a prompt that may have been typed has not failed, whatever happened here."""
        saved = self._saved(intent)
        if saved.status is IntentStatus.OPEN:
            return replace(intent, status=IntentStatus.FAILED, note=note)
        return replace(saved, note=note)

    def _held(self, intent: Intent) -> bool:
        held = self.world.store.held()
        return "*" in held or intent.address.partition("/")[2] in held

    def _perform(self, intent: Intent, recovery: Recovery) -> Intent:
        match intent.action.verb:
            case Verb.SEND:
                return self._send(intent, recovery)
            case Verb.ANSWER:
                return self._answer(intent)
            case Verb.START:
                return self._start(intent)
            case Verb.ADOPT:
                return self._adopt(intent)
            case Verb.RUN:
                self.world.runner.forget(intent.action.key)
                self.world.runner.start(intent.action)
                return _done(intent, "started")
            case Verb.SET_ROW:
                return self._set_row(intent)
            case Verb.APPEND_ROW:
                return self._append_row(intent)
            case Verb.NOTIFY:
                self.world.notifier.tell(_notice(intent))
                return _done(intent, "told")
            case _:
                return replace(intent, status=IntentStatus.FAILED, note=f"{intent.action.verb} is not performed")

    # ---- the terminal --------------------------------------------------------------------------------------------

    def _send(self, intent: Intent, recovery: Recovery) -> Intent:
        agent = self.project.agents[intent.address.partition("/")[2]]
        profile = self.project.profiles[agent.profile]
        delivery = Delivery(
            profile=profile,
            owner=owner_of(self.project, agent),
            person=self.project.policies.person,
            terminal=self.world.terminal,
            clock=self.world.clock,
            save=self._save,
            look=lambda: self._look_at(agent),
            held=lambda: self._held(intent),
            receipt=lambda intent: receipt_now(self.project, agent, self.world, intent),
        )
        return deliver(intent, recovery, delivery)

    def _answer(self, intent: Intent) -> Intent:
        agent = self.project.agents[intent.address.partition("/")[2]]
        answering = Answering(
            profile=self.project.profiles[agent.profile],
            owner=owner_of(self.project, agent),
            person=self.project.policies.person,
            terminal=self.world.terminal,
            clock=self.world.clock,
            save=self._save,
            look=lambda: self._look_at(agent),
            held=lambda: self._held(intent),
        )
        return give(intent, answering)

    def _look_at(self, agent: AgentSpec) -> tuple[PaneSeen, ScreenReading] | Failed:
        """Return a fresh look at an agent's pane."""
        seen = self._looks.look(agent.address)
        if isinstance(seen, Failed):
            return seen
        if isinstance(seen.screen, Failed):
            return seen.screen
        profile = self.project.profiles[agent.profile]
        now = self.world.clock.read().wall
        reading = read_screen(profile, seen.screen, seen.pane.variables, now)
        with self._lock:
            before = self.record.samples.get(agent.name, Sample())
        return seen.pane, in_time(reading, before, profile.limit, None, now)

    def _start(self, intent: Intent) -> Intent:
        kind, _, name = intent.address.partition("/")
        spec = self.project.agents[name] if kind == "agent" else self.project.services[name]
        owner = owner_of(self.project, spec)
        seen = self._looks.look(intent.address, screen=False)
        ours = isinstance(seen, PaneLook) and seen.pane.owner == owner and seen.pane.started != ""
        launch = Launch(
            owner=owner,
            intent=intent.id,
            session=self.project.tmux.session,
            window=intent.action.window,
            name=name,
            argv=intent.action.argv,
            env=dict(intent.action.env),
            cwd=intent.action.cwd,
            columns=self.project.tmux.columns,
            rows=self.project.tmux.rows,
            replace=seen.pane.ref if isinstance(seen, PaneLook) and ours else None,
            listen=_listen(self.project, spec) if isinstance(spec, AgentSpec) else None,
        )
        with self._starting:  # two at once would both make the session, or want the same free window
            started = self.world.terminal.start(launch)
        return replace(_done(intent, f"runs in pane {started.pane}"), pane=started)

    def _adopt(self, intent: Intent) -> Intent:
        if intent.pane is None:
            return replace(intent, status=IntentStatus.FAILED, note="no pane to adopt")
        effect = self.world.terminal.adopt(intent.pane, intent.action.text)
        if effect.happened:
            return _done(intent, f"pane {intent.pane.pane} is ours now")
        return replace(intent, status=IntentStatus.VOID, note=effect.reason)

    # ---- documents -----------------------------------------------------------------------------------------------

    def _set_row(self, intent: Intent) -> Intent:
        document = self.project.documents[intent.action.target]
        header = document.columns.get(STATUS, "")
        wrote = dict(intent.action.cells).get(header)
        key = f"{document.name}|{intent.address.partition('/')[2]}|{STATUS}"

        def remember(replaced: Mapping[str, str]) -> None:
            if wrote is None:
                return
            with self._lock:
                before = self.record.cells.get(key, CellMemory())
                again = intent.cause == "rewrite"
                after = remember_write(before, wrote, replaced.get(header, ""), rewritten=again)
                record = replace(self.record, cells={**self.record.cells, key: after})
                self.record = self.world.store.commit(Commit(record=record, memory=True))

        with self._files:
            return _done(intent, write_cells(self.world.files, document, intent.action, remember))

    def _append_row(self, intent: Intent) -> Intent:
        document = self.project.documents[intent.action.target]
        with self._files:
            note, text = write_row(self.world.files, document, intent.action)
            for agent in self.project.agents.values():
                key = f"{document.name}|{agent.name}"
                with self._lock:
                    if key not in self.record.logs:
                        continue
                    task = next((a.task for a in self.record.assignments.values() if a.agent == agent.name), "")
                    memory = self.record.logs.get(key, LogMemory())
                    counted = recounted(document, text, agent.row or agent.name, task, memory)
                    self.record = replace(self.record, logs={**self.record.logs, key: counted})
        return _done(intent, note)

    # ---- the record ----------------------------------------------------------------------------------------------

    def _now(self) -> Now:
        return advance(self.record.policy, self.record.reading, self.world.clock.read())

    def _save(self, intent: Intent) -> None:
        with self._lock:
            stamped = replace(intent, changed=self._now().policy)
            self.record = replace(self.record, intents={**self.record.intents, intent.id: stamped})
            self.world.store.save_intent(stamped)

    def _keep(self, intent: Intent) -> None:
        with self._lock:
            before = self.record.intents.get(intent.id)
            kept = replace(intent, changed=before.changed if before is not None else intent.changed)
            if kept != before:
                self.record = replace(self.record, intents={**self.record.intents, intent.id: kept})
                self.world.store.save_intent(kept)
            self.outcomes.append(kept)
        self._on_done(kept)

    def _settle(self, intent: Intent) -> None:
        """Record an outcome with everything that follows from it, in one transaction."""
        with self._lock:
            now = self._now()
            after = settled(self.record, replace(intent, changed=now.policy), now)
            action = intent.action
            text = f"{action.verb} {action.what or action.target}: {intent.status}" + (
                f" ({intent.note})" if intent.note else ""
            )
            entry = Entry(at=now.wall, address=intent.address, kind=_kind(intent), text=text, evidence=_receipt(intent))
            self.record = self.world.store.commit(
                Commit(
                    record=after,
                    subjects=(intent.address,) if intent.address in after.subjects else (),
                    assignments=(intent.assignment,) if intent.assignment in after.assignments else (),
                    intents=(intent.id,),
                    memory=action.verb in (Verb.RUN, Verb.APPEND_ROW),
                    moves=True,
                    journal=(entry,),
                )
            )
            self.outcomes.append(intent)
        self._on_done(intent)


def _listen(project: Project, agent: AgentSpec) -> Listen | None:
    osc = channels_of(project, agent).osc
    return Listen(osc=osc.number, spool=spool_of(project), agent=agent.name) if osc is not None else None


def _done(intent: Intent, note: str) -> Intent:
    return replace(intent, status=IntentStatus.DONE, note=note)


def _notice(intent: Intent) -> Notice:
    action = intent.action
    return Notice(
        address=intent.address, text=action.text, kind=intent.cause, severity=action.severity, at=intent.at_wall
    )


def _kind(intent: Intent) -> str:
    return "notify" if intent.action.verb is Verb.NOTIFY else "action"


def _receipt(intent: Intent) -> tuple[str, ...]:
    if intent.action.verb is Verb.NOTIFY:
        return (intent.action.text,)
    return (
        (f"sha256 {intent.action.digest}", f"intent {intent.id}") if intent.action.digest else (f"intent {intent.id}",)
    )


def _by_subject(plan: Plan) -> list[list[Job]]:
    """Return what is to be performed, by subject: open intents of earlier passes first, then this plan's."""
    groups: dict[str, list[Job]] = {}
    waiting: set[Hashable] = set()
    for step in sorted(plan.steps, key=lambda step: (step.intent.at, _place(step.intent))):
        if step.recovery is Recovery.WAIT:
            waiting.add(_change_of(step.intent))
        elif step.recovery in (Recovery.PERFORM, Recovery.ENTER) and _change_of(step.intent) not in waiting:
            groups.setdefault(step.intent.address, []).append((step.intent, step.recovery))
    for change in plan.changes:
        for intent in change.intents:
            groups.setdefault(change.address, []).append((intent, Recovery.PERFORM))
    return list(groups.values())


def _change_of(intent: Intent) -> Hashable:
    return intent.address, intent.entry, intent.cause, intent.tick


def _place(intent: Intent) -> int:
    """Return an intent's place in its change, which its key begins with."""
    number = intent.key.partition(":")[0]
    return int(number) if number.isdecimal() else 0
