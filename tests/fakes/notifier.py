"""A notifier that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class FakeNotifier:
    """The `Notifier` port; `told` holds every message with its address."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, address: str, text: str) -> None:
        self.told.append((address, text))
