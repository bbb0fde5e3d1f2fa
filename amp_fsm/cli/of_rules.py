"""What `status` says of the golden rules: each with its present figure and whether it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from amp_fsm.cli.output import table

if TYPE_CHECKING:
    from amp_fsm.model.project import Project
    from amp_fsm.model.record import Record
    from amp_fsm.plan.golden_rules import GoldenRule
    from amp_fsm.ports import World

_WORDS = {True: "kept", False: "NOT KEPT", None: "-"}


def rules_now(project: Project, record: Record, world: World) -> tuple[GoldenRule, ...]:
    """Return every golden rule as it stands, for which the documents are looked at."""
    from amp_fsm.model.seen import FileSeen
    from amp_fsm.plan.golden_rules import golden_rules

    seen = {document.name: world.files.read(document.file) for document in project.documents.values()}
    changed = {name: file.mtime if isinstance(file, FileSeen) else None for name, file in seen.items()}
    return golden_rules(project, record, world.clock.read().wall, changed)


def rules_text(rules: Sequence[GoldenRule]) -> str:
    """Return a table of the rules; empty for none."""
    return table(
        ["golden rule", "kept", "now", "wanted"],
        [[rule.name, _WORDS[rule.kept], rule.figure, rule.wanted] for rule in rules],
    )


def rules_json(rules: Sequence[GoldenRule]) -> list[dict[str, object]]:
    """Return the rules as JSON-ready values."""
    return [{"name": r.name, "kept": r.kept, "figure": r.figure, "wanted": r.wanted} for r in rules]
