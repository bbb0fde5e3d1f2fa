"""Tasks written down elsewhere: read from Markdown and JSON, and what cannot be read is told with its place."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.observe.task_lists import Listed, read_listing

DOCUMENT = """\
# Team

| Paramètre | Valeur |
|---|---|
| Take Profit | +2% |

## Distribution des Tâches

| ID | Tâche | Agent | Priorité | Status |
|----|-------|-------|----------|--------|
| TASK-PO-008 | Backtest binary | AMP | BASSE | ✅ COMPLETED |
| **TASK-PO-011** | Strategy \\| analysis | 3-Antigravity | HAUTE | 🔄 IN_PROGRESS |
| TASK-PO-012 | Tests unitaires | test-engineer | | PENDING |
| later | Something | AMP | | PENDING |

```
| ID | Task |
|---|---|
| TASK-X-1 | an example in a fence |
```
"""


def test_the_rows_of_task_tables_are_read_and_no_others() -> None:
    found = read_listing(DOCUMENT, "TEAM.md")
    assert found.tasks == (
        Listed(id="TASK-PO-008", title="Backtest binary", place="TEAM.md:11", agent="amp", priority="LOW", done=True),
        Listed(id="TASK-PO-011", title="Strategy | analysis", place="TEAM.md:12", agent="antigravity", priority="HIGH"),
        Listed(id="TASK-PO-012", title="Tests unitaires", place="TEAM.md:13", agent="test-engineer"),
    )
    assert found.unread == ("TEAM.md:14: no task id and title in: later | Something | AMP |  | PENDING",)


def test_a_json_queue_is_read_with_what_its_templates_say() -> None:
    queue = {
        "task_queue": {
            "pending": [
                {"id": "T-1", "title": "Types", "type": "code", "priority": "high", "depends_on": ["T-0"]},
                {"title": "no id"},
            ],
            "completed": [{"task_id": "T-0", "description": "Begin", "assigned_to": "claude"}],
        },
        "task_templates": {"code": {"default_agent": "amp", "estimated_minutes": 15}},
    }
    found = read_listing(json.dumps(queue), "q.json")
    assert found.tasks == (
        Listed(
            id="T-1",
            title="Types",
            place="q.json: pending[0]",
            agent="amp",
            kind="code",
            priority="HIGH",
            needs=("T-0",),
            minutes=15.0,
        ),
        Listed(id="T-0", title="Begin", place="q.json: completed[0]", agent="claude", done=True),
    )
    assert found.unread == ('q.json: pending[1]: no task id and title in: {"title": "no id"}',)


def test_what_is_no_json_is_told() -> None:
    assert read_listing("{oops", "q.json").unread[0].startswith("q.json: is no JSON")


trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "title", "task_queue", "pending", "type", "task_templates"]), inner),
    ),
    max_leaves=8,
)


@given(st.one_of(st.text(alphabet="|-ID task\n#`x1", max_size=80), trees.map(json.dumps)))
def test_any_text_can_be_read(text: str) -> None:
    found = read_listing(text, "f")
    assert all(one.id and one.title for one in found.tasks)
