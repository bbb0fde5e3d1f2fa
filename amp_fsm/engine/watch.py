"""Watching: cheap looks between passes, so that a watching reconciler need not wait its interval out.

A hint and no more: a pass looks at everything itself, and one that was woken for nothing does nothing.  Asks for one
listing of panes and reads the documents; captures no screen, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from amp_fsm.engine.look import survey_of
from amp_fsm.model.channel import Channel
from amp_fsm.model.channel_files import channel_files
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.seen import Failed, FileSeen
from amp_fsm.ports import World

WATCH_SECONDS = 2.0
"""Seconds between two looks."""

SILENT_SECONDS = 3.0
"""Seconds since a pane last drew anything after which it is silent; spinners draw at least every second."""


@dataclass(slots=True)
class Watcher:
    """What was last seen of whatever may call for a pass.

    An agent's turn begins and ends with its pane: one that draws falls silent, a silent one draws again; or its hook
    tells.  Documents change, panes come and go, and the operator asks for something or holds somebody.
    """

    world: World
    _seen: Hashable = None

    def stirred(self, project: Project) -> bool:
        """Return whether anything changed since the last call; False for the first one."""
        before, self._seen = self._seen, tuple(self._look(project))
        return before not in (None, self._seen)

    def _look(self, project: Project) -> Iterator[Hashable]:
        record = self.world.store.load()
        yield record.paused, record.requests
        for document in project.documents.values():
            file = self.world.files.read(document.file)
            yield file.digest if isinstance(file, FileSeen) else type(file).__name__
        for agent in project.agents.values():
            yield from self._events(project, agent)
        yield self._panes(project)

    def _events(self, project: Project, agent: AgentSpec) -> Iterator[Hashable]:
        """Yield the newest event of an agent's hooks; its transcript grows all the time and would wake for nothing."""
        for key, pattern in channel_files(project, agent, "").items():
            if not key.endswith(Channel.TRANSCRIPT):
                found = self.world.files.glob(pattern)
                yield found[-1].path if isinstance(found, tuple) and found else ""

    def _panes(self, project: Project) -> Hashable:
        survey = survey_of(project, self.world.terminal)
        if isinstance(survey, Failed):
            return "unreachable"
        silent_since = self.world.clock.read().wall - SILENT_SECONDS
        return frozenset(
            (pane.ref, pane.owner, pane.command, pane.dead, pane.activity > silent_since) for pane in survey.panes
        )
