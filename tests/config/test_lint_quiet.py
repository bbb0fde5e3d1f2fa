"""What lint must not complain about: configurations that look like a mistake and are none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.config.lint.cycles import lint_cycles
from amp_fsm.config.lint.shadowing import lint_shadowing
from amp_fsm.model.guards import all_of, fact, not_
from amp_fsm.model.machine import UNLIMITED, ActionSpec, Budget, TransitionSpec, Verb
from amp_fsm.model.project import FactSpec, Source
from amp_fsm.world.config_files import load_project
from tests.config.little import machine, project

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "golden" / "lint" / "base.yaml"


@pytest.mark.parametrize("config", sorted(path.name for path in (ROOT / "configs").glob("*.yaml")))
def test_our_own_configurations_are_clean(config: str) -> None:
    assert load_project(str(ROOT / "configs" / config), {"HOME": "/home/someone"}).problems == ()


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "config.yaml"
    path.write_text(f"include: ['{BASE}']\n{text}", "utf-8")
    loaded = load_project(str(path), {"HOME": "/home/someone"})
    return [f"{problem.code} {problem.message}" for problem in loaded.problems]


BLOCKED = "machines: {{agent: {{extends: 'builtin:agent', states: {{BLOCKED: {{{}}}}}}}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            BLOCKED.format("timers: [{name: once, after: 5m, when: has_task, do: [{send: reminder}]}]"),
            id="a-prompt-once-per-stay-is-bounded",
        ),
        pytest.param(
            BLOCKED.format(
                "transitions: [{name: again, to: BLOCKED, when: progress, do: [{send: reminder}], max: 1, per: 1h}]"
            ),
            id="a-prompt-within-a-window-is-bounded",
        ),
        pytest.param(
            BLOCKED.format("transitions: [{name: nudge, to: ASSIGNED, manual: true, do: [{send: reminder}]}]"),
            id="the-operator-bounds-what-is-manual",
        ),
        pytest.param(
            "profiles: {practice: {rules: [{id: mine, state: blocked, region: footer, matches: ['TASK']}]}}\n",
            id="no-prompt-stands-below-a-composer",
        ),
        pytest.param(
            "profiles: {practice: {rules: [{id: mine, state: blocked, variables: {pane_title: x},"
            " matches: ['TASK']}]}}\n",
            id="a-rule-that-needs-a-title-is-safe",
        ),
        pytest.param(
            "profiles: {generic: {rules: [{id: mine, state: blocked, matches: ['TASK']}]}}\n",
            id="no-prompt-goes-to-a-profile-that-nobody-has",
        ),
        pytest.param(
            "profiles: {practice: {rules: [{id: mine, state: blocked, matches: ['TASK'], all_of: ['^Really[?]$']}]}}\n",
            id="a-rule-that-needs-more-than-a-prompt-is-safe",
        ),
        pytest.param(
            "prompts: {mine: '{{ documents.board.file }}'}\n", id="a-prompt-that-nobody-sends-may-want-other-documents"
        ),
        pytest.param(
            "prompts: {fix: '{% for a in task.deliverables %}{{ loop.index }}{{ a.file }}{% endfor %}"
            "{% set b = 1 %}{{ b }}'}\n",
            id="a-prompt-has-variables-of-its-own",
        ),
        pytest.param(
            "prompts: {fix: '{{ task.brief.hint | default(1) }}{% if task.brief.x is defined %}{{ task.brief.x }}"
            "{% endif %}{{ task.brief.items() | list }}'}\n",
            id="a-brief-is-asked-whether-it-has-something",
        ),
        pytest.param(
            "machines: {errand: {initial: A, states: {A: {transitions: [{name: end, to: Z, manual: true,"
            " do: [{append_row: board}]}]}, Z: {final: true}}}}\n",
            id="a-machine-that-nobody-has-may-name-other-documents",
        ),
        pytest.param(
            "facts: {help: {source: line, file: '{name}.log', pattern: 'HELP'}}\n"
            "tests: [{machine: task, state: WORKING, facts: {help: true, has_holder: true}, fires: null}]\n",
            id="a-declared-fact-can-be-tested",
        ),
    ],
)
def test_lint_says_nothing(text: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == []


def way(name: str, to: str, *facts: str, budget: Budget = UNLIMITED, do: tuple[ActionSpec, ...] = ()) -> TransitionSpec:
    when = all_of(*(not_(fact(word[1:])) if word.startswith("!") else fact(word) for word in facts))
    return TransitionSpec(name=name, to=to, when=when, budget=budget, do=do)


def test_a_transition_whose_budget_ends_leaves_its_facts_to_the_next_one() -> None:
    states = {"A": [way("often", "B", "busy", budget=Budget(most=2)), way("then", "C", "busy")], "B": [], "C": []}
    assert not tuple(lint_shadowing(project(machine(states))))


def test_a_machine_level_transition_may_be_shadowed_in_some_of_its_states() -> None:
    little = machine({"A": [way("own", "B", "busy")], "B": []})
    general = way("general", "B", "busy")
    assert [finding.code for finding in lint_shadowing(project(little))] == []
    shadowed = machine({"A": [way("own", "B", "gone"), way("late", "B", "gone")], "B": []})
    assert [finding.code for finding in lint_shadowing(project(shadowed))] == ["E308"]
    whole = type(little)(name="m", initial="A", states=little.states, transitions=(general,))
    assert [finding.path[2] for finding in lint_shadowing(project(whole))] == ["states"]


@pytest.mark.parametrize(
    "verb", [Verb.ASSIGN, Verb.RELEASE, Verb.VERDICT, Verb.SEND], ids=lambda verb: f"{verb}-changes-what-is-seen"
)
def test_a_circle_ends_where_facts_change(verb: Verb) -> None:
    states = {"A": [way("there", "B", "busy", do=(ActionSpec(verb=verb),))], "B": [way("back", "A", "busy")]}
    assert not tuple(lint_cycles(project(machine(states))))


@pytest.mark.parametrize(
    ("budget", "circles"),
    [
        pytest.param(Budget(most=3), 0, id="a-budget-ends-a-circle"),
        pytest.param(Budget(most=3, per="entry"), 1, id="one-that-is-counted-anew-with-every-stay-does-not"),
        pytest.param(Budget(backoff=10), 1, id="waiting-longer-does-not"),
    ],
)
def test_budgets_and_circles(budget: Budget, circles: int) -> None:
    states = {"A": [way("there", "B", "busy", budget=budget)], "B": [way("back", "A", "busy")]}
    assert len(tuple(lint_cycles(project(machine(states))))) == circles


def test_whoever_just_came_has_been_there_for_no_time() -> None:
    old = FactSpec(name="old", source=Source.AGE, over=60)
    states = {"A": [way("there", "B", "old")], "B": [way("back", "A", "old")]}
    assert not tuple(lint_cycles(project(machine(states), facts=[old])))
    young = {"A": [way("there", "B", "!old")], "B": [way("back", "A", "!old")]}
    assert len(tuple(lint_cycles(project(machine(young), facts=[old])))) == 1


def test_a_fact_about_states_may_change_with_the_state() -> None:
    there = FactSpec(name="there", source=Source.STATE, states=("A",))
    states = {"A": [way("go", "B", "busy", "there")], "B": [way("back", "A", "busy")]}
    assert not tuple(lint_cycles(project(machine(states), facts=[there])))


def test_what_is_done_on_entering_a_state_changes_facts_too() -> None:
    little = machine({"A": [way("there", "B", "busy")], "B": [way("back", "A", "busy")]})
    releases = replace(little.states["B"], on_enter=(ActionSpec(verb=Verb.RELEASE),))
    assert not tuple(lint_cycles(project(replace(little, states={**little.states, "B": releases}))))


def test_circles_through_the_same_states_are_told_once() -> None:
    there = [way("there", "B", "busy"), way("also", "B", "asks")]
    states = {"A": there, "B": [way("back", "A", "busy"), way("home", "A", "asks")]}
    assert len(tuple(lint_cycles(project(machine(states))))) == 1


def test_a_task_that_takes_an_offer_has_a_holder_then() -> None:
    states = {"A": [way("assign", "B", "offered")], "B": [way("released", "A", "!has_holder")]}
    assert not tuple(lint_cycles(project(machine(states, name="task"))))
    assert len(tuple(lint_cycles(project(machine(states, name="agent"))))) == 1


def test_a_circle_of_agents_is_seen_whatever_machines_come_before() -> None:
    task = machine({"A": [way("assign", "B", "offered")], "B": []}, "task")
    agent = machine({"A": [way("take", "B", "offered")], "B": [way("drop", "A", "offered")]}, "agent")
    first, last = (list(lint_cycles(project(*order))) for order in ((agent, task), (task, agent)))
    assert [finding.code for finding in last] == [finding.code for finding in first] == ["E309"]
