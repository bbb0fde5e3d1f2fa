"""Answers to dialogs that need no person.  `plan.approvals` gives them."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.machine import Budget

HOURLY = Budget(most=10, per="", seconds=3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSpec:
    """An answer that may be given to a dialog without a person.  All conditions that are given must hold.

    Attributes:
        agents: whose dialogs it answers; empty: all agents'.
        dialog: the dialog's name; `text`: pattern of its text; `command`: pattern of all that it asks about.
        answer: the answer's label, or `BEGINNING*`.
        budget: how often it may be given; it is a person's turn when it is spent.
    """

    name: str
    answer: str
    agents: tuple[str, ...] = ()
    dialog: str = ""
    text: str = ""
    command: str = ""
    budget: Budget = HOURLY

    @property
    def cause(self) -> str:
        """What a change made by it is called, `approval:NAME`."""
        return f"approval:{self.name}"
