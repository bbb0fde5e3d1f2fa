"""Claims: what an agent says of its work, and whether it said so since it was last spoken to.

Our own words are never read as claims, nor is what was there before: a claim counts when it was first seen after the
last delivered prompt and after the last verdict.  Somebody who saves an older version of the file claims nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.naming import names_task
from amp_fsm.model.printable import printable
from amp_fsm.model.record import Assignment, CellMemory, LogMemory
from amp_fsm.model.seen import Failed
from amp_fsm.model.standard import CLAIMS
from amp_fsm.model.time import Now
from amp_fsm.observe.claim_words import claim_of
from amp_fsm.observe.documents import LogRow, StatusRow, rows_in_log
from amp_fsm.observe.fold import fold

REWRITES = 3
"""How often a row that fell back to an older text is written again before that text is taken for a claim."""

STATUS = "status"
"""Our key of the column in which agents claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowClaims:
    """What a row claims, what is to be remembered of it, and whether it fell back to what it said before ours."""

    facts: Mapping[str, Fact]
    memory: CellMemory
    fallen: bool = False
    odd: str = ""


def row_claims(
    spec: DocumentSpec, row: StatusRow | Failed | None, memory: CellMemory, assignment: Assignment | None, now: Now
) -> RowClaims:
    """Return what an agent's row claims now."""
    if isinstance(row, Failed):
        return RowClaims(facts=_all_unknown(Why.UNREACHABLE, row.reason), memory=memory)
    if row is None or STATUS not in row.cells:
        return RowClaims(facts=_all_false(f"{spec.file} has no row for it"), memory=memory)
    text = row.cells[STATUS]
    rest = _rest(spec, row)
    evidence = f'{spec.file}:{row.line} "{printable(text)}"'
    if memory.wrote and text == memory.wrote:
        return RowClaims(facts=_all_false(f"{evidence} is ours"), memory=memory)
    if _fell_back(spec, memory, text, rest):
        return RowClaims(facts=_all_false(f"{evidence} is an older version"), memory=memory, fallen=True)
    if (text, rest) != (memory.text, memory.row) or not memory.first_seen:
        memory = replace(memory, text=text, row=rest, first_seen=now.policy)
    claim = claim_of(spec.words, text)
    if claim is None:
        odd = f"{evidence} is no word of the configuration"
        return RowClaims(facts=_all_unknown(Why.UNRECOGNISED, odd), memory=memory, odd=odd)
    if not said_since(memory.first_seen, assignment):
        return RowClaims(facts=_all_false(f"{evidence} is as it was before"), memory=memory)
    return RowClaims(facts=_claiming(claim, evidence, "row", text), memory=memory)


def _fell_back(spec: DocumentSpec, memory: CellMemory, text: str, rest: str) -> bool:
    """Return whether a row is again just as it was before we wrote, our clock included: nobody claims that anew.

    Without a clock column an agent that says the same twice could not be told from an older version: it is believed.
    """
    old = bool(memory.wrote) and (text, rest) == (memory.replaced, memory.replaced_row)
    return old and "updated" in spec.columns and memory.rewrites < REWRITES


def remember_write(memory: CellMemory, wrote: str, replaced: str, *, rewritten: bool) -> CellMemory:
    """Return what is known of a cell after we wrote it; the rest of its row stays as it was last seen."""
    if replaced == memory.wrote and not rewritten:
        return replace(memory, wrote=wrote)
    rewrites = memory.rewrites + 1 if rewritten else 0
    return replace(memory, wrote=wrote, replaced=replaced, replaced_row=memory.row, rewrites=rewrites)


def _rest(spec: DocumentSpec, row: StatusRow) -> str:
    """Return a digest of the row without the cells that we write: those of the status and the task."""
    ours = {fold(spec.columns[key]) for key in (STATUS, "task") if key in spec.columns}
    kept = [f"{header}={text}" for header, text in row.headers if fold(header) not in ours]
    return hashlib.sha256("\x1f".join(kept).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def said_since(first_seen: float, assignment: Assignment | None) -> bool:
    """Return whether what was first seen then was said after the last prompt and after the last verdict."""
    if assignment is None:
        return True
    if assignment.delivered is None:
        return False
    return first_seen > max(assignment.delivered, assignment.verdict_at or 0.0)


def log_claims(
    spec: DocumentSpec, rows: Sequence[LogRow] | None, memory: LogMemory, assignment: Assignment | None, now: Now
) -> tuple[Mapping[str, Fact], LogMemory]:
    """Return what an agent claims in a log: in rows of its own that name its task and came since the last look.

    `rows` are all of its own, the oldest first; None: the log could not be read.
    """
    if rows is None:
        return _all_false(f"{spec.file} could not be read as a log"), memory
    said = _claims_in_log(rows, assignment.task if assignment else "")
    if len(said) > memory.rows and memory.first_seen:
        memory = LogMemory(rows=len(said), claim=said[-1][0], first_seen=now.policy)
    elif len(said) != memory.rows or not memory.first_seen:
        memory = LogMemory(rows=len(said), first_seen=now.policy)
    if assignment is None or not memory.claim or not said_since(memory.first_seen, assignment):
        return _all_false(f"nothing new in {spec.file}"), memory
    line = said[-1][2]
    return _claiming(memory.claim, f'{spec.file}:{said[-1][1]} "{line}"', "line", line), memory


def recounted(spec: DocumentSpec, before: str, after: str, name: str, task: str, memory: LogMemory) -> LogMemory:
    """Return what is known of a log after we changed it from `before` to `after`.

    Our own row is nobody's claim, nor does one that we moved elsewhere take a newer one along.
    """
    then, now = (len(_claims_in_log(rows_in_log(spec, text, name), task)) for text in (before, after))
    return replace(memory, rows=memory.rows + now - then)


def _claims_in_log(rows: Iterable[LogRow], task: str) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    for row in rows:
        line = " | ".join(row.others) if row.claim else ""
        if line and (not task or names_task(line, task)):
            found.append((row.claim, row.line, printable(line)))
    return found


def combine(row: Mapping[str, Fact], logs: Iterable[Mapping[str, Fact]]) -> dict[str, Fact]:
    """Return the claims of a row and of logs as one: the row has the last word, for it is the later habit."""
    if any(fact.truth is not Truth.FALSE for fact in row.values()):
        return dict(row)
    for log in logs:
        if any(fact.truth is Truth.TRUE for fact in log.values()):
            return dict(log)
    return dict(row)


def _claiming(claim: str, evidence: str, source: str, text: str) -> dict[str, Fact]:
    facts = {name: known(name, name == f"claims_{claim}", evidence, source) for name in CLAIMS}
    return {name: replace(fact, value=text) if fact.truth is Truth.TRUE else fact for name, fact in facts.items()}


def _all_false(evidence: str) -> dict[str, Fact]:
    return {name: known(name, False, evidence, "row") for name in CLAIMS}


def _all_unknown(why: Why, evidence: str) -> dict[str, Fact]:
    return {name: unknown(name, why, evidence, "row") for name in CLAIMS}
