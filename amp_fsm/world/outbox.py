"""Notices on their way to the operator's channels: files in the store's folder until they were sent.

What was told before a crash is sent by the next pass; one that was sent in the very moment of a crash is sent again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from amp_fsm.model.notice import Notice, NotificationSpec, Severity

Send = Callable[[str, str, str], str]
"""Sends a message: URL, title, body; returns why it could not, empty when it was sent."""

MOST_LINES = 50
"""Notices that one message spells out; the rest are counted."""

RETRY_SECONDS = 60.0
"""How long a channel that failed is left alone."""


class Outbox:
    """The notices that wait, by channel, in `FOLDER/notices/CHANNEL`."""

    def __init__(self, folder: str | Path, project: str, channels: Sequence[NotificationSpec], send: Send) -> None:
        """Remember the channels; nothing is read or made yet."""
        self._folder = Path(folder) / "notices"
        self._project = project
        self._channels = channels
        self._send = send

    def put(self, notice: Notice) -> None:
        """Keep a notice for every channel that wants it."""
        for channel in self._channels:
            if channel.wants(notice):
                name = f"{notice.at:020.6f}-{secrets.token_hex(4)}.json"
                _write(self._of(channel) / name, asdict(notice))

    def send_due(self, now: float) -> tuple[str, ...]:
        """Send what is due at wall time `now`; return what went wrong, a line for each channel."""
        wrong = (self._serve(channel, now) for channel in self._channels)
        return tuple(line for line in wrong if line)

    def _of(self, channel: NotificationSpec) -> Path:
        return self._folder / channel.name

    def _serve(self, channel: NotificationSpec, now: float) -> str:
        try:
            waiting = sorted(self._of(channel).glob("[0-9]*.json"))
            if not waiting:
                return ""
            notices = [_read(path) for path in waiting]
            if not self._due(channel, notices, now):
                return ""
            error = self._send(channel.url, *_message(self._project, notices))
            self._note(channel, now, failed=bool(error))
            if error:
                return f"notification `{channel.name}`: {error}; {len(notices)} kept for the next try"
            for path in waiting:
                path.unlink(missing_ok=True)
        except OSError as error:
            return f"notification `{channel.name}`: {error}"
        return ""

    def _due(self, channel: NotificationSpec, notices: Sequence[Notice], now: float) -> bool:
        past = _past(self._of(channel) / PAST)
        if now - past.failed < RETRY_SECONDS or len(past.within(channel.seconds, now)) >= channel.most:
            return False
        urgent = any(notice.severity is Severity.CRITICAL for notice in notices)
        return urgent or now - notices[0].at >= channel.digest

    def _note(self, channel: NotificationSpec, now: float, *, failed: bool) -> None:
        path = self._of(channel) / PAST
        sent = _past(path).within(channel.seconds, now)
        after = _Past(sent=sent, failed=now) if failed else _Past(sent=(*sent, now))
        _write(path, asdict(after))


PAST = "sent.json"


@dataclass(frozen=True, slots=True)
class _Past:
    """When a channel's messages were sent, and when one last failed."""

    sent: tuple[float, ...] = ()
    failed: float = 0.0

    def within(self, seconds: float, now: float) -> tuple[float, ...]:
        return tuple(at for at in self.sent if now - at < seconds)


def _past(path: Path) -> _Past:
    with suppress(OSError, ValueError, TypeError, KeyError):
        read = json.loads(path.read_text("utf-8"))
        return _Past(sent=tuple(map(float, read["sent"])), failed=float(read["failed"]))
    return _Past()


def _message(project: str, notices: Sequence[Notice]) -> tuple[str, str]:
    """Return title and body of one message about all of them."""
    worst = max((notice.severity for notice in notices), key=lambda severity: severity.rank)
    count = "" if len(notices) == 1 else f" ({len(notices)})"
    lines = [_line(notice) for notice in notices[:MOST_LINES]]
    if len(notices) > MOST_LINES:
        lines.append(f"and {len(notices) - MOST_LINES} more")
    return f"amp-fsm {project}: {worst}{count}", "\n".join(lines)


def _line(notice: Notice) -> str:
    return notice.text if notice.text.startswith(notice.address) else f"{notice.address}: {notice.text}"


def _read(path: Path) -> Notice:
    """Return a notice as it was kept; one that cannot be read is told as that."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Notice(**{**kept, "severity": Severity(kept["severity"])})
    except (ValueError, TypeError, KeyError) as error:
        return Notice(address="operator", text=f"a notice could not be read: {path.name}: {error}")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    making.write_text(json.dumps(value), "utf-8")
    os.replace(making, path)  # noqa: PTH105  # the two are in one folder: this is the atomic rename
