"""Delivery: one prompt into one pane, exactly once, or an honest word that it is not known.

look -> paste under the server's guard -> settle -> look -> submit under the server's guard -> look until it is gone.
Every step is saved before and after.  A text is never pasted twice; a retry is the submit key only, and only while our
text is seen in the composer.  What a look means is decided by `plan.recovery`, as in every plan.
"""

from __future__ import annotations

import math
from dataclasses import replace

from amp_fsm.engine.reach import Reach
from amp_fsm.model.plan import Recovery, Step
from amp_fsm.model.profile import Profile, ScreenReading, ScreenState
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.plan.recovery import judge, unready

PATIENCE_SECONDS = 10.0
"""How long a text may take to appear in the composer, or to leave it, before the next pass looks again or asks."""

RETRY_SECONDS = 1.0
"""How long a submitted text may stay in the composer before the key is pressed again; doubled each time."""

FEWEST_LOOKS = 5
"""Looks that are taken however long a profile's settle time is."""

MODE_CHARACTERS = "!/#@&:-"
"""First characters that switch some composer's mode (shell, command, memory, mention)."""


def deliver(intent: Intent, recovery: Recovery, reach: Reach) -> Intent:
    """Return the intent as far as it came: settled, or still open with a note that says why.

    `recovery` is `PERFORM` (type it) or `ENTER` (it was typed: only the submit key).

    Raises:
        TerminalUnreachableError: tmux did not answer; the intent as last saved says how far it may have come.
    """
    refusal = "" if intent.action.command and intent.action.text else unfit(intent.action.text, reach.profile)
    if refusal:
        return replace(intent, status=IntentStatus.FAILED, note=refusal)
    if recovery is Recovery.PERFORM:
        intent = _type(intent, reach)
        if intent.status is not IntentStatus.TYPED:
            return intent
    return _submit(intent, reach)


def unfit(text: str, profile: Profile) -> str:
    """Return why a text can never be sent to this program; empty when it can."""
    if not text.strip():
        return "the text is empty"
    if text[0] in MODE_CHARACTERS or text[0].isspace() or not text[0].isprintable():
        return f"a prompt must not begin with {text[0]!r}: it would switch the composer's mode"
    if not profile.multiline and "\n" in text.strip():
        return f"the program of profile {profile.name} cannot take several lines at once"
    return ""


def _type(intent: Intent, reach: Reach) -> Intent:
    seen = reach.look()
    refusal = seen.reason if isinstance(seen, Failed) else _refusal(intent, *seen, reach)
    if refusal or isinstance(seen, Failed):
        return replace(intent, status=IntentStatus.OPEN, note=refusal, attempts=intent.attempts + 1)
    pane = seen[0]
    if pane.typed == intent.id:
        note = "the pane bears witness of it, and the record knows nothing of that"
        return replace(intent, status=IntentStatus.UNKNOWN, note=note)
    if reach.held():
        return replace(intent, status=IntentStatus.OPEN, note="held by the operator")
    intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref, note="")
    reach.save(intent)
    effect = reach.terminal.paste(pane.ref, intent.action.text, intent.id, reach.guard(pane))
    if effect.happened:
        intent = replace(intent, status=IntentStatus.TYPED)
    else:
        # Nothing was typed: the server says so itself.
        intent = replace(intent, status=IntentStatus.OPEN, pane=None, note=effect.reason, attempts=intent.attempts + 1)
    reach.save(intent)
    return intent


def _refusal(intent: Intent, pane: PaneSeen, reading: ScreenReading, reach: Reach) -> str:
    """Return why the text may not be typed at this moment; empty when it may."""
    if pane.owner != reach.owner:
        return "the pane is not ours"
    if reach.right_of_way(pane):
        return "a person is typing there"
    return unready(intent, pane, reading, reach.profile)


def _submit(intent: Intent, reach: Reach) -> Intent:
    """Press the submit key while our text is seen in the composer, with growing patience, until it is gone."""
    while True:
        pane, step = _watch(intent, reach)
        if step.recovery is not Recovery.ENTER or pane is None:
            return _left(intent, step)
        if _spent(intent, pane, reach):
            times = f"{intent.enters} times" if intent.enters > 1 else "once"
            note = f"submitted {times} and still in the composer"
            return replace(intent, status=IntentStatus.UNKNOWN, note=note)
        if reach.held():
            return replace(intent, note=f"held by the operator; {step.because}")
        guard = reach.guard(pane, reach.profile.no_dialog)
        again = pane.entered == intent.id
        effect = reach.terminal.submit(pane.ref, intent.action.submit, intent.id, guard, again=again)
        if not effect.happened:
            return replace(intent, note=f"{step.because}; not submitted: {effect.reason}")
        intent = replace(intent, status=IntentStatus.ENTERED, enters=intent.enters + 1, note="")
        reach.save(intent)


def _spent(intent: Intent, pane: PaneSeen, reach: Reach) -> bool:
    """Return whether the submit key was pressed as often as it may be; one that only the pane remembers counts."""
    return max(intent.enters, int(pane.entered == intent.id)) >= reach.profile.submits


def _patience(intent: Intent, pane: PaneSeen, reach: Reach) -> float:
    """Return how long the text must be seen in the composer before the next thing is done about it."""
    if pane.entered != intent.id:
        return 0.0
    again = RETRY_SECONDS * 2.0 ** max(0, intent.enters - 1)
    return max(again, PATIENCE_SECONDS) if _spent(intent, pane, reach) else again


def _left(intent: Intent, step: Step) -> Intent:
    match step.recovery:
        case Recovery.DONE:
            return replace(intent, status=IntentStatus.DONE, note=step.because)
        case Recovery.ASK:
            return replace(intent, status=IntentStatus.UNKNOWN, note=step.because)
        case _:
            return replace(intent, note=step.because)


def _watch(intent: Intent, reach: Reach) -> tuple[PaneSeen | None, Step]:
    """Look until it is clear what to do, and return the pane with `ENTER`.

    A screen is drawn in steps: what it seems to show may be different in the next look.  A text that was submitted
    before is given longer to leave the composer each time.
    """
    settle = reach.profile.settle
    looks = max(FEWEST_LOOKS, math.ceil(PATIENCE_SECONDS / settle) if settle > 0 else 0)
    step = Step(intent=intent, recovery=Recovery.WAIT, because="not looked at yet")
    for look in range(1, looks + 1):
        reach.clock.settle(settle)
        seen = reach.look()
        if isinstance(seen, Failed):
            step = Step(intent=intent, recovery=Recovery.WAIT, because=seen.reason)
            continue
        pane, reading = seen
        step = judge(intent, pane, reading, reach.receipt(intent))
        if step.recovery is Recovery.ENTER and reach.right_of_way(pane):
            step = replace(step, recovery=Recovery.WAIT, because=f"{step.because}; a person is typing there")
        if step.recovery is Recovery.ENTER and look * settle >= _patience(intent, pane, reach):
            return pane, step
        over = pane.ref != intent.pane or pane.typed != intent.id
        if over or step.recovery is Recovery.DONE or reading.state is ScreenState.BLOCKED:
            return None, step
    if step.recovery is Recovery.ENTER:
        step = replace(step, recovery=Recovery.WAIT)
    return None, step
