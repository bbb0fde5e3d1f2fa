"""The account of a rehearsal's prompts: each that was planned, and what became of it, from both ends.  Pure."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
ARRIVED = frozenset({"prompt", "queued", "refused"})
RECEIVED, UNACCOUNTED = "received", "unaccounted"
TOTAL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One prompt that was planned.

    Attributes:
        prompt: its name; `task`: what it was about, empty for nothing.
        ended: how its intent ended; counts only for one that was never submitted, or whose delivery is not known.
        text: what was submitted, empty when nothing was.
    """

    intent: str
    prompt: str
    task: str
    agent: str
    ended: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one prompt.

    Attributes:
        received_by: every agent that received it, once for each time.
        became: `received` (once, by whom it was for), how its intent ended when it was never submitted or is not known
            to have been, or `unaccounted`.
    """

    intent: str
    prompt: str
    task: str
    agent: str
    received_by: tuple[str, ...]
    became: str

    @property
    def sent(self) -> bool:
        """Whether it was submitted."""
        return self.became in (RECEIVED, UNACCOUNTED)


def account_of(planned: Iterable[Planned], receipts: Sequence[Json]) -> tuple[Account, ...]:
    """Return what became of every planned prompt."""
    arrived: defaultdict[str, list[str]] = defaultdict(list)
    for receipt in receipts:
        if receipt["kind"] in ARRIVED:
            arrived[receipt["sha256"]].append(receipt["agent"])
    return tuple(_account(item, tuple(arrived[_digest(item.text)]) if item.text else ()) for item in planned)


def _account(item: Planned, received_by: tuple[str, ...]) -> Account:
    if received_by == (item.agent,):
        became = RECEIVED
    elif received_by or (item.text and item.ended != "unknown"):
        became = UNACCOUNTED
    else:
        became = item.ended
    return Account(
        intent=item.intent,
        prompt=item.prompt,
        task=item.task,
        agent=item.agent,
        received_by=received_by,
        became=became,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def unaccounted(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield a sentence for every prompt that was submitted and not received once, by whom it was for."""
    for item in accounts:
        if item.became == UNACCOUNTED:
            who = ", ".join(item.received_by) or "nobody"
            yield f"{item.prompt} for {item.task or 'no task'} was sent to {item.agent} and received by {who}"


def table(accounts: Sequence[Account]) -> list[str]:
    """Return the sent prompts as lines: one for each name, one column for each agent, with totals."""
    sent = [item for item in accounts if item.sent]
    names, agents = (tuple(sorted({getattr(item, key) for item in sent})) for key in ("prompt", "agent"))
    counts = Counter((item.prompt, item.agent) for item in sent)
    rows = [["", *agents, TOTAL]]
    rows += [[name, *(str(counts[name, agent] or "-") for agent in agents), ""] for name in names]
    for row, name in zip(rows[1:], names, strict=True):
        row[-1] = str(sum(counts[name, agent] for agent in agents))
    totals = [str(sum(counts[name, agent] for name in names)) for agent in agents]
    rows.append([TOTAL, *totals, str(len(sent))])
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
        if sent
    ]
