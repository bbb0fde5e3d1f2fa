"""A usage limit: no prompt is typed until its reset, and then each once."""

from __future__ import annotations

from tests.agents.team import Team

LOOKS = 12


def test_at_a_usage_limit_nothing_is_typed_and_after_its_reset_the_next_prompt_is(team: Team) -> None:
    limit = team.program.limit
    with team.model.limited():
        first = f"Do {team.give('Do {task} within the limit.')} within the limit."
        team.until(lambda: team.model.asked(first) and team.shows(limit), "its limit")
        team.press(*team.program.after_limit)
        team.until_seen(lambda: team.shows(limit) and (team.has_composer() or limit == "working"), "that it is limited")
        team.eager = True
        second = f"Do {team.give('Do {task} after the limit.')} after the limit."
        keys = team.keys()
        for _ in range(LOOKS):
            team.run_pass()
        assert team.keys() == keys
        assert not team.model.asked(second)
        assert team.state() == "LIMITED" or limit != "limited"
    team.clock.ahead += team.model.resets_in + 600
    team.until(lambda: team.answered(second), "the end of the next turn")
    assert len(team.model.received(second)) == 1
    assert team.model.occurrences(second) == 1
