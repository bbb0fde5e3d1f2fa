"""Every program is prompted exactly once: at its prompt, while it works, and never while it asks something."""

from __future__ import annotations

import re

from tests.agents.team import Team

LOOKS = 8
LONG = "\n".join(
    [
        "Tâche {task}: écris « bonjour » — été, Noël, œuf.",
        "",
        "1. Guillemets: \"doubles\", 'simples', `arrière` et $HOME ${PATH} $(date)",
        "2. Une tabulation:\tici; un point-virgule final;",
        "# pas un titre, ! pas un ordre, / pas une commande",
        "- [ ] 🌴 une case",
        "",
        *(f"Ligne {number} de la suite, assez longue pour que la boîte doive défiler." for number in range(1, 34)),
        "Fin de {task}.",
    ]
)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_a_forty_line_prompt_arrives_once_and_whole(team: Team) -> None:
    task = team.give(LONG)
    team.until(lambda: team.answered(f"Fin de {task}."), "the end of its turn")
    (received,) = team.model.received(f"Fin de {task}.")
    assert squeezed(LONG.replace("{task}", task)) in squeezed(received)
    assert re.search(r"\[amp:[a-z2-7]{8}\]", received)
    assert team.model.occurrences(f"Fin de {task}.") == 1


def test_a_prompt_that_is_due_while_it_works_waits_for_the_end_of_the_turn(team: Team) -> None:
    team.until(team.is_ready, f"{team.program.name} at its prompt")
    team.eager = True
    before = len(team.model.asked("Do this at once."))
    with team.model.holding("Do this at once."):
        team.say("Do this at once.")
        team.until_seen(lambda: len(team.model.asked("Do this at once.")) > before, "its turn")
        team.until_seen(lambda: team.shows("working"), "that it works")
        words = f"Do {team.give('Do {task} after it.')} after it."
        keys = team.keys()
        for _ in range(LOOKS):
            team.run_pass()
        assert team.keys() == keys
        assert [intent.status for intent in team.open_intents()] == ["open"]
    team.until(lambda: team.answered(words), "the end of both turns")
    assert len(team.model.received(words)) == 1
    (asked,) = team.model.asked(words)
    assert team.model.asked("Do this at once.")[-1].finished < asked.finished
