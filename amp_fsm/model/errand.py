"""Errands: tasks that amp-fsm opens itself, for one agent; and what the record keeps of tasks that stand in no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.project import Project, TaskSpec


class Errand(StrEnum):
    """What an errand asks of an agent.  The prompt that asks for it has the same name."""

    HAND_OVER = "hand_over"  # take the lead over, from a hand-over file
    PROPOSE = "propose"  # propose tasks, for the queue runs dry
    HELP = "help"  # answer another agent's question
    REVIEW = "review"  # judge another agent's work


MACHINE = "errand"
"""The machine of every errand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTask:
    """A task that the record keeps, because it stands in no file of the configuration.

    Attributes:
        task: the whole task; an errand, or an ordinary task that was proposed.
        about: address of the subject that it concerns; empty for none.
        by: who or what brought it about, in words.
        assignment: id of the assignment that it is about; empty for none.
        lead: it is for whoever leads by now, and for nobody else.
        given: the agent that got it last.
        told: what its answer came to: id of the prompt that passed it on, or the verdict; empty while it is open.
        at: policy time at which it came into the queue; `at_wall`: the same moment for people.
        waits: nobody gets it before the operator approves.
    """

    task: TaskSpec
    about: str = ""
    by: str = ""
    assignment: str = ""
    lead: bool = False
    given: str = ""
    told: str = ""
    at: float = 0.0
    at_wall: float = 0.0
    waits: bool = False


BRIEF: Mapping[Errand, tuple[str, ...]] = {
    Errand.HAND_OVER: ("from", "to", "reason", "file"),
    Errand.HELP: ("agent", "task", "title", "question", "folder", "deliverables"),
    Errand.PROPOSE: ("idle", "done", "open", "kinds", "ids", "most", "example", "problems"),
    Errand.REVIEW: ("agent", "task", "title", "objective", "folder", "deliverables", "checks", "diff"),
}
"""What the prompt of an errand may ask of `task.brief`; kinds that nothing opens are absent."""


QUESTIONS = "QUESTION-*.md"
"""What the names of all question files match."""


def question_file(project: Project, task: TaskSpec) -> str:
    """Return where the holder of a task may leave a question to the lead.

    Relative to the root; absolute for a task in a worktree, whose paths would be taken to be relative to that.
    """
    file = f"{project.errands}/QUESTION-{task.id}.md"
    apart = project.workspace(task) is not None and not file.startswith("/")
    return f"{project.root}/{file}" if apart else file
