"""Every program is prompted exactly once: at its prompt, while it works, and never while it asks something."""

from __future__ import annotations

import re

from tests.agents.team import Team

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
    team.until(team.at_rest, "the end of its turn")
    (received,) = team.model.received(f"Fin de {task}.")
    assert squeezed(LONG.replace("{task}", task)) in squeezed(received)
    assert re.search(r"\[amp:[a-z2-7]{8}\]", received)
    assert team.model.occurrences(f"Fin de {task}.") == 1


def test_a_prompt_that_is_due_while_it_works_waits_for_the_end_of_the_turn(team: Team) -> None:
    first, second = team.give("Do {task} first.\nMOCK:hold"), team.give("Do {task} after it.")
    with team.model.holding(f"Do {first} first."):
        team.until(lambda: team.model.asked(f"Do {first} first.") and team.shows("working"), "its first turn")
        keys = team.keys()
        for _ in range(5):
            team.run_pass()
        assert team.keys() == keys
        assert not team.model.asked(f"Do {second} after it.")
    team.until(team.at_rest, "the end of both turns")
    assert len(team.model.received(f"Do {first} first.")) == len(team.model.received(f"Do {second} after it.")) == 1
    (asked,) = team.model.asked(f"Do {second} after it.")
    assert team.model.asked(f"Do {first} first.")[0].finished < asked.finished
