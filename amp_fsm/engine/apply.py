"""Doing: performs the intents of a plan, each re-checked at the very moment, its outcome recorded at once.

In order within one subject, side by side otherwise.  An intent that is refused stays open and holds back what comes
after it in its subject; one that failed does not.  An unexpected error fails its intent, never the pass; a prompt that
may have been typed by then is left to recovery instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from amp_fsm.engine.answer import give
from amp_fsm.engine.delivery import deliver
from amp_fsm.engine.documents import WRITES, Documents
from amp_fsm.engine.look import receipt_now
from amp_fsm.engine.progress import Progress
from amp_fsm.engine.reach import Reach
from amp_fsm.engine.shared_look import PaneLook, SharedLook
from amp_fsm.errors import AmpFsmError, TerminalUnreachableError
from amp_fsm.model.channel_files import channels_of, spool_of
from amp_fsm.model.document import is_document
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Notice
from amp_fsm.model.panes import OWNER_VARIABLE, owner_of, process_owner, socket_of
from amp_fsm.model.plan import Plan, Recovery
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Intent, IntentStatus, Record, Sample
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.model.workspace import Workspace
from amp_fsm.observe.limit_over import in_time
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import Launch, Listen, World

SIDE_BY_SIDE = 64
"""Subjects served at once: sixty prompts take about one settle time."""

Job = tuple[Intent, Recovery]

_SETTLED_BY_PLAN = {
    Recovery.DONE: IntentStatus.DONE,
    Recovery.VOID: IntentStatus.VOID,
    Recovery.ASK: IntentStatus.UNKNOWN,
}


class Performer:
    """Performs one plan over one world."""

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
        self._progress = Progress(world.store, world.clock, record, on_done)
        self._ends = ends
        self._documents = Documents(project, world.files, self._progress)
        self._repository = threading.Lock()
        self._starting = threading.Lock()
        self._looks = SharedLook(project, world.terminal)

    @property
    def record(self) -> Record:
        """The record as the outcomes so far leave it."""
        return self._progress.record

    @property
    def outcomes(self) -> list[Intent]:
        """Every intent that was touched, as it ended or stayed."""
        return self._progress.outcomes

    def perform(self, plan: Plan) -> None:
        """Perform every step and intent of the plan."""
        for step in plan.steps:
            status = _SETTLED_BY_PLAN.get(step.recovery)
            if status is not None:
                self._progress.settle(replace(step.intent, status=status, note=step.because))
        papers, groups = _by_subject(plan)
        for jobs in papers:  # what a table lacks is made before anybody writes into it
            self._serve(jobs)
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
                self._progress.settle(outcome)
            else:
                self._progress.keep(outcome)
                return

    def _attempt(self, intent: Intent, recovery: Recovery) -> Intent:
        try:
            if self._ends():
                return replace(intent, note="left for the next pass: asked to end")
            if self._held(intent):
                return replace(intent, note="held by the operator")
            return self._perform(intent, recovery)
        except TerminalUnreachableError as error:
            return replace(self._progress.saved(intent), note=f"tmux: {error}")
        except AmpFsmError as error:
            return self._failed(intent, f"{error}" + (f" ({error.hint})" if error.hint else ""))
        except Exception as error:  # an unforeseen fault of one effect must not stop the others
            return self._failed(intent, f"unexpected {type(error).__name__}: {error}")

    def _failed(self, intent: Intent, note: str) -> Intent:
        """Return a failed intent.

        A prompt that may have been typed has not failed, whatever happened here; and a file that cannot be written
        stays to be written, for the prompt after it speaks of it.
        """
        if intent.action.verb is Verb.WRITE:
            return replace(intent, note=note)
        saved = self._progress.saved(intent)
        if saved.status is IntentStatus.OPEN:
            return replace(intent, status=IntentStatus.FAILED, note=note)
        return replace(saved, note=note)

    def _held(self, intent: Intent) -> bool:
        held = self.world.store.held()
        return "*" in held or intent.address.partition("/")[2] in held

    def _perform(self, intent: Intent, recovery: Recovery) -> Intent:
        match intent.action.verb:
            case Verb.SEND:
                return deliver(intent, recovery, self._reach(intent))
            case Verb.ANSWER:
                return give(intent, self._reach(intent))
            case Verb.START:
                return self._start(intent)
            case Verb.ADOPT:
                return self._adopt(intent)
            case Verb.RUN:
                self.world.runner.forget(intent.action.key)
                self.world.runner.start(intent.action)
                return _done(intent, "started")
            case Verb.GIT:
                return self._git(intent)
            case verb if verb in WRITES:
                return _done(intent, self._documents.perform(intent))
            case Verb.NOTIFY:
                self.world.notifier.tell(_notice(intent))
                return _done(intent, "told")
            case _:
                return replace(intent, status=IntentStatus.FAILED, note=f"{intent.action.verb} is not performed")

    # ---- the terminal --------------------------------------------------------------------------------------------

    def _reach(self, intent: Intent) -> Reach:
        agent = self.project.agents[intent.address.partition("/")[2]]
        return Reach(
            profile=self.project.profiles[agent.profile],
            owner=owner_of(self.project, agent),
            person=self.project.policies.person,
            terminal=self.world.terminal,
            clock=self.world.clock,
            save=self._progress.save,
            look=lambda: self._look_at(agent),
            held=lambda: self._held(intent),
            receipt=lambda intent: receipt_now(self.project, agent, self.world, intent),
        )

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
            socket=socket_of(self.project, spec),
            session=self.project.tmux.session,
            window=intent.action.window,
            name=name,
            argv=intent.action.argv,
            env={**dict(intent.action.env), OWNER_VARIABLE: process_owner(self.project, intent.address)},
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

    def _git(self, intent: Intent) -> Intent:
        action, repository = intent.action, self.world.repository
        if repository is None:
            return replace(intent, status=IntentStatus.FAILED, note="there is no repository")
        workspace = Workspace(folder=action.cwd, branch=action.target)
        with self._repository:  # git locks the whole repository for most of what it does
            match action.what:
                case "create":
                    return _done(intent, repository.create(workspace))
                case "commit":
                    return _done(intent, repository.commit(workspace, action.text))
                case "merge":
                    return _done(intent, repository.merge(workspace, action.text))
                case _:
                    return _done(intent, repository.clean(workspace))


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


def _by_subject(plan: Plan) -> tuple[list[list[Job]], list[list[Job]]]:
    """Return what is to be performed for documents, and for each subject.

    Open intents of earlier passes come first, then this plan's.
    """
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
    papers = [address for address in groups if is_document(address)]
    return [groups.pop(address) for address in papers], list(groups.values())


def _change_of(intent: Intent) -> Hashable:
    return intent.address, intent.entry, intent.cause, intent.tick


def _place(intent: Intent) -> int:
    """Return an intent's place in its change, which its key begins with."""
    number = intent.key.partition(":")[0]
    return int(number) if number.isdecimal() else 0
