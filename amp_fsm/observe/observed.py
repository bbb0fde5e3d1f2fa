"""Everything that one pass saw, made into facts: `observe(project, record, seen, now, run_keys, before)`, pure.

Nothing is decided here, and nothing is looked at: what was not seen is unknown, with its reason.  Each room observes
one kind of subject (`agent`, `service`, `task`); here is what they have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amp_fsm.model.desired import hand_over_files
from amp_fsm.model.facts import Facts
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, PathSeen, Seen
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Spent
from amp_fsm.observe.agent import AgentObserved, AgentSeen, agent_seen, observe_agent
from amp_fsm.observe.answers import answer_in
from amp_fsm.observe.document_state import document_drift, document_states
from amp_fsm.observe.incoming import incoming_drift
from amp_fsm.observe.kept import Kept, facts_as_before, kept_of
from amp_fsm.observe.service import ServiceSeen, service_facts, service_seen
from amp_fsm.observe.sources import Sources, sources_of
from amp_fsm.observe.strangers import pane_drift, survivor_drift
from amp_fsm.observe.task import TaskObserved, TaskSeen, observe_task, tasks_seen
from amp_fsm.observe.usage import spent_on
from amp_fsm.observe.work import run_status


def observe(
    project: Project,
    record: Record,
    seen: Seen,
    now: Now,
    run_keys: Mapping[str, str],
    before: Observed | None = None,
) -> Observed:
    """Return all facts of one pass, and what is to be remembered of them.

    `before` is what the same loop observed last, or None: it spares work and decides nothing.  What did not change is
    taken over, the very objects; then a fact's `at` is the time of the look that showed it first.
    """
    kept = kept_of(before, project, now)
    sources = sources_of(project, record, seen, run_keys, kept.sources if kept is not None else None)
    parts = _parts(sources, now, kept)
    return _observed(sources, parts, now)


def _parts(sources: Sources, now: Now, kept: Kept | None) -> Kept:
    project = sources.project
    agents = {name: _agent(sources, agent, now, kept) for name, agent in project.agents.items()}
    services = {name: _service(sources, service, now, kept) for name, service in project.services.items()}
    claims = {name: made.claims.facts for name, (_, made) in agents.items()}
    tasks = {found.task.id: _task(project, found, now, kept) for found in tasks_seen(sources, claims)}
    known = kept.documents_in(sources) if kept is not None else {}
    documents = document_states(project, sources.files, known)
    unchanged = kept is not None and len(known) == len(documents)
    return Kept(
        now=now,
        sources=sources,
        agents=agents,
        services=services,
        tasks=tasks,
        documents=documents,
        document_drift=kept.document_drift
        if kept is not None and unchanged
        else tuple(document_drift(documents, sources.files)),
    )


def _agent(sources: Sources, agent: AgentSpec, now: Now, kept: Kept | None) -> tuple[AgentSeen, AgentObserved]:
    seen = agent_seen(sources, agent)
    before = kept.agents.get(agent.name) if kept is not None else None
    if before is None:
        return seen, observe_agent(sources.project, agent, seen, now)
    if before[1].steady and before[0] == seen:
        return before
    made = observe_agent(sources.project, agent, seen, now)
    return seen, replace(made, facts=facts_as_before(made.facts, before[1].facts, now.wall))


def _service(sources: Sources, service: ServiceSpec, now: Now, kept: Kept | None) -> tuple[ServiceSeen, Facts]:
    seen = service_seen(sources, service)
    before = kept.services.get(service.name) if kept is not None else None
    if before is not None and before[0] == seen:
        return before
    facts = service_facts(sources.project, service, seen, now.wall)
    return seen, facts_as_before(facts, before[1], now.wall) if before is not None else facts


def _task(project: Project, seen: TaskSeen, now: Now, kept: Kept | None) -> tuple[TaskSeen, TaskObserved]:
    before = kept.tasks.get(seen.task.id) if kept is not None else None
    if before is not None and before[0] == seen:
        return before
    made = observe_task(project, seen, now.wall)
    if before is None:
        return seen, made
    return seen, replace(made, facts=facts_as_before(made.facts, before[1].facts, now.wall))


def _observed(sources: Sources, parts: Kept, now: Now) -> Observed:
    project, record, seen = sources.project, sources.record, sources.seen
    agents = {name: made for name, (_, made) in parts.agents.items()}
    tasks = {name: made for name, (_, made) in parts.tasks.items()}
    papers = {path: sources.files[path] for path in hand_over_files(project, record) if path in sources.files}
    errands = [(name, item) for name, item in record.added.items() if item.task.errand]
    return Observed(
        at=now.wall,
        facts=_facts(parts),
        panes=sources.panes,
        readings={name: made.reading for name, made in agents.items() if made.reading is not None},
        row_tasks={name: made.claims.task_cell for name, made in agents.items() if made.claims.task_cell},
        unreachable=sources.unreachable,
        server=sources.server,
        run_keys=sources.run_keys,
        run_status=run_status(sources.run_keys, seen.runs),
        missing=seen.missing,
        receipts={prompt: receipt for made in agents.values() for prompt, receipt in made.receipts.items()},
        fallen_rows=frozenset(name for name, made in agents.items() if made.claims.fallen),
        documents=parts.documents,
        answers={name: fact for name, item in errands if (fact := answer_in(item, seen)) is not None},
        papers=papers,
        twins={path: _paths(found) for path, found in seen.twins.items()},
        background=seen.background,
        failures={name: made.failure for name, made in tasks.items() if made.failure},
        drift=(
            *pane_drift(project, sources.survey, sources.panes),
            *survivor_drift(seen.survivors),
            *parts.document_drift,
            *(drift for made in agents.values() for drift in made.drift),
            *(drift for made in tasks.values() for drift in made.drift),
            *incoming_drift(project, record, papers),
        ),
        memory=_memory(record, parts),
        kept=parts,
    )


def _facts(parts: Kept) -> Mapping[str, Facts]:
    facts = {f"agent/{name}": made.facts for name, (_, made) in parts.agents.items()}
    facts |= {f"service/{name}": made for name, (_, made) in parts.services.items()}
    facts |= {f"task/{name}": made.facts for name, (_, made) in parts.tasks.items()}
    return facts


def _memory(record: Record, parts: Kept) -> Memory:
    spent: dict[str, Spent] = {}
    for name, (seen, made) in parts.agents.items():
        if any(made.grown):
            held = [f"task/{seen.assignment.task}"] if seen.assignment is not None else []
            spent.update(spent_on(record.spent, (f"agent/{name}", *held), made.grown))
    agents = {name: made for name, (_, made) in parts.agents.items()}
    return Memory(
        samples={name: made.sample for name, made in agents.items()},
        cells={key: memory for made in agents.values() for key, memory in made.cells.items()},
        logs={key: memory for made in agents.values() for key, memory in made.logs.items()},
        usage={name: made.usage for name, made in agents.items() if made.usage is not None},
        spent=spent,
    )


def _paths(found: tuple[PathSeen, ...] | Failed) -> tuple[str, ...]:
    return () if isinstance(found, Failed) else tuple(one.path for one in found)
