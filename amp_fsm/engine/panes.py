"""The panes of one project's subjects while a plan is performed: within reach of deliveries, and started."""

from __future__ import annotations

import threading
from collections.abc import Callable

from amp_fsm.engine.look import receipt_now
from amp_fsm.engine.progress import Progress
from amp_fsm.engine.reach import Reach
from amp_fsm.engine.shared_look import PaneLook, SharedLook
from amp_fsm.model.channel_files import channels_of, spool_of
from amp_fsm.model.panes import OWNER_VARIABLE, owner_of, process_owner, socket_of
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Intent, Sample
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.observe.limit_over import in_time
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import Launch, Listen, World


class Panes:
    """Looks at panes for everybody at once, and starts programs one after the other.  Safe for threads."""

    def __init__(self, project: Project, world: World, progress: Progress, held: Callable[[Intent], bool]) -> None:
        """Write what happens to `progress`; `held` says whether the operator holds an intent's subject."""
        self._project = project
        self._world = world
        self._progress = progress
        self._held = held
        self._looks = SharedLook(project, world.terminal)
        self._starting = threading.Lock()

    def reach(self, intent: Intent) -> Reach:
        """Return what an effect on the pane of the intent's agent needs."""
        agent = self._project.agents[intent.address.partition("/")[2]]
        return Reach(
            profile=self._project.profiles[agent.profile],
            owner=owner_of(self._project, agent),
            person=self._project.policies.person,
            terminal=self._world.terminal,
            clock=self._world.clock,
            save=self._progress.save,
            look=lambda: self._look_at(agent),
            held=lambda: self._held(intent),
            receipt=lambda intent: receipt_now(self._project, agent, self._world, intent),
        )

    def start(self, intent: Intent) -> PaneRef:
        """Start the program of the intent's agent or service and return its pane.

        Raises:
            ProgramMissingError: it is not on this machine.
            TerminalUnreachableError: tmux did not answer.
        """
        launch = self._launch(intent)
        with self._starting:  # two at once would both make the session, or want the same free window
            return self._world.terminal.start(launch)

    def _look_at(self, agent: AgentSpec) -> tuple[PaneSeen, ScreenReading] | Failed:
        """Return a fresh look at an agent's pane."""
        seen = self._looks.look(agent.address)
        if isinstance(seen, Failed):
            return seen
        if isinstance(seen.screen, Failed):
            return seen.screen
        profile = self._project.profiles[agent.profile]
        now = self._world.clock.read().wall
        reading = read_screen(profile, seen.screen, seen.pane.variables, now)
        before = self._progress.record.samples.get(agent.name, Sample())
        return seen.pane, in_time(reading, before, profile.limit, None, now)

    def _launch(self, intent: Intent) -> Launch:
        kind, _, name = intent.address.partition("/")
        spec = self._project.agents[name] if kind == "agent" else self._project.services[name]
        owner = owner_of(self._project, spec)
        seen = self._looks.look(intent.address, screen=False)
        ours = isinstance(seen, PaneLook) and seen.pane.owner == owner and seen.pane.started != ""
        return Launch(
            owner=owner,
            intent=intent.id,
            socket=socket_of(self._project, spec),
            session=self._project.tmux.session,
            window=intent.action.window,
            name=name,
            argv=intent.action.argv,
            env={**dict(intent.action.env), OWNER_VARIABLE: process_owner(self._project, intent.address)},
            cwd=intent.action.cwd,
            columns=self._project.tmux.columns,
            rows=self._project.tmux.rows,
            replace=seen.pane.ref if isinstance(seen, PaneLook) and ours else None,
            listen=_listen(self._project, spec) if isinstance(spec, AgentSpec) else None,
        )


def _listen(project: Project, agent: AgentSpec) -> Listen | None:
    osc = channels_of(project, agent).osc
    return Listen(osc=osc.number, spool=spool_of(project), agent=agent.name) if osc is not None else None
