"""Several tmux servers as one `Terminal`: looked at side by side, each effect in the server that its pane is in.

One that does not answer is told as such and hides nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.ports import Effect, Launch, PaneGuard, Terminal
from amp_fsm.world.tmux_text import GONE

T = TypeVar("T")

_NOT_OURS = Failed(reason="the pane is gone or its process changed")


class ManyTerminals:
    """The project's tmux servers, by socket.  Safe for threads, if each of them is."""

    def __init__(self, terminals: Mapping[str, Terminal]) -> None:
        """Speak to each server through its own terminal; nothing is run yet."""
        self._terminals = dict(terminals)
        self._sockets: dict[str, str] = {}

    @contextmanager
    def kept_open(self, session: str, say: Callable[[str], None]) -> Iterator[None]:
        """Keep a connection to each server."""
        with ExitStack() as stack:
            for terminal in self._terminals.values():
                stack.enter_context(terminal.kept_open(session, say))
            yield

    # ---- looking -------------------------------------------------------------------------------------------------

    def survey(self, session: str, owner_prefix: str) -> Survey:
        """Return the panes of all servers that answer, and which do not.

        Raises:
            TerminalUnreachableError: none of them answers.
        """
        return self._together(lambda server: server.survey(session, owner_prefix))

    def find(self, session: str, owners: Collection[str]) -> Survey:
        """Return the panes that bear one of these owners, as `survey` does."""
        return self._together(lambda server: server.find(session, owners))

    def _together(self, look: Callable[[Terminal], Survey]) -> Survey:
        answers = self._ask(dict.fromkeys(self._terminals, look))
        surveys = {socket: answer for socket, answer in answers.items() if not isinstance(answer, Failed)}
        unreachable = {socket: answer.reason for socket, answer in answers.items() if isinstance(answer, Failed)}
        if not surveys:
            raise TerminalUnreachableError("; ".join(dict.fromkeys(unreachable.values())))
        servers = {socket: survey.server for socket, survey in surveys.items()}
        self._sockets = {**self._sockets, **{server: socket for socket, server in servers.items()}}
        return Survey(
            server=next(filter(None, servers.values()), ""),
            panes=_each_once(pane for survey in surveys.values() for pane in survey.panes),
            servers=servers,
            unreachable=unreachable,
        )

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        """Return the screens; of a server that does not answer, why it does not."""
        screens: dict[PaneRef, str | Failed] = dict.fromkeys(panes, _NOT_OURS)
        wanted: dict[str, list[PaneRef]] = {}
        for pane in panes:
            socket = self._socket(pane)
            if socket is not None:
                wanted.setdefault(socket, []).append(pane)
        for socket, answer in self._ask({at: _capture_of(those) for at, those in wanted.items()}).items():
            screens.update(dict.fromkeys(wanted[socket], answer) if isinstance(answer, Failed) else answer)
        return screens

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        """Return for how long panes drew nothing, each asked for in its own server."""
        wanted: dict[str, list[PaneSeen]] = {}
        for pane in panes:
            socket = self._sockets.get(pane.ref.server)
            if socket is not None:
                wanted.setdefault(socket, []).append(pane)
        found: dict[PaneRef, float] = {}
        for socket, those in wanted.items():
            found.update(self._terminals[socket].silence(those, exact=exact))
        return found

    def _ask(self, questions: Mapping[str, Callable[[Terminal], T]]) -> dict[str, T | Failed]:
        def ask(socket: str) -> T | Failed:
            try:
                return questions[socket](self._terminals[socket])
            except TerminalUnreachableError as error:
                return Failed(reason=f"{socket or 'default server'}: {error}")

        if not questions:
            return {}
        with ThreadPoolExecutor(max_workers=len(questions)) as pool:
            return dict(zip(questions, pool.map(ask, questions), strict=True))

    def _socket(self, pane: PaneRef) -> str | None:
        """Return the socket of the server that a pane was seen in; None: it is none of ours any more.

        Raises:
            TerminalUnreachableError: some server does not answer that may be the one.
        """
        if pane.server not in self._sockets and self.survey("", "").unreachable:
            raise TerminalUnreachableError("the pane may be in a tmux server that does not answer")
        return self._sockets.get(pane.server)

    # ---- effects -------------------------------------------------------------------------------------------------

    def start(self, launch: Launch) -> PaneRef:
        """Start it in the server at `launch.socket`; only a pane of that server is started anew in place."""
        return self._terminals[launch.socket].start(launch)

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        """See `ports.Terminal`."""
        return self._effect(pane, lambda server: server.stop(pane, owner))

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        """See `ports.Terminal`."""
        return self._effect(pane, lambda server: server.adopt(pane, owner))

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        """See `ports.Terminal`."""
        return self._effect(pane, lambda server: server.paste(pane, text, intent, guard))

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        """See `ports.Terminal`."""
        return self._effect(pane, lambda server: server.submit(pane, key, intent, guard, again=again))

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        """See `ports.Terminal`."""
        return self._effect(pane, lambda server: server.press(pane, keys, intent, guard, again=again))

    def _effect(self, pane: PaneRef, effect: Callable[[Terminal], Effect]) -> Effect:
        socket = self._socket(pane)
        return Effect(happened=False, reason=GONE) if socket is None else effect(self._terminals[socket])


def _capture_of(panes: Sequence[PaneRef]) -> Callable[[Terminal], Mapping[PaneRef, str | Failed]]:
    return lambda server: server.capture(panes)


def _each_once(panes: Iterable[PaneSeen]) -> tuple[PaneSeen, ...]:
    """Return each pane once: two sockets may be two names of one server."""
    found: dict[PaneRef, PaneSeen] = {}
    for pane in panes:
        found.setdefault(pane.ref, pane)
    return tuple(found.values())
