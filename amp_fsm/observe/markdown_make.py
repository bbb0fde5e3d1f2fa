"""What a document lacks is made at its heading: a heading at its end, an empty table below it.  Text in, text out."""

from __future__ import annotations

from collections.abc import Sequence

from amp_fsm.observe.markdown_edit import escape
from amp_fsm.observe.markdown_lines import find_heading
from amp_fsm.observe.markdown_log import below


def with_table(text: str, heading: str, headers: Sequence[str]) -> str:
    """Return the document with an empty table under its heading; without headers, with the heading alone.

    A heading that is missing is put at the end, and whatever was there before stays as it was.
    """
    table = _table(headers)
    found = find_heading(text, heading)
    if found is not None:
        return below(text, found.line, table) if table else text
    ending = "\r\n" if "\r\n" in text else "\n"
    before = text
    if before and not before.endswith("\n"):
        before += ending
    if before and not before.endswith(("\n\n", "\n\r\n")):
        before += ending
    return before + ending.join([f"## {heading}", "", *table, ""] if table else [f"## {heading}", ""])


def _table(headers: Sequence[str]) -> tuple[str, ...]:
    if not headers:
        return ()
    return f"| {' | '.join(escape(header) for header in headers)} |", f"|{'---|' * len(headers)}"
