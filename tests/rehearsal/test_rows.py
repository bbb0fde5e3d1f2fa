from __future__ import annotations

import pytest

from amp_fsm.rehearsal.practice_agent.rows import edit_row, fold

BOARD = """# Team\r
| Agent | Status |
|---|---|
| ada | ELSEWHERE |

### Agent Status
text
| Agent | Task | Status | Last Update |
|:--|---|---|---|
| **0-Ada** (w3) | T-1 \\| x |  WORKING|09:00 |
| ben | - | IDLE | - |

tail
"""


def test_only_the_cells_of_its_own_row_change() -> None:
    edited = edit_row(BOARD, "Agent Status", "Agent", "ada", {"Status": "DONE", "Last Update": "10:00"})
    assert edited == BOARD.replace("  WORKING|09:00 |", " DONE | 10:00 |")


@pytest.mark.parametrize(
    ("heading", "key", "row"),
    [
        pytest.param("No Such Heading", "Agent", "ada", id="no-such-table"),
        pytest.param("Agent Status", "Name", "ada", id="no-such-column"),
        pytest.param("Agent Status", "Agent", "cleo", id="no-such-row"),
    ],
)
def test_what_is_not_there_is_not_made(heading: str, key: str, row: str) -> None:
    assert edit_row(BOARD, heading, key, row, {"Status": "DONE"}) is None


@pytest.mark.parametrize("text", ["Ada", "**ADA**", "0-ada", "`ada` (w3)", "Àda"])
def test_names_are_compared_without_their_dress(text: str) -> None:
    assert fold(text) == "ada"
