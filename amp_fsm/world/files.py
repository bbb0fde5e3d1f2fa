"""The project's folder: the `Files` port.  The only place of the real world that reads or writes the operators' files.

Looking never raises: what cannot be read is `Failed`, which nobody may take for an absence.  Writing replaces a file as
a whole, and only the very version that was read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Sequence, Set
from pathlib import Path

from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.seen import Failed, FileSeen, Missing, PathSeen, Tail
from amp_fsm.world.files_glob import entries, matches
from amp_fsm.world.files_tails import Tails
from amp_fsm.world.files_write import WRITABLE, may_write, write_first, write_over

MOST_BYTES = 10_000_000


class LocalFiles:
    """Files below `root`, named relative to it or absolutely."""

    def __init__(self, root: str | Path) -> None:
        """Name the project's folder; it need not exist yet."""
        self.root = Path(root)
        self._tails = Tails()

    def read(self, path: str) -> FileSeen | Missing | Failed:
        """Return the text of a file of at most 10 MB, line ends kept, undecodable bytes as surrogate escapes."""
        if not self._has_root(path):
            return Failed(reason=f"the project's folder {self.root} is not there")
        try:
            data, seen = _read_bytes(self.root / path)
        except (FileNotFoundError, NotADirectoryError):
            return self._absent(path)
        except OSError as error:
            return Failed(reason=f"{path}: {_why(error)}")
        text = data.decode("utf-8", "surrogateescape")
        digest = hashlib.sha256(data).hexdigest()
        return FileSeen(path=path, text=text, digest=digest, mtime=seen.st_mtime, sealed=self._sealed(path))

    def glob(self, pattern: str, contains: str = "") -> tuple[PathSeen, ...] | Failed:
        """Return the files that match, sorted, named as the pattern is; with `contains`, say of each if it holds it.

        `*`, `?`, `[..]` and `**` do not match hidden names and do not lead out of the project's folder (of the
        pattern's literal folder, when it is absolute), not through symbolic links either.
        """
        if not self._has_root(pattern):
            return Failed(reason=f"the project's folder {self.root} is not there")
        try:
            return tuple(self._seen(path, contains) for path in matches(self.root, pattern))
        except OSError as error:
            return Failed(reason=f"{error.filename or pattern}: {_why(error)}")

    def tails(self, pattern: str) -> tuple[Tail, ...] | Failed:
        """Return the ends of the newest files that match, the newest last; nothing is read twice while it stays."""
        try:
            return self._tails.of(pattern, entries(self.root, pattern))
        except OSError as error:
            return Failed(reason=f"{error.filename or pattern}: {_why(error)}")

    def inputs(self, patterns: Sequence[str]) -> str | Failed:
        """Return one digest over names and contents of all files that match."""
        total = hashlib.sha256()
        try:
            if not all(self._has_root(pattern) for pattern in patterns):
                return Failed(reason=f"the project's folder {self.root} is not there")
            names = sorted({name for pattern in patterns for name in matches(self.root, pattern)})
            for name in names:
                total.update(os.fsencode(name) + b"\0" + _digest(self.root / name))
        except OSError as error:
            return Failed(reason=f"{error.filename or ', '.join(patterns)}: {_why(error)}")
        return total.hexdigest()

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        """Replace a file atomically, keeping mode and owner, if its bytes still have this digest.

        A symbolic link stays one: the file it leads to is replaced, if it does not lead out of the root.

        Raises:
            StaleFileError: it changed meanwhile, or is gone.
            DocumentError: it cannot be written.
        """
        target = Path(os.path.realpath(self.root / path))
        if self._leads_out(path):
            raise DocumentError(f"{path} cannot be written: {self._leads_out(path)}", hint=f"name {target} instead")

        def unchanged() -> None:
            if hashlib.sha256(_read_bytes(target)[0]).hexdigest() != if_digest:
                message = f"{path} changed since it was read"
                raise StaleFileError(message, hint="the next pass reads it again")

        try:
            unchanged()
            write_over(target, text.encode("utf-8", "surrogateescape"), like=target.stat(), just_before=unchanged)
        except FileNotFoundError as error:
            message = f"{path} is gone since it was read"
            raise StaleFileError(message, hint="the next pass looks again") from error
        except OSError as error:
            message = f"{path} cannot be written: {_why(error)}"
            raise DocumentError(message, hint="mend its permissions, or make room on its disk") from error

    def create(self, path: str, text: str, *, folder: bool = False) -> None:
        """Make a file that is not there, atomically; with `folder`, the folder that it is to stand in too.

        Raises:
            StaleFileError: it is there by now.
            DocumentError: it cannot be written.
        """
        target = self.root / path
        if self._leads_out(path):
            raise DocumentError(f"{path} cannot be made: {self._leads_out(path)}", hint="name another path")
        try:
            if folder:
                target.parent.mkdir(parents=True, exist_ok=True)
            write_first(target, text.encode("utf-8", "surrogateescape"))
        except FileExistsError as error:
            raise StaleFileError(f"{path} is there by now", hint="the next pass reads it") from error
        except OSError as error:
            message = f"{path} cannot be made: {_why(error)}"
            raise DocumentError(message, hint="mend the permissions of its folder, or make room on its disk") from error

    def write_new(self, path: str, text: str) -> None:
        """Create or overwrite a file of our own, atomically, making its folder.

        Raises:
            DocumentError: it cannot be written.
        """
        target = self.root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_over(target, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            message = f"{path} cannot be written: {_why(error)}"
            raise DocumentError(message, hint="mend the permissions of its folder, or make room on its disk") from error

    def write_own(self, path: str, text: str, *, over: str) -> None:
        """Write a whole file below the root, atomically, making its folder; one that says so already is left alone.

        Raises:
            StaleFileError: there is a file, with other bytes.
            DocumentError: it cannot be written, or leads out of the root.
        """
        target, data = self.root / path, text.encode("utf-8", "surrogateescape")
        own = hashlib.sha256(data).hexdigest()
        try:
            self._must_be_inside(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            present = _present(target)
            if present != own:
                like = target.stat() if present else None
                write_over(target, data, like=like, just_before=lambda: _must_be(target, path, {over, own}))
        except OSError as error:
            message = f"{path} cannot be written: {_why(error)}"
            raise DocumentError(message, hint="mend the permissions of its folder, or make room on its disk") from error

    def _must_be_inside(self, path: str) -> None:
        root, folder = os.path.realpath(self.root), os.path.realpath((self.root / path).parent)
        if os.path.commonpath((root, folder)) != root or (self.root / path).is_symlink():
            message = f"{path} leads out of the project's folder"
            raise DocumentError(message, hint="name a file below project.root, not through a symbolic link")

    def _has_root(self, path: str) -> bool:
        """Return whether absences mean anything: a folder that is not mounted holds nothing, and proves nothing."""
        return Path(path).is_absolute() or self.root.is_dir()

    def _absent(self, path: str) -> Missing | Failed:
        target = self.root / path
        if target.is_symlink():
            return Failed(reason=f"{path}: a symbolic link that leads nowhere")
        if not target.parent.is_dir():
            return Missing(path=path, sealed="its folder does not exist")
        sealed = self._leads_out(path) or ("" if may_write(target.parent) else "its folder is read-only")
        return Missing(path=path, sealed=sealed)

    def _sealed(self, path: str) -> str:
        """Return why a file that was read cannot be replaced; empty: as far as one can see, it can."""
        target = Path(os.path.realpath(self.root / path))
        if self._leads_out(path):
            return self._leads_out(path)
        if not (may_write(target) and target.stat().st_mode & WRITABLE):
            return "is read-only"
        return "" if may_write(target.parent) else "its folder is read-only"

    def _leads_out(self, path: str) -> str:
        """Return that a path that stands below the root leads out of it, by a link or by dots; empty: it does not."""
        if Path(path).is_absolute():
            return ""
        target = os.path.realpath(self.root / path)
        inside = Path(target).is_relative_to(os.path.realpath(self.root))
        return "" if inside else f"it leads out of the project's folder, to {target}"

    def _seen(self, name: str, contains: str) -> PathSeen:
        path = self.root / name
        seen = path.stat()
        holds = not contains or contains.encode("utf-8", "surrogateescape") in _read_bytes(path)[0]
        return PathSeen(path=name, size=seen.st_size, mtime=seen.st_mtime, contains=holds)


def _read_bytes(path: Path) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a regular file of bounded size, and what `fstat` says of that very file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # non-blocking: it may be a pipe
    seen = os.fstat(descriptor)
    if not stat.S_ISREG(seen.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"larger than {MOST_BYTES // 1_000_000} MB", str(path))
    return data, seen


def _present(target: Path) -> str:
    """Return the digest of a file's bytes; empty: it is not there."""
    try:
        return hashlib.sha256(_read_bytes(target)[0]).hexdigest()
    except FileNotFoundError:
        return ""


def _must_be(target: Path, path: str, digests: Set[str]) -> None:
    if _present(target) not in digests:
        message = f"{path} is there, and not as we left it"
        raise StaleFileError(message, hint="move it away, or take its place over by hand")


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _why(error: OSError) -> str:
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]
