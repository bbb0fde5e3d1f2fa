"""Laws of proposals, for any files that come, change, are copied and go between passes that may be killed."""

from __future__ import annotations

import contextlib
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from amp_fsm.model.proposal import folded_title
from tests.engine.test_proposals import BAD, FOLDER, DyingStore, Killed, LeadsDay, team

TEXTS = (
    "tasks:\n- {title: One, kind: writing, deliverables: [one.md]}\n",
    "tasks:\n- {title: Two, kind: writing, deliverables: [two.md], id: P-01}\n",
    "tasks:\n- {title: Two again, kind: writing, deliverables: [two.md], id: p-01}\n",
    "tasks:\n- {title: ONE!, kind: code, deliverables: [one.py]}\n- {title: Three, kind: code, deliverables: [3.py]}\n",
    BAD,
    "tasks: [\n",
)
TEAM = team(asks=False)

events = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["a.yaml", "b.yaml", "c.yml"]), st.sampled_from([*TEXTS, ""])),
        st.tuples(st.just("pass"), st.sampled_from(["", "dies", "dies after"])),
    ),
    max_size=14,
)


@given(happens=events)
@settings(max_examples=25, deadline=None)
def test_nothing_is_queued_twice_and_ids_and_open_titles_are_unique(happens: list[tuple[str, str]]) -> None:
    day = LeadsDay(project=TEAM, store=DyingStore())
    assert isinstance(day.store, DyingStore)
    for what, text in [*happens, *[("pass", "")] * 3]:
        if what != "pass" and text:
            day.drop(what, text)
        elif what != "pass":
            day.files.texts.pop(f"{FOLDER}/{what}", None)
        else:
            day.store.dies, day.store.after = (day.store.commits + 1 if text else 0), text == "dies after"
            with contextlib.suppress(Killed):
                day.a_pass()
            day.clock.pass_time(3.0)
        queued = Counter(folded_title(title) for title in day.titles().elements())
        assert all(count == 1 for count in queued.values()), queued
        ids = Counter(name.casefold() for name in (*TEAM.tasks, *day.store.record.added))
        assert all(count == 1 for count in ids.values()), ids
