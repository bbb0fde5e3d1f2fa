"""Templates rendered with sample values, and what that tells of them: faults, and names that are no variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.config.lint.places import Path
from amp_fsm.config.lint.samples import SAMPLE_AGENT, sample_values
from amp_fsm.config.lint.templates import Templates, Tried
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.project import Project, TaskSpec


@dataclass(slots=True, kw_only=True)
class Rendering:
    """The templates of one project; `findings` holds what was wrong with those that were rendered."""

    project: Project
    templates: Templates = field(default_factory=Templates)
    findings: list[Finding] = field(default_factory=list)

    def values(self, task: TaskSpec | None) -> dict[str, object]:
        """Return the values that a template has for a task, and for the first agent."""
        agent = next(iter(self.project.agents.values()), SAMPLE_AGENT)
        return sample_values(self.project, task, agent)

    def check(self, template: str, values: Mapping[str, object], path: Path, what: str) -> None:
        """Render a template and note what is wrong with it; `what` names it in messages."""
        self.note(self.templates.try_(template, values), values, path, what)

    def note(self, tried: Tried, values: Mapping[str, object], path: Path, what: str) -> None:
        """Note what was wrong with a template that was rendered with `values`."""
        if tried.error:
            where = f", in its line {tried.line}" if tried.line else ""
            message = f"{what} cannot be rendered: {tried.error.rstrip('.')}{where}"
            self.findings.append(Finding(code="E238", path=path, message=message))
        for name in tried.missing:
            self.note_unknown(name, values, path, what)

    def note_unknown(self, name: str, values: Mapping[str, object], path: Path, what: str) -> None:
        """Note once that a name is no variable, and which one may be meant."""
        owner, _, word = name.rpartition(".")
        known: object = values
        for step in owner.split(".") if owner else ():
            known = known.get(step) if isinstance(known, Mapping) else None
        suggestion = did_you_mean(word, known) if isinstance(known, Mapping) else ""
        message = f"{what} uses `{name}`, which is no variable"
        finding = Finding(code="E229", path=path, message=message, suggestion=suggestion)
        if finding not in self.findings:
            self.findings.append(finding)
