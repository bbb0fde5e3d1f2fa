"""The golden rules of an orchestrator, each with its present figure and whether it is kept.  Pure.

Everyone has a task; prompts are long and self-contained; the round is on time; documents are fresh; nobody is idle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.model.profile import ScreenState
from amp_fsm.model.project import AgentSpec, Project, TaskSpec
from amp_fsm.model.record import Record
from amp_fsm.plan.prompts import RenderError, agent_values, kind_values, project_values, render, task_values

LATE = 10.0
"""Seconds that a round may take besides waiting."""

_AWAY = frozenset({"", "gone", ScreenState.LIMITED, ScreenState.STARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenRule:
    """One rule.

    Attributes:
        kept: whether it holds now; None: nothing tells (no pass yet, nothing to measure).
        figure: what is so now; `wanted`: what the policies ask for.
    """

    name: str
    kept: bool | None
    figure: str
    wanted: str


def golden_rules(
    project: Project, record: Record, wall: float, changed: Mapping[str, float | None]
) -> tuple[GoldenRule, ...]:
    """Return every rule, in the order of the specification.

    Args:
        project: the policies, agents, documents and prompts.
        record: what was so after the last pass.
        wall: now, seconds since the epoch.
        changed: document to when its file was last written; None: it could not be looked at.
    """
    return (
        _everyone_has_a_task(project, record),
        _prompts_are_long(project, record),
        _round_is_on_time(project, record, wall),
        _documents_are_fresh(project, record, wall, changed),
        _nobody_is_idle(project, record),
    )


def _everyone_has_a_task(project: Project, record: Record) -> GoldenRule:
    present = [agent for agent in project.agents.values() if _screen(record, agent) not in _AWAY]
    holding = {held.agent for held in record.assignments.values()}
    without = [agent.name for agent in present if agent.name not in holding]
    said = f"{len(present) - len(without)} of {len(present)} agents" + (
        f"; not {', '.join(without)}" if without else ""
    )
    kept = None if not present else not without
    return GoldenRule(name="everyone has a task", kept=kept, figure=said, wanted="all that can work")


def _screen(record: Record, agent: AgentSpec) -> str:
    sample = record.samples.get(agent.name)
    return sample.state if sample is not None else ""


def _prompts_are_long(project: Project, record: Record) -> GoldenRule:
    least = project.policies.prompt_min_lines
    lengths = [
        (length, task.kind, task.id) for task in _unfinished(project, record) for length in _lines(project, task)
    ]
    lacking = sorted(task for length, _, task in lengths if length == 0)
    shortest = min(lengths, default=None)
    said = "no task is left" if shortest is None else f"shortest has {shortest[0]} lines ({shortest[1]}, {shortest[2]})"
    if lacking:
        said = f"cannot be written: {', '.join(lacking)}"
    kept = None if shortest is None else shortest[0] >= max(1, least)
    return GoldenRule(
        name="prompts are long and self-contained", kept=kept, figure=said, wanted=f"at least {least} lines"
    )


def _unfinished(project: Project, record: Record) -> Iterator[TaskSpec]:
    for task in project.tasks.values():
        subject = record.subjects.get(task.address)
        state = project.machines[task.machine].states.get(subject.state) if subject is not None else None
        if state is None or not state.final:
            yield task


def _lines(project: Project, task: TaskSpec) -> Iterator[int]:
    """Yield how long the prompt reads that hands out a task; 0 when it says something the task does not have."""
    kind = project.kinds.get(task.kind)
    if kind is None or kind.prompt not in project.prompts:
        return
    agent = next(iter(project.agents.values()), AgentSpec(name="-", profile=""))
    values = {
        **project_values(project),
        "task": task_values(project, task),
        "kind": kind_values(kind),
        "agent": agent_values(agent),
        "dialog": {"name": "", "text": "", "command": "", "options": []},
        **dict.fromkeys(("subject", "before", "after", "because", "mark", "failure"), ""),
        **dict.fromkeys(("now", "minutes", "reminder", "attempt"), 0),
    }
    try:
        yield render(project.prompts[kind.prompt], values).strip().count("\n") + 1
    except RenderError:
        yield 0


def _round_is_on_time(project: Project, record: Record, wall: float) -> GoldenRule:
    wanted = f"at least every {span(project.policies.resync)}"
    if record.reading is None:
        return GoldenRule(name="the round is on time", kept=None, figure="no pass yet", wanted=wanted)
    age = max(0.0, wall - record.reading.wall)
    kept = age <= project.policies.resync + LATE
    return GoldenRule(name="the round is on time", kept=kept, figure=f"last pass {span(age)} ago", wanted=wanted)


def _documents_are_fresh(
    project: Project, record: Record, wall: float, changed: Mapping[str, float | None]
) -> GoldenRule:
    name, most = "documents are fresh", project.policies.fresh_for
    ages = {document: max(0.0, wall - at) if at is not None else None for document, at in changed.items()}
    unread = sorted(document for document, age in ages.items() if age is None)
    oldest = max(((age, document) for document, age in ages.items() if age is not None), default=None)
    said = f"oldest is {oldest[1]}, {span(oldest[0])} old" if oldest is not None else "there are none"
    if unread:
        said = f"cannot be read: {', '.join(unread)}"
    wanted = f"no older than {span(most)} while somebody works" if most else "no age is asked for (policies.fresh_for)"
    fresh = not unread and (not most or not record.assignments or oldest is None or oldest[0] <= most)
    return GoldenRule(name=name, kept=fresh if ages else None, figure=said, wanted=wanted)


def _nobody_is_idle(project: Project, record: Record) -> GoldenRule:
    idle = {agent.name: idle_seconds(record, agent) for agent in project.agents.values()}
    longest = max(((seconds, name) for name, seconds in idle.items() if seconds is not None), default=None)
    said = f"{longest[1]} for {span(longest[0])}" if longest is not None else "nobody is"
    most = project.policies.idle_for
    kept = None if record.reading is None else longest is None or longest[0] <= most
    return GoldenRule(name="nobody is idle for long", kept=kept, figure=said, wanted=f"no longer than {span(most)}")


def idle_seconds(record: Record, agent: AgentSpec) -> float | None:
    """Return for how long an agent had been idle without a task at the last pass; None: it is not."""
    sample, subject = record.samples.get(agent.name), record.subjects.get(agent.address)
    if sample is None or sample.state != ScreenState.IDLE or sample.blind is not None:
        return None
    if any(held.agent == agent.name for held in record.assignments.values()):
        return None
    return max(0.0, record.policy - max(sample.since, subject.since if subject is not None else 0.0))


def span(seconds: float) -> str:
    """Return a duration in words: `45s`, `2m30s`, `12m`, `2h05m`."""
    if seconds < 120:
        return f"{seconds:.0f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 10 and rest:
        return f"{minutes}m{rest:02}s"
    return f"{minutes}m" if minutes < 120 else f"{minutes // 60}h{minutes % 60:02}m"
