"""The screens of a pass: captured where something stirred since the last capture, else as they were kept.

For a pass only.  Right before a key is pressed a screen is always captured (`shared_look`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.kept_screen import KeptScreen, kept, stands
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.ports import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """What was seen, and what is to be kept of it.

    Attributes:
        captures: every screen that was asked for.
        fresh: those newly to be kept, by the name of their pane.
        stale: names of kept screens that nobody asks for any more.
    """

    captures: Mapping[PaneRef, str | Failed] = field(default_factory=dict)
    fresh: Mapping[str, KeptScreen] = field(default_factory=dict)
    stale: tuple[str, ...] = ()


def see_screens(terminal: Terminal, before: Mapping[str, KeptScreen], panes: Sequence[PaneSeen]) -> Screens:
    """Return the screens of `panes` as they were listed just now; `before` holds those that an earlier pass kept."""
    standing = {pane.ref: before[_name(pane)].text for pane in panes if stands(before.get(_name(pane)), pane)}
    captured = _capture(terminal, tuple(pane.ref for pane in panes if pane.ref not in standing))
    fresh: dict[str, KeptScreen] = {}
    for pane in panes:
        text = captured.get(pane.ref)
        screen = kept(pane, text) if isinstance(text, str) else None
        if screen is not None:
            fresh[_name(pane)] = screen
    return Screens(
        captures={**standing, **captured},
        fresh=fresh,
        stale=tuple(before.keys() - {_name(pane) for pane in panes}),
    )


def _name(pane: PaneSeen) -> str:
    return f"{pane.ref.server} {pane.ref.pane}"


def _capture(terminal: Terminal, panes: tuple[PaneRef, ...]) -> Mapping[PaneRef, str | Failed]:
    try:
        return terminal.capture(panes) if panes else {}
    except TerminalUnreachableError as error:
        return {pane: Failed(reason=str(error)) for pane in panes}
