"""From a pane and its screen to an agent's standard facts.  Unknown where nothing can be concluded, never a guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.panes import in_front, owner_of, programs_of
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Assignment, Sample
from amp_fsm.model.seen import PaneSeen
from amp_fsm.model.standard import SCREEN_CLASSES
from amp_fsm.model.time import Now
from amp_fsm.observe.channels import Hint

FIRST_LOOK = Sample()

_CLASS = {
    ScreenState.WORKING: "busy",
    ScreenState.BLOCKED: "asks",
    ScreenState.ERRORED: "errored",
    ScreenState.LIMITED: "limited",
    ScreenState.STARTING: "starting",
    ScreenState.IDLE: "turn_over",
    ScreenState.EXITED: "gone",
}
_SCREEN_FACTS = (*SCREEN_CLASSES, "at_prompt", "recognised")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything an agent's screen facts are made from.

    Attributes:
        unreachable: why tmux could not be asked; empty when it could.
        reading: what the screen shows at this time (`limit_over.in_time`); None when it was not captured, `failed`
            then says why.
        silent: for how many seconds its pane has drawn nothing at all, as far as that was heard.
        last_words: the last line on the screen of a program that has ended.
        before: the sample of the last look.
        hint: what a channel told of its state shortly ago.
    """

    project: Project
    agent: AgentSpec
    profile: Profile
    now: Now
    assignment: Assignment | None
    unreachable: str = ""
    server: str = ""
    pane: PaneSeen | None = None
    reading: ScreenReading | None = None
    failed: str = ""
    silent: float = 0.0
    last_words: str = ""
    before: Sample = FIRST_LOOK
    hint: Hint | None = None


def screen_facts(look: Look) -> dict[str, Fact]:
    """Return the agent's screen facts by name."""
    gone = _gone(look)
    if gone.truth == "unknown":
        return {"gone": gone, **_all_unknown(gone.why or Why.UNREACHABLE, gone.evidence)}
    if gone.truth == "true":
        others = (name for name in _SCREEN_FACTS if name != "gone")
        facts = {name: known(name, False, gone.evidence, "pane", look.now.wall) for name in others}
        return {**facts, "gone": gone, "recognised": known("recognised", True, gone.evidence, "pane", look.now.wall)}
    if look.reading is None:
        return {"gone": gone, **_all_unknown(Why.UNREACHABLE, look.failed or "the screen was not captured")}
    if look.reading.state is ScreenState.UNKNOWN:
        facts = _all_unknown(Why.UNRECOGNISED, "no rule recognises the screen")
        return {
            **facts,
            **_hinted(look),
            "gone": gone,
            "recognised": known("recognised", False, "no rule speaks", "screen", look.now.wall),
        }
    return {fact.name: fact for fact in (gone, *_classified(look, look.reading))}


def _all_unknown(why: Why, evidence: str) -> dict[str, Fact]:
    return {name: unknown(name, why, evidence, "screen") for name in _SCREEN_FACTS if name != "gone"}


def _hinted(look: Look) -> dict[str, Fact]:
    """Return what a hint tells of an agent whose screen says nothing: that it is not at its prompt, and why."""
    if look.hint is None:
        return {}
    facts = (known(_CLASS[look.hint.state], True), known("turn_over", False), known("at_prompt", False))
    return {f.name: replace(f, evidence=look.hint.evidence, source=look.hint.channel, at=look.now.wall) for f in facts}


def _gone(look: Look) -> Fact:
    at = look.now.wall
    if look.unreachable:
        return unknown("gone", Why.UNREACHABLE, look.unreachable, "pane", at)
    if not look.server:
        return known("gone", True, "no tmux server runs", "pane", at)
    if look.pane is None:
        return known("gone", True, "no pane", "pane", at)
    if look.pane.dead:
        said = f': "{look.last_words}"' if look.last_words else ""
        return known("gone", True, f"pane {look.pane.ref.pane} is dead{said}", "pane", at)
    front = in_front(look.pane, programs_of(look.project, look.agent))
    where = f"{look.pane.command} in front of {look.pane.ref.pane}"
    if front is None:
        return unknown("gone", Why.UNRECOGNISED, where, "pane", at)
    if look.reading is not None and look.reading.state is ScreenState.EXITED:
        return known("gone", True, _evidence(look.reading), "screen", at)
    return known("gone", not front, where, "pane", at)


def _classified(look: Look, reading: ScreenReading) -> Iterator[Fact]:
    at, evidence, source = look.now.wall, _evidence(reading), "screen"
    yield known("recognised", True, evidence, source, at)
    shown = effective_state(look, reading)
    if look.hint is not None and shown is not reading.state:
        evidence, source = f"{look.hint.evidence}; the screen: {evidence}", look.hint.channel
    for state, name in _CLASS.items():
        if name not in ("turn_over", "gone"):
            yield known(name, shown is state, evidence, source, at)
    turn_over = _turn_over(look, shown, evidence)
    yield turn_over
    yield _at_prompt(look, reading, turn_over)


def effective_state(look: Look, reading: ScreenReading) -> ScreenState:
    """Return the state that counts: of the screen's and a channel's the less permissive one."""
    shown = reading.state
    return look.hint.state if look.hint is not None and _rank(look.hint.state) > _rank(shown) else shown


def _rank(state: ScreenState) -> int:
    """Return how little may be done to an agent in this state."""
    if state in (ScreenState.IDLE, ScreenState.STARTING):
        return 0 if state is ScreenState.IDLE else 1
    return 3 if state is ScreenState.BLOCKED else 2


def _turn_over(look: Look, shown: ScreenState, evidence: str) -> Fact:
    at = look.now.wall
    if shown is not ScreenState.IDLE:
        return known("turn_over", False, evidence, "screen", at)
    since = _since(look, ScreenState.IDLE)
    if look.assignment is not None and look.assignment.delivered is not None:
        since = max(since, look.assignment.delivered)
    left = look.profile.stable_for - (look.now.policy - since)
    if not (_still(look, ScreenState.IDLE) or look.silent > 0) or left > 0:
        waiting = unknown("turn_over", Why.PENDING, "idle, but not for long enough yet", "screen", at)
        return replace(waiting, value=f"{max(left, 0.05):.3f}")
    return known("turn_over", True, evidence, "screen", at)


def _since(look: Look, state: str) -> float:
    """Return since when this state is shown; an idle screen stands as long as nothing was drawn."""
    if _still(look, state):
        return look.before.since
    return look.now.policy - (look.silent if state == ScreenState.IDLE else 0.0)


def _still(look: Look, state: str) -> bool:
    """Return whether the last look showed the same; for idle, on the very same screen: some stream unannounced."""
    if look.before.state != state:
        return False
    return state != ScreenState.IDLE or look.reading is None or look.before.screen in ("", look.reading.body)


def _at_prompt(look: Look, reading: ScreenReading, turn_over: Fact) -> Fact:
    if turn_over.truth != "true":
        return replace(turn_over, name="at_prompt")
    refusal = _refusal(look, reading)
    if not refusal and reading.composer is Composer.UNKNOWN:
        return unknown("at_prompt", Why.UNRECOGNISED, "the composer cannot be read", "screen", look.now.wall)
    return known("at_prompt", not refusal, refusal or "the composer is empty", "screen", look.now.wall)


def _refusal(look: Look, reading: ScreenReading) -> str:
    """Return why nothing may be typed into an idle agent's pane now; empty when it may."""
    pane = look.pane
    if pane is None or pane.owner != owner_of(look.project, look.agent):
        return "the pane is not ours"
    if pane.person is not None and pane.person < look.project.policies.person:
        return "a person is at this pane"
    if pane.in_mode:
        return "the pane is in copy mode"
    if pane.synchronized or pane.input_off:
        return "the pane's input is synchronised or off"
    if reading.composer is Composer.DRAFT:
        return f'the composer holds a draft: "{reading.composer_text[:60]}"'
    return "there is no composer" if reading.composer is Composer.ABSENT else ""


def _evidence(reading: ScreenReading) -> str:
    return f'{reading.rule} "{reading.evidence.strip()[:80]}"' if reading.evidence else reading.rule


def next_sample(look: Look, facts: Mapping[str, Fact], body: str) -> Sample:
    """Return what is remembered of this look: the very sample of the last one, if nothing changed.

    `body` is everything whose change counts as progress.
    """
    sample = _sampled(look, facts, body)
    return look.before if sample == look.before else sample


def _sampled(look: Look, facts: Mapping[str, Fact], body: str) -> Sample:
    before, now = look.before, look.now
    recognised = facts["recognised"]
    if recognised.truth != "true":
        blind = before.blind if before.blind is not None else now.policy
        told = now.policy - blind >= look.project.policies.blind_for
        return replace(before, blind=blind, told=told or before.told)
    reading = look.reading
    state = str(effective_state(look, reading)) if reading is not None and facts["gone"].truth == "false" else "gone"
    moved = bool(body) and body != before.body
    return Sample(
        state=state,
        since=_since(look, state),
        screen=reading.body if reading is not None else "",
        body=body or before.body,
        progress=now.policy if moved else before.progress,
        evidence=reading.evidence if reading is not None else "",
        resets_at=reading.resets_at if reading is not None else None,
    )
