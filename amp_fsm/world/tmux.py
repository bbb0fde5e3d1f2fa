"""The tmux adapter of the `Terminal` port.  Only importer of `libtmux`, and the only module that talks to tmux.

Structure (sessions) goes through libtmux; looking and typing go in batches, one process each, bounded in time.  Nothing
is killed that we did not start, and no text reaches a pane but through a guarded command list.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import libtmux

from amp_fsm.errors import ProgramMissingError, TerminalUnreachableError
from amp_fsm.model.seen import Failed, PaneRef, Survey
from amp_fsm.ports import Effect, Launch, PaneGuard
from amp_fsm.world.tmux_text import (
    ENTERED,
    OWNER,
    STARTED,
    TYPED,
    client_format,
    differs,
    equals,
    guarded,
    listing_format,
    parse_outcome,
    parse_survey,
    reasons_to_refuse,
    sanitise,
)

_NO_SERVER = re.compile(
    r"no server running|error connecting to .*\((No such file or directory|Connection refused)\)"
    r"|no current target|no sessions"
)
_KEY = re.compile(r"[A-Za-z0-9-]+|C-.|M-.")


class TmuxTerminal:
    """The project's tmux server, by socket name or path (empty: the user's default server)."""

    def __init__(self, socket: str = "", *, environment: Mapping[str, str] | None = None, timeout: float = 5.0) -> None:
        """Remember where the server is; nothing is run yet."""
        self._socket = socket
        self._environment = dict(environment if environment is not None else os.environ)
        self._environment["LC_ALL"] = _utf8(self._environment)
        self._timeout = timeout
        self._starting = threading.Lock()

    def survey(self, session: str, owner_prefix: str) -> Survey:
        """Return every pane of `session` and every pane whose owner starts with `owner_prefix`, in one process."""
        nonce = secrets.token_hex(8)
        commands = (
            ("display-message", "-p", f"{nonce} server #{{pid}}:#{{start_time}}"),
            ("list-panes", "-a", "-F", listing_format(nonce)),
            ("list-clients", "-F", client_format(nonce)),
        )
        answer = self._run(*_joined(commands), may_fail=True)
        if answer.returncode != 0 and _NO_SERVER.search(answer.stderr):
            return Survey(server="")
        if answer.returncode != 0:
            raise TerminalUnreachableError(f"tmux refused: {answer.stderr.strip()}")
        head, _, rest = answer.stdout.partition("\n")
        server = head.removeprefix(f"{nonce} server ")
        return Survey(server=server, panes=parse_survey(rest, nonce, server, session, owner_prefix, time.time()))

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[str, str | Failed]:
        """Return the visible screen of each pane with colours, in one process for all."""
        if not panes:
            return {}
        nonce = secrets.token_hex(8)
        script = "".join(
            f"display-message -p '{nonce} %{pane.pane}'\ncapture-pane -e -p -J -t {pane.pane}\n" for pane in panes
        )
        answer = self._run("source-file", "-", text=f"{script}display-message -p '{nonce} end'\n", may_fail=True)
        screens: dict[str, str | Failed] = {
            pane.pane: Failed(reason=answer.stderr.strip() or "no answer") for pane in panes
        }
        for part in answer.stdout.split(f"{nonce} ")[1:]:
            pane, _, screen = part.partition("\n")
            if pane in screens and screen:
                screens[pane] = screen
        return screens

    def start(self, launch: Launch) -> PaneRef:
        """Open a window running `launch.argv` with our options on its pane, and return the pane."""
        self._require(launch)
        with self._starting:  # two at once would both make the session, or want the same free window
            return self._respawn(launch, launch.replace) if launch.replace is not None else self._opened(launch)

    def _opened(self, launch: Launch) -> PaneRef:
        survey = self.survey(launch.session, launch.owner)
        started = next((pane for pane in survey.panes if pane.started == launch.intent and not pane.dead), None)
        if started is not None:
            return started.ref
        taken = {pane.window for pane in survey.panes if pane.session == launch.session}
        return self._open(launch, taken)

    def _open(self, launch: Launch, taken: set[str]) -> PaneRef:
        """Open and mark in one command list: a pane of ours without its mark cannot come to be."""
        wanted = launch.window if launch.window.isdigit() and launch.window not in taken else ""
        variables = [part for name, value in launch.env.items() for part in ("-e", f"{name}={value}")]
        shown = "#{pane_id} #{pane_pid} #{pid}:#{start_time}"
        common = [*variables, "-c", launch.cwd, "-n", launch.name, "-P", "-F", shown]
        if self._has_session(launch.session):
            index = wanted or next(str(number) for number in range(len(taken) + 1) if str(number) not in taken)
            target = f"={launch.session}:{index}"
            opened = ("new-window", "-d", "-t", target, *common, *launch.argv)
            moved: tuple[tuple[str, ...], ...] = ()
        else:
            target = f"={launch.session}:"
            size = ("-x", str(launch.columns), "-y", str(launch.rows))
            opened = ("new-session", "-d", "-s", launch.session, *size, *common, *launch.argv)
            # The first window of a session gets the lowest index; it is moved to the one that is wanted, if another.
            moved = (("move-window", "-s", target, "-t", f"={launch.session}:{wanted}"),) if wanted else ()
        kept = ("set-option", "-w", "-t", target, "remain-on-exit", "on")
        answer = self._run(*_joined((opened, *_marks(launch, target), kept, *moved)), may_fail=True)
        if not answer.stdout.strip():
            raise TerminalUnreachableError(f"tmux could not open a window: {answer.stderr.strip()}")
        pane, pid, server = answer.stdout.split()[:3]
        return PaneRef(server=server, pane=pane, pid=int(pid))

    def _respawn(self, launch: Launch, pane: PaneRef) -> PaneRef:
        variables = [part for name, value in launch.env.items() for part in ("-e", f"{name}={value}")]
        found = next(
            (seen for seen in self.survey(launch.session, launch.owner).panes if seen.ref.pane == pane.pane), None
        )
        if found is None or found.owner != launch.owner:
            raise TerminalUnreachableError(f"pane {pane.pane} is no longer ours")
        if found.started == launch.intent and not found.dead:
            return found.ref
        shown = ("display-message", "-p", "-t", pane.pane, "#{pane_pid} #{pid}:#{start_time}")
        again = ("respawn-pane", "-k", "-t", pane.pane, *variables, "-c", launch.cwd, *launch.argv)
        pid, server = self._run(*_joined((again, *_marks(launch, pane.pane), shown))).stdout.split()[:2]
        return PaneRef(server=server, pane=pane.pane, pid=int(pid))

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        """Put our option on a pane that is still the same process and nobody's."""
        guard = PaneGuard(owner="")
        reasons = reasons_to_refuse(pane, guard)
        return self._effect(pane, reasons, (f"set-option -p -t {pane.pane} {OWNER} '{owner}'",))

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        """Paste `text` once, bracketed, not submitted, and witness it as `intent`, in one server-side command list."""
        buffer, clean = f"amp-{intent}", sanitise(text)
        measured = ("list-buffers", "-f", f"#{{==:#{{buffer_name}},{buffer}}}", "-F", "#{buffer_size}")
        size = self._run(*_joined((("load-buffer", "-b", buffer, "-"), measured)), text=clean).stdout.strip()
        if size != str(len(clean.encode("utf-8", "surrogateescape"))):
            return Effect(happened=False, reason=f"tmux took {size or 'no'} bytes of the text")
        reasons = reasons_to_refuse(pane, guard, (equals(TYPED, intent, "it was typed before"),))
        paste = f"paste-buffer -p -d -b {buffer} -t {pane.pane}"
        outcome = self._effect(pane, reasons, (paste, f"set-option -p -t {pane.pane} {TYPED} {intent}"))
        if not outcome.happened:
            self._run("delete-buffer", "-b", buffer, may_fail=True)
        return outcome

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        """Press the submit key and witness it as `intent`; refused unless the pane's last paste was `intent`."""
        if not _KEY.fullmatch(key):
            return Effect(happened=False, reason=f"{key!r} is no key")
        extra = [differs(TYPED, intent, "something else was typed since")]
        if not again:
            extra.append(equals(ENTERED, intent, "it was submitted before"))
        reasons = reasons_to_refuse(pane, guard, extra)
        effect = (f"send-keys -t {pane.pane} {key}", f"set-option -p -t {pane.pane} {ENTERED} {intent}")
        return self._effect(pane, reasons, effect)

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        """End a pane that we started and that carries `owner`."""
        reasons = [reason for reason in reasons_to_refuse(pane, PaneGuard(owner=owner)) if reason[0] not in _NO_MATTER]
        reasons.append(equals(STARTED, "", "we did not start it"))
        return self._effect(pane, reasons, (f"kill-pane -t {pane.pane}",))

    def _effect(self, pane: PaneRef, reasons: Sequence[tuple[str, str]], effect: Sequence[str]) -> Effect:
        answer = self._run(*guarded(pane, reasons, effect), may_fail=True)
        outcome = parse_outcome(answer.stdout, reasons)
        if outcome is not None:
            return outcome
        if "can't find pane" in answer.stderr or _NO_SERVER.search(answer.stderr):
            return Effect(happened=False, reason="the pane is gone")
        raise TerminalUnreachableError(
            f"tmux did not say what it did: {answer.stderr.strip() or answer.stdout.strip()!r}"
        )

    def _has_session(self, session: str) -> bool:
        path = "/" in self._socket
        name = self._socket if self._socket and not path else None
        server = libtmux.Server(socket_name=name, socket_path=self._socket if path else None)
        return bool(server.has_session(session, exact=True))

    def _require(self, launch: Launch) -> None:
        path = {**self._environment, **launch.env}.get("PATH", os.defpath)
        if not launch.argv:
            raise ProgramMissingError(f"{launch.name}: no command is configured", hint="give it a `command`")
        program = launch.argv[0]
        found = shutil.which(program, path=path)
        if found is None and not (Path(launch.cwd) / program).is_file():
            raise ProgramMissingError(
                f"{launch.name}: {program} not found on PATH",
                hint=f"install {program}, or give `{launch.name}` another `command`",
            )
        if not Path(launch.cwd).is_dir():
            raise ProgramMissingError(
                f"{launch.name}: its folder {launch.cwd} does not exist", hint="set `project.root` or `cwd`"
            )

    def _run(
        self, *arguments: str, text: str | None = None, may_fail: bool = False
    ) -> subprocess.CompletedProcess[str]:
        where = ("-S", self._socket) if "/" in self._socket else ("-L", self._socket) if self._socket else ()
        try:
            answer = subprocess.run(
                ("tmux", "-u", *where, *arguments),
                input=text,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                timeout=self._timeout,
                env=self._environment,
                check=False,
            )
        except FileNotFoundError as error:
            raise TerminalUnreachableError(
                "tmux is not installed", hint="apt install tmux, or brew install tmux"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise TerminalUnreachableError(f"tmux did not answer in {self._timeout:g} s") from error
        if answer.returncode != 0 and not may_fail:
            raise TerminalUnreachableError(f"tmux {arguments[0]}: {answer.stderr.strip()}")
        return answer


_NO_MATTER = frozenset({"#{pane_dead}", "#{pane_in_mode}", "#{pane_input_off}", "#{pane_synchronized}"})


def _marks(launch: Launch, target: str) -> tuple[tuple[str, ...], ...]:
    values = ((OWNER, launch.owner), (STARTED, launch.intent), (TYPED, ""), (ENTERED, ""))
    return tuple(("set-option", "-p", "-t", target, name, value) for name, value in values)


def _joined(commands: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return several commands as the arguments of one tmux process; a trailing `;` of an argument is kept literal."""
    words: list[str] = []
    for command in commands:
        if words:
            words.append(";")
        words += [f"{word[:-1]}\\;" if word.endswith(";") else word for word in command]
    return tuple(words)


def _utf8(environment: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if "utf" in value.lower():
            return value
    return "C.UTF-8"
