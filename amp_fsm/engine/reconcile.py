"""One pass: look, plan, commit, do, remember.  `plan` and `reconcile` share this very path."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from amp_fsm.engine.commit import commit_of
from amp_fsm.engine.look import look
from amp_fsm.engine.proposals import with_proposals
from amp_fsm.engine.requests import answer_requests
from amp_fsm.engine.screens import Screens
from amp_fsm.model.calm import NO_CALM
from amp_fsm.model.desired import desired
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Observed
from amp_fsm.model.plan import Plan, Recovery
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.model.seen import Seen, Survey
from amp_fsm.model.time import Now, Reading, advance
from amp_fsm.observe.observed import observe
from amp_fsm.plan.planner import plan
from amp_fsm.ports import World

NOTHING_SEEN = Seen(terminal=Survey(server=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """What one pass did.

    Attributes:
        outcomes: every intent that was touched, as it ended (or stayed).
        record: the record afterwards.
        took: real seconds that looking and planning took.
        answered: requests of the operator that were carried out.  refused: those that could not be, with the reason.
        skipped: changes of a saved plan that no longer held.
        gap: the clocks jumped, so this pass only looked; the next one acts.
        project: what was desired: the configuration with the tasks that the record keeps besides.
        seen: what the world answered, and observed: what that says.  held: who was held by the operator then.
    """

    project: Project
    plan: Plan
    outcomes: tuple[Intent, ...] = ()
    record: Record
    took: float = 0.0
    answered: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    gap: bool = False
    seen: Seen = NOTHING_SEEN
    observed: Observed | None = None
    held: frozenset[str] = frozenset()

    @property
    def acted(self) -> bool:
        """Whether anything changed, so that another pass should follow at once."""
        moved = self.plan.changes or self.plan.born or self.plan.dropped
        return bool(moved) or any(step.recovery is not Recovery.WAIT for step in self.plan.steps)

    @property
    def partial(self) -> bool:
        """Whether something could not be seen, done or known: exit code 4."""
        good = {IntentStatus.DONE, IntentStatus.VOID}
        unknown = any(intent.status is IntentStatus.UNKNOWN for intent in self.record.intents.values())
        undone = any(outcome.status not in good for outcome in self.outcomes)
        return not self.plan.complete or unknown or undone or bool(self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a pass saw, of what is desired by now, and when."""

    project: Project
    record: Record
    seen: Seen
    observed: Observed
    screens: Screens
    now: Now
    reading: Reading
    took: float


def see(project: Project, world: World, last: PassResult | None = None) -> Sight:
    """Look at everything, changing nothing: no lock, no key, no option, no check, no file."""
    begun = time.perf_counter()
    record = world.store.load()
    project = desired(project, record)
    reading = world.clock.read()
    now = advance(record.policy, record.reading, reading)
    looked = look(project, record, world, anew=now.gap)
    observed = observe(project, record, looked.seen, now, looked.run_keys, last.observed if last is not None else None)
    return Sight(
        project=project,
        record=record,
        seen=looked.seen,
        observed=with_proposals(project, record, world, observed, now),
        screens=looked.screens,
        now=now,
        reading=reading,
        took=time.perf_counter() - begun,
    )


def plan_pass(project: Project, world: World) -> PassResult:
    """Return what a pass would do, and do nothing."""
    sight = see(project, world)
    made = plan(sight.project, sight.observed, sight.record, sight.now)
    return PassResult(project=sight.project, plan=made, record=sight.record, took=sight.took, gap=sight.now.gap)


def run_pass(
    project: Project,
    world: World,
    *,
    only: Callable[[Plan], tuple[Plan, tuple[str, ...]]] | None = None,
    uses_plan: str = "",
    on_plan: Callable[[Plan, float], None] = lambda plan, took: None,
    on_done: Callable[[Intent], None] = lambda intent: None,
    ends: Callable[[], bool] = bool,
    last: PassResult | None = None,
) -> PassResult:
    """Carry out one pass.  The caller holds the project's lock.

    Args:
        project: what is desired.
        world: the ports.
        only: narrows the plan down (to a saved one) and says what was left out.
        uses_plan: id of the saved plan that this pass uses up.
        on_plan: hears of the plan before anything of it is done.
        on_done: hears of every intent's outcome.
        ends: whether the end was asked for: the actions under way are finished, and no other is begun.
        last: the pass before in the same loop; what it found out and still stands is not found out anew.
    """
    sight = see(project, world, last)
    project = sight.project
    answers = answer_requests(project, world, sight.observed, sight.record, sight.now)
    calm = last.plan.calm if last is not None else NO_CALM
    made = plan(project, sight.observed, answers.record, sight.now, calm)
    made, skipped = only(made) if only is not None else (made, ())
    on_plan(made, sight.took)
    commit = commit_of(answers.record, made, sight.observed.memory, sight.now, sight.reading, uses_plan=uses_plan)
    commit = replace(commit, screens=sight.screens.fresh, stale_screens=sight.screens.stale)
    done = _perform(project, world, world.store.commit(commit), made, on_done, ends)
    world.notifier.flush(world.clock.read().wall)
    return PassResult(
        project=project,
        plan=made,
        outcomes=done.outcomes,
        record=done.record,
        took=sight.took,
        answered=answers.done,
        refused=answers.refused,
        skipped=skipped,
        gap=sight.now.gap,
        seen=sight.seen,
        observed=sight.observed,
        held=sight.record.paused,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of the operator's requests: those refused, with the reason, and the dialogs that were answered."""

    refused: tuple[str, ...] = ()
    outcomes: tuple[Intent, ...] = ()


def answer_only(project: Project, world: World) -> Answered:
    """Carry out the operator's requests and nothing else.  The caller holds the lock.

    An answer to a dialog is given at once; whatever else a request asks for is the next pass's work.
    A jump of the clocks stays unread, so that the next pass still looks before it acts.
    """
    sight = see(project, world)
    project, record = sight.project, sight.record
    if not sight.now.gap:
        record = replace(record, policy=sight.now.policy, reading=sight.reading)
    answers = answer_requests(project, world, sight.observed, record, sight.now)
    asked = {name for name in answers.record.intents if name not in record.intents}
    made = plan(project, sight.observed, answers.record, replace(sight.now, gap=False))
    steps = tuple(step for step in made.steps if step.intent.id in asked and step.intent.action.verb is Verb.ANSWER)
    done = _perform(project, world, answers.record, replace(made, steps=steps, changes=()))
    return Answered(refused=answers.refused, outcomes=done.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What came of a plan: every intent that was touched, and the record afterwards."""

    record: Record
    outcomes: tuple[Intent, ...] = ()


def _perform(
    project: Project,
    world: World,
    record: Record,
    made: Plan,
    on_done: Callable[[Intent], None] = lambda intent: None,
    ends: Callable[[], bool] = bool,
) -> _Done:
    if not (made.steps or made.changes):
        return _Done(record=record)
    from amp_fsm.engine.apply import Performer  # the doing side, which a pass with nothing to do does without

    performer = Performer(project, world, record, on_done, ends)
    performer.perform(made)
    return _Done(record=performer.record, outcomes=tuple(performer.outcomes))
