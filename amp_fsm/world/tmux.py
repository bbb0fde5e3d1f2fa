"""The tmux adapter of the `Terminal` port; with `tmux_process` all that talks to tmux.

Sessions are asked for by `tmux_session`; looking and typing go in batches, one bounded process each.  Nothing is killed
that we did not start, and no text reaches a pane but through a command list that the server itself guards.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.panes import in_front
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.ports import Effect, Launch, PaneGuard
from amp_fsm.world.tmux_effect import carry_out, paste
from amp_fsm.world.tmux_launch import IDENTITY, open_commands, require, respawn_commands
from amp_fsm.world.tmux_listing import KnownPanes, Listing, capture_script, parse_captures
from amp_fsm.world.tmux_process import Answer, TmuxProcess, joined
from amp_fsm.world.tmux_text import (
    ANSWERED,
    ENTERED,
    OWNER,
    STARTED,
    TYPED,
    differs,
    equals,
    guarded,
    is_answer_key,
    is_key,
    literal,
    owned_by_another,
    parse_outcome,
    reasons_to_refuse,
    same_process,
)

if TYPE_CHECKING:
    from amp_fsm.world.tmux_looks import ControlledLooks

TIMEOUT_SECONDS = 5.0


class TmuxTerminal:
    """The project's tmux server, by socket name or path (empty: the user's default server)."""

    def __init__(
        self, socket: str = "", *, environment: Mapping[str, str] | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """Remember where the server is; nothing is run yet.  `timeout` bounds every process, in seconds."""
        self._environment = dict(environment if environment is not None else os.environ)
        self._process = TmuxProcess(socket, environment=self._environment, timeout=timeout)
        self._panes = KnownPanes()
        self._looks: TmuxProcess | ControlledLooks = self._process

    @contextmanager
    def kept_open(self, session: str, say: Callable[[str], None]) -> Iterator[None]:
        """Look through one client in control mode while there can be one; effects stay processes."""
        from amp_fsm.world.tmux_looks import ControlledLooks  # the client, which one look alone does without

        looks = ControlledLooks(self._process, session, say)
        self._looks = looks
        try:
            yield
        finally:
            self._looks = self._process
            looks.close()

    # ---- looking -------------------------------------------------------------------------------------------------

    def survey(self, session: str, owner_prefix: str) -> Survey:
        """Return every pane of `session` and every pane whose owner starts with `owner_prefix`, in one process."""
        return self._listed(Listing(nonce=secrets.token_hex(8), known=self._panes), session, owner_prefix)

    def find(self, session: str, owners: Collection[str]) -> Survey:
        """Return the panes that bear one of these owners; the server itself leaves the others out."""
        return self._listed(Listing(nonce=secrets.token_hex(8), known=self._panes, owners=owners), session, "")

    def _listed(self, listing: Listing, session: str, owner_prefix: str) -> Survey:
        answer = self._looks.run(*joined(listing.commands()))
        if answer.no_server:
            return Survey(server="")
        survey = listing.survey(answer.said, session, owner_prefix)
        # A server without a session has no panes to list, and says so.
        if survey is None or (answer.code != 0 and answer.complaint != "no current target"):
            raise TerminalUnreachableError(f"tmux refused: {answer.complaint or answer.said!r}")
        return survey

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        """Return the visible screen of each pane with colours, in one process for all."""
        if not panes:
            return {}
        nonce = secrets.token_hex(8)
        answer = self._looks.run_script(capture_script(panes, nonce), nonce)
        return parse_captures(answer.said, panes, nonce, answer.complaint)

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        """Return for how long panes drew nothing; only those of the session that is kept open are ever heard."""
        looks = self._looks
        if isinstance(looks, TmuxProcess):
            return {}
        near = {pane.ref.pane: pane.ref for pane in panes if pane.session == looks.session}
        return {near[pane]: seconds for pane, seconds in looks.silence(near, exact=exact).items()}

    # ---- starting and stopping -----------------------------------------------------------------------------------

    def start(self, launch: Launch) -> PaneRef:
        """Open a window running `launch.argv` with our options on its pane, and return the pane.

        A launch whose intent a pane already bears was carried out before: that pane is returned.
        """
        require(launch, self._environment)
        survey = self.survey(launch.session, launch.owner)
        ours = [pane for pane in survey.panes if pane.owner == launch.owner]
        for pane in ours:
            if pane.started == launch.intent:
                return pane.ref
            if launch.replace is not None and pane.ref.pane == launch.replace.pane and pane.started:
                return self._respawn(launch, pane)
        return self._open(launch, survey)

    def _open(self, launch: Launch, survey: Survey) -> PaneRef:
        from amp_fsm.world.tmux_session import has_session  # loads libtmux, which only a start needs

        exists = bool(survey.server) and has_session(self._process, launch.session)
        answer = self._process.run(*joined(open_commands(launch, survey.panes, session_exists=exists)))
        return _identity(answer, answer.said)

    def _respawn(self, launch: Launch, pane: PaneSeen) -> PaneRef:
        """Start anew in place: only over a program that has ended, and only if nothing changed since it was seen."""
        if pane.ref != launch.replace or in_front(pane, ()):
            raise TerminalUnreachableError(f"pane {pane.ref.pane} changed meanwhile: {pane.command} runs there")
        reasons = (
            *same_process(pane.ref),
            differs(OWNER, launch.owner, "the pane is not ours"),
            equals(STARTED, "", "we did not start it"),
            (f"#{{!=:#{{pane_dead}},{int(pane.dead)}}}", "its program came or went"),
            (f"#{{!=:#{{pane_current_command}},{literal(pane.command)}}}", "another program came to the front"),
        )
        answer = self._process.run(*guarded(pane.ref, reasons, respawn_commands(launch, pane), tell=IDENTITY))
        outcome = parse_outcome(answer.said, reasons)
        if outcome is not None and not outcome.happened:
            raise TerminalUnreachableError(f"pane {pane.ref.pane} changed meanwhile: {outcome.reason}")
        return _identity(answer, answer.said.removeprefix("SENT "))

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        """End a pane that we started and that carries `owner`."""
        ours = (differs(OWNER, owner, "the pane is not ours"), equals(STARTED, "", "we did not start it"))
        return carry_out(self._process, pane, (*same_process(pane), *ours), (), last=("kill-pane", "-t", pane.pane))

    # ---- marking and typing --------------------------------------------------------------------------------------

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        """Put our option on a pane that is still the same process and nobody else's."""
        reasons = (("#{pane_dead}", "the pane is dead"), *same_process(pane), owned_by_another(owner))
        return carry_out(self._process, pane, reasons, (("set-option", "-p", "-t", pane.pane, OWNER, owner),))

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        """Paste `text` once, bracketed, not submitted, and witness it as `intent`, in one server-side command list."""
        return paste(self._process, pane, text, intent, guard)

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        """Press the submit key and witness it as `intent`; refused unless the pane's last paste was `intent`."""
        if not is_key(key):
            return Effect(happened=False, reason=f"{key!r} is no key to submit with")
        extra = [differs(TYPED, intent, "something else was typed since")]
        if not again:
            extra.append(equals(ENTERED, intent, "it was submitted before"))
        effect = (
            ("send-keys", "-t", pane.pane, key),
            ("set-option", "-p", "-t", pane.pane, ENTERED, intent),
        )
        return carry_out(self._process, pane, reasons_to_refuse(pane, guard, extra), effect)

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        """Press keys in an open dialog; with `intent` the last of them answers it, once unless `again`."""
        unknown = [key for key in keys if not is_answer_key(key)]
        if unknown or not keys:
            return Effect(happened=False, reason=f"{unknown or keys} are no keys to answer a dialog with")
        extra = (equals(ANSWERED, intent, "it was answered before"),) if intent and not again else ()
        effect = [("send-keys", "-t", pane.pane, key) for key in keys]
        witness = [("set-option", "-p", "-t", pane.pane, ANSWERED, intent)] if intent else []
        return carry_out(self._process, pane, reasons_to_refuse(pane, guard, extra), [*effect, *witness])


def _identity(answer: Answer, said: str) -> PaneRef:
    words = said.split()
    if len(words) < 3:
        raise TerminalUnreachableError(f"tmux could not start it: {answer.complaint or answer.said!r}")
    return PaneRef(pane=words[0], pid=int(words[1]), server=words[2])
