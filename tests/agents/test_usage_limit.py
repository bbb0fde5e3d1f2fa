"""A usage limit: no prompt is typed until its reset, and then each once."""

from __future__ import annotations

from tests.agents.team import Team

LOOKS = 12


def test_at_a_usage_limit_nothing_is_typed_and_after_its_reset_the_prompt_is(team: Team) -> None:
    limit = team.program.limit
    team.until(team.is_ready, f"{team.program.name} at its prompt")
    with team.model.limited():
        team.say("Do what the limit forbids.")
        team.until_seen(lambda: team.shows(limit), "its limit")
        team.press(*team.program.after_limit)
        team.until_seen(lambda: team.shows(limit) and (team.has_composer() or limit == "working"), "that it is limited")
        team.until(lambda: team.state() == "LIMITED" or limit != "limited", "that it is known")
        team.eager = True
        words = f"Do {team.give('Do {task} after the limit.')} after the limit."
        keys = team.keys()
        for _ in range(LOOKS):
            team.run_pass()
        assert team.keys() == keys
        assert [intent.status for intent in team.open_intents()] == ["open"]
    team.clock.ahead += team.model.resets_in + 600
    team.until(lambda: team.answered(words), "the end of the next turn")
    assert len(team.model.received(words)) == 1
    assert team.model.occurrences(words) == 1
