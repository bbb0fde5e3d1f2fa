"""Whether a text names a task: its id as a word of its own, whatever the case."""

from __future__ import annotations


def names_task(text: str, task: str) -> bool:
    """Return whether a text names a task's id as a word of its own."""
    folded, wanted = text.casefold(), task.casefold()
    place = folded.find(wanted)
    while place >= 0:
        before = folded[place - 1 : place]
        after = folded[place + len(wanted) : place + len(wanted) + 1]
        if not _in_word(before) and not _in_word(after):
            return True
        place = folded.find(wanted, place + 1)
    return False


def _in_word(character: str) -> bool:
    return character.isalnum() or character in ("_", "-")
