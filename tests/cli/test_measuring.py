"""`--metrics`: what a loop tells, as the numbers that are served."""

from __future__ import annotations

import urllib.request
from dataclasses import replace

import pytest

from amp_fsm.cli.measuring import Measuring
from amp_fsm.engine.ending import Mode
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.errors import NotPossibleError
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Assignment, Intent, IntentStatus, Record
from amp_fsm.world.metrics import Metrics
from tests.engine.small_team import SmallWorld, project
from tests.engine.test_loops import QUIET, a_pass


def numbers(metrics: Metrics) -> dict[str, float]:
    """Return what is served, by name and labels."""
    port = metrics.serve("127.0.0.1", 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def intent(verb: Verb, status: IntentStatus) -> Intent:
    return Intent(id="i", address="agent/ada", entry=1, cause="c", action=Action(verb=verb, target="a"), status=status)


def at_prompt(*agents: str, record: Record) -> PassResult:
    facts = {f"agent/{name}": {"at_prompt": Fact(name="at_prompt", truth=Truth.TRUE)} for name in agents}
    return a_pass(replace(QUIET, facts=facts), record)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_actions_count_by_kind_and_prompts_by_what_became_of_them(metrics: Metrics) -> None:
    told = Measuring(metrics).listener()
    for verb, status in (
        (Verb.SEND, IntentStatus.DONE),
        (Verb.SEND, IntentStatus.UNKNOWN),
        (Verb.SEND, IntentStatus.OPEN),
        (Verb.START, IntentStatus.FAILED),
    ):
        told.on_done(intent(verb, status))
    served = numbers(metrics)
    assert served['amp_fsm_deliveries_total{outcome="delivered"}'] == 1.0
    assert served['amp_fsm_actions_total{kind="start",outcome="failed"}'] == 1.0
    assert sum(value for name, value in served.items() if name.startswith("amp_fsm_actions_total")) == 3.0


def test_an_agent_at_its_prompt_without_a_task_is_idle(metrics: Metrics) -> None:
    told = Measuring(metrics).listener()
    held = {"a1": Assignment(id="a1", agent="ben", task="T-1", since=0.0)}
    told.on_pass(at_prompt("ada", "ben", record=Record(assignments=held)), 60.0)
    served = numbers(metrics)
    assert served["amp_fsm_idle_agents"] == 1.0
    assert served['amp_fsm_facts{fact="at_prompt",value="true"}'] == 2.0


def test_what_is_no_more_is_not_shown_any_more(metrics: Metrics) -> None:
    told = Measuring(metrics).listener()
    told.on_pass(at_prompt("ada", record=Record()), 0.0)
    told.on_pass(a_pass(), 0.0)
    assert not any(name.startswith("amp_fsm_facts") for name in numbers(metrics))


def test_a_reaction_is_from_what_woke_the_loop_to_the_first_action(metrics: Metrics) -> None:
    told = Measuring(metrics).listener()
    told.on_done(intent(Verb.SEND, IntentStatus.DONE))  # nothing woke it
    told.on_wake()
    told.on_pass(a_pass(), 60.0)  # nothing came of it
    told.on_done(intent(Verb.SEND, IntentStatus.DONE))
    told.on_wake()
    told.on_pass(a_pass(), 0.0)
    told.on_done(intent(Verb.SEND, IntentStatus.DONE))
    told.on_done(intent(Verb.SEND, IntentStatus.DONE))
    assert numbers(metrics)["amp_fsm_reaction_seconds_count"] == 1.0


def test_every_pass_counts(metrics: Metrics) -> None:
    world = SmallWorld()
    world.finish("one")
    listener = Measuring(metrics).listener()
    result = run_until(project(), world.ports, Mode.CONVERGED, interval=2.0, listener=listener)
    served = numbers(metrics)
    assert sum(value for name, value in served.items() if name.startswith("amp_fsm_passes_total")) == result.passes
    assert served['amp_fsm_subjects{kind="task",state="COMPLETED"}'] == 1.0


def test_without_the_library_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotPossibleError, match="prometheus-client"):
        Metrics()
