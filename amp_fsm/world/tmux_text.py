"""What tmux is told and what it answers, as text.  Pure; `tmux` runs it.

Facts relied on (measured on 3.3a): a command list is executed by the server without a break; `list-panes` expands
formats per pane; a pasted `ESC[201~` would end the paste early, so control characters never go in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.ports import Effect, PaneGuard

Reason = tuple[str, str]
"""A tmux format that is true when an effect must be refused, and why, in words."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

OWNER, STARTED, TYPED, ENTERED = "@amp_agent", "@amp_started", "@amp_typed", "@amp_entered"

VARIABLES = (
    "pane_current_command",
    "pane_dead",
    "cursor_flag",
    "cursor_x",
    "cursor_y",
    "pane_width",
    "pane_height",
    "alternate_on",
    "window_activity",
    "window_bell_flag",
)
"""Variables kept for the rules of profiles; `pane_title` comes too, last, because it may contain anything."""

_FIELDS = (
    "#{pane_id}",
    "#{pane_pid}",
    "#{session_name}",
    "#{window_index}",
    "#{pane_in_mode}",
    "#{pane_synchronized}",
    "#{pane_input_off}",
    f"#{{{OWNER}}}",
    f"#{{{STARTED}}}",
    f"#{{{TYPED}}}",
    f"#{{{ENTERED}}}",
    *(f"#{{{name}}}" for name in VARIABLES),
    "#{window_active}#{pane_active}",
    "#{window_name}",
    "#{pane_title}",
)


def sanitise(text: str) -> str:
    """Return the text with line feeds and tabs as its only control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def listing_format(nonce: str) -> str:
    """Return the format of one pane's line; fields are separated by a nonce, since titles may hold any other text."""
    return nonce.join(("pane", *_FIELDS))


def client_format(nonce: str) -> str:
    """Return the format of one attached client's line: its session, its last key press, whether it is read-only."""
    return nonce.join(("client", "#{client_session}", "#{client_activity}", "#{client_flags}"))


def parse_survey(output: str, nonce: str, server: str, session: str, prefix: str, now: float) -> tuple[PaneSeen, ...]:
    """Return the panes of `session` and those whose owner starts with `prefix`, from the answer to the listing."""
    lines = [line.split(nonce) for line in output.split("\n") if nonce in line]
    typing = {fields[1]: now - float(fields[2]) for fields in lines if fields[0] == "client" and _types(fields)}
    panes = (
        _pane(fields, server, typing) for fields in lines if fields[0] == "pane" and len(fields) == len(_FIELDS) + 1
    )
    return tuple(pane for pane in panes if pane.session == session or (pane.owner and pane.owner.startswith(prefix)))


def _types(fields: Sequence[str]) -> bool:
    return len(fields) == 4 and fields[2].isdigit() and "control-mode" not in fields[3] and "read-only" not in fields[3]


def _pane(fields: Sequence[str], server: str, typing: dict[str, float]) -> PaneSeen:
    own = fields[1:12]
    variables = dict(zip(VARIABLES, fields[12 : 12 + len(VARIABLES)], strict=True))
    active, name, title = fields[12 + len(VARIABLES) :]
    variables["pane_title"] = title
    pane, pid, session, window = own[:4]
    return PaneSeen(
        ref=PaneRef(server=server, pane=pane, pid=int(pid or 0)),
        session=session,
        window=window,
        name=name,
        owner=own[7],
        started=own[8],
        typed=own[9],
        entered=own[10],
        command=variables["pane_current_command"],
        dead=variables["pane_dead"] == "1",
        in_mode=own[4] not in ("", "0"),
        synchronized=own[5] == "1",
        input_off=own[6] == "1",
        variables=variables,
        person=typing.get(session) if active == "11" else None,
        activity=int(variables["window_activity"] or 0),
    )


def reasons_to_refuse(pane: PaneRef, guard: PaneGuard, extra: Iterable[Reason] = ()) -> tuple[Reason, ...]:
    """Return what the server must refuse for: formats that are true when it holds, each with the reason in words."""
    reasons = [
        ("#{pane_dead}", "the pane is dead"),
        ("#{pane_in_mode}", "the pane is in a mode"),
        ("#{pane_input_off}", "the pane's input is off"),
        ("#{pane_synchronized}", "the panes are synchronised"),
        (f"#{{!=:#{{pid}}:#{{start_time}},{_literal(pane.server)}}}", "it is another tmux server"),
        (f"#{{!=:#{{pane_pid}},{pane.pid}}}", "the pane's process changed"),
        (f"#{{!=:#{{{OWNER}}},{_literal(guard.owner)}}}", "the pane is not ours"),
    ]
    if guard.command:
        wanted = _literal(guard.command)
        reasons.append((f"#{{!=:#{{pane_current_command}},{wanted}}}", "another program came to the front"))
    if guard.no_dialog:
        reasons.append((f"#{{?{guard.no_dialog},0,1}}", "a dialog may be up"))
    return (*reasons, *extra)


def differs(option: str, value: str, words: str) -> Reason:
    """Return the reason that refuses unless a pane's option has this value."""
    return f"#{{!=:#{{{option}}},{_literal(value)}}}", words


def equals(option: str, value: str, words: str) -> Reason:
    """Return the reason that refuses when a pane's option has this value."""
    return f"#{{==:#{{{option}}},{_literal(value)}}}", words


def _literal(text: str) -> str:
    """Return a text in which a format sees no syntax: `#`, `,` and `}` stand for themselves."""
    return text.replace("#", "##").replace(",", "#,").replace("}", "#}")


def guarded(pane: PaneRef, reasons: Sequence[Reason], effect: Sequence[str]) -> tuple[str, ...]:
    """Return the tmux arguments of one guarded effect, decided and carried out by the server in one go.

    It answers `SENT` after all of `effect` (tmux commands), or `REFUSED` and one digit for each reason.
    """
    condition = "0"
    for holds, _ in reversed(reasons):
        condition = f"#{{||:{holds},{condition}}}"
    told = "|".join(f"#{{?{holds},1,0}}" for holds, _ in reasons)
    refuse = f"display-message -p -t {pane.pane} {quote(f'REFUSED {told}')}"
    act = " ; ".join((*effect, "display-message -p SENT"))
    return ("if-shell", "-F", "-t", pane.pane, condition, refuse, act)


def parse_outcome(answer: str, reasons: Sequence[Reason]) -> Effect | None:
    """Return what the server answered to a guarded effect; None when it is no such answer."""
    words = answer.split()
    if "SENT" in words:
        return Effect(happened=True)
    if words[:1] == ["REFUSED"] and len(words) > 1:
        held = [said for flag, (_, said) in zip(words[1].split("|"), reasons, strict=False) if flag == "1"]
        return Effect(happened=False, reason=", ".join(held) or "refused")
    return None


def quote(text: str) -> str:
    """Return a text as one argument of a tmux command, in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
