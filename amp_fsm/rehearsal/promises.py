"""What must hold after a rehearsal, judged from both ends: what we sent and what agents received.  Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amp_fsm.model.project import DocumentSpec
from amp_fsm.rehearsal.practice_agent.rows import cells_of, fold, table_below

Json = Mapping[str, Any]
ARRIVED = frozenset({"prompt", "queued", "refused"})
MOST_REPEATS = 20
"""Prompts of one name for one task, above which nobody can speak of a budget any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPrompt:
    """One prompt that was submitted, and whether its delivery was established."""

    intent: str
    text: str
    established: bool = True


def broken_deliveries(sent: Sequence[SentPrompt], receipts: Sequence[Json], answered: int = 0) -> Iterator[str]:
    """Yield what was wrong with deliveries: every submitted prompt arrives exactly once, whole, at the right moment.

    `answered`: how many dialogs were answered by a rule or by hand.
    """
    arrived = Counter(receipt["sha256"] for receipt in receipts if receipt["kind"] in ARRIVED)
    wanted = {hashlib.sha256(prompt.text.encode()).hexdigest(): prompt for prompt in sent}
    for digest, prompt in wanted.items():
        count = arrived[digest]
        if count > 1:
            yield f"prompt {prompt.intent} was received {count} times"
        elif count == 0 and prompt.established:
            yield f"prompt {prompt.intent} was counted as delivered and never received whole"
    for receipt in receipts:
        head = receipt["text"].strip().partition("\n")[0][:60]
        if receipt["kind"] in ARRIVED and receipt["sha256"] not in wanted:
            yield f"{receipt['agent']} received something that was not sent in one piece: {head!r}"
        elif receipt["kind"] in ("queued", "refused"):
            yield f"{receipt['agent']} was sent a prompt at a wrong moment; it {receipt['did']}"
        elif receipt["kind"] in ("approved", "denied"):
            answered -= 1
            if answered < 0:
                yield f"{receipt['agent']}: a dialog was answered that nobody ordered to answer ({receipt['did']})"
        elif receipt["kind"] == "typed_into_dialog":
            yield f"{receipt['agent']}: text was typed into a dialog: {head!r}"


def broken_budgets(names: Mapping[str, str], receipts: Sequence[Json]) -> Iterator[str]:
    """Yield which prompts were sent without end; `names`: intent to the name of its prompt."""
    counts = Counter((names.get(receipt["marker"], "prompt"), receipt["task"]) for receipt in receipts)
    for (name, task), count in counts.items():
        if count > MOST_REPEATS:
            yield f"{name} was sent {count} times for {task or 'no task'}: a reminder must have an end"


def broken_document(spec: DocumentSpec, before: str, after: str) -> Iterator[str]:
    """Yield what changed in a document besides the cells (or the rows of a log) that its declaration allows."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    first, second = _table(spec, old), _table(spec, new)
    if first is None or second is None:
        if before != after:
            yield f"document {spec.name}: it has no table under {spec.heading!r} and was changed"
        return
    if _without(old, first) != _without(new, second):
        yield f"document {spec.name}: lines outside its table changed"
    if spec.columns:
        yield from _changed_cells(spec, old[first[0] : first[1]], new[second[0] : second[1]])
    elif not _is_subsequence(old[slice(*first)], new[slice(*second)]):
        yield f"document {spec.name}: rows of the log were changed or removed"


def _changed_cells(spec: DocumentSpec, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if len(old) != len(new):
        yield f"document {spec.name}: rows were added or removed"
        return
    ours = {fold(header) for header in spec.columns.values()}
    places = [place for place, header in enumerate(cells_of(old[0])) if fold(header) in ours]
    for before, after in zip(old, new, strict=True):
        if before != after and _elsewhere(before, places) != _elsewhere(after, places):
            yield f"document {spec.name}: the row {before.strip()!r} changed outside its declared columns"


def _elsewhere(line: str, places: Sequence[int]) -> list[str]:
    """Return the line's parts between unescaped bars, exactly as written, without the cells at `places`."""
    parts = re.split(r"(?<!\\)\|", line)
    return [part for place, part in enumerate(parts) if place - 1 not in places]


def _table(spec: DocumentSpec, lines: Sequence[str]) -> tuple[int, int] | None:
    """Return the half-open range of the declared table's lines."""
    top = table_below(list(lines), spec.heading)
    if top is None:
        return None
    bottom = top
    while bottom < len(lines) and lines[bottom].lstrip().startswith("|"):
        bottom += 1
    return top, bottom


def _without(lines: Sequence[str], span: tuple[int, int]) -> list[str]:
    return [*lines[: span[0]], *lines[span[1] :]]


def _is_subsequence(old: Sequence[str], new: Sequence[str]) -> bool:
    rest = iter(new)
    return all(any(line == other for other in rest) for line in old)
