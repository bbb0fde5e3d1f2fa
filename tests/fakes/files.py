"""A folder in memory."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.seen import Failed, FileSeen, Missing, PathSeen, Tail


@dataclass(slots=True)
class FakeFiles:
    """The `Files` port; `texts` is the folder.

    `broken` maps a path to why it cannot be read or written; `mtimes` to when it was changed (0 by default);
    `sealed` to why it cannot be written.
    """

    texts: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    mtimes: dict[str, float] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> FileSeen | Missing | Failed:
        if path in self.broken:
            return Failed(reason=self.broken[path])
        if path not in self.texts:
            folder = path.rpartition("/")[0]
            there = not folder or any(name.startswith(f"{folder}/") for name in self.texts)
            return Missing(path=path, sealed="" if there else "its folder does not exist")
        text = self.texts[path]
        sealed = self.sealed.get(path, "")
        return FileSeen(path=path, text=text, digest=digest(text), mtime=self.mtimes.get(path, 0.0), sealed=sealed)

    def glob(self, pattern: str, contains: str = "") -> tuple[PathSeen, ...] | Failed:
        matching = re.compile(regex(pattern))
        broken = [reason for path, reason in self.broken.items() if matching.fullmatch(path)]
        if broken:
            return Failed(reason=broken[0])
        return tuple(
            PathSeen(
                path=path,
                size=len(self.texts[path].encode("utf-8", "surrogateescape")),
                mtime=self.mtimes.get(path, 0.0),
                contains=contains in self.texts[path],
            )
            for path in sorted(self.texts)
            if matching.fullmatch(path)
        )

    def tails(self, pattern: str) -> tuple[Tail, ...] | Failed:
        found = self.glob(pattern)
        if isinstance(found, Failed):
            return found
        newest = sorted(found, key=lambda path: (path.mtime, path.path))
        return tuple(Tail(path=path.path, text=self.texts[path.path], mtime=path.mtime) for path in newest)

    def inputs(self, patterns: Sequence[str]) -> str | Failed:
        names: set[str] = set()
        for pattern in patterns:
            found = self.glob(pattern)
            if isinstance(found, Failed):
                return found
            names |= {path.path for path in found}
        return digest("\0".join(f"{name}\0{digest(self.texts[name])}" for name in sorted(names)))

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        if path in self.broken or path in self.sealed:
            raise DocumentError(self.broken.get(path) or self.sealed[path])
        if path not in self.texts or digest(self.texts[path]) != if_digest:
            message = f"{path} changed since it was read"
            raise StaleFileError(message)
        self.texts[path] = text

    def create(self, path: str, text: str, *, folder: bool = False) -> None:
        seen = self.read(path)
        if isinstance(seen, Failed):
            raise DocumentError(seen.reason)
        if isinstance(seen, FileSeen):
            message = f"{path} is there by now"
            raise StaleFileError(message)
        if seen.sealed and not folder:
            raise DocumentError(f"{path} cannot be made: {seen.sealed}")
        self.texts[path] = text

    def write_new(self, path: str, text: str) -> None:
        if path in self.broken:
            raise DocumentError(self.broken[path])
        self.texts[path] = text

    def write_own(self, path: str, text: str, *, over: str) -> None:
        if path in self.broken or path.startswith("/") or ".." in path.split("/"):
            raise DocumentError(self.broken.get(path, f"{path} leads out of the project's folder"))
        present = self.texts.get(path, text)
        if present != text and digest(present) != over:
            message = f"{path} is there, and not as we left it"
            raise StaleFileError(message)
        self.texts[path] = text


def digest(text: str) -> str:
    """Return the digest that `read` gives a file of this text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def regex(pattern: str) -> str:
    """Return what matches the paths that a glob names."""
    parts = pattern.split("/")
    if parts[-1] == "**":
        parts.append("*")
    visible = r"(?!\.)"
    pieces = [
        rf"(?:{visible}[^/]+/)*" if part == "**" else _part(part, visible) + ("/" if i < len(parts) - 1 else "")
        for i, part in enumerate(parts)
    ]
    return "".join(pieces)


def _part(part: str, visible: str) -> str:
    if not re.search(r"[*?[]", part):
        return re.escape(part)
    inner = fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*")
    return ("" if part.startswith(".") else visible) + inner
