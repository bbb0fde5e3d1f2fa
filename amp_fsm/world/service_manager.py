"""Tells systemd how a service stands: one datagram each (sd_notify(3)).  Silent, and harmless, without systemd.

Written here because it is ten lines, while `sdnotify`, the library of old, is untyped and unmaintained since 2017, and
knows no reloading.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress


class ServiceManager:
    """The manager that `NOTIFY_SOCKET` names, if it names one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Remember where it listens.  A name that begins with `@` is in the abstract namespace."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self, status: str = "") -> None:
        """The service is up, or has taken its configuration in."""
        self._tell("READY=1", *([f"STATUS={status}"] if status else []))

    def reloading(self) -> None:
        """It begins to read its configuration anew; `ready` ends that."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """It is about to end."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """It is at work: what systemd's watchdog waits for."""
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        import socket  # here: most processes have no manager to tell

        # A manager that is not there, or does not read, is no reason to stop working.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as pipe:
            pipe.setblocking(False)
            pipe.sendto("\n".join(lines).encode(), os.fsencode(self._address))
