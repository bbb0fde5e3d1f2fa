"""Deadlines: when a task should be done, on the wall clock, and whether that has passed.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from amp_fsm.model.project import TaskSpec
from amp_fsm.plan.situation import Situation


def deadline_of(situation: Situation, task: TaskSpec) -> float | None:
    """Return the wall time by which a task should be done; None: it has no deadline.

    One that is a duration counts in policy time from when the task came into the queue.
    """
    if task.deadline is None:
        return None
    if task.deadline.at:
        return _wall(task.deadline.at)
    left = situation.subjects[task.address].born + task.deadline.after - situation.now.policy
    return situation.now.wall + left


def overdue(situation: Situation, task: TaskSpec) -> str:
    """Return what is to be said of a task that should have been done by now; empty while there is time, or it is."""
    if task.deadline is None:
        return ""
    due = deadline_of(situation, task)
    subject = situation.subjects[task.address]
    state = situation.machine(task.address).spec.states.get(subject.state)
    if due is None or due > situation.now.wall or (state is not None and state.final):
        return ""
    late = int((situation.now.wall - due) // 60)
    when = datetime.fromtimestamp(due, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"should have been done by {when}, {late}m ago; it is {subject.state}"


@lru_cache(maxsize=1024)
def _wall(text: str) -> float:
    return datetime.fromisoformat(text).astimezone().timestamp()
