"""Facts: those that guards name, and those that the operator declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.config.lint.places import Path, guard_names, machine_kinds, placed
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.project import FactSpec, Project, Source
from amp_fsm.model.standard import STANDARD_FACTS

ALL = ("agent", "task", "service")
WHO_HAS: Mapping[Source, tuple[str, ...]] = {
    Source.SCREEN: ("agent",),
    Source.ROW: ("agent",),
    Source.PANE: ("agent", "service"),
    Source.HOOK: ("agent",),
    Source.USAGE: ("agent",),
    Source.ASSIGNMENT: ("agent", "task"),
}
"""Source to the kinds of subject that can have such a fact; the other sources serve all."""

NEEDS: Mapping[Source, tuple[str, ...]] = {
    Source.SCREEN: ("pattern",),
    Source.PANE: ("variable", "pattern"),
    Source.ROW: ("document", "column", "pattern"),
    Source.LINE: ("file", "pattern"),
    Source.FILE: ("file",),
    Source.CHECK: ("check",),
    Source.HTTP: ("http",),
    Source.STATE: ("states",),
    Source.AGE: ("over",),
    Source.HOOK: ("pattern",),
    Source.USAGE: ("field",),
}
"""Source to the keys without which it says nothing."""


def lint_facts(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the facts of guards and with declared ones."""
    kinds = machine_kinds(project)
    for machine in project.machines.values():
        for item in placed(machine):
            for name, path in guard_names(item.spec.when, (*item.path, "when")):
                yield from fact_findings(project, name, path, kinds[machine.name], item.word)
    for fact in project.facts.values():
        yield from _declared(fact)


def fact_findings(project: Project, name: str, path: Path, kinds: tuple[str, ...], who: str) -> Iterator[Finding]:
    """Yield a finding when a fact does not exist, or not for subjects of all these kinds."""
    having = kinds_having(project, name)
    known = {word for kind in kinds or ALL for word in STANDARD_FACTS[kind]} | set(project.facts)
    if not having:
        message = f"{who} asks for {name!r}, which is no fact"
        yield Finding(code="E302", path=path, message=message, suggestion=did_you_mean(name, known))
        return
    lacking = [kind for kind in kinds if kind not in having]
    if lacking:
        message = f"{who} asks for {name!r}, which {' and '.join(f'{kind}s' for kind in lacking)} do not have"
        yield Finding(code="E303", path=path, message=message, suggestion=did_you_mean(name, known - {name}))


def kinds_having(project: Project, name: str) -> tuple[str, ...]:
    """Return the kinds of subject that have a fact; none: no such fact."""
    declared = project.facts.get(name)
    if declared is not None:
        return WHO_HAS.get(declared.source, ALL)
    return tuple(kind for kind in ALL if name in STANDARD_FACTS[kind])


def _declared(fact: FactSpec) -> Iterator[Finding]:
    path: Path = ("facts", fact.name)
    if any(fact.name in names for names in STANDARD_FACTS.values()):
        message = f"`{fact.name}` is a standard fact and cannot be declared again"
        yield Finding(code="E236", path=path, message=message, suggestion="give yours another name", on="key")
    missing = [key for key in NEEDS.get(fact.source, ()) if not getattr(fact, key)]
    if missing:
        message = f"fact `{fact.name}` of source `{fact.source}` lacks {', '.join(f'`{key}`' for key in missing)}"
        yield Finding(code="E247", path=path, message=message, on="key")
