"""Profiles: how one agent program is started, read and written to.  All of it is data from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.channel import NO_CHANNELS, Channels
from amp_fsm.model.dialog import Dialog, DialogSpec
from amp_fsm.model.usage import NO_FIGURES, Figures, UsageRule


class ScreenState(StrEnum):
    """What a screen shows, as `detect` prints it."""

    STARTING = "starting"
    IDLE = "idle"
    WORKING = "working"
    BLOCKED = "blocked"
    LIMITED = "limited"
    ERRORED = "errored"
    EXITED = "exited"
    UNKNOWN = "unknown"


class Composer(StrEnum):
    """What the input box holds.  Dim ghost text is empty."""

    EMPTY = "empty"
    DRAFT = "draft"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSpec:
    """A named part of the screen, found anew on each screen.

    Regions are cut from the normalised screen, bottom up.  Built-in regions, which need no declaration: `title`,
    `screen`, `last_line`, `bottom` (the last eight non-empty lines).

    Attributes:
        start: pattern of the region's first line; the lowest match counts.
        end: pattern of the line after its last one; without it the region reaches the screen's end.
        above: only what stands above the region of this name; lines of pure frame are left out.
        below: only what stands below the region of this name.
        lines: how many non-empty lines at most (0: no limit): the uppermost if it has a start or is below a region,
            else the lowest ones.
        inclusive: whether the line matched by start belongs to it (that matched by end never does).
        preceded: pattern that the nearest non-empty line above the start must match.
        followed: pattern that the nearest non-empty line below the end must match; else a later end is looked for.
        closed: the region is only there when `end` matches too.
        top: where no line matches `start`, the region begins at the top of the screen.
        cut: pattern of the region's lines once its start has scrolled away: where no line matches `start`, every filled
            line above the first that matches `end` matches this, and at most three stand below, it begins at the top.
        joined: patterns are also tried on all its lines as one, for text that the program itself wraps.
        numbered: where the start is an entry of a numbered list, the region begins at the first entry of that list.
    """

    name: str
    start: str = ""
    end: str = ""
    above: str = ""
    below: str = ""
    lines: int = 0
    inclusive: bool = False
    preceded: str = ""
    followed: str = ""
    closed: bool = False
    top: bool = False
    cut: str = ""
    joined: bool = False
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRule:
    """One rule: every condition must hold.  Of the rules that hold the least permissive decides.

    That is: exited, then blocked, then working, limited and errored, then unknown (a veto), then idle, then starting;
    among those of one kind the first in the list.  An idle rule never holds without a composer.

    Attributes:
        region: where `matches` (any of them) and `unless` (none of them) are searched, line by line.
        matches: regular expressions; one that matches a line makes that line the evidence.
        all_of: regular expressions each of which must match some line of the region.
        variables: tmux variable to a pattern it must match; a variable that was not captured makes the rule silent.
        where: region to a pattern that some line of it must match as well; a region that is not there does not.
            In `matches`, `all_of` and here `{pane_title}`, or another tmux variable, stands for its text.
        nowhere: region to a pattern that no line of it may match; a region that is not there passes.
        composer: the rule holds only when the composer is one of these.
        dialog: the dialog's name; while a dialog is up there is no composer.
        basis: `captured` or `inferred`; `versions`: the releases it was seen on.
    """

    id: str
    state: ScreenState
    region: str = "bottom"
    matches: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    nowhere: Mapping[str, str] = field(default_factory=dict)
    composer: tuple[Composer, ...] = ()
    dialog: str = ""
    basis: str = "captured"
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerSpec:
    """Where the input box is and what its content means.

    Attributes:
        region: the region that holds the box's lines.
        prompt: pattern of the box's first content line; group `text` is what was typed.
        continued: pattern of what the program itself puts before every further line; no part of what was typed.
        placeholders: patterns of texts that count as empty (besides dim text, which always does); of one that is
            wrapped over several lines the whole must match.
        collapsed: patterns of a collapsed paste.
        beside: pattern of what stands on the box's lines but is not of it (a side bar); cut away before anything else.
        variables: tmux variable to a pattern; where one does not match there is no box, whatever looks like it.
    """

    region: str
    prompt: str
    continued: str = ""
    placeholders: tuple[str, ...] = ()
    collapsed: tuple[str, ...] = ()
    beside: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpec:
    """How the reset time of a usage limit is read.

    Attributes:
        resets: patterns with the named groups `time` (11:40am, 23:05), `in` (2h 5m) or `epoch`, and optionally `zone`.
        default: seconds to wait when no pattern matches.
    """

    resets: tuple[str, ...] = ()
    default: float = 3600.0


COMPACT = "compact"
"""The prompt of this name is the profile's `compact` command, unless the configuration has a prompt of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One agent program.

    Attributes:
        command: argv that starts it.
        programs: foreground command names (`pane_current_command`) that are this program; patterns, matched whole.
        submit: the tmux key that submits the composer.
        settle: seconds between a paste and its submission.
        stable_for: seconds that idle must last before it is believed.
        multiline: whether the composer takes a bracketed paste of several lines.
        submits: how often the submit key is pressed for one prompt while its text stays in the composer.  1 for a
            program that reads no keys while it works: a second one would wait there, and answer its next question.
        noise: patterns removed from the screen before it is compared for progress (spinners, clocks, counters).
        queues: a prompt submitted while it works waits for the end of the turn, whole; `queued`: patterns of the
            bottom of the screen that show such a prompt waiting.
        dialogs: how its dialogs are read and answered; None: only a person answers them.
        no_dialog: a tmux format that is true when no dialog is up; joins the guard of the submit key.
        channels: what it tells besides its screen.
        usage: patterns of what its screen tells of tokens, cost, context and limits.
        context_full: patterns of the bottom of the screen that show that its context is full.
        compact: the program's own command that makes its context smaller; empty: it has none.
        resume: arguments after the command with which it goes on with the last session of its folder.
        notes: what the rules rest on.
    """

    name: str
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    submit: str = "Enter"
    settle: float = 0.3
    stable_for: float = 2.0
    multiline: bool = True
    submits: int = 4
    regions: tuple[RegionSpec, ...] = ()
    composer: ComposerSpec | None = None
    rules: tuple[ScreenRule, ...] = ()
    limit: LimitSpec = LimitSpec()
    noise: tuple[str, ...] = ()
    queues: bool = False
    queued: tuple[str, ...] = ()
    dialogs: DialogSpec | None = None
    no_dialog: str = ""
    channels: Channels = NO_CHANNELS
    usage: tuple[UsageRule, ...] = ()
    context_full: tuple[str, ...] = ()
    compact: str = ""
    resume: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenReading:
    """What one screen shows.

    Attributes:
        line: 1-based line number of the evidence on the captured screen; 0 when it is not on the screen.
        composer_text: what stands in the composer, placeholders and ghost text left out.
        asked: the dialog that is up, as far as its answers can be made out.
        queued: a prompt that was submitted waits for the end of the turn.
        resets_at: wall time at which a usage limit ends; None when there is none or it cannot be read.
        body: digest of the screen without spinners and clocks; equal bodies mean no visible progress.
        usage: what it tells of the program's usage.
        full: the program's context is full.
    """

    state: ScreenState
    rule: str = ""
    line: int = 0
    evidence: str = ""
    composer: Composer = Composer.UNKNOWN
    composer_text: str = ""
    collapsed: bool = False
    dialog: str = ""
    asked: Dialog | None = None
    queued: bool = False
    resets_at: float | None = None
    body: str = ""
    usage: Figures = NO_FIGURES
    full: bool = False
