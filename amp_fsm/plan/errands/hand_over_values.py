"""What the template of a hand-over file may tell, from the record, the journal and the repository.  Pure.

Every text is fit to stand in Markdown as it is; moments are wall times, for the filters `clock` and `date`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.model.errand import Errand
from amp_fsm.model.facts import Truth
from amp_fsm.model.markdown_text import code, plain
from amp_fsm.model.project import AgentSpec, Priority, TaskSpec
from amp_fsm.model.record import Assignment, Intent, IntentStatus
from amp_fsm.model.seen import Background, Recent
from amp_fsm.model.usage import Spent, Usage
from amp_fsm.plan.blockage import blockage_of
from amp_fsm.plan.deadlines import overdue
from amp_fsm.plan.errands.errand import is_over
from amp_fsm.plan.errands.hand_over_blockages import stuck_agents, stuck_tasks
from amp_fsm.plan.errands.hand_over_revisions import MOST, committed, revisions, uncommitted
from amp_fsm.plan.prompts import project_values
from amp_fsm.plan.situation import DONE, Situation


def hand_over_values(situation: Situation, *, giver: str, taker: str, reason: str) -> Mapping[str, object]:
    """Return the variables of the template, by name; an empty `taker` stands for nobody."""
    background = situation.observed.background or Background()
    tasks = [task for task in situation.project.tasks.values() if not task.errand]
    return {
        **project_values(situation.project),
        "now": situation.now.wall,
        "giver": giver,
        "taker": taker,
        "reason": plain(reason),
        "complete": isinstance(background.recent, Recent) and not situation.observed.unreachable,
        "agents": [_agent(situation, agent) for agent in situation.project.agents.values()],
        "finished": _finished(situation, tasks),
        "revisions": revisions(background),
        "unread": "" if isinstance(background.recent, Recent) else plain(background.recent.reason),
        "events": [{"at": one.at, "about": plain(one.address), "text": plain(one.text)} for one in background.journal],
        "decisions": [_answered(task) for task in _errands(situation, over=True)],
        "under_way": [_under_way(situation, task, held) for task in tasks if (held := _held(situation, task))],
        "remaining": {
            str(rank): [_waiting(situation, t) for t in tasks if _waits(situation, t, rank)] for rank in Priority
        },
        "blockages": [*stuck_agents(situation), *stuck_tasks(situation, tasks)],
        "changed": [*uncommitted(background), *committed(background)][:MOST],
        "verifying": [_named(task) for task in tasks if _is_judged(situation, task)],
        "messages": [_message(task) for task in _errands(situation, over=False)],
        "requests": [plain(f"{one.verb} {' '.join(one.arguments)}") for one in situation.record.requests],
        "dialogs": [*_dialogs(situation)],
        "unknown": [_unknown(situation, intent) for intent in situation.record.intents.values() if _is_unknown(intent)],
        "figures": _figures(situation, tasks, giver),
    }


def _state(situation: Situation, task: TaskSpec) -> str:
    return situation.state(task.address)


def _held(situation: Situation, task: TaskSpec) -> Assignment | None:
    return situation.by_task.get(task.id)


def _named(task: TaskSpec) -> dict[str, object]:
    return {"id": plain(task.id), "title": plain(task.title)}


def _agent(situation: Situation, agent: AgentSpec) -> dict[str, object]:
    held, subject = situation.by_agent.get(agent.name), situation.subjects[agent.address]
    used = _usage(situation, agent.name).last
    return {
        "name": plain(agent.name),
        "state": subject.state,
        "since": subject.since_wall,
        "task": plain(held.task) if held is not None else "",
        "usage_percent": used.usage_percent,
        "resets_at": used.resets_at,
    }


def _usage(situation: Situation, name: str) -> Usage:
    return situation.observed.memory.usage.get(name, situation.record.usage.get(name, Usage()))


def _finished(situation: Situation, tasks: list[TaskSpec]) -> list[dict[str, object]]:
    """Return the tasks that were finished since the lead was taken over, the newest first."""
    done = [(situation.subjects[task.address], task) for task in tasks if _state(situation, task) == DONE]
    recent = [(subject, task) for subject, task in done if subject.since >= situation.record.lead_since]
    recent.sort(key=lambda pair: (-pair[0].since, pair[1].order))
    return [{**_named(task), "at": subject.since_wall, "files": _files(task)} for subject, task in recent[:MOST]]


def _files(task: TaskSpec) -> list[str]:
    return [code(item.file) for item in task.deliverables]


def _errands(situation: Situation, *, over: bool) -> Iterator[TaskSpec]:
    for item in situation.record.added.values():
        other = bool(item.task.errand) and item.task.errand != Errand.HAND_OVER
        answered = _state(situation, item.task) == DONE
        if other and (answered if over else not is_over(situation, item)):
            yield item.task


def _answered(task: TaskSpec) -> dict[str, object]:
    return {**_named(task), "file": _files(task)[0]}


def _message(task: TaskSpec) -> dict[str, object]:
    return {**_named(task), "to": plain(task.only), "file": _files(task)[0]}


def _under_way(situation: Situation, task: TaskSpec, held: Assignment) -> dict[str, object]:
    fact = situation.observed.facts.get(task.address, {}).get("deliverables_present")
    missing = situation.observed.failures.get(task.id, "")
    agent = situation.project.agents.get(held.agent)
    blockage = blockage_of(situation.project, situation.record, agent) if agent is not None else None
    return {
        **_named(task),
        "agent": plain(held.agent),
        "state": _state(situation, task),
        "agent_state": situation.state(f"agent/{held.agent}"),
        "blockage": str(blockage or ""),
        "since": held.since_wall,
        "minutes": int((situation.now.policy - held.since) // 60),
        "attempt": held.attempt,
        "present": None if fact is None or fact.truth is Truth.UNKNOWN else fact.truth is Truth.TRUE,
        "missing": [plain(line) for line in missing.splitlines()[:5]],
        "refused": [plain(line) for line in held.verdict_text.splitlines()[:5]],
        "files": _files(task),
        "briefed": held.delivered is not None,
        "checks": [code(name) for name in task.checks],
        "late": plain(overdue(situation, task)),
    }


def _waits(situation: Situation, task: TaskSpec, rank: Priority) -> bool:
    if task.priority is not rank or task.id in situation.by_task:
        return False
    return _state(situation, task) == situation.machine(task.address).spec.initial


def _waiting(situation: Situation, task: TaskSpec) -> dict[str, object]:
    able = [agent.name for agent in situation.project.agents.values() if set(task.skills) <= set(agent.skills)]
    wished = [name for name in task.prefer if name in able] or [name for name in able if name not in task.avoid]
    needs = [plain(need) for need in task.needs if situation.state(f"task/{need}") != DONE]
    reserved = situation.record.reserved.get(task.id)
    agent = reserved or next(iter(wished), "")
    return {**_named(task), "agent": plain(agent), "needs": needs, "late": plain(overdue(situation, task))}


def _is_judged(situation: Situation, task: TaskSpec) -> bool:
    held = _held(situation, task)
    fact = situation.observed.facts.get(task.address, {}).get("claims_done")
    state = situation.machine(task.address).spec.states.get(_state(situation, task))
    judged = state is not None and bool(state.on_enter)
    return held is not None and (judged or (fact is not None and fact.truth is Truth.TRUE))


def _dialogs(situation: Situation) -> Iterator[dict[str, object]]:
    for name, reading in situation.observed.readings.items():
        if reading.asked is not None:
            said = reading.asked.text.partition("\n")[0]
            command = f"amp-fsm agent answer {situation.project.source} {name}"
            yield {"agent": plain(name), "text": plain(said, 160), "command": code(command)}


def _is_unknown(intent: Intent) -> bool:
    return intent.status is IntentStatus.UNKNOWN


def _unknown(situation: Situation, intent: Intent) -> dict[str, object]:
    command = f"amp-fsm resolve {situation.project.source} {intent.id} --delivered|--not-delivered"
    what = plain(f"{intent.action.verb} {intent.action.what}".strip())
    return {"what": what, "about": plain(intent.address), "command": f"`{command}`"}


def _figures(situation: Situation, tasks: list[TaskSpec], giver: str) -> dict[str, object]:
    record, minutes = situation.record, int((situation.now.policy - situation.record.lead_since) // 60)
    states = [situation.machine(task.address).spec.states.get(_state(situation, task)) for task in tasks]
    over = [state.name for state in states if state is not None and state.final]
    spent, used = record.spent.get(f"agent/{giver}", Spent()), _usage(situation, giver).last
    held = sum(task.id in situation.by_task for task in tasks)
    return {
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "total": len(tasks),
        "completed": over.count(DONE),
        "under_way": held,
        "remaining": len(tasks) - len(over) - held,
        "usage_percent": used.usage_percent,
        "context_percent": used.context_percent,
        "tokens": spent.tokens or used.tokens,
        "cost": spent.cost or used.cost,
    }
