"""Claims: what counts as said, and since when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.facts import Truth
from amp_fsm.model.record import Assignment, CellMemory, LogMemory
from amp_fsm.model.seen import Failed
from amp_fsm.model.time import Now
from amp_fsm.observe.claims import REWRITES, RowClaims, combine, log_claims, recounted, remember_write, row_claims
from amp_fsm.observe.documents import LogRow, StatusRow, rows_in_log

NOW = Now(policy=100.0, wall=0.0)
WORDS = {"idle": ("IDLE",), "working": ("WORKING", "ASSIGNED"), "blocked": ("BLOCKED",), "done": ("DONE", "✅")}
SPEC = DocumentSpec(
    name="status", file="S.md", heading="H", key="Agent", columns={"status": "Status", "updated": "At"}, words=WORDS
)
HELD = Assignment(id="T#1", agent="ada", task="T", since=50.0, delivered=60.0)
OURS = CellMemory(wrote="ASSIGNED", replaced="DONE", replaced_row="", text="DONE", first_seen=10.0)


def row(status: str, at: str = "09:00") -> StatusRow:
    return StatusRow(
        cells={"status": status, "updated": at}, line=4, headers=(("Agent", "ada"), ("Status", status), ("At", at))
    )


def said(claims: RowClaims) -> set[str]:
    return {name for name, fact in claims.facts.items() if fact.truth is Truth.TRUE}


def test_a_word_by_somebody_else_since_the_prompt_is_a_claim_with_its_place() -> None:
    claims = row_claims(SPEC, row("DONE"), OURS, HELD, NOW)
    assert said(claims) == {"claims_done"}
    assert claims.facts["claims_done"].evidence == 'S.md:4 "DONE"'
    assert claims.memory.first_seen == 100.0


def test_our_own_word_is_never_a_claim() -> None:
    assert said(row_claims(SPEC, row("ASSIGNED"), OURS, HELD, NOW)) == set()


def test_what_was_said_before_the_prompt_is_not_said_again() -> None:
    memory = row_claims(SPEC, row("DONE"), CellMemory(), None, Now(policy=40.0, wall=0.0)).memory
    assert said(row_claims(SPEC, row("DONE"), memory, HELD, NOW)) == set()


def test_the_same_word_with_a_new_time_is_said_again() -> None:
    memory = row_claims(SPEC, row("DONE"), CellMemory(), None, Now(policy=40.0, wall=0.0)).memory
    assert said(row_claims(SPEC, row("DONE", at="09:30"), memory, HELD, NOW)) == {"claims_done"}


def test_a_claim_that_was_answered_is_not_read_twice() -> None:
    memory = row_claims(SPEC, row("DONE"), OURS, HELD, NOW).memory
    judged = replace(HELD, verdict="refused", verdict_at=101.0)
    assert said(row_claims(SPEC, row("DONE"), memory, judged, Now(policy=120.0, wall=0.0))) == set()


def test_nothing_is_claimed_while_the_prompt_is_on_its_way() -> None:
    assert said(row_claims(SPEC, row("DONE"), OURS, replace(HELD, delivered=None), NOW)) == set()


def test_without_an_assignment_the_word_counts_as_it_stands() -> None:
    assert said(row_claims(SPEC, row("WORKING"), CellMemory(), None, NOW)) == {"claims_working"}


def test_a_word_that_nobody_declared_is_unknown_and_reported() -> None:
    claims = row_claims(SPEC, row("almost"), OURS, HELD, NOW)
    assert {fact.truth for fact in claims.facts.values()} == {Truth.UNKNOWN}
    assert "almost" in claims.odd


def test_an_unreadable_table_is_unknown() -> None:
    claims = row_claims(SPEC, Failed(reason="S.md: permission denied"), OURS, HELD, NOW)
    assert {fact.truth for fact in claims.facts.values()} == {Truth.UNKNOWN}


def test_a_readable_table_without_the_row_claims_nothing() -> None:
    claims = row_claims(SPEC, None, OURS, HELD, NOW)
    assert {fact.truth for fact in claims.facts.values()} == {Truth.FALSE}


class TestFallingBack:
    def memory(self, rewrites: int = 0) -> CellMemory:
        before = row_claims(SPEC, row("DONE"), CellMemory(), None, Now(policy=40.0, wall=0.0)).memory
        return replace(remember_write(before, "ASSIGNED", "DONE", rewritten=False), rewrites=rewrites)

    def test_an_older_version_that_somebody_saved_is_no_claim(self) -> None:
        claims = row_claims(SPEC, row("DONE"), self.memory(), HELD, NOW)
        assert (said(claims), claims.fallen) == (set(), True)

    def test_the_same_word_with_another_time_is_a_claim(self) -> None:
        claims = row_claims(SPEC, row("DONE", at="10:10"), self.memory(), HELD, NOW)
        assert (said(claims), claims.fallen) == ({"claims_done"}, False)

    def test_after_three_rewrites_it_is_believed(self) -> None:
        claims = row_claims(SPEC, row("DONE"), self.memory(rewrites=REWRITES), HELD, NOW)
        assert claims.fallen is False

    def test_without_a_clock_column_an_agent_that_repeats_itself_is_believed(self) -> None:
        spec = replace(SPEC, columns={"status": "Status"})
        assert row_claims(spec, row("DONE"), self.memory(), HELD, NOW).fallen is False

    def test_each_rewrite_is_counted_and_a_write_over_our_own_word_is_not(self) -> None:
        memory = remember_write(self.memory(), "WORKING", "ASSIGNED", rewritten=False)
        assert (memory.wrote, memory.replaced, memory.rewrites) == ("WORKING", "DONE", 0)
        assert remember_write(memory, "WORKING", "DONE", rewritten=True).rewrites == 1


LOG = DocumentSpec(name="log", file="L.md", heading="Log", key="Who", row={"Who": ""}, words=WORDS)
HEAD = "## Log\n\n| Who | What | State |\n|---|---|---|\n"


def log(*lines: str) -> tuple[LogRow, ...]:
    return rows_in_log(LOG, HEAD + "".join(f"{line}\n" for line in lines), "ada")


@pytest.mark.parametrize(
    ("line", "claimed"),
    [
        pytest.param("| ada | T: all written | ✅ |", {"claims_done"}, id="its-own-row-about-its-task"),
        pytest.param("| ada | T2: all written | 🚧 |", set(), id="no-claim-word"),
        pytest.param("| ben | T: all written | ✅ |", set(), id="somebody-elses-row"),
        pytest.param("| ada | something else | ✅ |", set(), id="not-about-its-task"),
    ],
)
def test_a_row_that_came_since_the_last_look_is_a_claim(line: str, claimed: set[str]) -> None:
    _, before = log_claims(LOG, log(), LogMemory(), HELD, Now(policy=70.0, wall=0.0))
    facts, _ = log_claims(LOG, log(line), before, HELD, NOW)
    assert {name for name, fact in facts.items() if fact.truth is Truth.TRUE} == claimed


def test_rows_that_were_there_at_the_first_look_are_history() -> None:
    facts, _ = log_claims(LOG, log("| ada | T | ✅ |"), LogMemory(), HELD, NOW)
    assert {fact.truth for fact in facts.values()} == {Truth.FALSE}


def test_the_row_has_the_last_word_over_the_log() -> None:
    blocked = row_claims(SPEC, row("BLOCKED"), OURS, HELD, NOW).facts
    _, before = log_claims(LOG, log(), LogMemory(), HELD, Now(policy=70.0, wall=0.0))
    done, _ = log_claims(LOG, log("| ada | T | ✅ |"), before, HELD, NOW)
    assert combine(blocked, [done])["claims_blocked"].truth is Truth.TRUE
    assert combine(blocked, [done])["claims_done"].truth is Truth.FALSE


def test_an_escape_sequence_in_a_cell_never_reaches_the_operators_terminal() -> None:
    claims = row_claims(SPEC, row("DONE \x1b]0;pwned\x07"), OURS, HELD, NOW)
    assert claims.facts["claims_done"].evidence == 'S.md:4 "DONE \ufffd]0;pwned\ufffd"'


def log_of(*rows: str) -> str:
    return "".join(f"{line}\n" for line in ("# Log", "", "| Agent | What | State |", "|---|---|---|", *rows))


def test_a_claim_counts_though_older_rows_were_moved_elsewhere_or_ours_came_meanwhile() -> None:
    log = DocumentSpec(name="log", file="L.md", heading="Log", key="Agent", row={"Agent": "a"}, words=WORDS)
    old, new = "| ada | T | DONE |", "| ada | T | ✅ |"

    def look(text: str, memory: LogMemory, at: float) -> tuple[set[str], LogMemory]:
        facts, after = log_claims(log, rows_in_log(log, text, "ada"), memory, HELD, Now(policy=at, wall=0.0))
        return {name for name, fact in facts.items() if fact.truth is Truth.TRUE}, after

    _, memory = look(log_of(old, old, old), LogMemory(), 40.0)
    # Between the look and our writing, the agent added its row.
    moved = recounted(log, log_of(old, old, old, new), log_of(old, new), "ada", "T", memory)
    assert look(log_of(old, new), moved, 100.0)[0] == {"claims_done"}
    added = recounted(log, log_of(old, old, old, new), log_of(old, old, old, new, old), "ada", "T", memory)
    assert look(log_of(old, old, old, new, old), added, 100.0)[0] == {"claims_done"}
    ours = recounted(log, log_of(old, old, old), log_of(old, old, old, old), "ada", "T", memory)
    assert look(log_of(old, old, old, old), ours, 100.0)[0] == set()
