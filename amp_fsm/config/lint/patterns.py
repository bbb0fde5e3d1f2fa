"""Regular expressions: those that do not compile, match anything, or would match our own prompts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.config.lint.places import Path
from amp_fsm.config.problems import Finding
from amp_fsm.model.dialog import DialogSpec, Layout
from amp_fsm.model.profile import Profile, ScreenRule, ScreenState
from amp_fsm.model.project import FactSpec, Project, Source
from amp_fsm.model.usage import COUNTED, MOMENTS

SEES = frozenset({Source.SCREEN, Source.PANE, Source.ROW, Source.LINE, Source.HOOK})
ALARMS = frozenset({ScreenState.BLOCKED, ScreenState.WORKING, ScreenState.LIMITED, ScreenState.ERRORED})

ECHOES = ("❯", ">", "›")
"""What programs put before a prompt that they show again."""

ANY_LINE = "\N{LOZENGE}"
"""A line that no pattern is written for: one that takes it takes whatever stands in its region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern and its place.

    Attributes:
        any_hit: a match anywhere counts, so that one that matches nothing at all is a mistake.
        groups: named groups of which it must have one.
    """

    text: str
    path: Path
    any_hit: bool = False
    groups: tuple[str, ...] = ()


def lint_patterns(project: Project) -> Iterator[Finding]:
    """Yield the patterns that cannot be meant."""
    for profile in project.profiles.values():
        for pattern in _of_profile(profile):
            yield from pattern_findings(pattern)
    for fact in project.facts.values():
        yield from pattern_findings(_of_fact(fact))
    for place, rule in enumerate(project.approvals):
        yield from pattern_findings(Pattern(text=rule.text, path=("approvals", place, "text"), any_hit=True))
        yield from pattern_findings(Pattern(text=rule.command, path=("approvals", place, "command"), any_hit=True))
    for place, channel in enumerate(project.notifications):
        for pattern in _listed(("notifications", place, "kinds"), channel.kinds):
            yield from pattern_findings(pattern)


def pattern_findings(pattern: Pattern) -> Iterator[Finding]:
    """Yield what is wrong with one pattern."""
    compiled = _compiled(pattern.text)
    if isinstance(compiled, re.error):
        message = f"{pattern.text!r} is no regular expression: {compiled}"
        yield Finding(code="E242", path=pattern.path, message=message)
        return
    if pattern.any_hit and pattern.text and compiled.search(""):
        message = f"{pattern.text!r} matches the empty string, and so every line"
        yield Finding(code="E243", path=pattern.path, message=message, suggestion="use `+` instead of `*`, or `^...$`")
    if pattern.groups and not set(pattern.groups) & set(compiled.groupindex):
        listed = " or ".join(f"(?P<{name}>...)" for name in pattern.groups)
        yield Finding(code="E249", path=pattern.path, message=f"{pattern.text!r} has no group {listed}")


def _compiled(text: str) -> re.Pattern[str] | re.error:
    try:
        return re.compile(text)
    except re.error as error:
        return error


def _of_fact(fact: FactSpec) -> Pattern:
    any_hit = fact.source in (Source.SCREEN, Source.LINE)
    return Pattern(
        text=fact.pattern if fact.source in SEES else "", path=("facts", fact.name, "pattern"), any_hit=any_hit
    )


def _of_profile(profile: Profile) -> Iterator[Pattern]:
    root: Path = ("profiles", profile.name)
    yield from _listed((*root, "programs"), profile.programs)
    yield from _listed((*root, "noise"), profile.noise, any_hit=True)
    yield from _listed((*root, "limit", "resets"), profile.limit.resets, groups=("time", "in", "epoch"))
    for place, region in enumerate(profile.regions):
        for key, text in (
            ("start", region.start),
            ("end", region.end),
            ("preceded", region.preceded),
            ("followed", region.followed),
            ("cut", region.cut),
        ):
            yield Pattern(text=text, path=(*root, "regions", place, key))
    if profile.composer is not None:
        own: Path = (*root, "composer")
        yield Pattern(text=profile.composer.prompt, path=(*own, "prompt"), groups=("text",))
        yield Pattern(text=profile.composer.beside, path=(*own, "beside"))
        yield from _keyed((*own, "variables"), profile.composer.variables)
        yield Pattern(text=profile.composer.continued, path=(*own, "continued"))
        yield from _listed((*own, "placeholders"), profile.composer.placeholders)
        yield from _listed((*own, "collapsed"), profile.composer.collapsed, any_hit=True)
    yield from _listed((*root, "queued"), profile.queued, any_hit=True)
    yield from _listed((*root, "context_full"), profile.context_full, any_hit=True)
    if profile.dialogs is not None:
        yield from _of_dialogs(profile.dialogs, (*root, "dialogs"))
    for place, rule in enumerate(profile.rules):
        yield from _of_rule(rule, (*root, "rules", place))
    for place, shown in enumerate(profile.usage):
        groups = tuple(sorted(COUNTED | MOMENTS))
        yield Pattern(text=shown.pattern, path=(*root, "usage", place, "pattern"), any_hit=True, groups=groups)


def _of_dialogs(dialogs: DialogSpec, path: Path) -> Iterator[Pattern]:
    wanted = {Layout.LIST: (), Layout.ROW: ("label",), Layout.LETTERS: ("key",)}[dialogs.layout]
    yield Pattern(text=dialogs.mark, path=(*path, "mark"), any_hit=True)
    yield Pattern(text=dialogs.top, path=(*path, "top"), any_hit=True)
    yield Pattern(text=dialogs.option, path=(*path, "option"), any_hit=True, groups=wanted)
    yield from _keyed((*path, "names"), dialogs.names, any_hit=True)
    for place, span in enumerate(dialogs.command):
        yield Pattern(text=span.start, path=(*path, "command", place, "start"), any_hit=True)
        yield Pattern(text=span.end, path=(*path, "command", place, "end"), any_hit=True)


def _of_rule(rule: ScreenRule, path: Path) -> Iterator[Pattern]:
    yield from _listed((*path, "matches"), rule.matches, any_hit=True)
    yield from _listed((*path, "all_of"), rule.all_of, any_hit=True)
    yield from _listed((*path, "unless"), rule.unless)
    yield from _keyed((*path, "variables"), rule.variables)
    yield from _keyed((*path, "where"), rule.where, any_hit=True)
    yield from _keyed((*path, "nowhere"), rule.nowhere)


def _listed(
    path: Path, texts: Iterable[str], *, any_hit: bool = False, groups: tuple[str, ...] = ()
) -> Iterator[Pattern]:
    for place, text in enumerate(texts):
        yield Pattern(text=text, path=(*path, place), any_hit=any_hit, groups=groups)


def _keyed(path: Path, texts: Mapping[str, str], *, any_hit: bool = False) -> Iterator[Pattern]:
    for key, text in texts.items():
        yield Pattern(text=text, path=(*path, key), any_hit=any_hit)


def lint_own_texts(project: Project, texts: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    """Yield the rules that take a prompt of ours for an alarm; `texts`: prompt to what it reads when rendered."""
    in_use = {agent.profile for agent in project.agents.values()}
    lines = {name: tuple(_lines(rendered)) for name, rendered in texts.items()}
    for profile in project.profiles.values():
        for place, rule in enumerate(profile.rules if profile.name in in_use else ()):
            if rule.state in ALARMS and not rule.variables:
                yield from _own_text(profile, place, rule, lines)


def _own_text(
    profile: Profile, place: int, rule: ScreenRule, lines: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    for prompt, own in lines.items():
        hit = _hit(rule, own) if _may_see(profile, rule.region, own) else ""
        if hit:
            message = (
                f"rule `{rule.id}` of profile `{profile.name}` takes our prompt `{prompt}` for {rule.state}: {hit!r}"
            )
            key = "matches" if rule.matches else "all_of"
            mend = "anchor it (`^...$`), or look at a region where no prompt can stand"
            yield Finding(
                code="E244", path=("profiles", profile.name, "rules", place, key), message=message, suggestion=mend
            )
            return


def _lines(rendered: Iterable[str]) -> Iterator[str]:
    """Yield every line as it is, and as programs show it when they echo a prompt: indented, the first one marked."""
    for text in rendered:
        yield from (f"{mark} {text.lstrip().partition(chr(10))[0]}" for mark in ECHOES)
    for line in dict.fromkeys(line for text in rendered for line in text.splitlines()):
        yield line
        yield f"  {line}"


def _may_see(profile: Profile, name: str, lines: tuple[str, ...]) -> bool:
    """Return whether a prompt of ours can stand in a region: not below the composer, nor where it opens no region."""
    region = next((spec for spec in profile.regions if spec.name == name), None)
    if region is None:
        return name != "title"
    if region.below and profile.composer is not None and region.below == profile.composer.region:
        return False
    # A region that begins with a line of frame can hold our text, for a composer is framed.
    return not (region.start and region.inclusive) or bool(_first((region.start,), lines))


def _hit(rule: ScreenRule, lines: tuple[str, ...]) -> str:
    """Return a line of ours that makes the rule speak when it sees nothing but our lines; empty: none does."""
    needed = [*rule.all_of, *rule.where.values()]
    patterns = [_compiled(text) for text in (*rule.matches, *needed, *rule.unless, *rule.nowhere.values())]
    if any(isinstance(pattern, re.error) for pattern in patterns) or not (rule.matches or rule.all_of):
        return ""
    if any(re.search(text, line) for text in rule.matches for line in ("", ANY_LINE)):
        return ""  # it takes every line there is, not our words: where it looks decides
    if any(not _first((text,), lines) for text in needed) or _first((*rule.unless, *rule.nowhere.values()), lines):
        return ""
    return _first(rule.matches or rule.all_of, lines).strip()


def _first(patterns: Iterable[str], lines: tuple[str, ...]) -> str:
    compiled = [found for text in patterns if isinstance(found := _compiled(text), re.Pattern)]
    return next((line for pattern in compiled for line in lines if line and pattern.search(line)), "")
