"""The planner: offers, decisions, budgets and timers, on a small team with small machines."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.guards import fact
from amp_fsm.model.machine import ActionSpec, StateSpec, TransitionSpec, Verb
from amp_fsm.model.plan import Change, Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Use
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.model.time import Now
from amp_fsm.plan.planner import plan
from tests.plan.team import (
    AT_PROMPT,
    HIGH,
    LOW,
    NOW,
    assignment,
    known,
    observed,
    project,
    record,
    task,
)


def moves(made: Plan) -> dict[str, tuple[str, str]]:
    return {change.address: (change.cause, change.after.state) for change in made.changes}


def change_of(made: Plan, address: str) -> Change:
    return next(change for change in made.changes if change.address == address)


def verbs(change: Change) -> list[str]:
    return [str(intent.action.verb) for intent in change.intents]


BOTH_FREE = {"agent/ada": "IDLE", "agent/ben": "IDLE"}


class TestOffers:
    def test_an_offer_moves_the_agent_and_the_task_in_one_plan(self) -> None:
        made = plan(
            project(task("T1")), observed(ada=known(*AT_PROMPT), ben=known("busy")), record(states=BOTH_FREE), NOW
        )
        assert moves(made) == {
            "agent/ada": ("assign", "ASSIGNED"),
            "task/T1": ("assign", "WORKING"),
            "agent/ben": ("busy", "WORKING"),
        }
        opened = change_of(made, "agent/ada").opens
        assert opened is not None
        assert (opened.agent, opened.task, opened.attempt, opened.delivered) == ("ada", "T1", 1, None)
        assert opened.prompt == change_of(made, "agent/ada").intents[0].id

    def test_urgent_tasks_go_first_and_ties_by_their_place(self) -> None:
        team = project(task("T1", priority=LOW), task("T2"), task("T3", priority=HIGH))
        made = plan(team, observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT)), record(states=BOTH_FREE), NOW)
        given = {change.opens.task for change in made.changes if change.opens}
        assert given == {"T3", "T2"}

    def test_skills_decide_who_can_and_preference_who_should(self) -> None:
        team = project(task("T1", skills=("writing",)), task("T2", prefer=("ben",)))
        made = plan(team, observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT)), record(states=BOTH_FREE), NOW)
        given = {change.opens.agent: change.opens.task for change in made.changes if change.opens}
        assert given == {"ben": "T1", "ada": "T2"}

    def test_who_waited_longest_is_served_first(self) -> None:
        before = record(states=BOTH_FREE, last_assigned={"ada": 900.0, "ben": 100.0})
        made = plan(project(task("T1")), observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT)), before, NOW)
        assert [change.opens.agent for change in made.changes if change.opens] == ["ben"]

    def test_an_avoided_agent_is_never_offered_the_task(self) -> None:
        team = project(task("T1", avoid=("ada", "ben")))
        made = plan(team, observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT)), record(states=BOTH_FREE), NOW)
        assert made.changes == ()

    def test_a_need_is_met_only_by_a_completed_task(self) -> None:
        team = project(task("T1"), task("T2", needs=("T1",)))
        states = {**BOTH_FREE, "task/T1": "WORKING"}
        seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT), T1=known(kind="task"))
        assert plan(team, seen, record(assignment("x", "T1"), states=states), NOW).changes == ()
        done = record(states={**BOTH_FREE, "task/T1": "COMPLETED"})
        assert [c.opens.task for c in plan(team, seen, done, NOW).changes if c.opens] == ["T2"]

    def test_a_cancelled_need_parks_its_dependents(self) -> None:
        team = project(task("T1"), task("T2", needs=("T1",)))
        states = {**BOTH_FREE, "task/T1": "CANCELLED"}
        made = plan(team, observed(ada=known("busy"), ben=known("busy")), record(states=states), NOW)
        assert moves(made)["task/T2"] == ("needs_lost", "PARKED")

    def test_a_task_that_was_handed_out_too_often_waits_for_the_operator(self) -> None:
        before = record(states=BOTH_FREE, attempts={"T1": 3})
        made = plan(project(task("T1")), observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT)), before, NOW)
        assert made.changes == ()
        assert any(item.kind == "attempts" for item in made.drift)

    def test_an_idle_agent_without_a_task_is_drift(self) -> None:
        made = plan(project(), observed(ada=known(*AT_PROMPT), ben=known("busy")), record(states=BOTH_FREE), NOW)
        assert [item.address for item in made.drift if item.kind == "idle"] == ["agent/ada"]

    def test_an_agent_busy_with_something_else_is_reported_and_given_nothing(self) -> None:
        states = {"agent/ada": "WORKING", "agent/ben": "WORKING"}
        made = plan(project(task("T1")), observed(ada=known("busy"), ben=known("busy")), record(states=states), NOW)
        assert [item.address for item in made.drift if item.kind == "busy"] == ["agent/ada", "agent/ben"]


class TestUnknown:
    def test_unknown_never_fires_and_says_what_it_waits_for(self) -> None:
        made = plan(
            project(task("T1")),
            observed(ada=known(*AT_PROMPT, unknown=("busy",)), ben=known("busy")),
            record(states={**BOTH_FREE, "agent/ben": "WORKING"}),
            NOW,
        )
        assert made.changes == ()
        assert [(held.address, held.mark) for held in made.held] == [("agent/ada", "?")]
        assert "busy" in made.held[0].text

    def test_timers_that_move_wait_while_a_transition_is_unknown(self) -> None:
        team = project(task("T1"), agents=(replace(project().agents["ada"]),))
        held = record(assignment("ada", "T1"), states={"agent/ada": "WORKING", "task/T1": "WORKING"}, since=0.0)
        blind = observed(ada=known(unknown=("busy", "turn_over", "recognised")), T1=known(kind="task"))
        assert plan(team, blind, held, NOW).changes == ()
        seen = observed(ada=known(), T1=known(kind="task"))
        assert moves(plan(team, seen, held, NOW)) == {"agent/ada": ("stalled", "BLOCKED")}


VERIFYING = {"agent/ada": "WORKING", "agent/ben": "WORKING", "task/T1": "VERIFYING"}


class TestVerdicts:
    def test_a_refusal_is_remembered_with_what_failed_and_not_read_twice(self) -> None:
        seen = replace(
            observed(ada=known("busy"), ben=known("busy"), T1=known("claims_done", kind="task")),
            failures={"T1": "a.py does not exist"},
        )
        made = plan(project(task("T1")), seen, record(assignment("ada", "T1"), states=VERIFYING), NOW)
        judged = change_of(made, "task/T1").updates
        assert judged is not None
        assert (judged.verdict, judged.verdict_at, judged.verdict_text, judged.returned) == (
            "refused",
            NOW.policy,
            "a.py does not exist",
            True,
        )

    def test_a_verified_task_lets_its_holder_go(self) -> None:
        seen = observed(ada=known("busy"), ben=known("busy"), T1=known("deliverables_present", kind="task"))
        made = plan(project(task("T1")), seen, record(assignment("ada", "T1"), states=VERIFYING), NOW)
        change = change_of(made, "task/T1")
        assert (change.after.state, change.closes) == ("COMPLETED", "T1#1")


HELD = {"agent/ada": "BLOCKED", "agent/ben": "STUCK", "task/T1": "WORKING"}


class TestBudgetsAndTimers:
    def test_a_repeating_timer_ticks_once_a_period_and_stops_at_its_budget(self) -> None:
        team = project(task("T1"))
        before = record(assignment("ada", "T1"), states=HELD, since=0.0)
        seen = observed(ada=known(*AT_PROMPT), ben=known(), T1=known(kind="task"))
        first = plan(team, seen, before, Now(policy=600.0, wall=0.0))
        change = change_of(first, "agent/ada")
        assert (change.cause, change.moves, verbs(change)) == ("remind", False, ["send"])
        after = replace(before, subjects={**before.subjects, "agent/ada": change.after})
        assert plan(team, seen, after, Now(policy=1199.0, wall=0.0)).changes == ()
        second = change_of(plan(team, seen, after, Now(policy=1200.0, wall=0.0)), "agent/ada")
        assert second.intents[0].id != change.intents[0].id
        assert "(2)" in second.intents[0].action.text
        spent = replace(after, subjects={**after.subjects, "agent/ada": second.after})
        assert plan(team, seen, spent, Now(policy=9000.0, wall=0.0)).changes == ()

    def test_missed_ticks_are_dropped(self) -> None:
        before = record(assignment("ada", "T1"), states=HELD, since=0.0)
        seen = observed(ada=known(*AT_PROMPT), ben=known(), T1=known(kind="task"))
        made = plan(project(task("T1")), seen, before, Now(policy=50_000.0, wall=0.0))
        assert len(change_of(made, "agent/ada").intents) == 1

    def test_a_timer_whose_guard_is_false_waits_while_it_is_due(self) -> None:
        before = record(assignment("ada", "T1"), states=HELD, since=0.0)
        seen = observed(ada=known("turn_over"), ben=known(), T1=known(kind="task"))
        assert plan(project(task("T1")), seen, before, Now(policy=5000.0, wall=0.0)).changes == ()

    def test_a_timer_since_delivery_does_not_run_before_the_prompt_arrived(self) -> None:
        states = {**HELD, "agent/ada": "ASSIGNED"}
        waiting = record(assignment("ada", "T1", delivered=None), states=states, since=0.0)
        seen = observed(ada=known("turn_over"), ben=known(), T1=known(kind="task"))
        assert plan(project(task("T1")), seen, waiting, Now(policy=5000.0, wall=0.0)).changes == ()
        told = record(assignment("ada", "T1", delivered=4880.0), states=states, since=0.0)
        assert moves(plan(project(task("T1")), seen, told, Now(policy=5000.0, wall=0.0)))["agent/ada"][0] == "ignored"

    def test_a_spent_budget_goes_where_an_operator_looks(self) -> None:
        uses = tuple(Use(name="again", at=float(at), entry=1, assignment="T1#1") for at in (10, 20))
        before = record(assignment("ada", "T1", returned=True), states=HELD)
        ada = replace(before.subjects["agent/ada"], uses=uses)
        before = replace(before, subjects={**before.subjects, "agent/ada": ada})
        seen = observed(ada=known(*AT_PROMPT), ben=known(), T1=known(kind="task"))
        made = change_of(plan(project(task("T1")), seen, before, NOW), "agent/ada")
        assert (made.after.state, verbs(made), made.serious) == ("STUCK", ["notify"], True)

    def test_the_next_timer_says_when_it_is_due(self) -> None:
        before = record(assignment("ada", "T1"), states=HELD, since=500.0)
        seen = observed(ada=known(*AT_PROMPT), ben=known(), T1=known(kind="task"))
        assert plan(project(task("T1")), seen, before, NOW).due_in == 100.0


class TestHolds:
    def test_a_clock_gap_looks_now_and_acts_in_the_next_pass(self) -> None:
        seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
        made = plan(project(task("T1")), seen, record(states=BOTH_FREE), replace(NOW, gap=True))
        assert made.changes == ()

    def test_a_paused_agent_does_nothing_and_its_tasks_go_to_others(self) -> None:
        seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
        made = plan(project(task("T1")), seen, record(states=BOTH_FREE, paused=frozenset({"ada"})), NOW)
        assert [change.opens.agent for change in made.changes if change.opens] == ["ben"]

    def test_everything_paused_is_an_empty_plan(self) -> None:
        seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
        made = plan(project(task("T1")), seen, record(states=BOTH_FREE, paused=frozenset({"*"})), NOW)
        assert made.changes == ()

    def test_a_state_that_the_machine_no_longer_has_holds_the_subject(self) -> None:
        made = plan(
            project(), observed(ada=known(*AT_PROMPT), ben=known("busy")), record(states={"agent/ada": "OLD"}), NOW
        )
        assert "agent/ada" not in moves(made)
        assert any(held.address == "agent/ada" and "OLD" in held.text for held in made.held)

    def test_a_renamed_state_is_migrated(self) -> None:
        machine = replace(project().machines["agent"], renamed={"OLD": "IDLE"})
        team = project(machines={**project().machines, "agent": machine})
        made = plan(team, observed(ada=known(*AT_PROMPT), ben=known("busy")), record(states={"agent/ada": "OLD"}), NOW)
        assert moves(made)["agent/ada"] == ("renamed", "IDLE")
        assert [held.text for held in made.held] == ["called IDLE from now on; acting in the next pass"]

    def test_a_prompt_that_cannot_be_rendered_is_said_not_sent(self) -> None:
        team = project(task("T1"), prompts={"work": "{{ task.nothing }}", "reminder": ""})
        made = plan(team, observed(ada=known(*AT_PROMPT), ben=known("busy")), record(states=BOTH_FREE), NOW)
        assert "agent/ada" not in moves(made)
        assert "task/T1" not in moves(made)
        assert any("nothing" in held.text for held in made.held)


class TestStarting:
    STARTS = StateSpec(
        name="OFF",
        transitions=(TransitionSpec(name="start", to="IDLE", when=fact("gone"), do=(ActionSpec(verb=Verb.START),)),),
    )

    def team(self) -> Project:
        machine = project().machines["agent"]
        machine = replace(machine, states={**machine.states, "OFF": self.STARTS})
        return project(machines={**project().machines, "agent": machine})

    def test_a_program_that_is_missing_is_said_and_costs_nothing(self) -> None:
        seen = replace(observed(ada=known("gone"), ben=known("busy")), missing=frozenset({("agent", "/r")}))
        made = plan(self.team(), seen, record(states={"agent/ada": "OFF", "agent/ben": "WORKING"}), NOW)
        assert made.changes == ()
        (held,) = made.held
        assert held.text == "cannot start: agent not found on PATH (install it, or give ada another `command`)"
        assert not made.complete

    def test_a_program_that_is_there_is_started_with_its_command_and_folder(self) -> None:
        seen = observed(ada=known("gone"), ben=known("busy"))
        made = plan(self.team(), seen, record(states={"agent/ada": "OFF", "agent/ben": "WORKING"}), NOW)
        action = change_of(made, "agent/ada").intents[0].action
        assert (action.argv, action.cwd, action.window) == (("agent",), "/r", "0")


class TestAdoption:
    PANE = PaneSeen(ref=PaneRef(server="1:1", pane="%4", pid=9), session="s", window="0", name="ada", command="agent")

    def test_the_pass_that_adopts_a_pane_sends_nothing_to_it(self) -> None:
        team = project(task("T1"), tmux=replace(project().tmux, adopt=True))
        seen = replace(observed(ada=known(*AT_PROMPT), ben=known("busy")), panes={"agent/ada": self.PANE})
        made = plan(team, seen, record(states=BOTH_FREE), NOW)
        assert verbs(change_of(made, "agent/ada")) == ["adopt"]
        assert "task/T1" not in moves(made)

    def test_without_leave_a_pane_is_only_looked_at(self) -> None:
        seen = replace(observed(ada=known("busy"), ben=known("busy")), panes={"agent/ada": self.PANE})
        made = plan(project(), seen, record(states=BOTH_FREE), NOW)
        assert any("only looked at" in held.text for held in made.held)

    def test_a_busy_adopted_agent_is_bound_to_the_task_its_row_names(self) -> None:
        team = project(task("T1"), task("T11"), tmux=replace(project().tmux, adopt=True))
        seen = replace(
            observed(ada=known("busy"), ben=known("busy")),
            panes={"agent/ada": self.PANE},
            row_tasks={"ada": "T1: la compilation"},
        )
        made = plan(team, seen, record(states=BOTH_FREE), NOW)
        opened = change_of(made, "agent/ada").opens
        assert opened is not None
        assert (opened.task, opened.delivered) == ("T1", NOW.policy)
        assert moves(made)["task/T1"] == ("assign", "WORKING")


def test_a_new_task_is_born_and_a_removed_one_dropped() -> None:
    made = plan(project(task("T1")), observed(), record(states={"task/OLD": "PENDING"}), NOW)
    assert {subject.address for subject in made.born} == {"agent/ada", "agent/ben", "task/T1"}
    assert made.dropped == ("task/OLD",)


def test_a_removed_task_that_is_held_is_finished_and_reported() -> None:
    before = record(assignment("ada", "OLD"), states={"task/OLD": "WORKING"})
    made = plan(project(), observed(), before, NOW)
    assert made.dropped == ()
    assert any(item.kind == "removed" and item.address == "task/OLD" for item in made.drift)
