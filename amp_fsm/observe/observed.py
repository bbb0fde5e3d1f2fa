"""Everything that one pass saw, made into facts: `observe(project, record, seen, now, run_keys)`, pure.

Nothing is decided here, and nothing is looked at: what was not seen is unknown, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from amp_fsm.model.desired import hand_over_files
from amp_fsm.model.facts import Fact, Facts, Truth, Why, known, unknown
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Drift, Memory, Observed
from amp_fsm.model.panes import resolve_panes, unreachable_of
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, Source, TaskSpec
from amp_fsm.model.record import Assignment, CellMemory, LogMemory, Record, Sample
from amp_fsm.model.seen import Failed, PaneSeen, PathSeen, Seen
from amp_fsm.model.time import Now
from amp_fsm.model.usage import NO_FIGURES, Spent, Usage
from amp_fsm.observe.agent_claims import AgentClaims, agent_claims
from amp_fsm.observe.agent_screen import Look, next_sample, screen_facts
from amp_fsm.observe.answers import answer_in
from amp_fsm.observe.channels import Told, hint_of, receipt_in, told_by
from amp_fsm.observe.declared import declared_facts, hook_facts
from amp_fsm.observe.document_state import document_drift, document_states
from amp_fsm.observe.incoming import incoming_drift
from amp_fsm.observe.limit_over import in_time
from amp_fsm.observe.questions import question_of
from amp_fsm.observe.screen import read_screen
from amp_fsm.observe.screen_text import read_lines
from amp_fsm.observe.strangers import pane_drift, survivor_drift
from amp_fsm.observe.transcript_usage import heard_usage
from amp_fsm.observe.usage import remembered, spent_on, usage_facts
from amp_fsm.observe.work import check_facts, deliverables_fact, run_status
from amp_fsm.observe.workspace import needs_person, workspace_facts


def observe(project: Project, record: Record, seen: Seen, now: Now, run_keys: Mapping[str, str]) -> Observed:
    """Return all facts of one pass, and what is to be remembered of them."""
    survey = None if isinstance(seen.terminal, Failed) else seen.terminal
    observing = _Observing(
        project=project,
        record=record,
        seen=seen,
        now=now,
        run_keys=run_keys,
        panes=resolve_panes(project, survey) if survey is not None else {},
        unreachable=unreachable_of(project, seen.terminal),
        server=survey.server if survey is not None else "",
    )
    for agent in project.agents.values():
        observing.agent(agent)
    for service in project.services.values():
        observing.service(service)
    failures = {task.id: observing.task(task) for task in _looked_at(project, record, seen, run_keys)}
    observing.workspaces()
    documents = document_states(project, seen.files)
    errands = [(name, item) for name, item in record.added.items() if item.task.errand]
    papers = {path: seen.files[path] for path in hand_over_files(project, record) if path in seen.files}
    return Observed(
        at=now.wall,
        facts=observing.facts,
        panes=observing.panes,
        readings=observing.readings,
        row_tasks=observing.row_tasks,
        unreachable=observing.unreachable,
        server=observing.server,
        run_keys=run_keys,
        run_status=run_status(run_keys, seen.runs),
        missing=seen.missing,
        receipts=observing.receipts,
        fallen_rows=frozenset(observing.fallen),
        documents=documents,
        answers={name: fact for name, item in errands if (fact := answer_in(item, seen)) is not None},
        papers=papers,
        twins={path: _paths(found) for path, found in seen.twins.items()},
        background=seen.background,
        failures={task: text for task, text in failures.items() if text},
        drift=(
            *pane_drift(project, survey, observing.panes),
            *survivor_drift(seen.survivors),
            *document_drift(documents, seen.files),
            *observing.drift,
            *incoming_drift(project, record, papers),
        ),
        memory=Memory(
            samples=observing.samples,
            cells=observing.cells,
            logs=observing.logs,
            usage=observing.usage,
            spent=observing.spent,
        ),
    )


def _looked_at(project: Project, record: Record, seen: Seen, run_keys: Mapping[str, str]) -> tuple[TaskSpec, ...]:
    """Return the tasks that are held, whose holder may claim something, and those of which anything was looked at."""
    judged = {name.partition("|")[0] for name in run_keys} | {held.task for held in record.assignments.values()}
    return tuple(
        task
        for task in project.tasks.values()
        if task.id in judged or any(project.place(task, item.file) in seen.globs for item in task.deliverables)
    )


@dataclass(slots=True, kw_only=True)
class _Observing:
    """The observation under way; lives for one call of `observe` only."""

    project: Project
    record: Record
    seen: Seen
    now: Now
    run_keys: Mapping[str, str]
    panes: Mapping[str, PaneSeen]
    unreachable: Mapping[str, str]
    server: str
    facts: dict[str, Facts] = field(default_factory=dict)
    readings: dict[str, ScreenReading] = field(default_factory=dict)
    row_tasks: dict[str, str] = field(default_factory=dict)
    samples: dict[str, Sample] = field(default_factory=dict)
    cells: dict[str, CellMemory] = field(default_factory=dict)
    logs: dict[str, LogMemory] = field(default_factory=dict)
    usage: dict[str, Usage] = field(default_factory=dict)
    spent: dict[str, Spent] = field(default_factory=dict)
    fallen: set[str] = field(default_factory=set)
    drift: list[Drift] = field(default_factory=list)
    claims: dict[str, AgentClaims] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)

    def agent(self, agent: AgentSpec) -> None:
        """Make an agent's facts, from its screen and from what it claims."""
        assignment = self._assignment_of(agent.name)
        claims = agent_claims(self.project, self.record, self.seen, agent, assignment, self.now)
        told = told_by(self.project, agent, self.record, self.seen, self.now.wall - self._longest())
        look = self._look(agent, assignment, told)
        facts: dict[str, Fact] = {**screen_facts(look), **claims.facts}
        work = f"{self._work_body(assignment)}{told.changed or ''}"
        body = f"{look.reading.body if look.reading else ''}|{claims.body}|{work}"
        sample = next_sample(look, facts, body)
        facts["progress"] = known("progress", sample.progress == self.now.policy, "since the last look", "screen")
        facts.update(
            declared_facts(self.project, self.seen, self.run_keys, agent.name, look.pane, self._capture(look.pane))
        )
        facts.update(hook_facts(self.project, told, self.now.wall))
        facts.update(self._usage(agent, look, told, gone=facts["gone"].truth is Truth.TRUE))
        question = question_of(self.project, self.record, self.seen, assignment, claims.facts, self.now)
        facts["asks_help"] = question.fact
        self.receipts.update(self._receipts(agent, told))
        self.claims[agent.name] = claims
        self.facts[agent.address] = facts
        self.samples[agent.name] = sample
        self.cells.update({**claims.cells, **question.cells})
        self.logs.update(claims.logs)
        self.drift.extend(claims.drift)
        if claims.fallen:
            self.fallen.add(agent.name)
        if claims.task_cell:
            self.row_tasks[agent.name] = claims.task_cell
        if look.reading is not None:
            self.readings[agent.name] = look.reading

    def service(self, service: ServiceSpec) -> None:
        """Make a service's facts, from its pane and from its health."""
        pane = self.panes.get(service.address)
        gone = _service_gone(self.unreachable.get(service.address, ""), self.server, pane, self.now.wall)
        facts = {"gone": gone, "ready": self._ready(service, gone)}
        facts.update(declared_facts(self.project, self.seen, self.run_keys, service.name, pane, None))
        self.facts[service.address] = facts

    def task(self, task: TaskSpec) -> str:
        """Make a task's facts, from its files, its checks and its holder's claims; return what failed, in words."""
        assignment = next((a for a in self.record.assignments.values() if a.task == task.id), None)
        present, missing = deliverables_fact(self.project, task, self.seen, assignment, self.now.wall)
        passed, failed, output = check_facts(self.project, self.record, task, self.seen, self.run_keys, self.now.wall)
        facts = {fact.name: fact for fact in (present, passed, failed)}
        if assignment is not None:
            facts.update(self._claims_about(assignment))
        facts.update(declared_facts(self.project, self.seen, self.run_keys, task.id, None, None))
        self.facts[task.address] = facts
        return "\n".join(part for part in (missing, output) if part)

    def workspaces(self) -> None:
        """Make the facts of every worktree that was looked at, and tell of merges that need a person."""
        for task in self.project.tasks.values():
            workspace = self.project.workspace(task)
            seen = self.seen.workspaces.get(workspace.folder) if workspace is not None else None
            if workspace is None or seen is None:
                continue
            found = workspace_facts(seen, self.project.worktrees.merge, self.now.wall)
            self.facts[task.address] = {**self.facts.get(task.address, {}), **found}
            text = needs_person(self.project, workspace, seen)
            if text:
                self.drift.append(Drift(address=task.address, kind="merge", text=text))

    def _claims_about(self, assignment: Assignment) -> Facts:
        claims = self.claims.get(assignment.agent)
        names = ("claims_done", "claims_blocked")
        return {name: claims.facts[name] for name in names if claims is not None and name in claims.facts}

    def _assignment_of(self, agent: str) -> Assignment | None:
        return next((a for a in self.record.assignments.values() if a.agent == agent), None)

    def _longest(self) -> float:
        """Return for how long what a channel told is of interest, in seconds."""
        asked = (spec.within for spec in self.project.facts.values() if spec.source is Source.HOOK)
        return max([self.project.policies.hint, *asked])

    def _usage(self, agent: AgentSpec, look: Look, told: Told, *, gone: bool) -> Mapping[str, Fact]:
        """Return the facts of an agent's usage; what it used up since the last look goes to it and to its task."""
        reading, before = look.reading, self.record.usage.get(agent.name, Usage())
        shown = reading.usage if reading is not None else NO_FIGURES
        if reading is not None and reading.resets_at is not None:
            shown = replace(shown, resets_at=reading.resets_at)
        full = reading is not None and reading.full
        spec = look.profile.channels.transcript
        heard = (
            heard_usage(spec, told.transcripts, before, self.now.wall)
            if spec and spec.usage and told.transcripts
            else None
        )
        if heard is not None:
            # The screen rounds its counters, and two that count the same may not be mixed.
            shown, before = replace(shown, tokens=None, cost=None).under(heard[0]), heard[1]
        after = remembered(before, shown, self.now.wall, gone=gone, full=full)
        if after != self.record.usage.get(agent.name, Usage()):
            self.usage[agent.name] = after
        task = f"task/{look.assignment.task}" if look.assignment is not None else ""
        self.spent.update(spent_on(self.record.spent, (agent.address, task), before, after))
        shown_full = known("context_full", full, source="screen", at=self.now.wall)
        return {**usage_facts(self.project, after, self.now.wall), "context_full": shown_full}

    def _receipts(self, agent: AgentSpec, told: Told) -> Iterator[tuple[str, str]]:
        for intent in self.record.intents.values():
            if intent.address == agent.address and intent.action.verb is Verb.SEND:
                receipt = receipt_in(told.events, intent.id)
                if receipt:
                    yield intent.id, receipt

    def _look(self, agent: AgentSpec, assignment: Assignment | None, told: Told) -> Look:
        profile = self.project.profiles[agent.profile]
        pane = self.panes.get(agent.address)
        capture = self.seen.captures.get(pane.ref) if pane is not None else None
        reading, before = None, self.record.samples.get(agent.name, Sample())
        if pane is not None and isinstance(capture, str):
            reading = read_screen(profile, capture, pane.variables, self.now.wall)
            reading = in_time(reading, before, profile.limit, assignment, self.now.wall)
        return Look(
            project=self.project,
            agent=agent,
            profile=profile,
            now=self.now,
            assignment=assignment,
            unreachable=self.unreachable.get(agent.address, ""),
            server=self.server,
            pane=pane,
            reading=reading,
            last_words=_last_words(capture) if pane is not None and pane.dead and isinstance(capture, str) else "",
            failed=capture.reason if isinstance(capture, Failed) else "",
            before=before,
            hint=hint_of(told, self.now.wall, self.project.policies.hint),
        )

    def _capture(self, pane: PaneSeen | None) -> str | None:
        capture = self.seen.captures.get(pane.ref) if pane is not None else None
        return capture if isinstance(capture, str) else None

    def _work_body(self, assignment: Assignment | None) -> str:
        """Return what of the held task's files changes when work goes on."""
        task = self.project.tasks.get(assignment.task) if assignment is not None else None
        found = [self.seen.globs.get(item.file) for item in task.deliverables] if task is not None else []
        return ";".join(f"{p.path}:{p.size}:{p.mtime}" for paths in found if isinstance(paths, tuple) for p in paths)

    def _ready(self, service: ServiceSpec, gone: Fact) -> Fact:
        at = self.now.wall
        if service.ready is None:
            opposite = {"true": False, "false": True}.get(gone.truth)
            if opposite is None:
                return unknown("ready", gone.why or Why.UNREACHABLE, gone.evidence, "pane", at)
            return known("ready", opposite, gone.evidence, "pane", at)
        answer = self.seen.http.get(service.address)
        if answer is None or isinstance(answer, Failed):
            return unknown("ready", Why.UNREACHABLE, answer.reason if answer else "was not asked", "http", at)
        return known("ready", answer.healthy, answer.said, "http", at)


def _paths(found: tuple[PathSeen, ...] | Failed) -> tuple[str, ...]:
    return () if isinstance(found, Failed) else tuple(one.path for one in found)


def _last_words(capture: str) -> str:
    """Return the last line that a dead pane shows, tmux's own notice left out."""
    lines = [line.text.strip() for line in read_lines(capture)]
    said = [line for line in lines if line and not line.startswith("Pane is dead")]
    return said[-1][:120] if said else ""


def _service_gone(unreachable: str, server: str, pane: PaneSeen | None, at: float) -> Fact:
    if unreachable:
        return unknown("gone", Why.UNREACHABLE, unreachable, "pane", at)
    if not server or pane is None:
        return known("gone", True, "no tmux server runs" if not server else "no pane", "pane", at)
    return known("gone", pane.dead, f"pane {pane.ref.pane} {'is dead' if pane.dead else 'lives'}", "pane", at)
