"""What a transcript tells of usage: counters, context and allowance, from the lines that were not counted before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from amp_fsm.model.channel import TranscriptSpec, TranscriptUsage
from amp_fsm.model.seen import Tail
from amp_fsm.model.usage import NO_FIGURES, Figures, Usage
from amp_fsm.observe.channel_events import moment_of, parsed, values_at

RECENT = 60.0
"""Seconds before the first look from which on lines are counted that were not there yet."""


def heard_usage(spec: TranscriptSpec, tails: Iterable[Tail], before: Usage, now_wall: float) -> tuple[Figures, Usage]:
    """Return what the transcripts tell, and how far they were counted.

    What stood in them before the first look is not counted: nobody knows whose work it was.
    """
    rule = spec.usage
    if rule is None:
        return NO_FIGURES, before
    lines = sorted(_lines(spec, rule, tails, before.heard), key=lambda line: line[0])
    if not before.heard:
        return NO_FIGURES, _begun(rule, lines, before, now_wall)
    tokens, cost, figures, after = before.last.tokens or 0.0, before.last.cost or 0.0, NO_FIGURES, before
    for at, said in lines:
        once = " ".join(values_at(said, rule.once)) if rule.once else ""
        after = replace(after, heard=at)
        if once and once == after.once:
            continue
        after = replace(after, once=once)
        tokens, cost = tokens + _sum(said, rule.spent), cost + _sum(said, (rule.cost,))
        figures = _shown(rule, said, figures)
    if after.heard == before.heard:
        return NO_FIGURES, before
    counted = replace(figures, tokens=tokens) if rule.spent else figures
    return (replace(counted, cost=cost) if rule.cost and cost else counted), after


def _begun(rule: TranscriptUsage, lines: Sequence[tuple[float, object]], before: Usage, now_wall: float) -> Usage:
    """Return where counting begins: after the lines that are there, with the session's total if they tell it."""
    total = _shown(rule, lines[-1][1], NO_FIGURES).tokens if lines else None
    once = " ".join(values_at(lines[-1][1], rule.once)) if lines and rule.once else ""
    counts = replace(before.last, tokens=total or 0.0, cost=0.0 if rule.cost else before.last.cost)
    return replace(before, heard=lines[-1][0] if lines else now_wall - RECENT, once=once, last=counts)


def _lines(
    spec: TranscriptSpec, rule: TranscriptUsage, tails: Iterable[Tail], heard: float
) -> Iterator[tuple[float, object]]:
    for tail in tails:
        for line in reversed(tail.text.splitlines() if tail.mtime > heard - RECENT else []):
            said = parsed(line)
            at = moment_of(values_at(said, spec.time), tail.mtime)
            if said is not None and at <= heard:
                break
            if re.fullmatch(rule.event, " ".join(values_at(said, spec.name))):
                yield at, said


def _shown(rule: TranscriptUsage, said: object, before: Figures) -> Figures:
    total, window = _sum(said, (rule.total,)), _sum(said, (rule.window,))
    percent, resets = _sum(said, (rule.usage_percent,)), _sum(said, (rule.resets_at,))
    context = 100.0 * _sum(said, rule.context) / window if window else before.context_percent
    return replace(
        before,
        tokens=total or before.tokens,
        context_percent=round(context, 1) if context is not None else None,
        usage_percent=percent or before.usage_percent,
        resets_at=resets or before.resets_at,
    )


def _sum(said: object, paths: Sequence[str]) -> float:
    """Return the sum of the numbers that stand at some paths; what is no number counts for nothing."""
    total = 0.0
    for value in (value for path in paths if path for value in values_at(said, path)):
        try:
            total += float(value)
        except ValueError:
            continue
    return total
