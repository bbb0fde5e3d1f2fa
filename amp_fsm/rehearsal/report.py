"""What came of a rehearsal, as text, as JSON and as an exit code.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from amp_fsm.rehearsal.account import Account, table


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnd:
    """How one task ended.

    Attributes:
        attempts: how often it was handed out.
        settled_at: policy seconds into the rehearsal at which it came into its last state; None: it did not settle.
    """

    id: str
    state: str
    expected: str
    attempts: int
    settled_at: float | None

    @property
    def as_expected(self) -> bool:
        """Whether it ended in the state that the scenario expects."""
        return self.state == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One rehearsal.

    Attributes:
        ended: why it ended.
        sent: prompt name to how many were submitted; `received`: how many arrived.
        prompts: what became of every prompt that was planned.
        unmentioned: what tasks needed and prompts did not say.
        told: what the operator would have been told.
        notes: what the private world does not show or left out.
        failed: actions that could not be done, each once, with the reason.
        broken: promises that were broken, each in a sentence.
        policy_seconds, real_seconds: how long it took, in the agents' time and in ours.
        kept: how to look at what is left; empty when nothing is.
    """

    project: str
    scenario: str
    ended: str
    tasks: tuple[TaskEnd, ...] = ()
    sent: Mapping[str, int]
    received: int = 0
    prompts: tuple[Account, ...] = ()
    unmentioned: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    passes: int = 0
    policy_seconds: float = 0.0
    real_seconds: float = 0.0
    kept: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1: a promise was broken; 4: a task did not end as expected, or an action failed; 0: all is well."""
        if self.broken:
            return 1
        return 0 if all(task.as_expected for task in self.tasks) and not self.failed else 4

    @property
    def reminders(self) -> int:
        """How many prompts repeated or corrected an earlier one."""
        return sum(count for name, count in self.sent.items() if name in ("reminder", "resume", "fix"))


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as one JSON document."""
    return {"format_version": "1.0", **asdict(report), "reminders": report.reminders, "exit_code": report.exit_code}


def as_text(report: Report) -> str:
    """Return the report as people read it."""
    width = max((len(task.id) for task in report.tasks), default=0)
    lines = [f"{report.project}   rehearsed with {report.scenario}   {report.ended}", ""]
    for task in report.tasks:
        mark = "✓" if task.as_expected else "✗"
        after = f"after {duration(task.settled_at)}" if task.settled_at is not None else ""
        wanted = "" if task.as_expected else f"   expected {task.expected}"
        tries = f"   handed out {task.attempts} times" if task.attempts > 1 else ""
        lines.append(f"  {mark} {task.id:<{width}}  {task.state:<10} {after}{tries}{wanted}".rstrip())
    names = ", ".join(f"{count} {name}" for name, count in sorted(report.sent.items()))
    total = sum(report.sent.values())
    passes = f"{report.real_seconds:.1f} s of ours, {report.passes} passes"
    lines += [
        "",
        f"prompts    {total} sent ({names or 'none'}), {report.received} received{_rest(report)}",
        f"time       {duration(report.policy_seconds)} of the agents, {passes}",
    ]
    for title, items in (
        ("who received them", table(report.prompts)),
        ("the operator would have been told", report.told),
        ("what prompts did not mention", report.unmentioned),
        ("not as in reality", report.notes),
        ("ACTIONS FAILED", report.failed),
        ("PROMISES BROKEN", report.broken),
        ("kept", report.kept),
    ):
        if items:
            lines += ["", f"{title}:", *(f"  {item}" for item in items)]
    return "\n".join([*lines, "", _verdict(report)]) + "\n"


def _rest(report: Report) -> str:
    """Return what became of prompts that were planned and not sent, in words."""
    rest = Counter(item.became for item in report.prompts if not item.sent)
    return "".join(f", {count} {became}" for became, count in sorted(rest.items()))


def duration(seconds: float) -> str:
    """Return seconds as people say them: `1h 03m`, `4m 10s`, `7s`."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 60}m {whole % 60:02d}s" if whole >= 60 else f"{whole}s"


def _verdict(report: Report) -> str:
    if report.broken:
        return f"{len(report.broken)} broken promise{'s' if len(report.broken) > 1 else ''}"
    odd = sum(not task.as_expected for task in report.tasks)
    parts = [f"{odd} of {len(report.tasks)} tasks did not end as expected"] if odd else []
    parts += (
        [f"{len(report.failed)} kind{'s' if len(report.failed) > 1 else ''} of action failed"] if report.failed else []
    )
    return f"no promise was broken, {', '.join(parts)}" if parts else "all is well"
