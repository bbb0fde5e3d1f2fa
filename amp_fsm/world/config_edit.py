"""Configuration files edited: the whole configuration is read with the edit and checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from amp_fsm.config.load import load
from amp_fsm.config.loaded import Loaded
from amp_fsm.errors import InvalidConfigError, NotPossibleError, StaleFileError
from amp_fsm.world.config_files import DiskReader, schema_text
from amp_fsm.world.files_write import write_over


class _Edited(DiskReader):
    """The disk, with one file as it would be."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data = name, data

    def read(self, path: str) -> bytes:
        return self._data if path == self._name else super().read(path)


def as_edited(config: str, environment: Mapping[str, str], name: str, text: str) -> Loaded:
    """Return the configuration as it would be if its file `name` held `text`."""
    home = environment.get("HOME") or str(Path.home())
    reader = _Edited(name, text.encode())
    return load(config, reader, environment, schema_text(), home=home, cwd=str(Path.cwd()))


def write_edited(
    config: str,
    environment: Mapping[str, str],
    name: str,
    before: str,
    text: str,
    *,
    dry_run: bool = False,
    just_before: Callable[[], None] = lambda: None,
) -> None:
    """Write `text` in place of `before` into the configuration's file `name`; with `dry_run` only check it.

    `just_before` is called right before it is written; what it raises leaves the file as it was.

    Raises:
        InvalidConfigError: the configuration could not be used with it; nothing was written.
        StaleFileError: somebody changed the file meanwhile; nothing was written.
        NotPossibleError: it cannot be written.
    """
    loaded = as_edited(config, environment, name, text)
    if loaded.errors:
        raise InvalidConfigError(loaded.errors)
    if dry_run:
        return
    target = Path(name).resolve()

    def unchanged() -> None:
        if target.read_bytes() != before.encode():
            raise StaleFileError(f"{name} was changed meanwhile: nothing was written", hint="try again")
        just_before()

    try:
        write_over(target, text.encode(), like=target.stat(), just_before=unchanged)
    except OSError as error:
        raise NotPossibleError(f"{name} cannot be written: {error.strerror or error}") from error
