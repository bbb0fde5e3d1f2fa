"""Which folders must be listened to for some patterns, and which pattern an event's path concerns.

Looks at folders, and follows none itself.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

from amp_fsm.world.files_glob import MAGIC

MOST_FOLDERS = 1_000
"""Folders below one folder that may be listened to: each is one of the watches that the system allows a user."""

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One folder to listen to: `identity` tells it from another one of the same name."""

    folder: str
    deep: bool
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Patterns, prepared for events.

    Attributes:
        files: path of a file to the patterns that name it.
        globs: literal folder to the patterns below it, each with its parts from there on.
        above: folder to the patterns somewhere below it.
        folders: every folder in which something is followed, and whether in the folders below it too.
    """

    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    globs: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    folders: Mapping[str, bool] = field(default_factory=dict)

    def concerned(self, path: str, *, is_folder: bool = False) -> frozenset[str]:
        """Return the patterns that an event of `path` may concern; of a folder, those below it."""
        found = set(self.files.get(path, ())) | set(self.above.get(path, ()))
        *above, name = Path(path).parts
        for length in range(len(above), 0, -1):
            for parts, pattern in self.globs.get(str(Path(*above[:length])), ()):
                if _fits((*above[length:], name), parts, is_folder=is_folder):
                    found.add(pattern)
        return frozenset(found)


def followed(root: Path, patterns: Iterable[str]) -> Followed:
    """Return the patterns, relative to `root` unless they are absolute, prepared for events."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    globs: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    above: defaultdict[str, set[str]] = defaultdict(set)
    folders: dict[str, bool] = {}
    for pattern in patterns:
        for folder, parts in _places(root, pattern):
            deep = len(parts) > 1 or parts[0] == "**"
            if deep or MAGIC.search(parts[0]):
                globs[str(folder)].append((parts, pattern))
            else:
                files[str(folder / parts[0])].add(pattern)
            folders[str(folder)] = folders.get(str(folder), False) or deep
            for each in (folder, *folder.parents):
                above[str(each)].add(pattern)
    return Followed(
        files={path: frozenset(names) for path, names in files.items()},
        globs={folder: tuple(items) for folder, items in globs.items()},
        above={folder: frozenset(names) for folder, names in above.items()},
        folders=folders,
    )


def watches(wanted: Followed) -> frozenset[Watch]:
    """Return what is to be listened to as the folders are now: of one that is not there, the nearest above it."""
    found: dict[str, Watch] = {}
    for folder, deep in wanted.folders.items():
        nearest = _nearest(folder)
        if nearest is None:
            continue
        there, identity = nearest
        deep = deep and there == folder
        if there not in found or deep:
            found[there] = Watch(folder=there, deep=deep, identity=identity)
    return frozenset(found.values())


def is_vast(folder: str) -> bool:
    """Return whether there are more folders below than may be listened to."""
    waiting, seen = [folder], 0
    while waiting and seen <= MOST_FOLDERS:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            seen += len(below)
            waiting += below
    return seen > MOST_FOLDERS


def _places(root: Path, pattern: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the literal folder of a pattern and its parts from there on; and both where their links lead."""
    path = Path(os.path.normpath(root / pattern))
    parts = path.parts
    plain = next((i for i, part in enumerate(parts[:-1]) if MAGIC.search(part)), len(parts) - 1)
    folder, rest = Path(*parts[:plain]), parts[plain:]
    yield folder, rest
    literal = len(rest) == 1 and not MAGIC.search(rest[0])
    real = Path(os.path.realpath(path if literal else folder))
    if literal and real != path:
        yield real.parent, (real.name,)
    elif not literal and real != folder:
        yield real, rest


def _nearest(folder: str) -> tuple[str, Identity] | None:
    for each in (Path(folder), *Path(folder).parents):
        with suppress(OSError):
            seen = each.stat()
            if stat.S_ISDIR(seen.st_mode):
                return str(each), (seen.st_dev, seen.st_ino)
    return None


def _fits(path: tuple[str, ...], parts: tuple[str, ...], *, is_folder: bool) -> bool:
    """Return whether a path matches a pattern; a folder does if something below it may."""
    if not path:
        return is_folder or parts in ((), ("**",))
    if not parts:
        return False
    if parts[0] == "**":
        rest = parts[1:] or ("*",)
        visible = len(list(takewhile(lambda part: not part.startswith("."), path)))
        return any(_fits(path[skipped:], rest, is_folder=is_folder) for skipped in range(min(visible + 1, len(path))))
    return _names(path[0], parts[0]) and _fits(path[1:], parts[1:], is_folder=is_folder)


def _names(name: str, part: str) -> bool:
    if name.startswith(".") and not part.startswith("."):
        return False
    return fnmatchcase(name, part)
