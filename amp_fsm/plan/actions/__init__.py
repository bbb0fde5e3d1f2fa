"""From the actions of a change to intents: rendered, addressed, with an identity.  Nothing is performed here.

`plan.changes` comes in by `plan_actions`; one module per kind of action, and what else plans such an action takes it
from here too.
"""

from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.actions.intents import plan_actions
from amp_fsm.plan.actions.rows import STATUS
from amp_fsm.plan.actions.start import cannot_start
from amp_fsm.plan.actions.work import run_action

__all__ = ["STATUS", "Cause", "cannot_start", "plan_actions", "run_action"]
