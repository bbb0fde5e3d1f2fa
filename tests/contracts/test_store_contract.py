"""What every store keeps, on the fake and on SQLite."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path

import pytest

from amp_fsm.errors import PlanStaleError, ProjectLockedError
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import Deadline, Deliverable, TaskSpec
from amp_fsm.model.proposal import ProposalFile, Stamp
from amp_fsm.model.record import (
    Action,
    Assignment,
    CellMemory,
    Intent,
    IntentStatus,
    LogMemory,
    Record,
    Sample,
    SubjectRecord,
    Use,
)
from amp_fsm.model.seen import PaneRef
from amp_fsm.model.time import Reading
from amp_fsm.ports import Commit, Entry, Store
from amp_fsm.world.sqlite import SqliteStore
from tests.fakes.clock import FakeClock
from tests.fakes.store import MemoryStore

Reopen = Callable[[], Store]


@pytest.fixture(params=["fake", "sqlite", "sqlite-kept"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Reopen:
    """Each call gives the store as another process would open it; or, `kept`, as the same process has it."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "store", clock=FakeClock())
    kept = SqliteStore(tmp_path / "store", clock=FakeClock()) if request.param == "sqlite-kept" else MemoryStore()
    return lambda: kept


ADA = SubjectRecord(
    address="agent/ada", state="WORKING", entry=3, since=12.5, uses=(Use(name="remind", at=3.0, entry=3),), because="x"
)
SEND = Action(verb=Verb.SEND, target="ada", text="do it\n[amp:abcd1234]", cells=(("Status", "é ✅"),))
INTENT = Intent(id="abcd1234", address="agent/ada", entry=3, cause="begin", action=SEND)
HELD = Assignment(id="a1", agent="ada", task="T-1", since=12.5, delivered=13.0)
ASKED = TaskSpec(
    id="HELP-T-1-1",
    kind="help",
    title="Help ada",
    deadline=Deadline(after=60.0),
    deliverables=(Deliverable(file="a.md", newer=True),),
    brief={"question": "é?", "files": ("a", "b")},
    errand="help",
    only="ben",
)
FULL = Record(
    policy=42.25,
    reading=Reading(wall=1.5, mono=2.5, boot="b"),
    subjects={"agent/ada": ADA},
    assignments={"a1": HELD},
    intents={"abcd1234": replace(INTENT, pane=PaneRef(server="1:2", pane="%3", pid=4))},
    attempts={"T-1": 2},
    added={"HELP-T-1-1": AddedTask(task=ASKED, about="task/T-1", by="ada", at=4.5)},
    opened={"HELP-T-1": 1},
    lead="ben",
    proposals={"p/a.yaml": ProposalFile(stamp=Stamp(size=3, mtime=1.5), since=2.0, read=True)},
    judged={"d": 2.5},
    asked={"ada": 7.5},
    last_assigned={"ada": 12.5},
    samples={"agent/ada": Sample(state="idle", since=1.0, resets_at=9.0)},
    cells={"status|ada|Status": CellMemory(wrote="WORKING", replaced="IDLE", rewrites=1)},
    logs={"log|ada": LogMemory(rows=3, claim="done")},
    run_attempts={"k": 1},
)
WHOLE = Commit(
    record=FULL, subjects=("agent/ada",), assignments=("a1",), intents=("abcd1234",), memory=True, moves=True
)


def test_a_store_that_does_not_exist_is_an_empty_record(reopen: Reopen) -> None:
    assert reopen().load() == Record()


def test_a_committed_record_is_loaded_as_it_was(reopen: Reopen) -> None:
    stands = reopen().commit(WHOLE)
    assert reopen().load() == stands
    assert stands == replace(FULL, lineage=stands.lineage, serial=1)
    assert stands.lineage


def test_the_lineage_stays_and_the_serial_counts_moves_only(reopen: Reopen) -> None:
    first = reopen().commit(WHOLE)
    second = reopen().commit(Commit(record=first, memory=True))
    third = reopen().commit(Commit(record=second, subjects=("agent/ada",), moves=True))
    assert [record.serial for record in (first, second, third)] == [1, 1, 2]
    assert {record.lineage for record in (first, second, third)} == {first.lineage}


def test_only_the_named_parts_are_written(reopen: Reopen) -> None:
    before = reopen().commit(WHOLE)
    moved = replace(ADA, state="IDLE", entry=4)
    changed = replace(before, subjects={"agent/ada": moved, "agent/ben": moved}, attempts={"T-1": 9}, assignments={})
    reopen().commit(Commit(record=changed, subjects=("agent/ada",)))
    after = reopen().load()
    assert after == replace(before, subjects={"agent/ada": moved})


def test_a_closed_assignment_and_a_dropped_subject_are_no_more(reopen: Reopen) -> None:
    before = reopen().commit(WHOLE)
    stands = reopen().commit(Commit(record=before, closed=("a1",), dropped=("agent/ada",), moves=True))
    assert (stands.assignments, stands.subjects) == ({}, {})
    assert reopen().load() == stands


def test_what_is_named_and_no_longer_in_the_record_does_not_come_back(reopen: Reopen) -> None:
    before = reopen().commit(WHOLE)
    without = replace(before, intents={}, assignments={}, subjects={})
    reopen().commit(
        Commit(record=without, subjects=("agent/ada",), assignments=("a1",), intents=("abcd1234",), moves=True)
    )
    after = reopen().load()
    assert (after.intents, after.assignments, after.subjects) == ({}, {}, {})


@pytest.mark.parametrize("status", IntentStatus)
def test_only_unsettled_and_unknown_intents_are_remembered(reopen: Reopen, status: IntentStatus) -> None:
    reopen().commit(WHOLE)
    reopen().save_intent(replace(INTENT, status=status))
    waiting = status in {
        IntentStatus.OPEN,
        IntentStatus.TYPING,
        IntentStatus.TYPED,
        IntentStatus.ENTERED,
        IntentStatus.UNKNOWN,
    }
    assert reopen().load().intents == ({INTENT.id: replace(INTENT, status=status)} if waiting else {})


def test_a_settled_intent_in_a_commit_leaves_the_record(reopen: Reopen) -> None:
    before = reopen().commit(WHOLE)
    done = {INTENT.id: replace(INTENT, status=IntentStatus.DONE)}
    stands = reopen().commit(Commit(record=replace(before, intents=done), intents=(INTENT.id,), moves=True))
    assert stands.intents == {}
    assert reopen().load() == stands


def test_undecodable_bytes_in_what_is_remembered_come_back(reopen: Reopen) -> None:
    odd = "caf\udce9"
    cells = {"status|ada|Status": CellMemory(text=odd)}
    reopen().commit(Commit(record=Record(cells=cells), memory=True))
    reopen().journal([Entry(at=1.0, address="agent/ada", kind="claim", text=odd, evidence=(odd,))])
    assert reopen().load().cells == cells
    assert reopen().history() == (Entry(at=1.0, address="agent/ada", kind="claim", text=odd, evidence=(odd,)),)


def test_the_journal_is_told_in_order_by_subject_and_since(reopen: Reopen) -> None:
    ada, ben, late = (
        Entry(at=at, address=address, kind="transition", text=f"at {at}", evidence=("line 1", "line 2"))
        for at, address in [(1.0, "agent/ada"), (2.0, "agent/ben"), (3.0, "agent/ada")]
    )
    reopen().commit(Commit(record=Record(), journal=(ada, ben)))
    reopen().journal([late])
    assert reopen().history() == (ada, ben, late)
    assert reopen().history("agent/ada") == (ada, late)
    assert reopen().history(since=2.0) == (ben, late)
    assert reopen().history("agent/ada", since=2.0) == (late,)


def test_the_journal_of_no_store_is_empty(reopen: Reopen) -> None:
    assert reopen().history() == ()


def test_a_request_waits_until_a_commit_has_done_it(reopen: Reopen) -> None:
    first = reopen().request("fire", ("agent/ada", "retire"))
    second = reopen().request("resolve", ("abcd1234", "delivered"))
    assert reopen().load().requests == (first, second)
    stands = reopen().commit(Commit(record=reopen().load(), done_requests=(first.id,)))
    assert stands.requests == (second,)
    assert reopen().request("fire", ()).id not in (first.id, second.id)


def test_a_request_that_came_during_the_pass_is_in_what_a_commit_returns(reopen: Reopen) -> None:
    loaded = reopen().load()
    late = reopen().request("fire", ("agent/ada", "retire"))
    assert reopen().commit(Commit(record=loaded)).requests == (late,)


def test_a_saved_plan_is_used_once(reopen: Reopen) -> None:
    assert not reopen().used("p1")
    before = reopen().commit(replace(WHOLE, uses_plan="p1"))
    assert reopen().used("p1")
    late = replace(before, policy=99.0)
    with pytest.raises(PlanStaleError, match="p1 was used before"):
        reopen().commit(Commit(record=late, uses_plan="p1", moves=True))
    assert reopen().load() == before


def parts(record: Record) -> dict[str, Mapping[str, object]]:
    """Return the parts of a record that have names in them."""
    values = {field.name: getattr(record, field.name) for field in fields(Record)}
    return {name: value for name, value in values.items() if isinstance(value, Mapping)}


def differing(one: Record, other: Record) -> set[str]:
    """Return the parts that are not the very same object in both."""
    return {name for name, value in parts(one).items() if parts(other)[name] is not value}


def test_what_nobody_wrote_is_the_very_same_object(reopen: Reopen) -> None:
    store = reopen()
    stands = store.commit(WHOLE)
    assert differing(stands, store.load()) == set()
    store.journal([Entry(at=1.0, address="agent/ada", kind="claim", text="x")])
    assert differing(stands, store.load()) == set()
    store.request("fire", ("agent/ada", "retire"))
    store.pause("ada")
    assert differing(stands, store.load()) == set()


def test_a_commit_keeps_what_it_does_not_change(reopen: Reopen) -> None:
    store = reopen()
    before = store.commit(WHOLE)
    equal = replace(deepcopy(before), samples={**deepcopy(before).samples, "agent/ben": Sample(state="busy")})
    assert differing(before, equal) == set(parts(before))
    stands = store.commit(replace(WHOLE, record=equal))
    assert differing(before, stands) == {"samples"}
    assert stands.samples["agent/ada"] is before.samples["agent/ada"]
    assert stands.samples["agent/ben"] is equal.samples["agent/ben"]
    assert differing(stands, store.load()) == set()


def test_progress_of_an_intent_leaves_the_rest_as_it_was(reopen: Reopen) -> None:
    store = reopen()
    before = store.commit(WHOLE)
    typed = replace(INTENT, status=IntentStatus.TYPED)
    store.save_intent(typed)
    after = store.load()
    assert differing(before, after) == {"intents"}
    assert after.intents[typed.id] is typed


def test_what_no_commit_named_is_given_back_and_not_loaded(reopen: Reopen) -> None:
    store = reopen()
    before = store.commit(WHOLE)
    beyond = replace(before, logs={"log|ben": LogMemory(rows=1)})
    stands = store.commit(Commit(record=beyond, subjects=("agent/ada",)))
    assert stands == beyond
    assert store.load() == before
    assert store.commit(Commit(record=stands, memory=True)) == store.load() == beyond


def test_what_another_wrote_is_seen_at_once(reopen: Reopen) -> None:
    mine, other = reopen(), reopen()
    record = mine.commit(WHOLE)
    for number in range(20):
        moved = replace(ADA, entry=number)
        theirs = other.commit(Commit(record=replace(record, subjects={ADA.address: moved}), subjects=(ADA.address,)))
        record = mine.load()
        assert record == theirs
        other.pause(f"agent-{number}")
        assert f"agent-{number}" in mine.held()
        asked = other.request("fire", (str(number),))
        assert mine.load().requests[-1] == asked
        assert mine.load().paused == mine.held()
        record = mine.commit(Commit(record=replace(record, policy=float(number))))
        assert other.load() == record


def test_what_another_left_as_it_was_stays_the_very_same_object(reopen: Reopen) -> None:
    mine, other = reopen(), reopen()
    before = mine.commit(WHOLE)
    theirs = other.load()
    other.commit(Commit(record=replace(theirs, attempts={"T-1": 3}), memory=True))
    after = mine.load()
    assert differing(before, after) == {"attempts"}
    assert after.attempts == {"T-1": 3}


def test_screens_are_kept_replaced_and_forgotten(reopen: Reopen) -> None:
    pane = PaneRef(server="1:2", pane="%3", pid=4)
    one, two = (KeptScreen(ref=pane, sign="s", text=text) for text in ("é\x1b[1m", ""))
    assert reopen().screens() == {}
    reopen().commit(Commit(record=FULL, screens={"a": one, "b": one}))
    assert reopen().screens() == {"a": one, "b": one}
    reopen().commit(Commit(record=FULL, screens={"b": two}, stale_screens=("a",)))
    assert reopen().screens() == {"b": two}
    reopen().commit(Commit(record=FULL))
    assert reopen().screens() == {"b": two}
    assert reopen().load().lineage


def test_agents_and_everything_are_held_until_they_may_go(reopen: Reopen) -> None:
    assert reopen().held() == frozenset()
    for who in ("ada", "ada", "*"):
        reopen().pause(who)
    assert reopen().held() == {"ada", "*"}
    assert reopen().load().paused == {"ada", "*"}
    reopen().go("ada")
    assert reopen().held() == {"*"}


def test_letting_go_of_who_was_not_held_is_nothing(reopen: Reopen) -> None:
    reopen().go("ada")
    assert reopen().held() == frozenset()


def test_a_held_lock_refuses_a_second_holder_and_is_free_afterwards(reopen: Reopen) -> None:
    first, second = reopen(), reopen()
    with first.lock(), pytest.raises(ProjectLockedError, match=r"pid \d+ since"), second.lock(0.1):
        pytest.fail("two holders")
    with second.lock():
        pass


def test_the_lock_is_free_after_an_error(reopen: Reopen) -> None:
    with pytest.raises(KeyError), reopen().lock():
        raise KeyError
    with reopen().lock():
        pass


def test_the_holder_of_the_lock_is_named_as_long_as_it_holds_it(reopen: Reopen) -> None:
    assert reopen().holder() == ""
    with reopen().lock():
        assert re.fullmatch(r"pid \d+ since .+", reopen().holder())
    assert reopen().holder() == ""
