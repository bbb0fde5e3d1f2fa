"""Delivery: one prompt into one pane, exactly once, or an honest word that it is not known.

look -> paste under the server's guard -> settle -> look -> submit under the server's guard -> look until it is gone.
Every step is saved before and after.  A text is never pasted twice; a retry is the submit key only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from amp_fsm.model.plan import Recovery
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.model.shown import prompt_shown
from amp_fsm.ports import Clock, PaneGuard, Terminal

LOOKS = 20
"""Looks, one settle time apart, after which a paste or a submission counts as not seen."""

SUBMITS = 4
"""Times the submit key is pressed for one prompt."""

MODE_CHARACTERS = "!/#@&:-"
"""First characters that switch some composer's mode (shell, command, memory, mention)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one delivery needs.

    Attributes:
        owner: our option on the pane.
        person: seconds for which a person's last key press gives the right of way.
        save: writes the intent's progress, durably.
        look: a fresh look at the pane and its screen.
        held: whether the operator holds this agent right now; asked before every effect.
    """

    profile: Profile
    owner: str
    person: float
    terminal: Terminal
    clock: Clock
    save: Callable[[Intent], None]
    look: Callable[[], tuple[PaneSeen, ScreenReading] | Failed]
    held: Callable[[], bool]


def deliver(intent: Intent, recovery: Recovery, delivery: Delivery) -> Intent:
    """Return the intent as far as it came: settled, or still open with a note that says why.

    `recovery` is `PERFORM` (type it) or `ENTER` (it was typed: only the submit key).
    """
    refusal = _unfit(intent.action.text, delivery.profile)
    if refusal:
        return replace(intent, status=IntentStatus.FAILED, note=refusal)
    if recovery is Recovery.PERFORM:
        intent = _type(intent, delivery)
        if intent.status is not IntentStatus.TYPED:
            return intent
    return _submit(intent, delivery)


def _unfit(text: str, profile: Profile) -> str:
    """Return why a text can never be sent to this program; empty when it can."""
    if not text.strip():
        return "the text is empty"
    if text[0] in MODE_CHARACTERS or text[0].isspace():
        return f"a prompt must not begin with {text[0]!r}: it would switch the composer's mode"
    if not profile.multiline and "\n" in text.strip():
        return f"the program of profile {profile.name} cannot take several lines at once"
    return ""


def _type(intent: Intent, delivery: Delivery) -> Intent:
    seen = delivery.look()
    refusal = seen.reason if isinstance(seen, Failed) else _not_ready(seen[0], seen[1], delivery)
    if refusal or isinstance(seen, Failed):
        return replace(intent, status=IntentStatus.OPEN, note=refusal, attempts=intent.attempts + 1)
    pane = seen[0]
    if delivery.held():
        return replace(intent, status=IntentStatus.OPEN, note="held by the operator")
    intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref, note="")
    delivery.save(intent)
    effect = delivery.terminal.paste(pane.ref, intent.action.text, intent.id, _guard(pane, delivery))
    if not effect.happened:
        # Nothing was typed: the server says so itself.
        intent = replace(intent, status=IntentStatus.OPEN, pane=None, note=effect.reason, attempts=intent.attempts + 1)
    else:
        intent = replace(intent, status=IntentStatus.TYPED)
    delivery.save(intent)
    return intent


def _guard(pane: PaneSeen, delivery: Delivery) -> PaneGuard:
    return PaneGuard(command=pane.command, owner=delivery.owner)


def _not_ready(pane: PaneSeen, reading: ScreenReading, delivery: Delivery) -> str:
    """Return why nothing may be typed into this pane at this moment; empty when it may."""
    if pane.owner != delivery.owner:
        return "the pane is not ours"
    if pane.person is not None and pane.person < delivery.person:
        return "a person is typing there"
    if reading.state is not ScreenState.IDLE:
        return f"not at its prompt: {reading.state}" + (f" ({reading.dialog})" if reading.dialog else "")
    if reading.composer is not Composer.EMPTY:
        return f"the composer is {reading.composer}: {reading.composer_text[:60]!r}"
    return ""


def _submit(intent: Intent, delivery: Delivery) -> Intent:
    """Press the submit key once our text is seen, and again while it stays there; then wait until it is gone."""
    for press in range(intent.enters, SUBMITS):
        seen = _await_text(intent, delivery)
        if isinstance(seen, str):
            return replace(intent, note=seen)
        pane, gone = seen
        if gone:
            return replace(intent, status=IntentStatus.DONE, note="the composer let it go")
        if delivery.held():
            return replace(intent, note="held by the operator before it was submitted")
        intent = _press(intent, pane, delivery, again=press > 0 or pane.entered == intent.id)
        if intent.status is not IntentStatus.ENTERED:
            return intent
        outcome = _await_departure(intent, delivery, patience=2**press)
        if outcome is not None:
            return outcome
    return _unknown(intent, f"submitted {SUBMITS} times and still in the composer")


def _press(intent: Intent, pane: PaneSeen, delivery: Delivery, *, again: bool) -> Intent:
    guard = replace(_guard(pane, delivery), no_dialog=delivery.profile.no_dialog)
    effect = delivery.terminal.submit(pane.ref, intent.action.submit, intent.id, guard, again=again)
    if not effect.happened:
        return replace(intent, note=f"not submitted: {effect.reason}")
    intent = replace(intent, status=IntentStatus.ENTERED, enters=intent.enters + 1, note="")
    delivery.save(intent)
    return intent


def _await_text(intent: Intent, delivery: Delivery) -> tuple[PaneSeen, bool] | str:
    """Return the pane once our text is in its composer (and whether it has left it already), or why not to go on."""
    said = ""
    for _ in range(LOOKS):
        delivery.clock.settle(delivery.profile.settle)
        seen = delivery.look()
        if isinstance(seen, Failed):
            said = seen.reason
            continue
        pane, reading = seen
        if pane.ref != intent.pane or pane.typed != intent.id:
            return "the pane is not the one it was typed into"
        if reading.state is ScreenState.BLOCKED:
            return f"typed, not submitted; {reading.dialog or 'a dialog'} is up: the submit key is not pressed"
        if reading.composer is Composer.DRAFT and prompt_shown(reading, intent.action.text):
            return pane, False
        if pane.entered == intent.id and _let_go(reading):
            return pane, True
        said = f"typed, but the composer is {reading.composer}: {reading.composer_text[:60]!r}"
    return said


def _let_go(reading: ScreenReading) -> bool:
    return reading.composer is Composer.EMPTY or reading.state is ScreenState.WORKING


def _await_departure(intent: Intent, delivery: Delivery, *, patience: int) -> Intent | None:
    """Return the settled intent once the text has left the composer; None: it is still there, press again."""
    for look in range(LOOKS):
        delivery.clock.settle(delivery.profile.settle)
        seen = delivery.look()
        if isinstance(seen, Failed):
            continue
        pane, reading = seen
        if pane.ref != intent.pane:
            return _unknown(intent, "submitted, and then the pane or its process changed")
        if _let_go(reading) or reading.state in (ScreenState.BLOCKED, ScreenState.LIMITED, ScreenState.ERRORED):
            return replace(intent, status=IntentStatus.DONE, note="the composer let it go")
        if (
            reading.composer is Composer.DRAFT
            and prompt_shown(reading, intent.action.text)
            and look + 1 >= 3 * patience
        ):
            return None
    return _unknown(intent, "submitted, and the screen does not tell what became of it")


def _unknown(intent: Intent, why: str) -> Intent:
    return replace(intent, status=IntentStatus.UNKNOWN, note=why)
