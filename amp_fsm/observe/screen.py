"""Reads a screen: profile, capture and tmux variables to what the agent program shows.  The screen reader's door.

Capture -> normalised lines (`screen_text`) -> regions (`screen_regions`) -> composer (`screen_composer`) -> the first
rule that holds (`screen_rules`).  What no rule recognises is Unknown; nothing is ever idle by default.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from amp_fsm.model.panes import SHELLS
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.observe.screen_body import body_digest
from amp_fsm.observe.screen_composer import Box, read_composer
from amp_fsm.observe.screen_dialog import read_dialog
from amp_fsm.observe.screen_limits import reset_time
from amp_fsm.observe.screen_regions import BOTTOM_LINES, Regions, join
from amp_fsm.observe.screen_rules import Shown, Verdict, first_verdict
from amp_fsm.observe.screen_text import Line, read_lines
from amp_fsm.observe.screen_usage import shown_usage, usage_rules

_DEAD_NOTICE = re.compile(r"^Pane is dead \(")
_KILLED = re.compile(r"(Killed|Terminated|Aborted|Hangup|Segmentation fault)( \(core dumped\))?$")
_KILLED_OVER = re.compile(r"^\W{0,6}(Killed|Terminated|Aborted|Hangup|Segmentation fault)")
_HOST = r"^(\^C)?([\w.-]+@[\w.-]+:\S*|\[\S+@\S+ [^]]*\])"
_PROMPT = re.compile(rf"({_HOST}|^)[$#%]( |$)")
_HOST_PROMPT = re.compile(rf"{_HOST}[$#%]( |$)")
_SHELL_PROMPT = re.compile(rf"({_HOST}|^)[$#%](\s*$|\s+─|\s{{3,}}\S)")
_OVER_OLD_TEXT = re.compile(rf"{_HOST}[$#%] .*\s{{3}}\S")


_KEPT_SCREENS = 2048
_kept: dict[Hashable, tuple[Profile, ScreenReading]] = {}
"""What screens showed; those that name a time mean something else later, and are read anew."""


def read_screen(
    profile: Profile,
    capture: str,
    variables: Mapping[str, str],
    now_wall: float,
    columns: int | None = None,
    zone: str = "UTC",
) -> ScreenReading:
    """Return what the screen shows.

    Args:
        profile: how this agent program is read.
        capture: `capture-pane -p` with or without `-e` (colours) and `-J`.
        variables: tmux's variables by name; a rule about one that is absent is silent.
        now_wall: seconds since the epoch; a limit's reset time is read relative to it.
        columns: width of the pane; None when it is not known.
        zone: the time zone of clock times without one.
    """
    # Most screens of a team are the same in the next pass; a profile is compared by identity, and kept for that.
    key = (id(profile), capture, columns, zone, *variables.items())
    kept = _kept.get(key)
    if kept is not None:
        return kept[1]
    reading = _read(profile, capture, variables, now_wall, columns, zone)
    if reading.state is not ScreenState.LIMITED and reading.usage.resets_at is None:
        if len(_kept) >= _KEPT_SCREENS:
            _kept.clear()
        _kept[key] = (profile, reading)
    return reading


def _read(
    profile: Profile, capture: str, variables: Mapping[str, str], now_wall: float, columns: int | None, zone: str
) -> ScreenReading:
    lines = read_lines(capture)
    body = body_digest(lines, profile.noise)
    over = _ended(profile, lines, variables)
    if over is not None:
        return replace(over, body=body)
    regions = Regions(profile, lines, variables, columns)
    box = read_composer(profile.composer, regions, variables)
    verdict = first_verdict(profile.rules, Shown(regions=regions, variables=variables, box=box))
    reading = replace(_reading(verdict, box, body), queued=_at_bottom(profile.queued, regions))
    rules = usage_rules(profile, blocked=reading.composer is Composer.ABSENT)
    full = _at_bottom(profile.context_full, regions)
    reading = replace(reading, usage=shown_usage(rules, regions, now_wall, zone), full=full)
    if verdict is None:
        return reading
    if profile.dialogs is not None and reading.dialog and verdict.line:  # a title comes before its dialog
        asked = read_dialog(profile.dialogs, reading.dialog, capture, lines, profile.noise)
        reading = replace(reading, asked=asked, dialog=asked.name if asked else reading.dialog)
    if reading.state is not ScreenState.LIMITED:
        return reading
    texts = _limit_texts(verdict, regions, columns)
    return replace(reading, resets_at=reset_time(profile.limit, texts, now_wall, zone))


def _reading(verdict: Verdict | None, box: Box, body: str) -> ScreenReading:
    state = verdict.rule.state if verdict else ScreenState.UNKNOWN
    if verdict and (verdict.rule.dialog or state is ScreenState.BLOCKED):
        # what looks like a composer while a dialog is up is not one
        box = Box(content=Composer.ABSENT)
    return ScreenReading(
        state=state,
        rule=verdict.rule.id if verdict else "",
        line=verdict.line if verdict else 0,
        evidence=verdict.evidence if verdict else "",
        composer=box.content,
        composer_text=box.text,
        collapsed=box.collapsed,
        dialog=verdict.rule.dialog if verdict else "",
        body=body,
    )


def _at_bottom(patterns: Sequence[str], regions: Regions) -> bool:
    """Return whether some line at the bottom of the screen matches one of the patterns."""
    bottom = regions.get("bottom") if patterns else None
    texts = [line.text for line in bottom.lines] if bottom else []
    return any(re.search(pattern, text) for pattern in patterns for text in texts)


def _limit_texts(verdict: Verdict, regions: Regions, columns: int | None) -> Iterator[str]:
    """Yield where a reset time may stand: the deciding region, then the bottom of the screen."""
    for name in (verdict.rule.region, "bottom"):
        region = regions.get(name)
        if region is not None:
            yield join(region.lines, columns)


def _ended(profile: Profile, lines: tuple[Line, ...], variables: Mapping[str, str]) -> ScreenReading | None:
    """Return Exited when the program is no longer there, by tmux's word or, without it, by a shell's prompt."""
    if variables.get("pane_dead") == "1":
        return _exited("pane-dead", "pane_dead=1")
    command = variables.get("pane_current_command")
    if command:
        ours = any(re.fullmatch(pattern, command) for pattern in profile.programs)
        shell = SHELLS.fullmatch(command) is not None and not ours
        return _exited("shell-in-front", f"pane_current_command={command}") if shell else None
    filled = [line for line in lines if line.text]
    for before, line in pairwise(filled):
        if _killed(before.text, line.text):
            return _exited("killed", before.text.strip(), before.number)
    for line in reversed(filled[-BOTTOM_LINES:]):
        if _DEAD_NOTICE.search(line.text):
            return _exited("dead-notice", line.text, line.number)
        if _SHELL_PROMPT.search(line.text) or (line is filled[-1] and _OVER_OLD_TEXT.search(line.text)):
            return _exited("shell-prompt", line.text.strip(), line.number)
    return None


def _killed(said: str, prompt: str) -> bool:
    """Return whether a shell said that the program was killed, maybe over what was left of its screen."""
    exact = _KILLED.search(said) and _PROMPT.search(prompt)
    return bool(exact or (_KILLED_OVER.search(said) and _HOST_PROMPT.search(prompt)))


def _exited(rule: str, evidence: str, line: int = 0) -> ScreenReading:
    return ScreenReading(state=ScreenState.EXITED, rule=rule, evidence=evidence, line=line, composer=Composer.ABSENT)
