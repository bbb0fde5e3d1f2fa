"""How a file is replaced: written beside its place, made durable, renamed over it.  For `files` and `config_edit`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WRITABLE = 0o222


def write_over(
    target: Path, data: bytes, *, like: os.stat_result | None = None, just_before: Callable[[], None] = lambda: None
) -> None:
    """Put `data` in place of `target` in one step; readers see the old file or the new one, whole.

    Args:
        target: no symbolic link.
        data: the new content.
        like: mode and owner to keep; None makes a file of ours.
        just_before: called between writing and renaming; what it raises leaves the target as it was.

    Raises:
        OSError: it cannot be written; the target is as it was.
    """
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(target))
    if like is not None and not (like.st_mode & WRITABLE and os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "is read-only", str(target))
    beside = target.with_name(f".{target.name}.amp-fsm-{os.getpid()}")
    try:
        _write(beside, data, like)
        just_before()
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def write_first(target: Path, data: bytes) -> None:
    """Put a new file at `target` in one step, whole, and never over another one.

    Raises:
        FileExistsError: something is there.
        OSError: it cannot be written; nothing is there.
    """
    beside = target.with_name(f".{target.name}.amp-fsm-{os.getpid()}")
    try:
        _write(beside, data, None)
        _link(beside, target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _link(beside: Path, target: Path) -> None:
    try:
        os.link(beside, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK) or target.exists():
            raise
        beside.replace(target)  # a file system without hard links


def may_write(path: Path) -> bool:
    """Return whether this process may write a file, or in a folder; the mode alone does not hold root back."""
    return os.access(path, os.W_OK)


def _write(beside: Path, data: bytes, like: os.stat_result | None) -> None:
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        if like is not None:
            if (like.st_uid, like.st_gid) != (os.geteuid(), os.fstat(descriptor).st_gid):
                os.fchown(descriptor, like.st_uid, like.st_gid)
            os.fchmod(descriptor, like.st_mode & 0o7777)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
