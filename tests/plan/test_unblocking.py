"""What is done by kind of blockage: a budget that is passed, a full context, a dead program, a service that is down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import fact
from amp_fsm.model.machine import ActionSpec, Budget, MachineSpec, StateSpec, TransitionSpec, Verb
from amp_fsm.model.observed import Memory
from amp_fsm.model.plan import Plan
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, Allowance, OnLimit, Policies, Project, ServiceSpec
from amp_fsm.model.record import Assignment, Record, Use
from amp_fsm.model.usage import Spent
from amp_fsm.model.workspace import WorkspaceKind
from amp_fsm.plan.planner import plan
from tests.plan.team import ADA, AT_PROMPT, NOW, assignment, known, observed, project, record, task

SPENT = Spent(tokens=100.0, cost=2.0)


def given(made: Plan) -> list[str]:
    return [change.opens.agent for change in made.changes if change.opens is not None]


def budgeted(address: str, allowance: Allowance) -> Project:
    return project(task("T-1"), budgets={address: allowance})


def test_an_agent_over_its_budget_gets_no_task_and_is_drift_that_says_why() -> None:
    seen, spent = observed(ada=known(*AT_PROMPT)), record(spent={"agent/ada": SPENT})
    within = plan(budgeted("agent/ada", Allowance(tokens=101)), seen, spent, NOW)
    assert given(within) == ["ada"]
    over = plan(budgeted("agent/ada", Allowance(tokens=100)), seen, spent, NOW)
    assert given(over) == []
    said = [drift.text for drift in over.drift if drift.kind == "over_budget"]
    assert said == ["used 100 of 100 tokens: given nothing more (budgets)"]
    assert given(plan(budgeted("agent/*", Allowance(cost=2)), seen, spent, NOW)) == []


def test_a_task_over_its_budget_is_not_handed_out_again_and_what_this_look_saw_counts() -> None:
    seen, allowance = observed(ada=known(*AT_PROMPT)), Allowance(cost=1.5)
    fresh = replace(seen, memory=Memory(spent={"task/T-1": SPENT}))
    assert given(plan(budgeted("task/T-1", allowance), seen, record(), NOW)) == ["ada"]
    assert given(plan(budgeted("task/T-1", allowance), fresh, record(), NOW)) == []


def test_over_budget_is_a_fact_of_the_agent_that_holds_the_task() -> None:
    spent = record(assignment("ada", "T-1"), spent={"task/T-1": SPENT})
    made = plan(budgeted("task/*", Allowance(tokens=50)), observed(ada=known("busy")), spent, NOW)
    found = made.facts["agent/ada"]["over_budget"]
    assert (found.truth, found.evidence) == (Truth.TRUE, "task/T-1 used 100 of 50 tokens")
    assert made.facts["agent/ben"]["over_budget"].truth is Truth.FALSE


def test_an_agent_whose_service_is_down_is_offered_nothing() -> None:
    ada = replace(ADA, requires=("proxy",))
    down = {"ready": Fact(name="ready", truth=Truth.FALSE), "gone": Fact(name="gone", truth=Truth.TRUE)}
    proxy = MachineSpec(name="service", initial="UP", states={"UP": StateSpec(name="UP")})
    whole = project(task("T-1"), agents=(ada,))
    whole = replace(
        whole,
        services={"proxy": ServiceSpec(name="proxy", command=("proxy",))},
        machines={**whole.machines, "service": proxy},
    )
    seen = observed(ada=known(*AT_PROMPT))
    assert given(plan(whole, replace(seen, facts={**seen.facts, "service/proxy": down}), record(), NOW)) == []
    up = {**down, "ready": Fact(name="ready", truth=Truth.TRUE)}
    assert given(plan(whole, replace(seen, facts={**seen.facts, "service/proxy": up}), record(), NOW)) == ["ada"]


def machines(*transitions: TransitionSpec) -> dict[str, MachineSpec]:
    states = {"DOWN": StateSpec(name="DOWN", transitions=transitions), "UP": StateSpec(name="UP")}
    return {**project().machines, "agent": MachineSpec(name="agent", initial="DOWN", states=states)}


START = TransitionSpec(
    name="start", to="UP", when=fact("gone"), do=(ActionSpec(verb=Verb.START),), budget=Budget(most=3)
)
PROFILE = Profile(name="p", command=("agent",), programs=("agent",), resume=("--continue",), compact="/compact")


def started(remembered: Record, *agents: AgentSpec, profile: Profile = PROFILE) -> tuple[str, ...]:
    team = project(task("T-1"), agents=agents, profiles={"p": profile}, machines=machines(START))
    made = plan(team, observed(ada=known("gone")), remembered, NOW)
    return next(change.intents[0].action.argv for change in made.changes if change.address == "agent/ada")


def test_an_agent_that_died_at_work_is_started_with_its_session() -> None:
    held = record(assignment("ada", "T-1"), states={"agent/ada": "DOWN"})
    assert started(held, ADA) == ("agent", "--continue")
    assert started(held, replace(ADA, command=("agent", "--fast"))) == ("agent", "--fast", "--continue")
    assert started(held, ADA, replace(ADA, name="ben", cwd="/elsewhere")) == ("agent", "--continue")


def test_a_session_is_not_resumed_where_it_may_be_anothers_or_there_is_none_or_it_did_not_last() -> None:
    held = record(assignment("ada", "T-1"), states={"agent/ada": "DOWN"})
    assert started(held, ADA, replace(ADA, name="ben")) == ("agent",)
    assert started(held, replace(ADA, command=("wrapper",))) == ("wrapper",)
    assert started(record(states={"agent/ada": "DOWN"}), ADA) == ("agent",)
    assert started(record(assignment("ada", "T-1", delivered=None), states={"agent/ada": "DOWN"}), ADA) == ("agent",)
    subject = replace(held.subjects["agent/ada"], uses=(Use(name="start", at=NOW.policy - 60, entry=2),))
    assert started(replace(held, subjects={"agent/ada": subject}), ADA) == ("agent",)


def compacted(remembered: Assignment, prompts: dict[str, str]) -> Plan:
    shrink = TransitionSpec(
        name="compact", to="UP", when=fact("context_full"), do=(ActionSpec(verb=Verb.SEND, what="compact"),)
    )
    team = project(task("T-1"), agents=(ADA,), profiles={"p": PROFILE}, machines=machines(shrink), prompts=prompts)
    seen = observed(ada=known("context_full", *AT_PROMPT))
    return plan(team, seen, record(remembered, states={"agent/ada": "DOWN", "task/T-1": "WORKING"}), NOW)


def test_the_compact_prompt_is_the_programs_own_command_and_the_agent_is_briefed_anew_after_it() -> None:
    change = next(c for c in compacted(assignment("ada", "T-1"), {}).changes if c.address == "agent/ada")
    assert (change.intents[0].action.text, change.intents[0].action.command) == ("/compact", True)
    assert change.updates is not None
    assert (change.updates.prompt, change.updates.delivered) == ("", None)


def test_a_prompt_of_that_name_is_an_ordinary_one() -> None:
    made = compacted(assignment("ada", "T-1"), {"compact": "Summarise."})
    change = next(c for c in made.changes if c.address == "agent/ada")
    assert change.intents[0].action.text.startswith("Summarise.\n\n[amp:")
    assert change.updates is not None
    assert change.updates.prompt == change.intents[0].id


@pytest.mark.parametrize(
    ("policy", "workspace", "screen", "expected"),
    [
        pytest.param(OnLimit.KEEP, WorkspaceKind.WORKTREE, "limited", Truth.FALSE, id="kept-by-default"),
        pytest.param(OnLimit.REASSIGN, WorkspaceKind.WORKTREE, "limited", Truth.TRUE, id="in-its-own-worktree"),
        pytest.param(OnLimit.REASSIGN, WorkspaceKind.SHARED, "limited", Truth.FALSE, id="never-in-the-shared-folder"),
        pytest.param(OnLimit.REASSIGN, WorkspaceKind.WORKTREE, "busy", Truth.FALSE, id="not-limited"),
    ],
)
def test_a_limited_agents_task_goes_to_somebody_else_only_where_the_policy_and_its_folder_allow(
    policy: OnLimit, workspace: WorkspaceKind, screen: str, expected: Truth
) -> None:
    team = project(task("T-1", workspace=workspace), policies=Policies(on_limit=policy))
    made = plan(team, observed(ada=known(screen)), record(assignment("ada", "T-1")), NOW)
    assert made.facts["task/T-1"]["limit_due"].truth is expected


def test_a_limited_agents_task_stays_when_nobody_else_could_do_it_or_the_agent_was_not_seen() -> None:
    apart = task("T-1", workspace=WorkspaceKind.WORKTREE)
    policies = Policies(on_limit=OnLimit.REASSIGN)
    alone = project(apart, agents=(ADA,), policies=policies)
    held = record(assignment("ada", "T-1"))
    assert plan(alone, observed(ada=known("limited")), held, NOW).facts["task/T-1"]["limit_due"].truth is Truth.FALSE
    unseen = observed(ada=known(unknown=("limited",)))
    both = project(apart, policies=policies)
    assert plan(both, unseen, held, NOW).facts["task/T-1"]["limit_due"].truth is Truth.UNKNOWN
