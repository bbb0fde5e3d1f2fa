"""An answer to a dialog: one that was looked at, named by its digest and its label, or none.

look -> settle -> look -> (move the selection -> settle -> look)* -> choose -> look until it is gone.  Before every key
the dialog on the screen must be the very one that was decided about; the choosing key bears a witness in the server.
A screen is drawn in steps: one look that shows no such dialog proves nothing, and one more is taken.
"""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.engine.reach import Reach
from amp_fsm.model.dialog import Dialog, DialogSpec, is_called
from amp_fsm.model.panes import in_front
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneSeen

PATIENCE_SECONDS = 10.0
"""How long a dialog may take to go away once its answer was chosen."""

PRESSES = 3
"""Times the choosing key is pressed for one answer."""

RETRY_SECONDS = 2.0
"""How long nothing at all must have changed on the screen before the key counts as swallowed; doubled each time."""

LOOKS = 3
"""Looks in a row without the dialog before it counts as gone."""

ANOTHER = "the dialog that was decided about is no longer up"

_Up = tuple[PaneSeen, ScreenReading, Dialog]


def give(intent: Intent, reach: Reach) -> Intent:
    """Return the intent as far as it came.

    Void when another dialog is up, or none; failed when the answer could not be selected, or was not taken.

    Raises:
        TerminalUnreachableError: tmux did not answer; the witness tells the next pass how far it came.
    """
    found = _seen(intent, reach)
    if isinstance(found, Intent):
        return found
    for _ in range(2 * len(found[2].options) + 2):
        reach.clock.settle(reach.profile.settle)
        again = _seen(intent, reach)
        if isinstance(again, Intent):
            return again
        pane, _, asked = again
        place = asked.options.index(intent.action.what)
        if asked.keys or asked.selected == place:
            return _choose(intent, again, place, reach)
        if asked.selected < 0:
            return _failed(intent, "which answer is selected cannot be told")
        intent = _move(intent, pane, asked.selected < place, reach)
        if intent.status is not IntentStatus.TYPING:
            return intent
    return _failed(intent, f"{intent.action.what!r} could not be selected")


def _seen(intent: Intent, reach: Reach) -> _Up | Intent:
    """Return the pane with the very dialog that was decided about, or the intent, settled or left open."""
    for look in range(LOOKS):
        if look:
            reach.clock.settle(reach.profile.settle)
        seen = reach.look()
        if isinstance(seen, Failed):
            return replace(intent, note=seen.reason)
        pane, reading = seen
        refusal = _refusal(pane, reach)
        if refusal:
            return replace(intent, note=refusal)
        asked = _same(intent, reading)
        if asked is not None and intent.action.what in asked.options:
            return pane, reading, asked
    return replace(intent, status=IntentStatus.VOID, note=ANOTHER)


def _same(intent: Intent, reading: ScreenReading) -> Dialog | None:
    """Return the dialog that is up if it is the one that was decided about."""
    asked = reading.asked
    return asked if asked is not None and asked.digest == intent.action.key else None


def _refusal(pane: PaneSeen, reach: Reach) -> str:
    if pane.owner != reach.owner:
        return "the pane is not ours"
    if in_front(pane, reach.profile.programs) is not True:
        return f"its program is not in front, but {pane.command or 'nothing'}"
    if reach.right_of_way(pane):
        return "a person is typing there"
    return "held by the operator" if reach.held() else ""


def _move(intent: Intent, pane: PaneSeen, down: bool, reach: Reach) -> Intent:
    dialogs = reach.profile.dialogs
    assert dialogs is not None  # a screen is only read for dialogs when the profile has some
    if intent.status is not IntentStatus.TYPING:
        intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref, note="")
        reach.save(intent)
    key = dialogs.next if down else dialogs.previous
    effect = reach.terminal.press(pane.ref, (key,), "", reach.guard(pane))
    return intent if effect.happened else replace(intent, status=IntentStatus.OPEN, note=effect.reason)


def _choose(intent: Intent, up: _Up, place: int, reach: Reach) -> Intent:
    """Press the choosing key, and once more when it was swallowed, until the dialog is gone."""
    dialogs = reach.profile.dialogs
    assert dialogs is not None
    for press in range(1, PRESSES + 1):
        pane, before, asked = up
        intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref, note="")
        reach.save(intent)
        keys = (*asked.keys[place : place + 1], choosing_key(dialogs, intent.action.what))
        effect = reach.terminal.press(pane.ref, keys, intent.id, reach.guard(pane), again=press > 1)
        if not effect.happened:
            return replace(intent, status=IntentStatus.OPEN, note=effect.reason)
        intent = replace(intent, status=IntentStatus.ENTERED, enters=press)
        reach.save(intent)
        after = _after(intent, before, place, reach)
        if isinstance(after, Intent):
            return after
        up = after
    return _failed(intent, f"chose {intent.action.what!r} {PRESSES} times, and nothing happened")


def choosing_key(dialogs: DialogSpec, option: str) -> str:
    """Return the key that takes an answer once it is selected."""
    return next((key for label, key in dialogs.choose_by.items() if is_called(option, label)), dialogs.choose)


def _after(intent: Intent, before: ScreenReading, place: int, reach: Reach) -> _Up | Intent:
    """Look until the dialog is gone; return it where the key was provably swallowed.

    That is: the answer is still selected, and the whole screen is as it was before the key in every look.  Where the
    same question may have come again, nothing more is pressed.
    """
    settle = max(reach.profile.settle, 0.05)
    swallowed_after = RETRY_SECONDS * 2.0 ** (intent.enters - 1)
    waited, without, unchanged = 0.0, 0, True
    while waited < PATIENCE_SECONDS:
        reach.clock.settle(settle)
        waited += settle
        seen = reach.look()
        if isinstance(seen, Failed):
            unchanged = False
            continue
        pane, reading = seen
        asked = _same(intent, reading)
        without = 0 if asked is not None else without + 1
        if without >= LOOKS or pane.ref != intent.pane:
            return replace(intent, status=IntentStatus.DONE, note=f"chose {intent.action.what!r}")
        unchanged = unchanged and asked is not None and asked.selected == place and reading.body == before.body
        if unchanged and asked is not None and waited >= swallowed_after and not _refusal(pane, reach):
            return pane, reading, asked
    return _failed(intent, f"chose {intent.action.what!r}, and the dialog is still up")


def _failed(intent: Intent, note: str) -> Intent:
    return replace(intent, status=IntentStatus.FAILED, note=note)
