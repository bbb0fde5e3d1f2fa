"""The input box: what was typed or pasted into it, and what it would submit.  Pure; draws nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

COLLAPSE_ABOVE = 3
_PLACEHOLDER = re.compile(r"\[Pasted text #(\d+) \+\d+ lines\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerText:
    """What the box shows, and the pastes behind its placeholders.

    Attributes:
        shown: the text as drawn; a paste over three lines is one placeholder in it.
        pastes: the collapsed pastes, numbered from 1.
    """

    shown: str = ""
    pastes: tuple[str, ...] = field(default=())

    def typed(self, text: str) -> ComposerText:
        """Return the box after `text` was typed at its end."""
        return replace(self, shown=self.shown + text)

    def pasted(self, text: str) -> ComposerText:
        """Return the box after one paste: more than three lines collapse."""
        lines = text.count("\n")
        if lines < COLLAPSE_ABOVE:
            return self.typed(text)
        number = len(self.pastes) + 1
        return ComposerText(shown=f"{self.shown}[Pasted text #{number} +{lines} lines]", pastes=(*self.pastes, text))

    def erased(self) -> ComposerText:
        """Return the box after one backspace; a placeholder goes as a whole."""
        found = re.search(_PLACEHOLDER.pattern + r"\Z", self.shown)
        return replace(self, shown=self.shown[: found.start()] if found else self.shown[:-1])

    @property
    def text(self) -> str:
        """What Enter submits: placeholders expanded."""
        return _PLACEHOLDER.sub(self._expand, self.shown)

    def _expand(self, found: re.Match[str]) -> str:
        number = int(found.group(1))
        return self.pastes[number - 1] if 0 < number <= len(self.pastes) else found.group()
