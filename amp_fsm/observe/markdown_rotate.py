"""Where the entries of a rotated log go: one part for each move, under the id of the intent that moved them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from amp_fsm.model.document import DocumentSpec
from amp_fsm.observe.markdown_edit import table_under
from amp_fsm.observe.markdown_log import log_entries
from amp_fsm.observe.markdown_tables import Table

_MARK = re.compile(r"<!-- amp:(\w+) (\d+) lines -->\n\n?")


def archived(text: str, document: DocumentSpec, intent: str, entries: Sequence[str]) -> str:
    """Return entries of a document as one part of the file that they go to, with the header of their table."""
    lines = "\n".join(entry.replace("\r\n", "\n") for entry in entries)
    table = None if document.line else table_under(text, document.heading, document.key)
    head = f"{_header(text, table)}\n" if isinstance(table, Table) else ""
    count = lines.count("\n") + 1
    return f"## {document.heading}\n\n{head}{lines}\n\n<!-- amp:{intent} {count} lines -->\n"


def _header(text: str, table: Table) -> str:
    rule = text.find("\n", text.find("\n", table.header.start) + 1)
    return text[table.header.start : rule].replace("\r\n", "\n").removesuffix("\r")


def with_part(text: str, part: str) -> str:
    """Return the file with one more part at its end."""
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}{part}"


def part_of(text: str, document: DocumentSpec, intent: str) -> tuple[str, ...] | None:
    """Return the entries of a document that were moved by an intent; None when it moved none."""
    mark = next((found for found in _MARK.finditer(text) if found.group(1) == intent), None)
    if mark is None:
        return None
    lines = text[: mark.start()].rstrip("\n").split("\n")
    moved = lines[len(lines) - int(mark.group(2)) :]
    if not document.line:
        return tuple(moved)
    items = log_entries("\n".join(("# Moved", "", *moved)), "Moved", as_list=True) or ()
    return tuple(item.text for item in items)
