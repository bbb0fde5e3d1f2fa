"""Which files a pattern names.  Called by `files` alone; opens no file, lists folders.

Unlike `glob` of the standard library it tells "nothing there" from "could not look", and never leaves its base.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

MAGIC = re.compile(r"[*?[]")


def matches(root: Path, pattern: str) -> tuple[str, ...]:
    """Return the regular files that match, sorted, relative to `root` unless `pattern` is absolute.

    A pattern without wildcards is one file, wherever its links lead.

    Raises:
        OSError: a folder that may hold matches cannot be listed; the pattern leads out of `root`.
    """
    parts = Path(pattern).parts
    if ".." in parts:
        raise OSError(errno.EINVAL, "a pattern must not contain '..'", pattern)
    plain = next((i for i, part in enumerate(parts) if MAGIC.search(part)), len(parts))
    start = Path(*parts[:plain])
    if plain == len(parts):
        return (start.as_posix(),) if _is_file(root / start) else ()
    base = root / start if start.is_absolute() else root
    inside = Path(os.path.realpath(base))
    found = {path for path in _expand(root, start, parts[plain:]) if _is_file(root / path)}
    return tuple(sorted(path.as_posix() for path in found if _within(root / path, inside)))


def entries(root: Path, pattern: str) -> Iterator[os.DirEntry[str]]:
    """Yield what the last part of a pattern names in the folders that its other parts name, links left out.

    Cheaper than `matches` for the folders of our own and of programs, whose links need no distrust.

    Raises:
        OSError: a folder that may hold matches cannot be listed.
    """
    *above, last = Path(pattern).parts
    plain = next((i for i, part in enumerate(above) if MAGIC.search(part)), len(above))
    for folder in _expand(root, Path(*above[:plain]), tuple(above[plain:])):
        for entry in _listed(root / folder):
            if _matches(entry.name, last) and not entry.is_symlink():
                yield entry


def _expand(root: Path, folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    if not parts:
        yield folder
        return
    part, *rest = parts
    if part == "**":
        for below in (folder, *_folders_below(root, folder)):
            yield from _expand(root, below, tuple(rest) or ("*",))
    elif MAGIC.search(part):
        for entry in _listed(root / folder):
            if _matches(entry.name, part):
                yield from _expand(root, folder / entry.name, tuple(rest))
    else:
        yield from _expand(root, folder / part, tuple(rest))


def _folders_below(root: Path, folder: Path) -> Iterator[Path]:
    """Walk down without following links, so that a loop of links ends."""
    for entry in _listed(root / folder):
        if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
            below = folder / entry.name
            yield below
            yield from _folders_below(root, below)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, none when it provably is no folder."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _matches(name: str, part: str) -> bool:
    if name.startswith(".") and not part.startswith("."):
        return False
    return fnmatch.fnmatchcase(name, part)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:  # links that lead to each other lead nowhere
            return False
        raise


def _within(path: Path, base: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(base)
