"""Fourth step of reading a screen: which rule speaks.

The rules of a profile are tried in tiers: what needs a person first, idle near the end; within a tier the first rule
that holds decides.  So on conflict the less permissive state wins, wherever an operator's own rule was put.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from amp_fsm.model.profile import Composer, ScreenRule, ScreenState
from amp_fsm.observe.screen_composer import Box
from amp_fsm.observe.screen_regions import Region, Regions
from amp_fsm.observe.screen_text import Line

_NAMED = re.compile(r"\{([a-z_]+)\}")
_NOTHING = r"(?!)"
_TIERS = (
    {ScreenState.EXITED},
    {ScreenState.BLOCKED},
    {ScreenState.WORKING, ScreenState.LIMITED, ScreenState.ERRORED},
    {ScreenState.UNKNOWN},
    {ScreenState.IDLE},
    {ScreenState.STARTING},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The rule that spoke, and the line that made it."""

    rule: ScreenRule
    evidence: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One screen, ready for rules."""

    regions: Regions
    variables: Mapping[str, str]
    box: Box


def first_verdict(rules: Iterable[ScreenRule], shown: Shown) -> Verdict | None:
    """Return the verdict of the first rule that holds, tier by tier; None when none does."""
    rules = tuple(rules)
    for tier in _TIERS:
        for rule in rules:
            verdict = _judge(rule, shown) if rule.state in tier else None
            if verdict is not None:
                return verdict
    return None


def _judge(rule: ScreenRule, shown: Shown) -> Verdict | None:
    """Return the rule's verdict if all of its conditions hold."""
    if not _composer_fits(rule, shown.box):
        return None
    region = shown.regions.get(rule.region)
    variable = _variables_hold(rule, shown.variables)
    if region is None or variable is None:
        return None
    if any(_find(region, pattern) for pattern in rule.unless) or not _elsewhere_holds(rule, shown):
        return None
    every = [_find(region, _filled(pattern, shown.variables)) for pattern in rule.all_of]
    some = next(filter(None, (_find(region, _filled(pattern, shown.variables)) for pattern in rule.matches)), None)
    if None in every or (rule.matches and some is None):
        return None
    line = some or next(filter(None, every), None)
    if line is None and not variable:
        line = shown.box.line if rule.composer or rule.state is ScreenState.IDLE else None
    return Verdict(rule=rule, evidence=line.text.strip() if line else variable, line=line.number if line else 0)


def _composer_fits(rule: ScreenRule, box: Box) -> bool:
    """Tell whether the composer is as the rule wants it; nothing is idle without a composer."""
    if rule.state is ScreenState.IDLE and box.content not in (Composer.EMPTY, Composer.DRAFT):
        return False
    return not rule.composer or box.content in rule.composer


def _elsewhere_holds(rule: ScreenRule, shown: Shown) -> bool:
    """Tell whether the other regions that the rule names are as it wants them."""
    there = {name: shown.regions.get(name) for name in (*rule.where, *rule.nowhere)}
    wanted = all(
        (region := there[name]) and _find(region, _filled(pattern, shown.variables))
        for name, pattern in rule.where.items()
    )
    return wanted and not any(
        (region := there[name]) and _find(region, pattern) for name, pattern in rule.nowhere.items()
    )


def _variables_hold(rule: ScreenRule, variables: Mapping[str, str]) -> str | None:
    """Return what the variables said, `NAME=VALUE`; None when one does not match or was not captured."""
    said: list[str] = []
    for name, pattern in rule.variables.items():
        value = variables.get(name)
        if value is None or not re.search(pattern, value):
            return None
        said.append(f"{name}={value.strip()}")
    return ", ".join(said)


def _filled(pattern: str, variables: Mapping[str, str]) -> str:
    """Return the pattern with each `{variable}` of tmux's as its text; one that is not there matches nothing."""
    return _NAMED.sub(lambda named: re.escape(variables.get(named[1], "").strip()) or _NOTHING, pattern)


def _find(region: Region, pattern: str) -> Line | None:
    """Return the lowest line of the region that matches, or the one on which its joined text does."""
    compiled = re.compile(pattern)
    for line in reversed(region.lines):
        if compiled.search(line.text):
            return line
    if region.joined and compiled.search(region.joined):
        return region.lines[-1]
    return None
