"""At every moment one agent leads at most, whatever happens to the agents, the prompts and the operator's mind."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from amp_fsm.engine.commit import commit_of
from amp_fsm.errors import NotPossibleError
from amp_fsm.model.desired import desired, lead_of
from amp_fsm.model.errand import Errand
from amp_fsm.model.facts import Fact
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.record import IntentStatus, Record, Sample
from amp_fsm.model.seen import Background, Missing
from amp_fsm.model.time import Now
from amp_fsm.plan.errands.handing import by_hand
from amp_fsm.plan.errands.handing import under_way as hand_over_under_way
from amp_fsm.plan.planner import plan
from amp_fsm.plan.settle import settled
from amp_fsm.plan.situation import situate
from amp_fsm.plan.subject_facts import SubjectFacts
from tests.plan.errand_team import READING
from tests.plan.team import AT_PROMPT, known
from tests.plan.test_hand_over import TEAM

NAMES = tuple(TEAM.agents)
SHOWN = {
    "idle": known(*AT_PROMPT),
    "working": known("busy"),
    "limited": known("limited"),
    "gone": known("gone"),
    "unknown": known(unknown=("limited", "gone", "busy", "turn_over", "at_prompt")),
}
moments = st.lists(
    st.tuples(
        st.tuples(*(st.sampled_from(sorted(SHOWN)) for _ in NAMES)),
        st.sampled_from(["done", "unknown", "open", "void"]),
        st.sampled_from(["", "ada", "ben", "nobody asks", "nobody asks"]),
    ),
    max_size=25,
)


def looked(record: Record, shown: tuple[str, ...], now: Now) -> tuple[Observed, Record]:
    samples = {}
    for name, state in zip(NAMES, shown, strict=True):
        before = record.samples.get(name, Sample())
        samples[name] = before if before.state == state else Sample(state=state, since=now.policy)
    facts: dict[str, dict[str, Fact]] = {f"agent/{n}": SHOWN[s] for n, s in zip(NAMES, shown, strict=True)}
    spec = TEAM.succession
    papers = {spec.file_of(one, two): Missing(path="") for one in NAMES for two in (*NAMES, "")}
    observed = Observed(at=now.wall, facts=facts, server="1:1", papers=papers, background=Background())
    return observed, replace(record, samples=samples)


@given(day=moments)
@settings(max_examples=60, deadline=None)
def test_one_leads_at_most_and_moves_only_with_a_prompt_that_arrived(
    day: list[tuple[tuple[str, ...], str, str]],
) -> None:
    record, now = Record(lineage="L"), Now(policy=1000.0, wall=1_700_000_000.0)
    for shown, outcome, wish in day:
        now = Now(policy=now.policy + 200.0, wall=now.wall + 200.0)
        observed, record = looked(record, shown, now)
        record = wished(record, observed, wish, now)
        before = lead_of(TEAM, record)
        made = plan(desired(TEAM, record), observed, record, now)
        record = commit_of(record, made, Memory(), now, READING).record
        assert lead_of(TEAM, record) == before  # a commit moves no lead
        record = performed(record, outcome, now)
        situation = situate(desired(TEAM, record), observed, record, now)
        assert sum(SubjectFacts(situation, f"agent/{name}")["leads"].truth == "true" for name in NAMES) == 1
        pending = [item for item in record.added.values() if item.task.errand == Errand.HAND_OVER]
        assert len([one for one in pending if hand_over_under_way(situation) is one]) <= 1


def wished(record: Record, observed: Observed, wish: str, now: Now) -> Record:
    """Return the record after the operator asked for a hand-over, if that was possible."""
    if wish == "nobody asks":
        return record
    try:
        change = by_hand(situate(desired(TEAM, record), observed, record, now), wish)
    except NotPossibleError:
        return record
    return replace(record, added={**record.added, **{item.task.id: item for item in change.adds}})


def performed(record: Record, outcome: str, now: Now) -> Record:
    """Return the record after every open intent came to an outcome; only a prompt that arrived moves the lead."""
    later = Now(policy=now.policy + 1.0, wall=now.wall + 1.0)
    for intent in tuple(record.intents.values()):
        if outcome == "open" or intent.settled:
            continue
        status = IntentStatus(outcome) if intent.action.verb is Verb.SEND else IntentStatus.DONE
        lead = lead_of(TEAM, record)
        record = settled(record, replace(intent, status=status), later)
        moved = lead_of(TEAM, record) != lead
        assert not moved or (intent.action.verb is Verb.SEND and status is IntentStatus.DONE)
    return record
