"""A plan as people read it.  It ends with the exact next command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from amp_fsm.model.document import RowEdit
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Change, Plan, Recovery, Step
from amp_fsm.model.record import Action, Intent

_COLOURS = {">": "32", "!": "33", "?": "35", "x": "31", "-": "36", "~": "36"}


def render_text(plan: Plan, *, color: bool = False, took: float | None = None, following: bool = True) -> str:
    """Return the plan as text, ending with a newline.

    Args:
        plan: what to print.
        color: whether marks are coloured (ANSI).
        took: seconds that looking took, if known.
        following: whether to end with the command that would carry it out.
    """
    lines = [_head(plan, took), ""]
    body = [*_steps(plan.steps, color), *_changes(plan.changes, color), *_held(plan, color), *_drift(plan, color)]
    lines += [*body, ""] if body else []
    lines.append(summary_text(plan))
    if following:
        lines.append(next_text(plan))
    return "\n".join(lines) + "\n"


def _head(plan: Plan, took: float | None) -> str:
    agents = sum(address.startswith("agent/") for address in plan.subjects)
    tasks = sum(address.startswith("task/") for address in plan.subjects)
    looked = f"looked at {_count(agents, 'agent')}, {_count(tasks, 'task')}"
    timing = f" in {took * 1000:.0f} ms" if took is not None else ""
    return f"{plan.project}   config {plan.digest[:6]}   serial {plan.serial}   {looked}{timing}"


def _row(mark: str, subject: str, states: str, cause: str, text: str, color: bool) -> str:
    shown = f"\x1b[{_COLOURS[mark]}m{mark}\x1b[0m" if color else mark
    return f"  {shown} {subject:<22} {states:<25} {cause:<12} {text}".rstrip()


def _steps(steps: Sequence[Step], color: bool) -> Iterator[str]:
    for step in steps:
        intent = step.intent
        mark = "?" if step.recovery in (Recovery.ASK, Recovery.WAIT) else ">"
        what = f"intent {intent.id}: {step.because}"
        yield _row(
            mark, intent.address, f"{intent.action.verb} {intent.action.what}".strip(), str(step.recovery), what, color
        )


def _changes(changes: Sequence[Change], color: bool) -> Iterator[str]:
    for change in changes:
        states = f"{change.before.state} -> {change.after.state}" if change.moves else change.before.state
        mark = "!" if change.serious else ">"
        yield _row(mark, change.address, states, change.cause, change.because, color)
        if change.opens is not None:
            opens = change.opens
            yield f"      + assign          {opens.task} -> {opens.agent} (attempt {opens.attempt})"
        for intent in change.intents:
            yield f"      + {intent.action.verb:<15} {preview(intent)}"
        for item in change.adds:
            whom = f" -> {item.task.only}" if item.task.only else ""
            verb = "open" if item.task.errand else "propose" if item.waits else "queue"
            yield f"      + {verb:<15} {item.task.id}: {item.task.title}{whom}"
        for problem in (text for one in change.judged for text in one.problems):
            yield f"      + refuse          {problem}"
        if change.closes:
            yield f"      + release         {change.closes.partition('#')[0]}"


def _held(plan: Plan, color: bool) -> Iterator[str]:
    for held in plan.held:
        yield _row(held.mark, held.address, held.state, "", held.text, color)


def _drift(plan: Plan, color: bool) -> Iterator[str]:
    for drift in plan.drift:
        state = plan.subjects[drift.address].state if drift.address in plan.subjects else ""
        yield _row("~", drift.address, state, "drift", drift.text, color)


def preview(intent: Intent) -> str:
    """Return one action in a few words: what, how much, where."""
    return _PREVIEWS[intent.action.verb](intent.action)


def _send(action: Action) -> str:
    return f"{action.what}, {_count(action.text.count(chr(10)) + 1, 'line')} -> {action.target}"


def _answer(action: Action) -> str:
    return f"{action.what!r} -> {action.target}"


def _start(action: Action) -> str:
    where = f" in window {action.window}" if action.window else ""
    return f"{' '.join(action.argv) or 'no command'}{where}"


def _cells(action: Action) -> str:
    cells = ", ".join(f"{header}={text}" for header, text in action.cells) or action.text
    return f"{action.target}{f' {action.row}' if action.row else ''}: {cells}"


def _table(action: Action) -> str:
    headers = " | ".join(header for header, _ in action.cells)
    return f"{action.target}: {action.what!r}" + (f" with {headers}" if headers else "")


def _rows(action: Action) -> str:
    return f"{action.target}: {'; '.join(_row_of(edit) for edit in action.rows)}"


def _row_of(edit: RowEdit) -> str:
    cells = ", ".join(f"{header}={text}" for header, text in edit.cells)
    return f"{edit.document} {edit.row}: {cells or 'taken out'}"


def _rotate(action: Action) -> str:
    return f"{action.target}: the oldest {action.count} to {action.what}"


def _line(action: Action) -> str:
    return f"{action.target}: {action.text}"


def _write(action: Action) -> str:
    return f"{action.target}, {_count(action.text.count(chr(10)), 'line')}"


def _run(action: Action) -> str:
    return f"{action.what}: {' '.join(action.argv)}" + (f" (exclusive: {action.exclusive})" if action.exclusive else "")


def _git(action: Action) -> str:
    return f"{action.what} {action.target} in {action.cwd}"


def _notify(action: Action) -> str:
    return f"{action.target}: {action.text.splitlines()[0] if action.text else ''}"


def _adopt(action: Action) -> str:
    return f"as {action.text}"


_PREVIEWS: Mapping[Verb, Callable[[Action], str]] = {
    Verb.SEND: _send,
    Verb.ANSWER: _answer,
    Verb.START: _start,
    Verb.SET_ROW: _cells,
    Verb.APPEND_ROW: _cells,
    Verb.MAKE_TABLE: _table,
    Verb.SET_ROWS: _rows,
    Verb.ROTATE: _rotate,
    Verb.SET_LINE: _line,
    Verb.WRITE: _write,
    Verb.RUN: _run,
    Verb.GIT: _git,
    Verb.NOTIFY: _notify,
    Verb.ADOPT: _adopt,
}


def summary(plan: Plan) -> dict[str, int]:
    """Return the plan's figures by name."""
    concerned = {change.address for change in plan.changes} | {held.address for held in plan.held}
    return {
        "transitions": sum(change.moves for change in plan.changes),
        "actions": sum(len(change.intents) for change in plan.changes) + sum(_acting(step) for step in plan.steps),
        "undetermined": len({held.address for held in plan.held if held.mark == "?"}),
        "unreachable": len({held.address for held in plan.held if held.mark == "x"}),
        "unchanged": sum(address not in concerned for address in plan.subjects),
    }


def _acting(step: Step) -> bool:
    return step.recovery in (Recovery.PERFORM, Recovery.ENTER)


def summary_text(plan: Plan) -> str:
    """Return the plan's figures in one line."""
    figures = summary(plan)
    parts = [_count(figures["transitions"], "transition"), _count(figures["actions"], "action")]
    parts += [f"{figures[name]} {name}" for name in ("undetermined", "unreachable") if figures[name]]
    return ", ".join([*parts, f"{figures['unchanged']} unchanged"])


def next_text(plan: Plan) -> str:
    """Return the exact next command, or why there is none."""
    if is_empty(plan):
        return "next: nothing to do now" + (
            f"; a timer is due in {plan.due_in:.0f}s" if plan.due_in is not None else ""
        )
    return f"next: amp-fsm reconcile {plan.source}"


def is_empty(plan: Plan) -> bool:
    """Return whether carrying the plan out would change nothing."""
    return not plan.changes and not any(step.recovery is not Recovery.WAIT for step in plan.steps)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
