"""amp-fsm is killed before and after every call that leaves it: the program is prompted once, or a person is asked."""

from __future__ import annotations

import pytest

from tests.agents.team import Team

POINTS = [
    f"{call}:{moment}"
    for call in ("terminal.paste", "terminal.submit", "store.save_intent", "store.commit")
    for moment in ("before", "after")
]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_call_and_run_again_it_is_prompted_once_or_a_person_is_asked(team: Team, point: str) -> None:
    words = f"Do {team.give('Do {task} and nothing else.')} and nothing else."
    before = len(team.unknown_intents())
    # `store.commit` comes first when the pass is written down; then nothing is even started.
    assert team.killed_pass(point) == -9
    assert team.killed_pass() == 0
    unknown = len(team.unknown_intents()) - before
    received = team.model.received(words)
    assert len(received) == 1 or (unknown and len(received) <= 1)
    assert not unknown or point == "terminal.submit:after"
