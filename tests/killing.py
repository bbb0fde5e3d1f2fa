"""A terminal and a way of saving that strike before or after the n-th call that passes through them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from amp_fsm.model.record import Intent
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.ports import Effect, Launch, PaneGuard, Terminal

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Blow:
    """Strikes once: before or after call number `call` (counted from 1); 0: never."""

    strike: Callable[[], None]
    call: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def around(self, name: str, effect: Callable[[], T]) -> T:
        """Do `effect`, unless the blow falls before it."""
        self.calls.append(name)
        hit = len(self.calls) == self.call
        if hit and not self.after:
            self.strike()
        result = effect()
        if hit and self.after:
            self.strike()
        return result


@dataclass(slots=True)
class StruckTerminal:
    """A terminal whose every call passes the blow."""

    real: Terminal
    blow: Blow

    def survey(self, session: str, owner_prefix: str) -> Survey:
        return self.blow.around("survey", lambda: self.real.survey(session, owner_prefix))

    def find(self, session: str, owners: Collection[str]) -> Survey:
        return self.blow.around("survey", lambda: self.real.find(session, owners))

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        return self.blow.around("capture", lambda: self.real.capture(panes))

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        return self.real.silence(panes, exact=exact)

    def kept_open(self, session: str, say: Callable[[str], None]) -> AbstractContextManager[None]:
        return self.real.kept_open(session, say)

    def start(self, launch: Launch) -> PaneRef:
        return self.blow.around("start", lambda: self.real.start(launch))

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        return self.blow.around("adopt", lambda: self.real.adopt(pane, owner))

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        return self.blow.around("paste", lambda: self.real.paste(pane, text, intent, guard))

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        return self.blow.around("submit", lambda: self.real.submit(pane, key, intent, guard, again=again))

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        return self.blow.around("press", lambda: self.real.press(pane, keys, intent, guard, again=again))

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        return self.blow.around("stop", lambda: self.real.stop(pane, owner))


def struck(save: Callable[[Intent], None], blow: Blow) -> Callable[[Intent], None]:
    """Return `save` with the blow around it."""
    return lambda intent: blow.around("save", lambda: save(intent))
