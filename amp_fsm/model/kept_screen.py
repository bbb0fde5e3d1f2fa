"""Screens that were captured before and still stand: whoever drew nothing since shows what it showed.

tmux tells of every pane the second in which its window last drew.  A screen is kept only if that second was over when
the panes were listed, before the capture: whatever is drawn later bears another second.  What changes a screen without
anything being drawn (another size, another window, the end of the program) shows in the listing too.  A change there
and back between two listings shows because a living program draws anew when its size changes; a dead one is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.seen import PaneRef, PaneSeen

LONGEST = 64_000
"""Characters of a screen beyond which it is not kept; a pane of 200 by 50 has some 10,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScreen:
    """One screen as it was captured.

    Attributes:
        sign: what the listing before the capture told of the pane.
    """

    ref: PaneRef
    sign: str
    text: str


def kept(pane: PaneSeen, text: str) -> KeptScreen | None:
    """Return the screen to keep that was captured after `pane` was listed; None: it may be outdated by now."""
    if pane.dead or not pane.at_rest or len(text) > LONGEST:
        return None
    return KeptScreen(ref=pane.ref, sign=_sign(pane), text=text)


def stands(screen: KeptScreen | None, pane: PaneSeen) -> bool:
    """Return whether a capture of `pane`, as it is listed now, would show the very same."""
    return screen is not None and (screen.ref, screen.sign) == (pane.ref, _sign(pane))


def _sign(pane: PaneSeen) -> str:
    return "\x1f".join((str(pane.activity), str(pane.dead), *(f"{k}={v}" for k, v in pane.variables.items())))
