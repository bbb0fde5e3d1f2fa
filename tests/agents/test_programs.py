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
    first = f"Do {team.give('Do {task} first.')} first."
    with team.model.holding(first):
        team.until(lambda: team.model.asked(first) and team.shows("working"), "its first turn")
        team.eager = True
        second = f"Do {team.give('Do {task} after it.')} after it."
        keys = team.keys()
        for _ in range(LOOKS):
            team.run_pass()
        assert team.keys() == keys
        assert not team.model.asked(second)
    team.until(lambda: team.answered(first, second), "the end of both turns")
    assert len(team.model.received(first)) == len(team.model.received(second)) == 1
    (asked,) = team.model.asked(second)
    assert team.model.asked(first)[0].finished < asked.finished
