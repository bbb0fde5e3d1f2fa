"""An answer to a dialog: one that was looked at, named by its digest and its label, or none.

look -> settle -> look -> (move the selection -> settle -> look)* -> choose -> look until it is gone.  Before every key
the dialog on the screen must be the very one that was decided about; the choosing key bears a witness in the server.
"""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.engine.reach import Reach
from amp_fsm.model.dialog import Dialog
from amp_fsm.model.panes import in_front
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneSeen

PATIENCE_SECONDS = 10.0
"""How long a dialog may take to go away once its answer was chosen."""

ANOTHER = "the dialog that was decided about is no longer up"


def give(intent: Intent, reach: Reach) -> Intent:
    """Return the intent as far as it came.

    Void when another dialog is up, or none; failed when the answer could not be selected.

    Raises:
        TerminalUnreachableError: tmux did not answer; the witness tells the next pass how far it came.
    """
    found = _seen(intent, reach)
    if isinstance(found, Intent):
        return found
    for _ in range(2 * len(found[1].options) + 2):
        reach.clock.settle(reach.profile.settle)
        again = _seen(intent, reach)
        if isinstance(again, Intent):
            return again
        pane, asked = again
        place = asked.options.index(intent.action.what)
        if asked.keys or asked.selected == place:
            return _choose(intent, pane, asked, place, reach)
        if asked.selected < 0:
            return _failed(intent, "which answer is selected cannot be told")
        intent = _move(intent, pane, asked.selected < place, reach)
        if intent.status is not IntentStatus.TYPING:
            return intent
    return _failed(intent, f"{intent.action.what!r} could not be selected")


def _seen(intent: Intent, reach: Reach) -> tuple[PaneSeen, Dialog] | Intent:
    """Return the pane with the very dialog that was decided about, or the intent, settled or left open."""
    seen = reach.look()
    if isinstance(seen, Failed):
        return replace(intent, note=seen.reason)
    pane, reading = seen
    refusal = _refusal(pane, reach)
    if refusal:
        return replace(intent, note=refusal)
    asked = reading.asked
    if asked is None or asked.digest != intent.action.key or intent.action.what not in asked.options:
        return replace(intent, status=IntentStatus.VOID, note=ANOTHER)
    return pane, asked


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


def _choose(intent: Intent, pane: PaneSeen, asked: Dialog, place: int, reach: Reach) -> Intent:
    dialogs = reach.profile.dialogs
    assert dialogs is not None
    intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref, note="")
    reach.save(intent)
    keys = (*asked.keys[place : place + 1], dialogs.choose)
    effect = reach.terminal.press(pane.ref, keys, intent.id, reach.guard(pane))
    if not effect.happened:
        return replace(intent, status=IntentStatus.OPEN, note=effect.reason)
    intent = replace(intent, status=IntentStatus.ENTERED, enters=1)
    reach.save(intent)
    return _gone(intent, reach)


def _gone(intent: Intent, reach: Reach) -> Intent:
    """Look until the dialog is gone; one that stays has not taken the answer."""
    settle = max(reach.profile.settle, 0.05)
    waited = 0.0
    while waited < PATIENCE_SECONDS:
        reach.clock.settle(settle)
        waited += settle
        seen = reach.look()
        if isinstance(seen, Failed):
            continue
        asked = seen[1].asked
        if asked is None or asked.digest != intent.action.key:
            return replace(intent, status=IntentStatus.DONE, note=f"chose {intent.action.what!r}")
    return _failed(intent, f"chose {intent.action.what!r}, and the dialog is still up")


def _failed(intent: Intent, note: str) -> Intent:
    return replace(intent, status=IntentStatus.FAILED, note=note)
