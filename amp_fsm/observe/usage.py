"""From shown usage to facts, and to what is remembered of it.  A figure is kept until it cannot hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from amp_fsm.model.facts import Fact, Truth, known
from amp_fsm.model.project import FactSpec, Project, Source
from amp_fsm.model.usage import FIELDS, Figures, Spent, Usage, in_words

SAME_MOMENT = 120.0
"""Reset times that are no further apart than this are the same one, read twice from `in 2h 5m`."""


def remembered(before: Usage, shown: Figures, now_wall: float, *, gone: bool = False, full: bool = False) -> Usage:
    """Return what is known of an agent's usage after a look.

    A figure that is not shown now stays as it was last; but a context ends with its program (`gone`), and an allowance
    with its reset.
    """
    last, at = before.last, dict(before.at)
    for name in FIELDS:
        value, old = getattr(shown, name), getattr(last, name)
        if value is not None and not _same(name, old, value):
            last, at[name] = replace(last, **{name: value}), now_wall
    if last.resets_at is not None and last.resets_at <= now_wall:
        last = replace(last, resets_at=None, usage_percent=shown.usage_percent)
    if gone:
        last = replace(last, context_percent=None)
    kept = {name: moment for name, moment in at.items() if getattr(last, name) is not None}
    return replace(before, last=last, at=kept, full=full)


def _same(name: str, old: float | None, value: float) -> bool:
    return old is not None and (abs(old - value) < SAME_MOMENT if name == "resets_at" else old == value)


def usage_facts(project: Project, usage: Usage, now_wall: float) -> dict[str, Fact]:
    """Return the standard facts (true when a figure is known, which is their value) and those that were declared."""
    facts = {name: _figure(name, usage, now_wall) for name in FIELDS}
    declared = (spec for spec in project.facts.values() if spec.source is Source.USAGE)
    return {**facts, **{spec.name: _declared(spec, facts, usage, now_wall) for spec in declared}}


def _figure(name: str, usage: Usage, now_wall: float) -> Fact:
    value = getattr(usage.last, name)
    said = in_words(name, value, now_wall) if value is not None else "its program has shown none"
    truth, shown = Truth.of(value is not None), f"{value:.10g}" if value is not None else ""
    at = usage.at.get(name, now_wall)
    return Fact(name=name, truth=truth, value=shown, evidence=said, source="usage", at=at)


def _declared(spec: FactSpec, facts: Mapping[str, Fact], usage: Usage, now_wall: float) -> Fact:
    """Return a comparison; one with a figure that was never shown is false, for it may never be."""
    value, figure = getattr(usage.last, spec.field), facts[spec.field]
    measured = value - now_wall if value is not None and spec.field == "resets_at" else value
    over = measured is not None and measured > spec.over
    fact = known(spec.name, over, f"{spec.field}: {figure.evidence}", "usage", figure.at)
    return replace(fact, value=figure.value)


def spent_on(
    spent: Mapping[str, Spent], addresses: Iterable[str], grown: tuple[float, float]
) -> Iterator[tuple[str, Spent]]:
    """Yield the new totals of those to whom the growth of an agent's tokens and cost goes."""
    tokens, cost = grown
    for address in addresses if tokens or cost else ():
        had = spent.get(address, Spent())
        yield address, Spent(tokens=had.tokens + tokens, cost=had.cost + cost)


def growth(before: Usage, after: Usage) -> tuple[float, float]:
    """Return by how much an agent's tokens and cost grew.

    A counter that fell began anew with its program's session; the first value that is ever seen is no growth.
    """
    return _growth(before.last.tokens, after.last.tokens), _growth(before.last.cost, after.last.cost)


def _growth(before: float | None, after: float | None) -> float:
    if after is None or before is None:
        return 0.0
    return after - before if after >= before else after
