"""What a hand-over file tells of agents and tasks that cannot go on by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.model.markdown_text import plain
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import Sample
from amp_fsm.plan.blockage import blockage_of
from amp_fsm.plan.situation import DONE, Situation


def stuck_agents(situation: Situation) -> Iterator[dict[str, object]]:
    """Yield every agent that cannot go on by itself."""
    for agent in situation.project.agents.values():
        kind = blockage_of(situation.project, situation.record, agent)
        if kind is not None:
            held = situation.by_agent.get(agent.name)
            sample = situation.record.samples.get(agent.name, Sample())
            yield _blockage(situation, str(kind), agent.address, held.task if held else "", sample.evidence)


def stuck_tasks(situation: Situation, tasks: list[TaskSpec]) -> Iterator[dict[str, object]]:
    """Yield every task that nobody holds, that does not wait to be handed out, and that is not over well."""
    for task in tasks:
        state, subject = situation.state(task.address), situation.subjects[task.address]
        spec = situation.machine(task.address).spec
        if task.id not in situation.by_task and state not in (spec.initial, DONE, "CANCELLED"):
            yield _blockage(situation, state, task.address, task.id, subject.because)


def _blockage(situation: Situation, kind: str, about: str, task: str, said: str) -> dict[str, object]:
    needed = [one for one in situation.project.tasks.values() if task and task in one.needs]
    return {
        "kind": kind,
        "about": plain(about),
        "name": plain(about.partition("/")[2]),
        "task": plain(task),
        "said": plain(said, 160),
        "needed_by": [plain(one.id) for one in needed],
    }
