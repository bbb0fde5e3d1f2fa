"""Recovery: what to do about an intent that an earlier pass left open.  Pure; part of every plan, never beside it.

For a prompt, the tmux server is the witness: the pane's options say which intent was typed and submitted last, and were
set in one go with the effect.  For everything else, doing it again is harmless.
"""

from __future__ import annotations

from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Recovery, Step
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import PaneSeen
from amp_fsm.model.shown import prompt_shown

_TOUCHED = frozenset({IntentStatus.TYPING, IntentStatus.TYPED, IntentStatus.ENTERED})


def recover(
    intent: Intent,
    *,
    server: str,
    unreachable: str,
    pane: PaneSeen | None,
    reading: ScreenReading | None,
    entry: int,
    wanted: bool,
    profile: Profile | None,
) -> Step:
    """Return what this pass does about `intent`.

    Args:
        intent: one that is not settled.
        server: identity of the tmux server now; empty: there is none.
        unreachable: why tmux could not be looked at; empty when it could.
        pane: the subject's pane now, and `reading` what its screen shows.
        reading: what the pane's screen shows; None when it was not captured.
        entry: number of the subject's present stay in a state.
        wanted: the configuration and the assignment still ask for it.
        profile: how the agent's program is read; None for a service.
    """
    match intent.action.verb:
        case Verb.SEND:
            return _send(intent, server, unreachable, pane, reading, entry, wanted, profile)
        case Verb.START:
            return _start(intent, unreachable, pane, entry, wanted)
        case Verb.ADOPT:
            return _adopt(intent, unreachable, pane)
        case _:
            return Step(intent=intent, recovery=Recovery.PERFORM, because="it was planned and not finished")


def _start(intent: Intent, unreachable: str, pane: PaneSeen | None, entry: int, wanted: bool) -> Step:
    if unreachable:
        return Step(intent=intent, recovery=Recovery.WAIT, because=unreachable)
    if pane is not None and pane.started == intent.id:
        return Step(intent=intent, recovery=Recovery.DONE, because=f"pane {pane.ref.pane} was started by it")
    if not wanted or intent.entry != entry:
        return Step(intent=intent, recovery=Recovery.VOID, because="no longer wanted, and nothing was started")
    return Step(intent=intent, recovery=Recovery.PERFORM, because="nothing was started yet")


def _adopt(intent: Intent, unreachable: str, pane: PaneSeen | None) -> Step:
    if unreachable:
        return Step(intent=intent, recovery=Recovery.WAIT, because=unreachable)
    if pane is not None and pane.owner == intent.action.text:
        return Step(intent=intent, recovery=Recovery.DONE, because=f"pane {pane.ref.pane} carries our mark")
    if pane is None or intent.pane is None or pane.ref != intent.pane:
        return Step(intent=intent, recovery=Recovery.VOID, because="that pane is no longer there")
    return Step(intent=intent, recovery=Recovery.PERFORM, because="the pane does not carry our mark yet")


def _send(
    intent: Intent,
    server: str,
    unreachable: str,
    pane: PaneSeen | None,
    reading: ScreenReading | None,
    entry: int,
    wanted: bool,
    profile: Profile | None,
) -> Step:
    if unreachable:
        return Step(intent=intent, recovery=Recovery.WAIT, because=f"unreachable: {unreachable}")
    if intent.status not in _TOUCHED:
        return _untouched(intent, entry, wanted)
    if pane is None or not server or intent.pane is None or pane.ref != intent.pane:
        return Step(
            intent=intent, recovery=Recovery.ASK, because="the pane or its process is not the one it was typed into"
        )
    if pane.typed != intent.id:
        if intent.status is not IntentStatus.TYPING:
            return Step(intent=intent, recovery=Recovery.ASK, because="something else was typed there since")
        return _untouched(intent, entry, wanted, "killed before it was typed: the pane bears no witness of it")
    if not wanted:
        return Step(
            intent=intent, recovery=Recovery.ASK, because="typed, and no longer wanted: it will not be submitted"
        )
    if reading is None or profile is None:
        return Step(intent=intent, recovery=Recovery.WAIT, because="typed; the screen could not be read")
    return _typed(intent, pane, reading)


def _untouched(intent: Intent, entry: int, wanted: bool, because: str = "not typed yet") -> Step:
    if not wanted or intent.entry != entry:
        return Step(intent=intent, recovery=Recovery.VOID, because=f"its state was left; {because}")
    return Step(intent=intent, recovery=Recovery.PERFORM, because=because)


def _typed(intent: Intent, pane: PaneSeen, reading: ScreenReading) -> Step:
    """Decide about a text that the server witnesses as typed, from the screen."""
    entered = pane.entered == intent.id
    ours = reading.composer is Composer.DRAFT and prompt_shown(reading, intent.action.text)
    if reading.state is ScreenState.BLOCKED and not entered:
        what = f"typed, not submitted; {reading.dialog or 'a dialog'} is up: the submit key is not pressed"
        return Step(intent=intent, recovery=Recovery.WAIT, because=what)
    if ours:
        what = "submitted, and still in the composer" if entered else "typed, and our text is in the composer"
        return Step(intent=intent, recovery=Recovery.ENTER, because=what)
    if entered and (reading.composer is Composer.EMPTY or reading.state in (ScreenState.WORKING, ScreenState.BLOCKED)):
        return Step(intent=intent, recovery=Recovery.DONE, because="submitted, and the composer let it go")
    if reading.state is ScreenState.UNKNOWN:
        return Step(intent=intent, recovery=Recovery.WAIT, because="typed; no rule recognises the screen")
    return Step(intent=intent, recovery=Recovery.ASK, because="typed, and its text is not in the composer")
