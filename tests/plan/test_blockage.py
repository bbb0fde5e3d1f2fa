"""What kind of blockage holds an agent up, from what is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.project import ServiceSpec
from amp_fsm.model.record import Record, Sample, SubjectRecord
from amp_fsm.model.usage import Usage
from amp_fsm.plan.blockage import blockage_of
from tests.plan.team import ADA, assignment, project, record, task


def kind(
    screen: str, state: str = "WORKING", *, held: bool = True, because: str = "", service: str = "", **changes: object
) -> str | None:
    team = replace(
        project(task("T-1"), agents=(replace(ADA, requires=("proxy",)),)),
        services={"proxy": ServiceSpec(name="proxy", command=("proxy",))},
    )
    known: Record = record(*([assignment("ada", "T-1")] if held else []))
    subjects = {"agent/ada": SubjectRecord(address="agent/ada", state=state, because=because)}
    if service:
        subjects["service/proxy"] = SubjectRecord(address="service/proxy", state=service)
    known = replace(known, samples={"ada": Sample(state=screen)}, subjects=subjects)
    found = blockage_of(team, replace(known, **changes), team.agents["ada"])  # type: ignore[arg-type]  # vary by test
    return str(found) if found is not None else None


@pytest.mark.parametrize(
    ("screen", "word"),
    [("blocked", "dialog"), ("limited", "limit"), ("errored", "error"), ("gone", "dead"), ("working", None)],
)
def test_the_screen_tells_most(screen: str, word: str | None) -> None:
    assert kind(screen) == word


def test_a_service_that_is_down_comes_before_what_it_causes() -> None:
    assert kind("gone", service="DOWN") == "service"
    assert kind("idle", service="FAILING") == "service"
    assert kind("idle", service="UP") is None
    assert kind("idle", service="DOWN", held=False) is None


def test_an_agent_that_stopped_asks_or_makes_no_progress() -> None:
    assert kind("idle", "BLOCKED", because="turn_over, claims_blocked") == "question"
    assert kind("idle", "BLOCKED", because="after 10m") == "no progress"
    assert kind("idle", "ESCALATED") == "no progress"
    assert kind("idle", "BLOCKED", held=False) is None


def test_a_full_context_a_blind_spot_and_an_unknown_delivery_have_names() -> None:
    assert kind("idle", "BLOCKED", usage={"ada": Usage(full=True)}) == "context"
    assert kind("idle", samples={"ada": Sample(state="idle", blind=5.0)}) == "unreadable"
    unknown = assignment("ada", "T-1", unknown=True)
    assert kind("idle", assignments={unknown.id: unknown}) == "delivery"
