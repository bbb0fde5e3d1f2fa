"""One agent: everything that its facts are made of, and what comes of it.

`observe_agent` is given nothing else, and tells whether time alone could make something else of the same: a loop that
finds all of it as it was before need not observe the agent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.facts import Fact, Facts, Truth, Why, known
from amp_fsm.model.observed import Drift
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.project import AgentSpec, Project, Source, TaskSpec
from amp_fsm.model.record import Assignment, CellMemory, LogMemory, Sample
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Usage
from amp_fsm.observe.agent_claims import AgentClaims, Said, agent_claims, said_by
from amp_fsm.observe.agent_screen import Look, next_sample, screen_facts
from amp_fsm.observe.agent_usage import agent_usage
from amp_fsm.observe.channels import Heard, Told, heard_from, hint_of, receipt_in, told
from amp_fsm.observe.declared import Found, declared_facts, declared_found, hook_facts
from amp_fsm.observe.limit_over import in_time
from amp_fsm.observe.questions import Asked, asked_in, question_of
from amp_fsm.observe.screen import read_screen
from amp_fsm.observe.screen_text import read_lines
from amp_fsm.observe.sources import Paths, Sources
from amp_fsm.observe.work import deliverables_found


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSeen:
    """What was seen of an agent, and what is remembered of it.

    Attributes:
        unreachable: why its tmux server could not be asked.  server: identity of the project's; empty: there is none.
        capture: its screen; None: nobody asked.
        silent: for how many seconds its pane has drawn nothing, as far as that was heard.  What is steady stays so
            however long it lasts.
        sample, usage: as the record has them; None: it has none.
        task: the one that it holds; None: none, or one that the configuration no longer names.
        work: what was found of the deliverables of that task.
        declared: what the declared facts are made of.
    """

    unreachable: str
    server: str
    pane: PaneSeen | None
    capture: str | Failed | None
    sample: Sample | None
    usage: Usage | None
    assignment: Assignment | None
    task: TaskSpec | None
    work: tuple[Paths | None, ...]
    asked: Asked
    said: Said
    heard: Heard
    declared: tuple[Found, ...]
    silent: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentObserved:
    """What came of it.

    Attributes:
        sample, cells, logs: what is to be remembered; the very objects that were, if nothing changed.
        usage: likewise; None: nothing changed.  grown: tokens and cost used up since the last look.
        receipts: prompt to what tells that it arrived.
        steady: the same would come of the same at any later time.
    """

    facts: Facts
    reading: ScreenReading | None
    claims: AgentClaims
    sample: Sample
    cells: Mapping[str, CellMemory]
    logs: Mapping[str, LogMemory]
    usage: Usage | None
    grown: tuple[float, float]
    receipts: Mapping[str, str]
    drift: tuple[Drift, ...]
    steady: bool


def agent_seen(sources: Sources, agent: AgentSpec) -> AgentSeen:
    """Return what was seen of an agent, and what is remembered of it."""
    pane, seen, record = sources.panes.get(agent.address), sources.seen, sources.record
    assignment = sources.by_agent.get(agent.name)
    task = sources.project.tasks.get(assignment.task) if assignment is not None else None
    return AgentSeen(
        unreachable=sources.unreachable.get(agent.address, ""),
        server=sources.server,
        pane=pane,
        capture=seen.captures.get(pane.ref) if pane is not None else None,
        silent=seen.silent.get(pane.ref, 0.0) if pane is not None else 0.0,
        sample=record.samples.get(agent.name),
        usage=record.usage.get(agent.name),
        assignment=assignment,
        task=task,
        work=deliverables_found(sources, task) if task is not None else (),
        asked=asked_in(sources, task),
        said=said_by(sources, agent),
        heard=heard_from(agent, sources),
        declared=declared_found(sources, agent.name),
    )


def observe_agent(project: Project, agent: AgentSpec, seen: AgentSeen, now: Now) -> AgentObserved:
    """Return an agent's facts, from its screen, its channels and what it claims, and what is to be remembered."""
    since = now.wall - _longest(project)
    said = told(project, agent, seen.heard, since)
    claims = agent_claims(project, agent, seen.said, seen.assignment, now)
    look = _look(project, agent, seen, said, now)
    facts: dict[str, Fact] = {**screen_facts(look), **claims.facts}
    body = f"{look.reading.body if look.reading else ''}|{claims.body}|{_work(seen)}{said.changed or ''}"
    sample = next_sample(look, facts, body)
    facts["progress"] = known("progress", sample.progress == now.policy, "since the last look", "screen")
    capture = seen.capture if isinstance(seen.capture, str) else None
    facts.update(declared_facts(project, agent.name, seen.declared, seen.pane, capture))
    facts.update(hook_facts(project, said, now.wall))
    usage = agent_usage(project, seen.usage, look, said, gone=facts["gone"].truth is Truth.TRUE)
    facts.update(usage.facts)
    question = question_of(project, seen.asked, seen.assignment, seen.task, claims.facts, now)
    facts["asks_help"] = question.fact
    known_before = _as_remembered(seen, claims, question.cells) and sample is look.before and not usage.moved
    return AgentObserved(
        facts=facts,
        reading=look.reading,
        claims=claims,
        sample=sample,
        cells={**claims.cells, **question.cells},
        logs=claims.logs,
        usage=usage.after,
        grown=usage.grown,
        receipts={prompt: receipt for prompt in seen.heard.open if (receipt := receipt_in(said.events, prompt))},
        drift=claims.drift,
        steady=known_before and not _may_change(facts, sample, look.reading, seen.usage, said, since),
    )


def _may_change(
    facts: Facts, sample: Sample, reading: ScreenReading | None, usage: Usage | None, said: Told, since: float
) -> bool:
    """Return whether time alone may change something: what waits, grows old, or ends at a moment."""
    waits = facts["turn_over"].why is Why.PENDING or facts["progress"].truth is Truth.TRUE
    blind = sample.blind is not None and not sample.told
    resets = reading is not None and (reading.resets_at is not None or reading.usage.resets_at is not None)
    resets = resets or (usage is not None and usage.last.resets_at is not None)
    return waits or blind or resets or any(event.at >= since for event in said.events)


def _as_remembered(seen: AgentSeen, claims: AgentClaims, asked: Mapping[str, CellMemory]) -> bool:
    cells = all(memory is seen.said.cell for memory in claims.cells.values())
    logs = all(memory is log.memory for memory, log in zip(claims.logs.values(), seen.said.logs, strict=True))
    return cells and logs and all(memory is seen.asked.memory for memory in asked.values())


def _longest(project: Project) -> float:
    """Return for how long what a channel told is of interest, in seconds."""
    asked = (spec.within for spec in project.facts.values() if spec.source is Source.HOOK)
    return max([project.policies.hint, *asked])


def _look(project: Project, agent: AgentSpec, seen: AgentSeen, said: Told, now: Now) -> Look:
    profile, pane, capture = project.profiles[agent.profile], seen.pane, seen.capture
    reading, before = None, seen.sample or Sample()
    if pane is not None and isinstance(capture, str):
        reading = read_screen(profile, capture, pane.variables, now.wall)
        reading = in_time(reading, before, profile.limit, seen.assignment, now.wall)
    return Look(
        project=project,
        agent=agent,
        profile=profile,
        now=now,
        assignment=seen.assignment,
        unreachable=seen.unreachable,
        server=seen.server,
        pane=pane,
        reading=reading,
        silent=seen.silent,
        last_words=_last_words(capture) if pane is not None and pane.dead and isinstance(capture, str) else "",
        failed=capture.reason if isinstance(capture, Failed) else "",
        before=before,
        hint=hint_of(said, now.wall, project.policies.hint),
    )


def _last_words(capture: str) -> str:
    """Return the last line that a dead pane shows, tmux's own notice left out."""
    lines = [line.text.strip() for line in read_lines(capture)]
    said = [line for line in lines if line and not line.startswith("Pane is dead")]
    return said[-1][:120] if said else ""


def _work(seen: AgentSeen) -> str:
    """Return what of the held task's files changes when work goes on."""
    return ";".join(f"{p.path}:{p.size}:{p.mtime}" for paths in seen.work if isinstance(paths, tuple) for p in paths)
