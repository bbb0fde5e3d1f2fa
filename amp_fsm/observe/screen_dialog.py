"""Last step of reading a screen: the dialog that is up, its text and its answers.  Decides nothing.

A dialog whose answers or whose beginning cannot be made out has none that could be given: a person is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from amp_fsm.model.dialog import Dialog, DialogSpec, Span
from amp_fsm.observe.screen_answers import read_answers
from amp_fsm.observe.screen_frame import FRAME, RULE, bare, top_of
from amp_fsm.observe.screen_text import Line

COMMAND = "command"
"""The name of the dialog that asks about a command; only in it one is looked for."""


def read_dialog(
    spec: DialogSpec, name: str, capture: str, lines: Sequence[Line], noise: Sequence[str]
) -> Dialog | None:
    """Return the dialog that a blocked screen shows; None when its answers cannot be made out.

    Args:
        spec: how the program's dialogs are read.
        name: what the rule calls it that saw it; `spec.names` knows better where one of its patterns matches.
        capture: the screen, with colours where the selection is told by them.
        lines: the same screen, normalised.
        noise: patterns of spinners and clocks, which are no part of the question.
    """
    answers = read_answers(spec, lines, capture)
    if answers is None:
        return None
    top = top_of(spec, lines, answers.start)
    block = [line.text for line in lines[top : answers.start]]
    text = "\n".join(_quiet(line, noise) for line in (*_written(block), *answers.question)).strip()
    called = next((known for known, pattern in spec.names.items() if re.search(pattern, text)), name)
    spans = spec.command if called == COMMAND else ()
    asked_about = next((found for span in spans if (found := _spanned(span, block))), [])
    return Dialog(
        name=called,
        text=text,
        command=" ".join(asked_about),
        wrapped="".join(asked_about),
        options=answers.options,
        keys=answers.keys,
        selected=answers.selected,
        digest=_digest((called, text, *answers.options)),
    )


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _written(block: Iterable[str]) -> list[str]:
    """Return the lines without frames, sides and empty ones."""
    return [said for line in block if not FRAME.fullmatch(line) and (said := bare(line))]


def _spanned(span: Span, block: Sequence[str]) -> list[str]:
    """Return the lines of a span, the dialog's first line left out; none when it is not there."""
    begins = re.compile(span.start)
    for at, line in enumerate(block):
        found = begins.search(line) if at or not RULE.match(line) else None
        if found is None:
            continue
        last = len(block)
        if span.end:
            last = next((n for n in range(last - 1, at, -1) if re.search(span.end, block[n])), 0)
        first = [found["text"]] if "text" in begins.groupindex else []
        return _written([*first, *block[at + 1 : last]]) if last else []
    return []


def _quiet(text: str, noise: Sequence[str]) -> str:
    for pattern in noise:
        text = re.sub(pattern, "", text)
    return text
