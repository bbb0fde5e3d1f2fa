"""An agent is ended: what of its program lives on without a pane is named."""

from __future__ import annotations

import re

from amp_fsm.engine.reconcile import plan_pass
from tests.agents.team import Team
from tests.configured_team import run


def named_in_plan(team: Team) -> set[int]:
    """Return the processes that the plan says outlived their pane."""
    drift = plan_pass(team.project, team.world()).plan.drift
    texts = (one.text.rpartition("kill ")[2] for one in drift if one.kind == "survivor")
    return {int(number) for text in texts for number in re.findall(r"\d+", text)}


def test_what_outlives_its_pane_is_named_when_the_agent_is_ended_and_in_every_plan(team: Team) -> None:
    team.until(team.is_ready, f"{team.program.name} at its prompt")
    running = team.processes()
    said = run("agent", "stop", str(team.config), "it", "--json")
    named = {survivor["pid"] for survivor in said.json["survivors"]}
    assert running
    assert set(team.processes()) <= named
    assert said.code == (4 if named else 0)
    team.until_seen(lambda: named_in_plan(team) == set(team.processes()), "the same in a plan")
