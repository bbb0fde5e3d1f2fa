"""What the machines of each kind of subject may do.  Only an agent's machine types into its pane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.config.lint.places import actions, machine_kinds, word_path
from amp_fsm.config.problems import Finding
from amp_fsm.model.machine import UPKEEP, Verb
from amp_fsm.model.project import Project

MAY: Mapping[str, frozenset[Verb]] = {
    "agent": frozenset(Verb) - {Verb.RUN, Verb.GIT, Verb.ADOPT, Verb.ANSWER, Verb.SET_LINE, Verb.WRITE} - UPKEEP,
    "task": frozenset(
        {
            Verb.RELEASE,
            Verb.ERRAND,
            Verb.VERDICT,
            Verb.RUN,
            Verb.GIT,
            Verb.SET_ROW,
            Verb.APPEND_ROW,
            Verb.NOTIFY,
        }
    ),
    "service": frozenset({Verb.START, Verb.APPEND_ROW, Verb.NOTIFY}),
}
"""Kind of subject to the verbs that have an effect there."""


def lint_verbs(project: Project) -> Iterator[Finding]:
    """Yield every action that a subject of its machine's kind cannot do."""
    kinds = machine_kinds(project)
    for machine in project.machines.values():
        for action, path in actions(machine):
            for kind in kinds[machine.name]:
                if action.verb not in MAY[kind]:
                    listed = ", ".join(sorted(MAY[kind]))
                    message = f"the machine of {_article(kind)} cannot `{action.verb.value}`"
                    place = word_path(action, path)
                    yield Finding(code="E312", path=place, message=message, suggestion=f"it can: {listed}", on="key")


def _article(kind: str) -> str:
    return f"an {kind}" if kind == "agent" else f"a {kind}"
