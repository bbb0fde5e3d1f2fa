"""What a process keeps in memory of the store never differs from what is stored, whoever wrote it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Assignment, Intent, IntentStatus, Record, Sample, SubjectRecord
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Commit, Store
from amp_fsm.world.sqlite import SqliteStore
from tests.fakes.store import MemoryStore

NAMES = ("a", "b", "c")
Step = Callable[[Store, Record], Record]


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=3)


def named_few() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(NAMES), unique=True, max_size=3).map(tuple)


NUMBERS = st.integers(0, 2)
INTENTS = st.builds(
    lambda name, status, number: Intent(
        id=name, address="a", entry=number, cause="c", action=Action(verb=Verb.SEND, target="a"), status=status
    ),
    st.sampled_from(NAMES),
    st.sampled_from(IntentStatus),
    NUMBERS,
)
SCREENS = st.builds(
    lambda number: KeptScreen(ref=PaneRef(server="s", pane="%1", pid=1), sign="", text=str(number)), NUMBERS
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "policy": NUMBERS.map(float),
        "subjects": some(NUMBERS).map(
            lambda some: {n: SubjectRecord(address=n, state="S", entry=e) for n, e in some.items()}
        ),
        "assignments": some(NUMBERS).map(
            lambda some: {n: Assignment(id=n, agent="a", task="t", attempt=e) for n, e in some.items()}
        ),
        "intents": st.lists(INTENTS, max_size=3).map(lambda some: {i.id: i for i in some}),
        "samples": some(NUMBERS.map(lambda number: Sample(since=float(number)))),
        "attempts": some(NUMBERS),
        "barred": some(named_few()),
        "lead": st.sampled_from(("", "ada", "ben")),
    },
)


NAMINGS = st.fixed_dictionaries(
    {key: named_few() for key in ("subjects", "assignments", "intents", "dropped", "closed")}
)
SWITCHES = st.fixed_dictionaries({key: st.booleans() for key in ("memory", "moves")})


@st.composite
def commits(draw: st.DrawFn) -> Step:
    parts: dict[str, Any] = draw(PARTS)
    named: dict[str, Any] = {**draw(NAMINGS), **draw(SWITCHES)}
    screens, stale, done = draw(some(SCREENS)), draw(named_few()), draw(st.booleans())

    def step(store: Store, record: Record) -> Record:
        return store.commit(
            Commit(
                record=replace(record, **parts),
                done_requests=tuple(one.id for one in record.requests) if done else (),
                screens=screens,
                stale_screens=tuple(name for name in stale if name not in screens),
                **named,
            )
        )

    return step


def told(tell: Callable[[Store], object]) -> Step:
    def step(store: Store, record: Record) -> Record:
        tell(store)
        return store.load()

    return step


STEPS = st.one_of(
    commits(),
    st.just(told(lambda store: store.load())),
    INTENTS.map(lambda intent: told(lambda store: store.save_intent(intent))),
    st.sampled_from(NAMES).map(lambda who: told(lambda store: store.pause(who))),
    st.sampled_from(NAMES).map(lambda who: told(lambda store: store.go(who))),
    st.just(told(lambda store: store.request("fire", ("a", "b")))),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 1), STEPS), min_size=1, max_size=8))
def test_two_that_keep_a_store_open_see_what_is_stored_after_every_step(steps: list[tuple[int, Step]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores = [SqliteStore(Path(folder), new_lineage=lambda: "fake") for _ in range(2)]
        model = MemoryStore()
        records, expected = [Record(), Record()], [Record(), Record()]
        for who, step in steps:
            records[who] = step(stores[who], records[who])
            expected[who] = step(model, expected[who])
            assert records[who] == expected[who]
            for one in (*stores, SqliteStore(Path(folder))):
                assert one.load() == model.load()
                assert one.held() == model.held()
                assert one.screens() == model.screens()
