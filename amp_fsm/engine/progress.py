"""The record while a plan is performed: what each effect came to is written down at once.  Safe for threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from amp_fsm.engine.commit import lead_entries
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import UPKEEP, Verb
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.record import CellMemory, Intent, LogMemory, Record
from amp_fsm.model.time import Now, advance
from amp_fsm.observe.claims import recounted, remember_write
from amp_fsm.plan.settle import settled
from amp_fsm.ports import Clock, Commit, Entry, Store

_REMEMBERED = frozenset({Verb.RUN, Verb.SET_ROW, Verb.APPEND_ROW, Verb.WRITE, Verb.SET_LINE, *UPKEEP})
"""Verbs of which the record remembers more than that they are done."""


class Progress:
    """Keeps the record up to date with every outcome.

    Attributes:
        record: as the outcomes so far leave it.
        outcomes: every intent that was touched, as it ended or stayed.
    """

    def __init__(self, store: Store, clock: Clock, record: Record, on_done: Callable[[Intent], None]) -> None:
        """Start with the record as it was committed; `on_done` hears of every outcome."""
        self.record = record
        self.outcomes: list[Intent] = []
        self._store = store
        self._clock = clock
        self._on_done = on_done
        self._lock = threading.Lock()

    def saved(self, intent: Intent) -> Intent:
        """Return the intent as far as it came: the next pass recovers it by the server's witnesses."""
        with self._lock:
            return self.record.intents.get(intent.id, intent)

    def save(self, intent: Intent) -> None:
        """Write down how far an intent has come, durably, before and after each step."""
        with self._lock:
            stamped = replace(intent, changed=self._now().policy)
            self.record = replace(self.record, intents={**self.record.intents, intent.id: stamped})
            self._store.save_intent(stamped)

    def keep(self, intent: Intent) -> None:
        """Record that an intent stays open, with the reason."""
        with self._lock:
            before = self.record.intents.get(intent.id)
            kept = replace(intent, changed=before.changed if before is not None else intent.changed)
            if kept != before:
                self.record = replace(self.record, intents={**self.record.intents, intent.id: kept})
                self._store.save_intent(kept)
            self.outcomes.append(kept)
        self._on_done(kept)

    def settle(self, intent: Intent) -> None:
        """Record an outcome with everything that follows from it, in one transaction."""
        with self._lock:
            now = self._now()
            after = settled(self.record, replace(intent, changed=now.policy), now)
            self.record = self._store.commit(
                Commit(
                    record=after,
                    subjects=(intent.address,) if intent.address in after.subjects else (),
                    assignments=(intent.assignment,) if intent.assignment in after.assignments else (),
                    intents=(intent.id,),
                    memory=intent.action.verb in _REMEMBERED
                    or (after.added, after.lead) != (self.record.added, self.record.lead),
                    moves=True,
                    journal=(_entry(intent, now), *lead_entries(self.record, after, now)),
                )
            )
            self.outcomes.append(intent)
        self._on_done(intent)

    def remember_cell(self, key: str, wrote: str, replaced: str, *, rewritten: bool) -> None:
        """Remember what is about to be written into a cell and what it replaces, before it is."""
        with self._lock:
            before = self.record.cells.get(key, CellMemory())
            after = remember_write(before, wrote, replaced, rewritten=rewritten)
            record = replace(self.record, cells={**self.record.cells, key: after})
            self.record = self._store.commit(Commit(record=record, memory=True))

    def recount(self, document: DocumentSpec, agent: AgentSpec, before: str, after: str) -> None:
        """Count an agent's rows of a log anew after we changed it, so that our own are never taken for the agent's."""
        key = f"{document.name}|{agent.name}"
        with self._lock:
            if key not in self.record.logs:
                return
            task = next((a.task for a in self.record.assignments.values() if a.agent == agent.name), "")
            memory = self.record.logs.get(key, LogMemory())
            counted = recounted(document, before, after, agent.row or agent.name, task, memory)
            self.record = replace(self.record, logs={**self.record.logs, key: counted})

    def _now(self) -> Now:
        return advance(self.record.policy, self.record.reading, self._clock.read())


def _entry(intent: Intent, now: Now) -> Entry:
    """Return the journal's line about an outcome, with what proves it."""
    action = intent.action
    note = f" ({intent.note})" if intent.note else ""
    text = f"{action.verb} {action.what or action.target}: {intent.status}{note}"
    if action.verb is Verb.NOTIFY:
        return Entry(at=now.wall, address=intent.address, kind="notify", text=text, evidence=(action.text,))
    digest = (f"sha256 {action.digest}",) if action.digest else ()
    evidence = (*digest, f"intent {intent.id}")
    return Entry(at=now.wall, address=intent.address, kind="action", text=text, evidence=evidence)
