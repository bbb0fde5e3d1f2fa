"""One pass over one prompt, as an engine does it: look, recover, deliver, remember.  For the tests of killing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from amp_fsm.engine.delivery import deliver
from amp_fsm.engine.reach import Reach
from amp_fsm.model.plan import Recovery
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.observe.screen import read_screen
from amp_fsm.plan.recovery import recover
from amp_fsm.ports import Clock, Terminal
from tests.terminal_stage import PRACTICE, SESSION

OWNER = "p/agent/ada"
SETTLED = {
    Recovery.DONE: IntentStatus.DONE,
    Recovery.VOID: IntentStatus.VOID,
    Recovery.ASK: IntentStatus.UNKNOWN,
}


def one_pass(intent: Intent, terminal: Terminal, clock: Clock, save: Callable[[Intent], None]) -> Intent:
    """Do what one pass does about `intent`, and save how it ended."""

    def look() -> tuple[PaneSeen, ScreenReading] | Failed:
        survey = terminal.survey(SESSION, "p/")
        pane = next((pane for pane in survey.panes if pane.owner == OWNER), None)
        if pane is None:
            return Failed(reason="the pane is gone")
        screen = terminal.capture((pane.ref,))[pane.ref]
        if isinstance(screen, Failed):
            return screen
        return pane, read_screen(PRACTICE, screen, pane.variables, 0.0)

    seen = look()
    pane, reading = (None, None) if isinstance(seen, Failed) else seen
    step = recover(
        intent,
        server=pane.ref.server if pane else "",
        unreachable="",
        pane=pane,
        reading=reading,
        entry=intent.entry,
        wanted=True,
        profile=PRACTICE,
    )
    if step.recovery in SETTLED:
        outcome = replace(intent, status=SETTLED[step.recovery], note=step.because)
    elif step.recovery is Recovery.WAIT:
        outcome = replace(intent, note=step.because)
    else:
        delivery = Reach(
            profile=PRACTICE,
            owner=OWNER,
            person=10.0,
            terminal=terminal,
            clock=clock,
            save=save,
            look=look,
            held=lambda: False,
        )
        outcome = deliver(intent, step.recovery, delivery)
    save(outcome)
    return outcome
