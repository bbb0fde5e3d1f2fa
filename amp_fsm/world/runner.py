"""Commands that outlive this process: the `Runner` port.  Each has a folder below the store's, named by its key.

A folder appears whole (`run.json` and a held lock on `alive`) before its command starts, so that a look never sees half
of it.  The supervisor holds that lock until it ends, however it ends: the system releases it.  Looking runs nothing.
Requests over HTTP are in `health`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from amp_fsm.errors import ProgramMissingError, StoreError
from amp_fsm.model.project import HttpExpect
from amp_fsm.model.record import Action
from amp_fsm.model.seen import Failed, HttpSeen, RunSeen, Survivor
from amp_fsm.model.wake_folder import WAKE
from amp_fsm.world import supervise
from amp_fsm.world.survivors import survivors

GRACE_SECONDS = 5.0
KEPT_RUNS = 500


class LocalRunner:
    """Detached runs of this machine, in `FOLDER/runs/KEY`, and requests over HTTP."""

    def __init__(
        self,
        folder: str | Path,
        *,
        root: str | Path,
        environment: Mapping[str, str],
        grace: float = GRACE_SECONDS,
        kept: int = KEPT_RUNS,
    ) -> None:
        """Keep runs below the store's `folder`; commands start in `root`, with `environment`, unless they say so.

        `grace` is how many seconds a command has between being asked to end and being killed; `kept`, how many of the
        runs that have ended are remembered, newest first.
        """
        self._runs = Path(folder) / "runs"
        self._groups = Path(folder) / "groups"
        self._sign = Path(folder).absolute() / WAKE / "run"
        self._root = Path(root)
        self._environment = environment
        self._grace = grace
        self._kept = kept

    def start(self, action: Action) -> None:
        """Run `action.argv` detached, in a process group of its own, recorded under `action.key`.

        A key that runs, has ended or was lost is left as it is; `forget` makes room for another try.

        Raises:
            ProgramMissingError: there is no such program on the PATH that it would be started with.
            StoreError: the run cannot be recorded; it was not started.
        """
        if self._folder(action.key).exists():
            return
        environment = {**self._environment, **dict(action.env)}
        cwd = self._root / action.cwd
        argv = (_program(action.argv[0], cwd, environment), *action.argv[1:])
        try:
            self._tidy()
            with self._recorded(action, argv, cwd) as alive:
                if alive is not None:
                    _launch(self._folder(action.key), environment, alive)
        except (OSError, subprocess.SubprocessError) as error:
            message = f"the run of {action.what or action.argv[0]} cannot be started: {error}"
            raise StoreError(message) from error

    def look(self, keys: Iterable[str]) -> Mapping[str, RunSeen]:
        """Return the state of each key that ever ran; executes nothing.

        Raises:
            StoreError: a run's folder cannot be read.
        """
        try:
            looked = ((key, self._folder(key)) for key in keys)
            return {key: _seen(key, folder) for key, folder in looked if folder.is_dir()}
        except (OSError, ValueError) as error:
            message = f"the runs in {self._runs} cannot be read: {error}"
            raise StoreError(message) from error

    def forget(self, key: str) -> None:
        """Drop a lost run so that it can be started again; its command, if it outlived its supervisor, is ended."""
        folder = self._folder(key)
        if not folder.is_dir() or _seen(key, folder).status != "lost":
            return
        _end_orphan(folder)
        shutil.rmtree(folder, ignore_errors=True)

    def missing(self, programs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of the pairs of program and folder that are not on this machine."""
        return frozenset(pair for pair in programs if not self._is_there(*pair))

    def _is_there(self, program: str, cwd: str) -> bool:
        try:
            _program(program, self._root / cwd, self._environment)
        except ProgramMissingError:
            return False
        return True

    def survivors(self, owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
        """Return the processes that live on of what was started for each owner."""
        return survivors(owners, below)

    def fetch(self, wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
        """Ask each URL once, side by side, within its time-out.  A refused connection is unhealthy, not failed."""
        if not wanted:
            return {}
        from amp_fsm.world.health import fetch_all  # loads the HTTP client, which only services over HTTP need

        return fetch_all(wanted)

    def _tidy(self) -> None:
        """Remove the runs that ended longest ago; every change of a check's inputs makes a new one."""
        ends = [(path.stat().st_mtime, path.parent) for path in self._runs.glob("[!.]*/exit")]
        for _, folder in sorted(ends)[: max(0, len(ends) - self._kept)]:
            shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self._runs / key.replace("/", "_")

    @contextmanager
    def _recorded(self, action: Action, argv: tuple[str, ...], cwd: Path) -> Iterator[int | None]:
        """Give the descriptor that holds the lock of a new run's folder, or None when another was first."""
        making = self._runs / f".{action.key.replace('/', '_')}.{os.getpid()}.{threading.get_ident()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        alive = os.open(making / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(alive, fcntl.LOCK_EX)
            run = {
                "argv": argv,
                "cwd": str(cwd),
                "timeout": action.timeout,
                "grace": self._grace,
                "exclusive": self._group(action.exclusive),
                "sign": str(self._sign),
            }
            (making / "run.json").write_text(json.dumps(run), "utf-8")
            yield alive if _moved(making, self._folder(action.key)) else None
        finally:
            os.close(alive)

    def _group(self, name: str) -> str:
        if not name:
            return ""
        self._groups.mkdir(parents=True, exist_ok=True)
        return str(self._groups / sha256(name.encode()).hexdigest()[:24])


def _program(name: str, cwd: Path, environment: Mapping[str, str]) -> str:
    """Return the path of a program: looked up on PATH, or relative to the folder it is started in."""
    found = str(cwd / name) if "/" in name else shutil.which(name, path=environment.get("PATH", os.defpath))
    if found is None or not os.access(found, os.X_OK):
        message = f"the program {name!r} is not on this machine"
        raise ProgramMissingError(message, hint="install it, or mend `run` of the check")
    return found


def _moved(making: Path, folder: Path) -> bool:
    try:
        making.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(making, ignore_errors=True)
        return False
    return True


def _launch(folder: Path, environment: Mapping[str, str], alive: int) -> None:
    """Start the supervisor; isolated (`-I`), so that no module of the project is taken for the standard library's."""
    argv = [sys.executable, "-I", "-S", str(Path(supervise.__file__).resolve()), str(folder.resolve())]
    subprocess.run(
        argv,
        env=dict(environment),
        cwd=folder,
        pass_fds=(alive,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=30,
        check=True,
    )


def _seen(key: str, folder: Path) -> RunSeen:
    code = _exit_code(folder)
    if code is None and _alive(folder):
        return RunSeen(key=key, status="running", tail=_tail(folder))
    code = _exit_code(folder) if code is None else code  # it may have ended in between
    if code is None:
        return RunSeen(key=key, status="lost", tail=_tail(folder))
    return RunSeen(key=key, status="ended", exit_code=code, tail=_tail(folder))


def _exit_code(folder: Path) -> int | None:
    return None if (ended := _json(folder / "exit")) is None else int(ended["code"])


def _alive(folder: Path) -> bool:
    """Return whether the supervisor lives: whether somebody holds the lock."""
    with suppress(FileNotFoundError), (folder / "alive").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _tail(folder: Path) -> str:
    with suppress(FileNotFoundError):
        return (folder / "output").read_bytes()[-supervise.OUTPUT_BYTES :].decode("utf-8", "replace")
    return ""


def _end_orphan(folder: Path) -> None:
    command = _json(folder / "command")
    if command and command["start"] and supervise.start_of(command["pid"]) == command["start"]:
        supervise.end_group(command["pid"], signal.SIGKILL)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return value
