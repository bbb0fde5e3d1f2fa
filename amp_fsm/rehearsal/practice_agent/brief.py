"""What a prompt literally names: the task, its files, the row and the words.  Pure.

A practice agent knows what its task needs, and does only what the prompts told it; the difference is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What an agent was told about one task, over all prompts since its program started.

    Attributes:
        files: deliverables named so far; `contents`: required contents named so far.
        documents: names of the documents whose file was named; `words`: document/claim to the word that was named.
        folder: the worktree that it is worked on in, once a prompt named it; empty: the project's folder.
        question: the file for questions, once a prompt named it.
        unmentioned: what the task needs and no prompt said.
    """

    task: str = ""
    files: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    question: str = ""
    unmentioned: tuple[str, ...] = ()


def task_ids(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known task ids that stand in `text`, whole, in the order of their first place."""
    named = (task for task in known if task in text)  # of hundreds, before any pattern is made
    places = {task: re.search(rf"(?<![\w-]){re.escape(task)}(?![\w-])", text) for task in named}
    return tuple(sorted((t for t, p in places.items() if p), key=lambda t: places[t].start()))  # type: ignore[union-attr]  # None is left out


def main_task(text: str, tasks: Mapping[str, Json], holding: str) -> str:
    """Return the task that a prompt is about: most of its files named, then the one in hand, then the first named.

    An errand whose file is named goes first, the last one named: its prompt may tell of the task that it is about,
    files and all, and of an earlier answer.
    A prompt that names none is about the one in hand.
    """
    found = task_ids(text, tasks) or ((holding,) if holding in tasks else ())

    def rank(task: str) -> tuple[bool, int, bool, int]:
        named = sum(item["file"] in text for item in tasks[task].get("deliverables", ()))
        if named and tasks[task].get("errand"):
            return True, text.rfind(task), task == holding, 0
        return False, named, task == holding, -found.index(task)

    return max(found, key=rank, default="")


def read_brief(text: str, task: str, spec: Json, documents: Sequence[Json], row: str, before: Brief | None) -> Brief:
    """Return what is known about `task` after one more prompt; `before`: what earlier prompts told of it."""
    told = before if before is not None and before.task == task else Brief(task=task)
    files = [item["file"] for item in spec.get("deliverables", ())]
    contents = [item["contains"] for item in spec.get("deliverables", ()) if item.get("contains")]
    named = [d for d in documents if d["file"] in text or d["file"].rpartition("/")[2] in text]
    words = {f"{d['name']}/{claim}": word for d in named for claim, word in _words(d, text)}
    folder, question = spec.get("folder", ""), spec.get("question", "")
    brief = Brief(
        task=task,
        folder=told.folder or (folder if folder in text else ""),
        question=told.question or (question if question in text else ""),
        files=_merged(told.files, (f for f in files if f in text)),
        contents=_merged(told.contents, (c for c in contents if c in text)),
        documents=_merged(told.documents, (d["name"] for d in named)),
        words={**told.words, **words},
    )
    missing = [f"workspace {folder}"] if folder and not brief.folder else []
    if spec.get("errand"):  # it is answered in a file; nothing is claimed
        documents = ()
    return replace(brief, unmentioned=(*missing, *_unmentioned(brief, text, files, contents, documents, row)))


def _words(document: Json, text: str) -> Iterable[tuple[str, str]]:
    for claim, words in document.get("words", {}).items():
        named = next((w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text)), None)
        if named is not None:
            yield claim, named


def _unmentioned(
    brief: Brief, text: str, files: Sequence[str], contents: Sequence[str], documents: Sequence[Json], row: str
) -> Iterable[str]:
    if not task_ids(text, (brief.task,)):
        yield f"task {brief.task}" if brief.task else "any task"
    yield from (f"deliverable {f}" for f in files if f not in brief.files)
    yield from (f"content {c!r}" for c in contents if c not in brief.contents)
    status = [d for d in documents if d.get("columns")]
    if status and not any(d["name"] in brief.documents for d in status):
        yield f"document {status[0]['file']}"
    elif status and not any(f"{d['name']}/done" in brief.words for d in status):
        yield f"a word for done ({', '.join(status[0].get('words', {}).get('done', ()))})"
    if status and row and row not in text:
        yield f"row {row}"


def _merged(before: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))
