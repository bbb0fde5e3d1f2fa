"""What a machine may do: the verbs, and actions as configured.  `plan.actions` makes intents of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.notice import Severity


class Verb(StrEnum):
    """What an action does.  A closed list: operators combine verbs, they never write code."""

    ADOPT = "adopt"  # mark a pane we did not start as this agent's
    START = "start"  # open the window and run the program
    ASSIGN = "assign"  # open the offered assignment (takes effect at commit)
    RELEASE = "release"  # close the open assignment (takes effect at commit)
    ERRAND = "errand"  # open an errand for another agent (takes effect at commit)
    VERDICT = "verdict"  # answer the claim: `refused` or `verified` (takes effect at commit)
    SEND = "send"  # deliver a prompt
    ANSWER = "answer"  # choose an answer of the dialog that is up; made by the planner from `approvals` only
    RUN = "run"  # start the task's checks, detached
    GIT = "git"  # make, commit, merge or remove the task's worktree
    SET_ROW = "set_row"  # write cells of a status row
    APPEND_ROW = "append_row"  # add a row to a log table
    MAKE_TABLE = "make_table"  # make what a document lacks; planned for documents only, as the next two
    SET_ROWS = "set_rows"  # keep the rows of tasks in step, all of one file at once
    ROTATE = "rotate"  # move the oldest entries of a log to another file
    SET_LINE = "set_line"  # write the line that says who leads; made by the planner only
    WRITE = "write"  # write a hand-over file; made by the planner only
    NOTIFY = "notify"  # tell the operator


COMMIT_ONLY = frozenset({Verb.ASSIGN, Verb.RELEASE, Verb.ERRAND, Verb.VERDICT})
"""Verbs that have no effect outside the record."""

UPKEEP = frozenset({Verb.MAKE_TABLE, Verb.SET_ROWS, Verb.ROTATE})
"""Verbs that no machine says: documents are kept by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action as configured; texts are templates, rendered when the action is planned.

    Attributes:
        what: the prompt of `send`, the log document of `append_row`, `checks` of `run`, the step of `git`, the verdict,
            the errand, the receiver of `notify`.
        document: the document of `set_row`.
        cells: column key to template, of `set_row`.
        text: the message of `notify`, if it is not the default one; `severity`: how much it matters.
    """

    verb: Verb
    what: str = ""
    document: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    text: str = ""
    severity: Severity = Severity.WARNING
