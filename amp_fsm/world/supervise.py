"""The program that watches over one detached run: starts its command, bounds it, writes down how it ended.

`runner` starts it as a script, so that it needs no package and no `site`.  It finds in the run's folder `run.json`
(what to run), and inherits a descriptor that locks `alive` until this process ends, however that comes about.
It leaves: `command` (process of the command), `output` (its last 64 KB) and, at the end, `exit` and a sign for whoever
watches.  It decides nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

OUTPUT_BYTES = 64 * 1024
CANNOT_RUN = 127
TIMED_OUT = 124  # as coreutils' timeout


def main(folder: Path) -> None:
    """Run what `folder` describes, in a session of its own, to its end."""
    if os.fork():
        os._exit(0)  # whoever started us reaps this one; the other has no parent that must
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run = json.loads((folder / "run.json").read_text("utf-8"))
    group = _exclusive(run["exclusive"])
    try:
        code = _supervised(folder, run)
    except OSError as error:
        (folder / "output").write_text(f"amp-fsm: cannot run {run['argv'][0]}: {error}\n", "utf-8")
        code = CANNOT_RUN
    _put(folder / "exit", json.dumps({"code": code, "at": time.time()}))
    _leave_sign(Path(run["sign"]))
    if group is not None:
        os.close(group)


def _leave_sign(path: Path) -> None:
    """Rouse whoever watches; that nobody can be roused is no fault of the run."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, "")


def _exclusive(path: str) -> int | None:
    """Wait for the lock of the run's group; its time-out starts afterwards."""
    if not path:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _supervised(folder: Path, run: dict[str, Any]) -> int:
    command = subprocess.Popen(
        run["argv"],
        cwd=run["cwd"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _put(folder / "command", json.dumps({"pid": command.pid, "start": start_of(command.pid)}))
    output = _Output(folder / "output")
    until = time.monotonic() + run["timeout"] if run["timeout"] else None
    timed_out = not _follow(command, output, until)
    if timed_out:
        output.add(f"\namp-fsm: timed out after {run['timeout']:g} s\n".encode())
        end_group(command.pid, signal.SIGTERM)
        _follow(command, output, time.monotonic() + run["grace"])
    end_group(command.pid, signal.SIGKILL)  # what it left behind would run beside the next one
    code = command.wait()
    output.write()
    return TIMED_OUT if timed_out else code


def _follow(command: subprocess.Popen[bytes], output: _Output, until: float | None) -> bool:
    """Collect output until the command has ended; return False when `until` came first."""
    assert command.stdout is not None
    os.set_blocking(command.stdout.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(command.stdout, selectors.EVENT_READ)
        while command.poll() is None:
            if until is not None and time.monotonic() >= until:
                return False
            if selector.get_map() and selector.select(_patience(until)) and not output.drain(command.stdout.fileno()):
                selector.unregister(command.stdout)
            elif not selector.get_map():
                _wait(command, _patience(until))
    output.drain(command.stdout.fileno())
    return True


def _patience(until: float | None) -> float:
    left = 0.2 if until is None else until - time.monotonic()
    return min(0.2, max(0.0, left))


def _wait(command: subprocess.Popen[bytes], seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        command.wait(seconds)


def end_group(pid: int, number: int) -> None:
    """Signal the process group that `pid` leads, if there is one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def start_of(pid: int) -> str:
    """Return when a process started, as its system counts it, empty when it is gone: a pid alone is used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return _start_by_ps(pid)


def _start_by_ps(pid: int) -> str:
    if Path("/proc/self/stat").exists():
        return ""
    argv = ["ps", "-o", "lstart=", "-p", str(pid)]
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=2, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


class _Output:
    """The last bytes of what a command wrote, kept on disk about once a second and at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = b""
        self._written = 0.0

    def add(self, data: bytes) -> None:
        self._kept = (self._kept + data)[-OUTPUT_BYTES:]
        if time.monotonic() - self._written >= 1.0:
            self.write()

    def drain(self, descriptor: int) -> bool:
        """Take what is there; return False when nothing will follow."""
        with suppress(BlockingIOError):
            while data := os.read(descriptor, OUTPUT_BYTES):
                self.add(data)
            return False
        return True

    def write(self) -> None:
        self._written = time.monotonic()
        self._path.write_bytes(self._kept)


def _put(path: Path, text: str) -> None:
    """Write a small file in one step, durably: it is there whole, or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
