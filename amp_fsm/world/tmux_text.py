"""What tmux is told about effects, and what it answers, as text.  Pure; `tmux` runs it.

Facts relied on (measured on 3.3a): a command list is executed by the server without a break, and ends at its first
error; a pasted `ESC[201~` would end the paste early, so control characters never go in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Effect, PaneGuard

Reason = tuple[str, str]
"""A tmux format that is true when an effect must be refused, and why, in words."""

OWNER, STARTED, TYPED, ENTERED = "@amp_agent", "@amp_started", "@amp_typed", "@amp_entered"
ANSWERED = "@amp_answered"

GONE = "the pane is gone"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_KEY = re.compile(r"(?:[CMS]-)*(?:Enter|KPEnter|Tab|BTab|Space|Escape|F\d{1,2})|(?:[CM]-)+[a-z]")
_MOVE = re.compile(r"Up|Down|Left|Right|Home|End|[A-Za-z0-9]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "$": "\\$", "~": "\\~", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def sanitise(text: str) -> str:
    """Return the text as UTF-8 can hold it, with line feeds and tabs as its only control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HALF_CHARACTER.sub("\ufffd", _CONTROL.sub("", lines))


def is_key(key: str) -> bool:
    """Return whether tmux knows this as a key; it would type any other word letter by letter."""
    return _KEY.fullmatch(key) is not None


def is_answer_key(key: str) -> bool:
    """Return whether tmux knows this as a key that moves in a dialog or answers it, or as one plain letter or digit."""
    return is_key(key) or _MOVE.fullmatch(key) is not None


def same_process(pane: PaneRef) -> tuple[Reason, ...]:
    """Return what refuses unless it is still this server's pane with this process."""
    # Without the `%`, which display-message would take for a time.  A gone pane is otherwise answered for by another.
    number = pane.pane.removeprefix("%")
    return (
        (f"#{{!=:#{{s/%//:pane_id}},{literal(number)}}}", GONE),
        (f"#{{!=:#{{pid}}:#{{start_time}},{literal(pane.server)}}}", "it is another tmux server"),
        (f"#{{!=:#{{pane_pid}},{pane.pid}}}", "the pane's process changed"),
    )


def reasons_to_refuse(pane: PaneRef, guard: PaneGuard, extra: Iterable[Reason] = ()) -> tuple[Reason, ...]:
    """Return what the server must refuse keys for, whatever was seen before."""
    reasons = [
        ("#{pane_dead}", "the pane is dead"),
        ("#{pane_in_mode}", "the pane is in a mode"),
        ("#{pane_input_off}", "the pane's input is off"),
        ("#{pane_synchronized}", "the panes are synchronised"),
        *same_process(pane),
        differs(OWNER, guard.owner, "the pane is not ours"),
    ]
    if guard.command:
        wanted = literal(guard.command)
        reasons.append((f"#{{!=:#{{pane_current_command}},{wanted}}}", "another program came to the front"))
    if guard.no_dialog:
        reasons.append((f"#{{?{guard.no_dialog},0,1}}", "a dialog may be up"))
    return (*reasons, *extra)


def differs(option: str, value: str, words: str) -> Reason:
    """Return the reason that refuses unless a pane's option has this value."""
    return f"#{{!=:#{{{option}}},{literal(value)}}}", words


def equals(option: str, value: str, words: str) -> Reason:
    """Return the reason that refuses when a pane's option has this value."""
    return f"#{{==:#{{{option}}},{literal(value)}}}", words


def owned_by_another(owner: str) -> Reason:
    """Return the reason that refuses when the pane carries an owner other than this one."""
    other = f"#{{!=:#{{{OWNER}}},{literal(owner)}}}"
    return f"#{{&&:#{{!=:#{{{OWNER}}},}},{other}}}", "the pane is somebody else's"


def literal(text: str) -> str:
    """Return a text in which a format sees no syntax: `#`, `,` and `}` stand for themselves."""
    return text.replace("#", "##").replace(",", "#,").replace("}", "#}")


def quote(text: str) -> str:
    """Return a text as one argument of a tmux command inside a command list."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def guarded(
    pane: PaneRef,
    reasons: Sequence[Reason],
    effect: Sequence[Sequence[str]],
    *,
    tell: str = "",
    last: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the tmux words of one guarded effect, decided and carried out by the server in one go.

    It answers `SENT` and the format `tell` after all commands of `effect`, or `REFUSED` and one digit a reason.
    `last` comes after the answer: a command that leaves no pane to answer from.
    """
    condition = "0"
    for holds, _ in reversed(reasons):
        condition = f"#{{||:{holds},{condition}}}"
    told = "|".join(f"#{{?{holds},1,0}}" for holds, _ in reasons)
    say = ("display-message", "-p", "-t", pane.pane)
    act = listed((*effect, (*say, f"SENT {tell}"), *((last,) if last else ())))
    return ("if-shell", "-F", "-t", pane.pane, condition, listed(((*say, f"REFUSED {told}"),)), act)


def listed(commands: Iterable[Sequence[str]]) -> str:
    """Return commands as one line of tmux's language."""
    return " ; ".join(" ".join(quote(word) for word in words) for words in commands)


def parse_outcome(answer: str, reasons: Sequence[Reason]) -> Effect | None:
    """Return what the server answered to a guarded effect, as the last line; None when it is no such answer."""
    words = answer.rstrip("\n").rpartition("\n")[2].split()
    if words[:1] == ["SENT"]:
        return Effect(happened=True)
    if words[:1] == ["REFUSED"] and len(words) > 1:
        held = [said for flag, (_, said) in zip(words[1].split("|"), reasons, strict=False) if flag == "1"]
        return Effect(happened=False, reason=GONE if GONE in held else ", ".join(held) or "refused")
    return None
