"""What a screen shows of a program's usage, by the patterns of its profile."""

from __future__ import annotations

import re
from collections.abc import Iterable

from amp_fsm.model.profile import LimitSpec, Profile
from amp_fsm.model.usage import COUNTED, MOMENTS, Figures, UsageRule
from amp_fsm.observe.screen_limits import reset_time
from amp_fsm.observe.screen_regions import Region, Regions

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}


def usage_rules(profile: Profile, *, blocked: bool) -> tuple[UsageRule, ...]:
    """Return the rules that may speak; while no composer is there (`blocked`), none of what stands below it."""
    box = profile.composer.region if profile.composer is not None else ""
    under = {region.name for region in profile.regions if box and region.below == box} if blocked else set()
    return tuple(rule for rule in profile.usage if rule.region not in under)


def shown_usage(rules: Iterable[UsageRule], regions: Regions, now_wall: float, zone: str = "UTC") -> Figures:
    """Return what the screen shows; of several rules that read the same figure the first counts."""
    found: dict[str, float] = {}
    for rule in rules:
        region = regions.get(rule.region)
        match = _lowest(region, re.compile(rule.pattern)) if region is not None else None
        if match is not None:
            found = {**_figures(match, now_wall, zone), **found}
    return Figures(**found)


def _lowest(region: Region, pattern: re.Pattern[str]) -> re.Match[str] | None:
    for line in reversed(region.lines):
        match = pattern.search(line.text)
        if match is not None:
            return match
    return pattern.search(region.joined) if region.joined else None


def _figures(match: re.Match[str], now_wall: float, zone: str) -> dict[str, float]:
    said = {name: text for name, text in match.groupdict().items() if text}
    values = {name: value for name, text in said.items() if name in COUNTED and (value := number(text)) is not None}
    for name in ("usage", "context"):
        if f"{name}_left" in values:
            values[f"{name}_percent"] = 100.0 - values.pop(f"{name}_left")
    if "tokens_in" in values or "tokens_out" in values:
        values["tokens"] = values.pop("tokens_in", 0.0) + values.pop("tokens_out", 0.0)
    if MOMENTS & set(said):
        limit = LimitSpec(resets=(match.re.pattern,))
        resets_at = reset_time(limit, iter((match.string,)), now_wall, zone)
        return values if resets_at is None else {**values, "resets_at": resets_at}
    return values


def number(text: str) -> float | None:
    """Return a number as programs write it: `2,345`, `12.5k`, `1.2M`, `$0.03`; None when there is none."""
    found = _NUMBER.search(text)
    if found is None:
        return None
    suffix = text[found.end() : found.end() + 1].lower()
    return float(found[0].replace(",", "")) * _TIMES.get(suffix, 1.0)
