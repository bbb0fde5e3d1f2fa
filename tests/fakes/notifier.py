"""A notifier that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from amp_fsm.model.notice import Notice


@dataclass(slots=True)
class FakeNotifier:
    """The `Notifier` port; `told` holds every message with its address, `flushed` when sending was asked for."""

    told: list[tuple[str, str]] = field(default_factory=list)
    flushed: list[float] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        self.told.append((notice.address, notice.text))

    def flush(self, now: float) -> None:
        self.flushed.append(now)
