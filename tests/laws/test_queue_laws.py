"""Laws of the queue, for any tasks, groups, needs and histories of passes over a world in which agents come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from amp_fsm.engine.commit import commit_of
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Deadline, Priority, Project, TaskSpec
from amp_fsm.model.record import Record
from amp_fsm.model.time import Now, Reading
from amp_fsm.plan.planner import plan
from tests.plan.team import AT_PROMPT, known, project, task

READING = Reading(wall=0.0, mono=0.0, boot="b")
NAMES = tuple(f"T{number}" for number in range(6))
shown = st.sampled_from([AT_PROMPT, ("busy",), ("turn_over",)])
deadlines = st.one_of(st.none(), st.integers(0, 5000).map(lambda seconds: Deadline(after=float(seconds))))


@st.composite
def queues(draw: st.DrawFn) -> Project:
    tasks: list[TaskSpec] = []
    for place, name in enumerate(NAMES):
        needs = draw(st.sets(st.sampled_from(NAMES[:place]), max_size=2)) if place else set()
        groups = draw(st.sets(st.sampled_from(["db", "web"]), max_size=2))
        tasks.append(
            task(
                name,
                needs=tuple(sorted(needs)),
                exclusive=tuple(sorted(groups)),
                priority=draw(st.sampled_from(Priority)),
                deadline=draw(deadlines),
            )
        )
    return project(*tasks)


def look(team: Project, record: Record, screens: tuple[tuple[str, ...], ...], done: bool, present: bool) -> Observed:
    facts: dict[str, Mapping[str, Fact]] = {
        f"agent/{name}": known(*screen) for name, screen in zip(("ada", "ben"), screens, strict=True)
    }
    claims = [*(["claims_done"] if done else []), *(["deliverables_present"] if present else [])]
    facts |= {spec.address: known(*claims, kind="task") for spec in team.tasks.values()}
    return Observed(at=0.0, facts=facts, server="1:1")


def carried_out(record: Record, made: Plan, now: Now) -> Record:
    """Return the record after a plan whose prompts all arrived."""
    after = commit_of(record, made, Memory(), now, READING).record
    held = {name: replace(one, delivered=now.policy) for name, one in after.assignments.items()}
    return replace(after, intents={}, assignments=held)


passes = st.lists(st.tuples(shown, shown, st.booleans(), st.booleans(), st.sampled_from(["", *NAMES])), max_size=14)


@given(team=queues(), world=passes)
@settings(max_examples=150, deadline=None)
def test_groups_and_needs_are_respected_whatever_happens(
    team: Project, world: list[tuple[tuple[str, ...], tuple[str, ...], bool, bool, str]]
) -> None:
    record = Record(lineage="L")
    for number, (ada, ben, done, present, cancelled) in enumerate(world):
        now = Now(policy=1000.0 * number, wall=1000.0 * number)
        record = _cancelled(record, f"task/{cancelled}")
        made = plan(team, look(team, record, (ada, ben), done, present), record, now)
        opened = [change.opens.task for change in made.changes if change.opens is not None]
        for name in opened:
            states = {need: record.subjects[f"task/{need}"].state for need in team.tasks[name].needs}
            assert set(states.values()) <= {"COMPLETED"}, f"{name} was handed out before {states}"
        record = carried_out(record, made, now)
        held = [team.tasks[one.task] for one in record.assignments.values()]
        groups = [group for spec in held for group in spec.exclusive]
        assert len(groups) == len(set(groups)), f"held together: {[spec.id for spec in held]}"


def _cancelled(record: Record, address: str) -> Record:
    """Return the record in which the operator cancelled a task that nobody holds."""
    subject = record.subjects.get(address)
    held = {f"task/{one.task}" for one in record.assignments.values()}
    if subject is None or address in held or subject.state not in ("PENDING", "PARKED"):
        return record
    gone = replace(subject, state="CANCELLED", entry=subject.entry + 1)
    return replace(record, subjects={**record.subjects, address: gone})


@given(team=queues(), screens=st.tuples(shown, shown))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_subjects_does_not_matter(
    team: Project, screens: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    record, now = Record(lineage="L"), Now(policy=0.0, wall=0.0)
    seen = look(team, record, screens, done=False, present=False)
    record = carried_out(record, plan(team, seen, record, now), now)
    other = replace(
        team, tasks=dict(reversed(list(team.tasks.items()))), agents=dict(reversed(list(team.agents.items())))
    )
    one, two = (plan(one, seen, record, now) for one in (team, other))
    assert {change.address: change for change in one.changes} == {change.address: change for change in two.changes}


def test_the_law_sees_tasks_handed_out() -> None:
    """The worlds above would prove little if nothing were ever given to anybody."""
    team, record = project(task("T0", exclusive=("db",)), task("T1", exclusive=("db",))), Record(lineage="L")
    for number in range(3):
        now = Now(policy=1000.0 * number, wall=0.0)
        seen = look(team, record, (AT_PROMPT, AT_PROMPT), done=False, present=False)
        record = carried_out(record, plan(team, seen, record, now), now)
    assert [one.task for one in record.assignments.values()] == ["T0"]
    assert known("deliverables_present", kind="task")["deliverables_present"].truth is Truth.TRUE
