"""Recovery: what to do about an intent that an earlier pass left open.  Pure; part of every plan, never beside it.

For a prompt, the tmux server is the witness: the pane's options say which intent was typed and submitted last, and were
set in one go with the effect.  For everything else, doing it again is harmless.  A delivery under way asks the same
table (`judge`), so that what a plan says of a prompt and what is done about it cannot differ.
"""

from __future__ import annotations

from amp_fsm.model.machine import Verb
from amp_fsm.model.panes import SHELLS, in_front
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
    receipt: str = "",
) -> Step:
    """Return what this pass does about `intent`.

    Args:
        intent: one that is not settled.
        server: identity of the tmux server now; empty: there is none.
        unreachable: why tmux could not be looked at; empty when it could.
        pane: the subject's pane now.
        reading: what the pane's screen shows; None when it was not captured.
        entry: number of the subject's present stay in a state.
        wanted: the configuration and the assignment still ask for it.
        profile: how the agent's program is read; None for a service.
        receipt: how the program itself said that it took the prompt in; empty: it did not.
    """
    if receipt and intent.action.verb is Verb.SEND:
        return Step(intent=intent, recovery=Recovery.DONE, because=receipt)
    if unreachable and intent.action.verb in (Verb.SEND, Verb.ANSWER):
        return Step(intent=intent, recovery=Recovery.WAIT, because=f"unreachable: {unreachable}")
    match intent.action.verb:
        case Verb.SEND:
            decide = _touched if intent.status in _TOUCHED else _untouched
            return decide(intent, pane if server else None, reading, entry, wanted, profile)
        case Verb.ANSWER:
            return _answer(intent, pane if server else None, reading)
        case Verb.START:
            return _start(intent, unreachable, pane, entry, wanted)
        case Verb.ADOPT:
            return _adopt(intent, unreachable, pane)
        case Verb.GIT | Verb.WRITE if not wanted or intent.entry != entry:
            return Step(intent=intent, recovery=Recovery.VOID, because="its state was left before it was done")
        case _:
            return Step(intent=intent, recovery=Recovery.PERFORM, because="it was planned and not finished")


def _answer(intent: Intent, pane: PaneSeen | None, reading: ScreenReading | None) -> Step:
    if pane is not None and pane.answered == intent.id:
        return Step(intent=intent, recovery=Recovery.DONE, because=f"chose {intent.action.what!r}")
    if pane is None or (intent.pane is not None and pane.ref != intent.pane):
        return Step(intent=intent, recovery=Recovery.VOID, because="the dialog's pane is gone")
    if reading is None:
        return Step(intent=intent, recovery=Recovery.WAIT, because="the screen could not be read")
    if reading.asked is None or reading.asked.digest != intent.action.key:
        return Step(intent=intent, recovery=Recovery.VOID, because="the dialog is no longer up")
    return Step(intent=intent, recovery=Recovery.PERFORM, because="not answered yet")


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


def _touched(
    intent: Intent,
    pane: PaneSeen | None,
    reading: ScreenReading | None,
    entry: int,
    wanted: bool,
    profile: Profile | None,
) -> Step:
    """Decide about a prompt of which some pass at least announced that it would type it."""
    if pane is None or pane.ref != intent.pane:
        why = "the pane or its process is not the one it was typed into"
        return Step(intent=intent, recovery=Recovery.ASK, because=why)
    if pane.typed != intent.id and intent.status is IntentStatus.TYPING:
        return _untouched(intent, pane, reading, entry, wanted, profile)
    step = judge(intent, pane, reading)
    if wanted and reading is not None and _not_drawn(step, pane, reading):
        why = "typed; its text is not in the composer: looking for it a while before the submit key"
        return Step(intent=intent, recovery=Recovery.ENTER, because=why)
    if wanted or step.recovery is Recovery.DONE or (pane.entered == intent.id and step.recovery is Recovery.WAIT):
        return step
    why = "typed, and no longer wanted: it will not be submitted"
    return Step(intent=intent, recovery=Recovery.ASK, because=why)


def _not_drawn(step: Step, pane: PaneSeen, reading: ScreenReading) -> bool:
    """Return whether the program may only not have drawn the text yet; delivery presses no key unless it sees it."""
    quiet = reading.state is ScreenState.IDLE and reading.composer is Composer.EMPTY
    return step.recovery is Recovery.ASK and quiet and pane.typed == step.intent.id != pane.entered


def _untouched(
    intent: Intent,
    pane: PaneSeen | None,
    reading: ScreenReading | None,
    entry: int,
    wanted: bool,
    profile: Profile | None,
) -> Step:
    """Decide about a prompt that was provably not typed."""
    if pane is not None and pane.typed == intent.id:
        why = "the pane bears witness of it, and the record knows nothing of that"
        return Step(intent=intent, recovery=Recovery.ASK, because=why)
    if not wanted or intent.entry != entry:
        return Step(intent=intent, recovery=Recovery.VOID, because="its state was left before it was typed")
    if pane is None:
        return Step(intent=intent, recovery=Recovery.WAIT, because="not typed yet: there is no pane")
    why = unready(intent, pane, reading, profile) if reading is not None and profile is not None else ""
    if why:
        return Step(intent=intent, recovery=Recovery.WAIT, because=f"not typed yet: {why}")
    killed = intent.status is IntentStatus.TYPING
    why = "killed before it was typed: the pane bears no witness of it" if killed else "not typed yet"
    return Step(intent=intent, recovery=Recovery.PERFORM, because=why)


def unready(intent: Intent, pane: PaneSeen, reading: ScreenReading, profile: Profile) -> str:
    """Return why a prompt may not be typed into this pane at this moment; empty when it may."""
    if in_front(pane, profile.programs) is not True:
        return f"its program is not in front, but {pane.command or 'nothing'}"
    if reading.state is ScreenState.BLOCKED:
        return _dialog(reading)
    if not _takes(intent, reading):
        return f"it is {reading.state}, not at its prompt"
    if reading.composer is not Composer.EMPTY:
        return f"its composer is {reading.composer}" + (f": {_short(reading)}" if reading.composer_text else "")
    return ""


def _takes(intent: Intent, reading: ScreenReading) -> bool:
    """Return whether the program takes a prompt now: at its prompt, or while it works if it keeps it for later."""
    return reading.state is ScreenState.IDLE or (intent.action.queue and reading.state is ScreenState.WORKING)


def judge(intent: Intent, pane: PaneSeen, reading: ScreenReading | None, receipt: str = "") -> Step:
    """Return what is to be done about a prompt that was typed into `pane`, from the witnesses and the screen.

    A receipt outweighs them all: the program itself said that it took the prompt in.
    """
    if receipt:
        return Step(intent=intent, recovery=Recovery.DONE, because=receipt)
    recovery, because = _judge(intent, pane, reading)
    said = "submitted" if pane.entered == intent.id else "typed"
    return Step(intent=intent, recovery=recovery, because=f"{said}; {because}")


def _judge(intent: Intent, pane: PaneSeen, reading: ScreenReading | None) -> tuple[Recovery, str]:
    if pane.ref != intent.pane:
        return Recovery.ASK, "then the pane or its process changed"
    if pane.typed != intent.id:
        return Recovery.ASK, "something else was typed there since"
    if pane.dead or SHELLS.fullmatch(pane.command):
        return Recovery.ASK, "then its program ended"
    if reading is None:
        return Recovery.WAIT, "the screen could not be read"
    if reading.state is ScreenState.BLOCKED:
        return Recovery.WAIT, f"{_dialog(reading)}: will not press {intent.action.submit}"
    if reading.state is ScreenState.UNKNOWN:
        return Recovery.WAIT, "no rule recognises the screen"
    return _by_composer(intent, reading, entered=pane.entered == intent.id)


def _by_composer(intent: Intent, reading: ScreenReading, *, entered: bool) -> tuple[Recovery, str]:
    match reading.composer:
        case Composer.DRAFT if not prompt_shown(reading, intent.action.text):
            return Recovery.ASK, f"the composer holds something else: {_short(reading)}"
        case Composer.DRAFT if _takes(intent, reading):
            return Recovery.ENTER, "our text is still in the composer" if entered else "our text is in the composer"
        case Composer.DRAFT:
            return Recovery.WAIT, f"our text is in the composer, but it is {reading.state}"
        case Composer.EMPTY if entered and reading.queued:
            return Recovery.WAIT, "the program keeps it for the end of its turn"
        case Composer.EMPTY if entered:
            return Recovery.DONE, "the composer let it go"
        case Composer.EMPTY:
            return Recovery.ASK, "the composer is empty: somebody submitted or removed it"
        case _ if entered and reading.state is ScreenState.WORKING:
            return Recovery.DONE, "it is working since"
        case _:
            return Recovery.WAIT, f"it is {reading.state} and shows no composer"


def _dialog(reading: ScreenReading) -> str:
    return f"a dialog is up ({reading.dialog})" if reading.dialog else "a dialog is up"


def _short(reading: ScreenReading) -> str:
    return repr(reading.composer_text[:60])
