"""Proposals: tasks that agents propose as YAML files, as they were read, and what is remembered of the files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.project import TaskSpec

_NO_WORD = re.compile(r"[\W_]+")


class ProposalRule(StrEnum):
    """What becomes of a proposal that can be used."""

    AUTO = "auto"  # its tasks come into the queue
    REVIEW = "review"  # nobody gets them before the operator approves


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """By what a changed file is known without reading it."""

    size: int
    mtime: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFile:
    """What is remembered of one file in the proposals' folder.

    Attributes:
        since: policy time at which the stamp was first seen.
        read: it was read and judged; else its writer may not be done with it.
    """

    stamp: Stamp
    since: float
    read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One file as it was read and judged.

    Attributes:
        tasks: what it proposes, with their ids; none when anything is wrong with it.
        problems: all that is wrong with it, each with its place, in words.
        again: the very same content was judged before: it is only remembered.
    """

    file: str
    stamp: Stamp
    digest: str
    tasks: tuple[TaskSpec, ...] = ()
    problems: tuple[str, ...] = ()
    again: bool = False


def folded_title(title: str) -> str:
    """Return a title so that two that people would call the same are equal: letters and digits, without case."""
    spread = unicodedata.normalize("NFKD", title)
    return _NO_WORD.sub("", "".join(mark for mark in spread if not unicodedata.combining(mark)).casefold())
