"""Effects on panes: each is one process that runs one guarded command list, and whose end says what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Effect, PaneGuard
from amp_fsm.world.tmux_process import Answer, TmuxProcess, joined
from amp_fsm.world.tmux_text import (
    GONE,
    TYPED,
    Reason,
    equals,
    guarded,
    listed,
    literal,
    parse_outcome,
    reasons_to_refuse,
    sanitise,
)

ONE_GO = 1 << 15
"""Characters of a text that goes to the server with the commands that paste it; it reads longer ones too slowly."""

_LOST = "server exited unexpectedly"

Commands = Sequence[Sequence[str]]


def carry_out(
    process: TmuxProcess, pane: PaneRef, reasons: Sequence[Reason], effect: Commands, *, last: Sequence[str] = ()
) -> Effect:
    """Have `effect` carried out unless a reason holds; `last` comes after the answer (`tmux_text.guarded`).

    Raises:
        TerminalUnreachableError: the server did not say what it did.
    """
    return _outcome(process.run(*guarded(pane, reasons, effect, last=last)), pane, reasons)


def paste(process: TmuxProcess, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
    """Paste `text` once, bracketed, not submitted, and witness it as `intent`, in one server-side command list.

    A text of usual length is one script with its paste: cut off anywhere, it is none.

    Raises:
        TerminalUnreachableError: the server did not say what it did.
    """
    # A name of its own for each try: an orphan of a killed pass may still be loading the same text.
    prefix, text = f"amp-{intent}-", sanitise(text)
    buffer = f"{prefix}{secrets.token_hex(4)}"
    reasons = reasons_to_refuse(pane, guard, (equals(TYPED, intent, "it was typed before"),))
    pasted = (
        ("paste-buffer", "-p", "-d", "-b", buffer, "-t", pane.pane),
        ("set-option", "-p", "-t", pane.pane, TYPED, intent),
    )
    if len(text) <= ONE_GO:
        script = listed((("set-buffer", "-b", buffer, text), _measure(prefix), guarded(pane, reasons, pasted)))
        # tmux takes the end of a script for the end of a quoted word, but not of a block.
        answer = process.run("source-file", "-", text=f"if-shell -F 1 {{ {script} }}\n")
    else:
        refusal = _load(process, buffer, prefix, text)
        if refusal:
            return Effect(happened=False, reason=refusal)
        answer = process.run(*joined((_measure(prefix), guarded(pane, reasons, pasted))))
    if _LOST in answer.complaint:  # with the server went the pane, and whatever was typed there
        return Effect(happened=False, reason=GONE)
    outcome = _outcome(answer, pane, reasons)
    # What is left of ours was not pasted; what is left of others, a killed pass left.
    left = [name for name in _sizes(answer.said) if not (name == buffer and outcome.happened)]
    if left:
        process.run(*joined([("delete-buffer", "-b", name) for name in left]))
    return outcome


def _load(process: TmuxProcess, buffer: str, prefix: str, text: str) -> str:
    """Put `text` into a paste buffer; return why that failed, empty when the server holds all of it."""
    answer = process.run(*joined((("load-buffer", "-b", buffer, "-"), _measure(prefix))), text=text)
    held, wanted = _sizes(answer.said).get(buffer), str(len(text.encode()))
    return "" if held == wanted else answer.complaint or f"tmux took {held} of the text's {wanted} bytes"


def _measure(prefix: str) -> tuple[str, ...]:
    """Return the command that lists buffers of this prefix, and their sizes."""
    return ("list-buffers", "-f", f"#{{m:{literal(prefix)}*,#{{buffer_name}}}}", "-F", "#{buffer_name} #{buffer_size}")


def _sizes(said: str) -> Mapping[str, str]:
    return dict(line.split(" ") for line in said.splitlines() if line.startswith("amp-"))


def _outcome(answer: Answer, pane: PaneRef, reasons: Sequence[Reason]) -> Effect:
    outcome = parse_outcome(answer.said, reasons)
    if outcome is not None:
        return outcome
    if answer.no_server or f"can't find pane: {pane.pane}" in answer.complaint:
        return Effect(happened=False, reason=GONE)
    raise TerminalUnreachableError(f"tmux did not say what it did: {answer.complaint or answer.said!r}")
