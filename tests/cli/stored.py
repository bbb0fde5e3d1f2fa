"""A record with one of each, written by the real store."""

from __future__ import annotations

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Assignment, Intent, IntentStatus, Record, Sample, SubjectRecord
from amp_fsm.model.time import Reading
from amp_fsm.ports import Commit, Entry
from tests.configured_team import Home

WALL = 1_790_000_000.0


def intent(status: IntentStatus = IntentStatus.UNKNOWN) -> Intent:
    action = Action(verb=Verb.SEND, target="agent/ada", what="code", text="hello")
    return Intent(
        id="abcd2345",
        address="agent/ada",
        entry=2,
        cause="assign",
        action=action,
        assignment="T-1#1",
        status=status,
        note="the server restarted meanwhile",
    )


def commit(home: Home, status: IntentStatus = IntentStatus.UNKNOWN) -> None:
    """Write the record: ada holds T-1, and whether she got its prompt cannot be known."""
    subjects = {
        "agent/ada": SubjectRecord(
            address="agent/ada", state="ASSIGNED", entry=2, since_wall=WALL, because="at_prompt, offered"
        ),
        "agent/ben": SubjectRecord(address="agent/ben", state="OFFLINE", since_wall=WALL, because="new"),
        "task/T-1": SubjectRecord(address="task/T-1", state="ASSIGNED", entry=2, since_wall=WALL, because="offered"),
    }
    given = Assignment(id="T-1#1", agent="ada", task="T-1", prompt="abcd2345", unknown=True)
    record = Record(
        reading=Reading(wall=WALL, mono=1.0, boot=""),
        subjects=subjects,
        assignments={given.id: given},
        intents={"abcd2345": intent(status)},
        samples={"ada": Sample(state="idle", evidence="? for shortcuts")},
        attempts={"T-1": 1},
    )
    entries = (
        Entry(at=WALL - 100, address="agent/ben", kind="transition", text="early"),
        Entry(at=WALL, address="agent/ada", kind="transition", text="IDLE -> ASSIGNED", evidence=("offered = true",)),
    )
    home.store.commit(
        Commit(
            record=record,
            subjects=tuple(subjects),
            assignments=(given.id,),
            intents=("abcd2345",),
            memory=True,
            moves=True,
            journal=entries,
        )
    )
