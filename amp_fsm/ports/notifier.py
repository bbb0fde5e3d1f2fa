"""The port to the operator: `Notifier`.  `world.notifier` keeps its word."""

from __future__ import annotations

from typing import Protocol

from amp_fsm.model.notice import Notice


class Notifier(Protocol):
    """Tells the operator."""

    def tell(self, notice: Notice) -> None:
        """Tell one thing, or keep it for a channel's next message; a channel that fails never stops a pass."""

    def flush(self, now: float) -> None:
        """Send what is due at wall time `now`: gathered, or left over from a pass that died."""
