"""The queue: deadlines, exclusive groups, reassignment after refusals, and what the agent is told of a failed check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amp_fsm.engine.commit import commit_of
from amp_fsm.errors import NotPossibleError
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Memory
from amp_fsm.model.plan import Change, Plan
from amp_fsm.model.project import CheckSpec, Deadline, Policies
from amp_fsm.model.record import Record
from amp_fsm.model.seen import PaneRef, PaneSeen, RunSeen
from amp_fsm.model.time import Now, Reading
from amp_fsm.observe.work import LINE_LENGTH, TAIL_LINES, CheckSeen, check_facts
from amp_fsm.plan.planner import plan
from amp_fsm.plan.queue import needing, reassign, retry
from amp_fsm.plan.situation import Situation, situate
from amp_fsm.plan.subject_facts import SubjectFacts
from tests.plan.team import (
    ADA,
    AT_PROMPT,
    HIGH,
    NOW,
    assignment,
    known,
    observed,
    project,
    record,
    task,
)

FREE = {"agent/ada": "IDLE", "agent/ben": "IDLE"}
BOTH = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
READING = Reading(wall=0.0, mono=0.0, boot="b")


def given(made: Plan) -> dict[str, str]:
    return {change.opens.agent: change.opens.task for change in made.changes if change.opens}


def moment(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat()


def changes_of(made: Plan, address: str) -> list[Change]:
    return [change for change in made.changes if change.address == address]


def committed(before: Record, made: Plan, now: Now = NOW) -> Record:
    return commit_of(before, made, Memory(), now, READING).record


class TestDeadlines:
    def test_of_equal_priority_the_earlier_deadline_goes_first(self) -> None:
        soon, later = Deadline(at=moment(NOW.wall + 60)), Deadline(at=moment(NOW.wall + 3600))
        team = project(task("T1"), task("T2", deadline=later), task("T3", deadline=soon), agents=(ADA,))
        assert given(plan(team, BOTH, record(states=FREE), NOW)) == {"ada": "T3"}

    def test_priority_comes_before_any_deadline(self) -> None:
        team = project(task("T1", deadline=Deadline(after=1.0)), task("T2", priority=HIGH), agents=(ADA,))
        assert given(plan(team, BOTH, record(states=FREE), NOW)) == {"ada": "T2"}

    def test_a_duration_counts_from_when_the_task_came_into_the_queue(self) -> None:
        team = project(task("T1", deadline=Deadline(after=900.0)), task("T2", deadline=Deadline(after=500.0)))
        before = record(states=FREE)
        early = replace(before.subjects["agent/ada"], address="task/T1", state="PENDING", born=NOW.policy - 800)
        before = replace(before, subjects={**before.subjects, "task/T1": early})
        made = plan(replace(team, agents={"ada": ADA}), BOTH, before, NOW)
        assert given(made) == {"ada": "T1"}

    def test_a_deadline_that_passed_is_drift_and_told_once(self) -> None:
        team = project(task("T1", deadline=Deadline(at=moment(NOW.wall - 300))), agents=())
        first = plan(team, observed(), record(), NOW)
        told = changes_of(first, "task/T1")
        assert [(c.cause, c.intents[0].action.verb, c.after.state) for c in told] == [
            ("deadline", Verb.NOTIFY, "PENDING")
        ]
        assert "5m ago" in told[0].intents[0].action.text
        second = plan(team, observed(), replace(committed(record(), first), intents={}), NOW)
        assert changes_of(second, "task/T1") == []
        assert [item.kind for item in second.drift] == ["deadline"]

    def test_a_deadline_that_is_moved_is_told_anew(self) -> None:
        team = project(task("T1", deadline=Deadline(at=moment(NOW.wall - 300))), agents=())
        first = plan(team, observed(), record(), NOW)
        after = replace(committed(record(), first), intents={})
        moved = project(task("T1", deadline=Deadline(at=moment(NOW.wall - 100))), agents=())
        again = changes_of(plan(moved, observed(), after, NOW), "task/T1")
        assert [change.cause for change in again] == ["deadline"]
        assert again[0].intents[0].id != changes_of(first, "task/T1")[0].intents[0].id

    def test_a_finished_task_is_never_late(self) -> None:
        team = project(task("T1", deadline=Deadline(at=moment(NOW.wall - 300))), agents=())
        made = plan(team, observed(), record(states={"task/T1": "COMPLETED"}), NOW)
        assert (made.changes, made.drift) == ((), ())


class TestExclusiveGroups:
    def test_two_tasks_of_one_group_are_not_offered_together(self) -> None:
        team = project(task("T1", exclusive=("db",)), task("T2", exclusive=("web", "db")), task("T3"))
        assert set(given(plan(team, BOTH, record(states=FREE), NOW)).values()) == {"T1", "T3"}

    def test_a_held_task_keeps_its_group(self) -> None:
        team = project(task("T1", exclusive=("db",)), task("T2", exclusive=("db",)))
        before = record(assignment("ada", "T1"), states={**FREE, "agent/ada": "WORKING", "task/T1": "WORKING"})
        seen = observed(ada=known("busy"), ben=known(*AT_PROMPT), T1=known(kind="task"))
        assert given(plan(team, seen, before, NOW)) == {}

    def test_an_adopted_agent_is_not_bound_to_a_task_whose_group_is_taken(self) -> None:
        team = project(task("T1", exclusive=("db",)), task("T2", exclusive=("db",)))
        team = replace(team, tmux=replace(team.tmux, adopt=True))
        panes = {
            f"agent/{name}": PaneSeen(
                ref=PaneRef(server="1:1", pane=f"%{place}", pid=place + 10),
                session="s",
                window=str(place),
                name=name,
                owner="",
                command="agent",
            )
            for place, name in enumerate(("ada", "ben"))
        }
        seen = replace(
            observed(ada=known("busy"), ben=known("busy")), panes=panes, row_tasks={"ada": "T1", "ben": "T2"}
        )
        assert given(plan(team, seen, record(states=FREE), NOW)) == {"ada": "T1"}


REASSIGNING = Policies(reassign_after=2)


class TestReassignment:
    def due(self, before: Record, **changes: object) -> Truth:
        team = replace(project(task("T1", **changes)), policies=REASSIGNING)
        seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
        return SubjectFacts(situate(team, seen, before, NOW), "task/T1")["reassign_due"].truth

    def test_it_is_due_with_the_last_refusal_that_an_agent_may_have(self) -> None:
        held = record(assignment("ada", "T1"), states={"task/T1": "VERIFYING"})
        assert self.due(held) is Truth.FALSE
        assert self.due(replace(held, refusals={"T1|ada": 1})) is Truth.TRUE
        assert self.due(replace(held, refusals={"T1|ben": 1})) is Truth.FALSE

    def test_it_is_not_due_when_nobody_else_could_take_the_task(self) -> None:
        held = record(assignment("ada", "T1"), states={"task/T1": "VERIFYING"}, refusals={"T1|ada": 1})
        assert self.due(held, avoid=("ben",)) is Truth.FALSE
        assert self.due(replace(held, refusals={"T1|ada": 1, "T1|ben": 2})) is Truth.FALSE
        assert self.due(replace(held, attempts={"T1": 3})) is Truth.FALSE

    def test_a_refused_claim_is_counted_for_its_agent(self) -> None:
        team = project(task("T1"))
        before = record(assignment("ada", "T1"), states={**FREE, "agent/ada": "WORKING", "task/T1": "VERIFYING"})
        seen = observed(ada=known("busy"), ben=known("busy"), T1=known(kind="task"))
        after = committed(before, plan(team, seen, before, NOW))
        assert after.refusals == {"T1|ada": 1}

    def test_an_agent_that_was_refused_too_often_is_avoided_for_that_task_alone(self) -> None:
        team = replace(project(task("T1"), task("T2"), agents=(ADA,)), policies=REASSIGNING)
        before = record(states=FREE, refusals={"T1|ada": 2})
        assert given(plan(team, BOTH, before, NOW)) == {"ada": "T2"}


class TestWhatFailed:
    def checked(self, output: str) -> str:
        spec = CheckSpec(name="suite", run=("pytest",))
        team = project(task("T1", checks=("suite",)), checks={"suite": spec})
        run = RunSeen(key="k", status="ended", exit_code=1, tail=output)
        return check_facts(team, team.tasks["T1"], (CheckSeen(keyed=True, run=run),), NOW.wall)[2]

    def test_the_last_lines_of_the_failing_check_are_kept_and_bounded(self) -> None:
        output = "".join(f"line {number} \x1b[31mred\x1b[0m {'x' * 1000}\n" for number in range(100))
        lines = self.checked(output).splitlines()
        assert lines[0] == "suite failed with exit code 1:"
        assert [line.split()[1] for line in lines[1:]] == [str(number) for number in range(100 - TAIL_LINES, 100)]
        assert lines[-1].startswith("line 99 red xxx")
        assert all(len(line) <= LINE_LENGTH + 4 for line in lines)

    def test_the_fix_prompt_carries_them(self) -> None:
        team = project(task("T1"))
        team = replace(team, prompts={**team.prompts, "work": "Mend {{ task.id }}: {{ failure }}"})
        before = record(
            assignment("ada", "T1", returned=True, verdict="refused", verdict_text=self.checked("E   assert 1 == 2\n")),
            states={**FREE, "agent/ada": "BLOCKED", "task/T1": "WORKING"},
        )
        seen = observed(ada=known(*AT_PROMPT), ben=known("busy"), T1=known(kind="task"))
        [change] = changes_of(plan(team, seen, before, NOW), "agent/ada")
        assert "suite failed with exit code 1:\nE   assert 1 == 2" in change.intents[0].action.text


def test_an_unknown_fact_of_the_holder_keeps_a_task_from_being_reassigned() -> None:
    """`holder_busy` unknown is no leave to give its task away."""
    team = replace(project(task("T1")), policies=REASSIGNING)
    held = record(assignment("ada", "T1"), states={"task/T1": "VERIFYING"}, refusals={"T1|ada": 1})
    seen = observed(ada=known(unknown=("busy",)))
    facts: Fact = SubjectFacts(situate(team, seen, held, NOW), "task/T1")["holder_busy"]
    assert facts.truth is Truth.UNKNOWN


class TestByHand:
    """What the operator may do to the queue."""

    def situation(self, *, ada: tuple[str, ...] = (), unknown: tuple[str, ...] = (), **changes: object) -> Situation:
        team = project(task("T1", avoid=("ben",)), task("T2", needs=("T1",)), task("T3", needs=("T2",)), task("T4"))
        states = {**FREE, "agent/ada": "WORKING", "task/T1": "WORKING", "task/T4": "CANCELLED"}
        before = replace(record(assignment("ada", "T1"), states=states), **changes)  # type: ignore[arg-type]  # by test
        seen = observed(ada=known(*ada, unknown=unknown), ben=known(*AT_PROMPT))
        return situate(team, seen, before, NOW)

    @pytest.mark.parametrize(("ada", "unknown"), [(("busy",), ()), (AT_PROMPT, ()), ((), ("gone",))])
    def test_a_task_is_never_taken_from_an_agent_that_may_go_on_with_it(
        self, ada: tuple[str, ...], unknown: tuple[str, ...]
    ) -> None:
        with pytest.raises(NotPossibleError, match="ada holds task/T1 and may go on with it"):
            reassign(self.situation(ada=ada, unknown=unknown), "T1")

    def test_it_is_taken_from_one_that_is_gone_who_does_not_get_it_again(self) -> None:
        after, [change] = reassign(self.situation(ada=("gone",)), "T1")
        assert (change.after.state, change.closes) == ("PENDING", "T1#1")
        assert dict(after.barred) == {"T1": ("ada",)}

    def test_a_reserved_task_waits_for_its_agent_and_a_barred_one_goes_to_others(self) -> None:
        team = project(task("T1"))
        assert given(plan(team, BOTH, record(states=FREE, reserved={"T1": "ben"}), NOW)) == {"ben": "T1"}
        assert given(plan(team, BOTH, record(states=FREE, barred={"T1": ("ada",)}), NOW)) == {"ben": "T1"}
        alone = replace(team, agents={"ada": ADA})
        assert given(plan(alone, BOTH, record(states=FREE, reserved={"T1": "ben"}), NOW)) == {}

    def test_dependents_are_found_through_others(self) -> None:
        assert needing(self.situation().project, "T1") == ("T2", "T3")
        assert needing(self.situation().project, "T3") == ()

    def test_a_retried_task_is_offered_again_under_a_new_assignment(self) -> None:
        situation = self.situation(ada=("busy",), attempts={"T4": 3}, refusals={"T4|ben": 2, "T1|ada": 1})
        after, [change] = retry(situation, "T4")
        assert dict(after.refusals) == {"T1|ada": 1}
        back = replace(after, subjects={**after.subjects, "task/T4": change.after})
        opened = [c.opens for c in plan(situation.project, situation.observed, back, NOW).changes if c.opens]
        assert [(one.agent, one.id) for one in opened] == [("ben", "T4#4")]


def test_a_parked_task_says_which_of_its_needs_was_lost() -> None:
    team = project(task("T1"), task("T2"), task("T3", needs=("T1", "T2")), agents=())
    made = plan(team, observed(), record(states={"task/T1": "COMPLETED", "task/T2": "CANCELLED"}), NOW)
    assert [change.because for change in changes_of(made, "task/T3")] == ["needs_lost (T2)"]
