"""The standard facts: names that mean the same in every configuration and cannot be declared again."""

from __future__ import annotations

from collections.abc import Mapping

from amp_fsm.model.usage import FIELDS
from amp_fsm.model.workspace import FACTS as WORKSPACE

SCREEN_CLASSES = ("gone", "busy", "asks", "errored", "limited", "starting", "turn_over")
"""At most one of these is true of an agent at any time."""

CLAIMS = ("claims_idle", "claims_working", "claims_blocked", "claims_done", "claims_help")
"""At most one of these is true: a row says one thing."""

WORK = ("deliverables_present", "checks_passed", "checks_failed")

STANDARD_FACTS: Mapping[str, frozenset[str]] = {
    "agent": frozenset(
        {
            *SCREEN_CLASSES,
            *CLAIMS,
            *WORK,
            *FIELDS,
            "context_full",
            "over_budget",
            "at_prompt",
            "recognised",
            "has_task",
            "leads",
            "offered",
            "prompt_delivered",
            "task_returned",
            "progress",
            "services_up",
            "asks_help",
            "has_lead",
            "help_answered",
        }
    ),
    "task": frozenset(
        {
            *WORK,
            "over_budget",
            *WORKSPACE,
            "claims_done",
            "claims_blocked",
            "offered",
            "has_holder",
            "holder_busy",
            "needs_met",
            "needs_lost",
            "reassign_due",
            "limit_due",
            "moot",
            "wants_review",
            "review_approved",
            "review_refused",
            "review_unclear",
            "prompt_delivered",
        }
    ),
    "service": frozenset({"gone", "ready"}),
}
"""Kind of subject to the facts it has."""

EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset(SCREEN_CLASSES),
    frozenset(CLAIMS),
    frozenset({"checks_passed", "checks_failed"}),
    frozenset({"needs_met", "needs_lost"}),
    frozenset({"review_approved", "review_refused", "review_unclear"}),
)
"""Classifications: within one of these sets at most one fact is true."""

IMPLIES: Mapping[str, str] = {"at_prompt": "turn_over"}
"""A fact that can only be true together with another one."""
