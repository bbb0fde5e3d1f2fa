"""How passes are told while they happen: the plan, each outcome, the end and the next command."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from shlex import join, quote

import click

from amp_fsm import __version__
from amp_fsm.cli.output import progress, wants_color
from amp_fsm.engine.listener import Listener
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.plan.render import is_empty, next_text, render_text

_SHOUTED = {IntentStatus.FAILED: "FAILED", IntentStatus.UNKNOWN: "UNKNOWN"}
_UNDER_WAY = frozenset({IntentStatus.OPEN, IntentStatus.TYPING, IntentStatus.TYPED, IntentStatus.ENTERED})


class PassPrinter:
    """Prints passes; a reader who leaves ends the printing, never a pass.

    Attributes:
        config: its path, as it was given.
        quiet: nothing is printed (a JSON document will be).
        on_broken: called once when nobody reads any more.
    """

    def __init__(self, config: str, *, loops: bool, quiet: bool) -> None:
        """Print for `config`; in a loop, passes that do nothing are not mentioned."""
        self.quiet = quiet
        self.on_broken: Callable[[], None] = lambda: None
        self.config = config
        self._loops = loops
        self._broken = False
        self._lock = threading.Lock()

    def listener(self) -> Listener:
        """Return what a loop tells its passes to."""
        return Listener(on_plan=self._plan, on_done=self._outcome, on_pass=self._passed, on_notice=self.notice)

    def notice(self, text: str) -> None:
        """Say something about the loop itself on stderr."""
        click.echo(f"amp-fsm: {text}", err=True)

    def end(self, result: PassResult, ended: str, outcomes: Sequence[Intent], *, code: int) -> None:
        """Print how it ended, with which exit code, and the exact next command."""
        if self._loops:
            self._say(ended)
        if outcomes:
            counted = Counter(outcome_word(intent).lower() for intent in outcomes)
            self._say(", ".join(f"{number} {word}" for word, number in counted.items()))
        for line in next_lines(result, self.config):
            self._say(line)
        self._check_reader()

    def document(
        self,
        result: PassResult,
        outcomes: Iterable[Intent],
        refused: Iterable[str],
        *,
        ended: str,
        passes: int,
        code: int,
    ) -> dict[str, object]:
        """Return everything as JSON-ready values."""
        from amp_fsm.plan.as_json import render_json

        return {
            "tool_version": __version__,
            "passes": passes,
            "ended": ended,
            "exit_code": code,
            "plan": render_json(result.plan, __version__),
            "outcomes": [intent_json(intent) for intent in outcomes],
            "unknown": [intent_json(intent) for intent in unknown_intents(result.record)],
            "answered": list(result.answered),
            "refused": list(refused),
            "skipped": list(result.skipped),
        }

    def _plan(self, plan: Plan, took: float) -> None:
        if not (self._loops and is_empty(plan)):
            self._say(render_text(plan, color=wants_color(), took=took, following=False).rstrip("\n"))

    def _outcome(self, intent: Intent) -> None:
        self._say(outcome_text(intent))

    def _passed(self, result: PassResult, wait: float) -> None:
        for text in result.answered:
            self._say(f"  asked   {text}: done")
        for text in result.refused:
            self._say(f"  refused {text}")
        for text in result.skipped:
            self._say(f"  skipped {text}")
        if self._loops and result.outcomes:
            self._say("")
        if wait > 1.0:
            progress(f"looking again in {wait:.0f}s")

    def _check_reader(self) -> None:
        if self._broken:
            raise BrokenPipeError

    def _say(self, text: str) -> None:
        if self.quiet or self._broken:
            return
        with self._lock:
            try:
                click.echo(text)
            except BrokenPipeError:
                self._broken = True
                self.on_broken()


def outcome_word(intent: Intent) -> str:
    """Return how an intent ended, or `open`, in one word."""
    if intent.status in _UNDER_WAY:
        return "open"
    return _SHOUTED.get(intent.status, str(intent.status))


def outcome_text(intent: Intent) -> str:
    """Return one outcome as a line."""
    action = intent.action
    aim = f"{action.verb} {action.what or action.target}".strip()
    where = "" if action.target == intent.address and not action.what else f" -> {intent.address}"
    note = f": {intent.note}" if intent.note else ""
    return f"  {outcome_word(intent):<7} {aim}{where}{note}"


def unknown_intents(record: Record) -> tuple[Intent, ...]:
    """Return the intents that only a person can settle."""
    return tuple(intent for intent in record.intents.values() if intent.status is IntentStatus.UNKNOWN)


def resolve_command(config: str, intent: Intent) -> str:
    """Return the exact command that settles an unknown delivery."""
    return f"amp-fsm resolve {quote(config)} {intent.id} --delivered|--not-delivered"


def next_lines(result: PassResult, config: str) -> list[str]:
    """Return the next commands: what only a person can settle first."""
    unknown = unknown_intents(result.record)
    if unknown:
        return [f"next: {resolve_command(config, intent)}" for intent in unknown]
    if result.acted:
        return [f"next: {join(['amp-fsm', 'reconcile', config])}"]
    return [next_text(result.plan)]


def intent_json(intent: Intent) -> dict[str, object]:
    """Return an intent as JSON-ready values."""
    action = intent.action
    return {
        "intent": intent.id,
        "address": intent.address,
        "verb": action.verb,
        "what": action.what,
        "target": action.target,
        "status": intent.status,
        "note": intent.note,
    }
