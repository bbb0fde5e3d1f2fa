"""What must hold after a rehearsal, judged from both ends: what we sent and what agents received.  Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
