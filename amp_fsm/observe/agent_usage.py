"""What one agent used up: by its screen, by its transcript, and by what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.facts import Fact, known
from amp_fsm.model.project import Project
from amp_fsm.model.usage import NO_FIGURES, Usage
from amp_fsm.observe.agent_screen import Look
from amp_fsm.observe.channels import Told
from amp_fsm.observe.transcript_usage import heard_usage
from amp_fsm.observe.usage import growth, remembered, usage_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The facts of an agent's usage, what is to be remembered (None: nothing new), and what it used up."""

    facts: Mapping[str, Fact]
    after: Usage | None
    grown: tuple[float, float]

    @property
    def moved(self) -> bool:
        """Whether there is anything new."""
        return self.after is not None or any(self.grown)


def agent_usage(project: Project, usage: Usage | None, look: Look, said: Told, *, gone: bool) -> Used:
    """Return an agent's usage; the screen rounds its counters: where the transcript counts, they are not mixed."""
    earlier, reading, wall = usage or Usage(), look.reading, look.now.wall
    before = earlier
    shown = reading.usage if reading is not None else NO_FIGURES
    if reading is not None and reading.resets_at is not None:
        shown = replace(shown, resets_at=reading.resets_at)
    full = reading is not None and reading.full
    spec = look.profile.channels.transcript
    if spec is not None and spec.usage and said.transcripts:
        heard, before = heard_usage(spec, said.transcripts, before, wall)
        shown = replace(shown, tokens=None, cost=None).under(heard)
    after = remembered(before, shown, wall, gone=gone, full=full)
    full_context = known("context_full", full, source="screen", at=wall)
    return Used(
        facts={**usage_facts(project, after, wall), "context_full": full_context},
        after=after if after != earlier else None,
        grown=growth(before, after),
    )
