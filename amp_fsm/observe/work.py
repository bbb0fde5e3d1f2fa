"""From files and check runs to what can be said of a task's work: present or not, passed, failed, or not known yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.project import CheckSpec, Deliverable, Project, TaskSpec
from amp_fsm.model.record import Assignment
from amp_fsm.model.seen import Failed, PathSeen, RunSeen
from amp_fsm.observe.sources import Paths, Sources

TAIL_LINES = 30
"""Lines of a failing check's output that go back to the agent."""

LINE_LENGTH = 300
"""Characters of each of them."""

_COLOUR = re.compile("\x1b\\[[0-9;:?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSeen:
    """How a check stands on a task's present work.

    Attributes:
        keyed: its inputs could be read, so that there is a key for its run.
        run: that run; None: there was none.
        attempts: how often it was started.
    """

    keyed: bool = False
    run: RunSeen | None = None
    attempts: int = 0


def checks_seen(sources: Sources, task: TaskSpec) -> tuple[CheckSeen, ...]:
    """Return how each check of a task stands, in the task's order."""
    return tuple(_check_seen(sources, sources.run_keys.get(f"{task.id}|{name}")) for name in task.checks)


def _check_seen(sources: Sources, key: str | None) -> CheckSeen:
    if key is None:
        return CheckSeen()
    return CheckSeen(keyed=True, run=sources.seen.runs.get(key), attempts=sources.record.run_attempts.get(key, 0))


def deliverables_found(sources: Sources, task: TaskSpec) -> tuple[Paths | None, ...]:
    """Return what was found of each deliverable of a task, where it works; None: it was not looked for."""
    globs = sources.seen.globs
    return tuple(globs.get(sources.project.place(task, item.file)) for item in task.deliverables)


def deliverables_fact(
    task: TaskSpec, deliverables: Sequence[Paths | None], assignment: Assignment | None, at: float
) -> tuple[Fact, str]:
    """Return `deliverables_present` of what was found of each, and what is missing in words."""
    since = assignment.since_wall if assignment is not None else 0.0
    failures: list[str] = []
    for deliverable, found in zip(task.deliverables, deliverables, strict=True):
        if found is None or isinstance(found, Failed):
            why = found.reason if isinstance(found, Failed) else "was not looked at"
            evidence = f"{deliverable.file}: {why}"
            return unknown("deliverables_present", Why.UNREACHABLE, evidence, "file", at), ""
        failure = _failure(deliverable, found, since)
        if failure:
            failures.append(failure)
    count = len(task.deliverables)
    evidence = "; ".join(failures) or f"{count} of {count} present"
    return known("deliverables_present", not failures, evidence, "file", at), "\n".join(failures)


def _failure(deliverable: Deliverable, paths: tuple[PathSeen, ...], since: float) -> str:
    if not paths:
        return f"{deliverable.file} does not exist"
    for path in paths:
        if path.size < deliverable.min_bytes:
            return f"{path.path} has {path.size} bytes, {deliverable.min_bytes} are wanted"
        if deliverable.contains and not path.contains:
            return f"{path.path} does not contain {deliverable.contains!r}"
        if deliverable.newer and path.mtime < since:
            return f"{path.path} was not changed since the task was assigned"
    return ""


def run_status(run_keys: Mapping[str, str], runs: Mapping[str, RunSeen]) -> dict[str, str]:
    """Return `TASK|CHECK` to `never`, `running`, `ended` or `lost`."""
    return {name: runs[key].status if key in runs else "never" for name, key in run_keys.items()}


def check_facts(project: Project, task: TaskSpec, checks: Sequence[CheckSeen], at: float) -> tuple[Fact, Fact, str]:
    """Return `checks_passed` and `checks_failed`, and the output of what failed."""
    found = zip(task.checks, checks, strict=True)
    verdicts = {name: _verdict(project.checks[name], check) for name, check in found}
    failed = [name for name, (truth, _) in verdicts.items() if truth is Truth.FALSE]
    waiting = [f"{name} {said}" for name, (truth, said) in verdicts.items() if truth is Truth.UNKNOWN]
    evidence = ", ".join(f"{name} {said.splitlines()[0]}" for name, (_, said) in verdicts.items()) or "no checks"
    output = "\n\n".join(f"{name} {verdicts[name][1]}" for name in failed)
    if failed:
        passed, lost = (
            known("checks_passed", False, evidence, "check", at),
            known("checks_failed", True, evidence, "check", at),
        )
        return passed, lost, output
    if waiting:
        unreadable = any("unreadable" in item for item in waiting)
        why = Why.UNREACHABLE if unreadable else Why.PENDING
        text = ", ".join(waiting)
        return unknown("checks_passed", why, text, "check", at), unknown("checks_failed", why, text, "check", at), ""
    return known("checks_passed", True, evidence, "check", at), known("checks_failed", False, evidence, "check", at), ""


def _verdict(check: CheckSpec, seen: CheckSeen) -> tuple[Truth, str]:
    """Return one check's truth on the present inputs, and what to say of it (its first line is short)."""
    run = seen.run
    if not seen.keyed:
        return Truth.UNKNOWN, "has unreadable inputs"
    if run is None:
        return Truth.UNKNOWN, "has not run on the present files"
    if run.status == "running":
        return Truth.UNKNOWN, "is running"
    if run.status == "lost":
        if seen.attempts < check.attempts:
            return Truth.UNKNOWN, "was lost and will run again"
        return Truth.FALSE, f"was lost {check.attempts} times without an exit code"
    if run.exit_code == 0:
        return Truth.TRUE, "passed"
    return Truth.FALSE, f"failed with exit code {run.exit_code}:\n{_last_lines(run.tail)}"


def _last_lines(output: str) -> str:
    """Return the end of a check's output as it can stand in a prompt: few lines, none of them long, no colours."""
    lines = _COLOUR.sub("", output).splitlines()[-TAIL_LINES:]
    return "\n".join(line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH]} ..." for line in lines)
