"""What stirs in the files and processes of this machine: the `Events` port.  Only importer of `watchdog`.

Events arrive in threads of their own and end the pause of whoever watches.  Where the system cannot tell (no
inotify, its limits reached), `follow` says so and the cheap looks of the watch go on alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from amp_fsm.world.exits import Exits
from amp_fsm.world.followed import MOST_FOLDERS, Followed, Watch, followed, is_vast, watches

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver, ObservedWatch


class LocalEvents:
    """Files below `root`, or named absolutely, and processes of this machine."""

    def __init__(self, root: str | Path, *, wake: Callable[[], None]) -> None:
        """Follow nothing yet, and start no thread; `wake` ends the pause of whoever waits."""
        self._root = Path(root)
        self._wake = wake
        self._exits = Exits(self.tell)
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._patterns: frozenset[str] = frozenset()
        self._wanted = Followed()
        self._observer: BaseObserver | None = None
        self._watches: dict[Watch, ObservedWatch] = {}
        self._vast: frozenset[Watch] = frozenset()
        self._refused: frozenset[Watch] | None = None
        self._complaint = ""

    def follow(self, patterns: frozenset[str], processes: frozenset[int] = frozenset(), *, anew: bool = False) -> str:
        """Follow these files and the ends of these processes, and nothing else from now on."""
        self._exits.follow(processes)
        fresh = patterns - self._patterns
        if patterns != self._patterns:
            self._patterns, self._wanted = patterns, followed(self._root, patterns)
        if anew or (self._observer is not None and not self._observer.is_alive()):
            self.close()
        wanted = watches(self._wanted)
        if anew or wanted != self._refused:
            self._complaint = self._listening(wanted)
        for pattern in fresh:
            self.tell(pattern)
        return self._complaint

    def take(self) -> frozenset[str]:
        """Return what stirred since the last call."""
        with self._lock:
            told, self._told = frozenset(self._told), set()
        return told

    def tell(self, what: str) -> None:
        """Say that something stirred."""
        with self._lock:
            self._told.add(what)
        self._wake()

    def close(self) -> None:
        """Follow no file any more; the ends of processes are still told."""
        observer, self._observer, self._watches = self._observer, None, {}
        if observer is not None:
            with suppress(RuntimeError):
                observer.stop()

    def _listening(self, wanted: frozenset[Watch]) -> str:
        """Listen to these folders; return why some cannot be.  What the system refused is not tried at every call."""
        self._refused = None
        try:
            return self._listen(wanted)
        except (ImportError, OSError, RuntimeError) as error:
            self.close()
            self._refused = wanted
            return f"the system does not tell of files: {getattr(error, 'strerror', None) or error}"

    def _listen(self, wanted: frozenset[Watch]) -> str:
        observer = self._observer or self._begin()
        # A thread of the library ends with the folder that it listens to, and whenever it breaks.
        ended = {emitter.watch for emitter in observer.emitters if not emitter.is_alive()}
        for watch, observed in list(self._watches.items()):
            if watch not in wanted or observed in ended:
                del self._watches[watch]
                observer.unschedule(observed)
        self._vast &= wanted
        for watch in sorted(wanted - self._watches.keys() - self._vast, key=lambda watch: watch.folder):
            self._add(observer, watch)
        if not self._vast:
            return ""
        folders = ", ".join(sorted(watch.folder for watch in self._vast))
        return f"more than {MOST_FOLDERS} folders are below {folders}"

    def _begin(self) -> BaseObserver:
        # Here: whoever does not watch must not pay for it.
        import logging

        from watchdog.observers import Observer

        for name in ("watchdog", "watchdog.observers"):
            logging.getLogger(name).addHandler(logging.NullHandler())
            logging.getLogger(name).propagate = False
        observer = Observer()
        observer.start()
        self._observer = observer
        return observer

    def _add(self, observer: BaseObserver, watch: Watch) -> None:
        from watchdog import events

        kinds: list[type[FileSystemEvent]] = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        if watch.deep and is_vast(watch.folder):
            self._vast |= {watch}
            return
        try:
            self._watches[watch] = observer.schedule(
                _handler(self._happened), watch.folder, recursive=watch.deep, event_filter=kinds
            )
        except FileNotFoundError:  # gone at this very moment; the next time the one above it is listened to
            return
        for pattern in self._wanted.above.get(watch.folder, ()):
            self.tell(pattern)

    def _happened(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            for pattern in self._wanted.concerned(str(path), is_folder=event.is_directory) if path else ():
                self.tell(pattern)


def _handler(happened: Callable[[FileSystemEvent], None]) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        """Hands every event on."""

        def dispatch(self, event: FileSystemEvent) -> None:
            happened(event)

    return Handler()
