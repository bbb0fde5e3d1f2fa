"""Compiled configurations, remembered by content: loaded again in milliseconds while nothing that was read has changed.

What counts is every answer that the disk and the environment gave: file contents, what globs found, variables; and the
program itself.  A cache that cannot be read, written or trusted is as good as none.  Copies hold expanded variables:
they are readable by their owner only, and none is kept where there is no folder of one's own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import amp_fsm
from amp_fsm.errors import Problem
from amp_fsm.model.project import Project

if TYPE_CHECKING:
    from amp_fsm.config.includes import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A project with everything that it was made from.

    Attributes:
        program: what compiled it (see `program_stamp`).
        reads, globs, builtins: what was asked of the reader, to what it answered (digests of contents).
        variables: environment variables that were read, and as what.
    """

    program: str
    cwd: str
    reads: Mapping[str, str]
    globs: Mapping[str, tuple[str, ...]]
    builtins: Mapping[str, str]
    variables: Mapping[str, str | None]
    project: Project
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Witness:
    """A reader that remembers what it was asked and what it answered."""

    reader: Reader
    reads: dict[str, str] = field(default_factory=dict)
    globs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        data = self.reader.read(path)
        self.reads[path] = hashlib.sha256(data).hexdigest()
        return data

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match."""
        self.globs[pattern] = found = self.reader.glob(pattern)
        return found

    def builtin(self, folder: str) -> tuple[tuple[str, bytes], ...]:
        """Return the files of a built-in folder."""
        found = self.reader.builtin(folder)
        self.folders[folder] = _folder_digest(found)
        return found

    def builtins(self) -> tuple[str, ...]:
        """Return the names of the built-in folders."""
        return self.reader.builtins()


def recall(path: str, reader: Reader, environment: Mapping[str, str]) -> Compiled | None:
    """Return the compiled configuration at `path`, if every answer it was made from would be the same now."""
    file = _file(path, environment)
    if file is None:
        return None
    try:
        stat = file.stat()
        compiled = _decoded(file, (stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return compiled if _still_true(compiled, reader, environment) else None
    except (OSError, msgspec.DecodeError, msgspec.ValidationError, ValueError):
        return None


@lru_cache(maxsize=1)
def _decoded(file: Path, _state: tuple[int, int, int]) -> Compiled:
    """Return what is in a file, decoded once as long as its state is the same: a watch asks again all the time."""
    return msgspec.msgpack.decode(file.read_bytes(), type=Compiled)


def remember(path: str, compiled: Compiled, environment: Mapping[str, str]) -> None:
    """Keep a compiled configuration, if the cache folder can be written."""
    file = _file(path, environment)
    if file is None:
        return
    import tempfile  # here: only whoever compiles a configuration keeps one

    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
            stream.write(msgspec.msgpack.encode(compiled))
        Path(stream.name).replace(file)


def program_stamp() -> str:
    """Return what tells one state of the program from another: its version, and the state of its own files."""
    return f"{amp_fsm.__version__} {_stamp_of_this()}"


@cache  # what runs stays as it was loaded
def _stamp_of_this() -> str:
    return files_stamp(Path(amp_fsm.__file__).parent)


def files_stamp(package: Path) -> str:
    """Return a digest of the state of all files below `package` that say how a configuration becomes a project."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in ("config", "model") for file in (package / folder).rglob("*.py")):
        stat = file.stat()
        digest.update(f"{file.relative_to(package)}\0{stat.st_mtime_ns}\0{stat.st_size}\0".encode())
    return digest.hexdigest()


def _still_true(compiled: Compiled, reader: Reader, environment: Mapping[str, str]) -> bool:
    return (
        compiled.program == program_stamp()
        and compiled.cwd == str(Path.cwd())
        and all(environment.get(name) == value for name, value in compiled.variables.items())
        and all(reader.glob(pattern) == found for pattern, found in compiled.globs.items())
        and all(_folder_digest(reader.builtin(folder)) == digest for folder, digest in compiled.builtins.items())
        and all(hashlib.sha256(reader.read(path)).hexdigest() == digest for path, digest in compiled.reads.items())
    )


def _folder_digest(files: tuple[tuple[str, bytes], ...]) -> str:
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _file(path: str, environment: Mapping[str, str]) -> Path | None:
    home = environment.get("HOME")
    folder = environment.get("XDG_CACHE_HOME") or (home and str(Path(home) / ".cache"))
    if not folder:
        return None
    name = hashlib.sha256(os.fsencode(str(Path(path).absolute()))).hexdigest()[:32]
    return Path(folder) / "amp-fsm" / f"{name}.msgpack"
