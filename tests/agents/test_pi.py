"""pi, a real agent program, is prompted exactly once: at its prompt, while it works, and killed anywhere on the way."""

from __future__ import annotations

import os
import re

import pytest

from amp_fsm.model.record import IntentStatus
from amp_fsm.wiring import build, project_at
from tests.agents.conftest import PiTeam

LONG = "\n".join(
    [
        "Tâche {{ task.id }}: écris « bonjour » — été, Noël, œuf.",
        "",
        "1. Guillemets: \"doubles\", 'simples', `arrière` et $HOME ${PATH} $(date)",
        "2. Une tabulation:\tici; un point-virgule final;",
        "# pas un titre, ! pas un ordre, / pas une commande, @ personne",
        "- [ ] 🌴 une case",
        "",
        *(f"Ligne {number} de la suite, assez longue pour que la boîte doive défiler." for number in range(1, 34)),
        "Fin de {{ task.id }}.",
    ]
)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_a_forty_line_prompt_arrives_once_and_whole(pi: PiTeam) -> None:
    pi.write(LONG, tasks=1)
    assert pi.run() == 0
    (received,) = pi.received("Fin de T1.")
    sent = squeezed(LONG.replace("{{ task.id }}", "T1"))
    assert squeezed(received).startswith(sent)
    assert re.search(r"\[amp:[a-z2-7]{8}\]$", received.strip())


def test_a_prompt_that_is_due_while_it_works_waits_for_the_end_of_the_turn(pi: PiTeam) -> None:
    pi.write("Do {{ task.id }}.\nMOCK:slow 3\nThank you.", tasks=2)
    assert pi.run() == 0
    assert pi.model.log[:3] == [("asked", "Do T1."), ("answered", "Do T1."), ("asked", "Do T2.")]


@pytest.mark.parametrize(
    "point",
    [
        f"{call}:{moment}"
        for call in ("terminal.paste", "terminal.submit", "store.save_intent", "store.commit")
        for moment in ("before", "after")
    ],
)
def test_killed_at_a_call_and_run_again_it_is_prompted_once_or_a_person_is_asked(pi: PiTeam, point: str) -> None:
    pi.write("Do {{ task.id }} and nothing else.", tasks=1)
    # `store.commit` comes first when the pass is written down; then pi is not even started.
    assert pi.run(point) == -9
    assert pi.run() == 0
    project = project_at(pi.config, os.environ)
    record = build(project, environment=os.environ).store.load()
    unknown = [intent for intent in record.intents.values() if intent.status is IntentStatus.UNKNOWN]
    received = pi.received("Do T1 and nothing else.")
    assert len(received) == 1 or (unknown and len(received) <= 1)
    assert not unknown or point == "terminal.submit:after"
