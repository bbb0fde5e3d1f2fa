"""Who and what lives in tmux: the server, the agents, the services that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.channel import Channel
from amp_fsm.model.project.http_expect import HttpExpect


@dataclass(frozen=True, slots=True, kw_only=True)
class TmuxSpec:
    """Where the team lives.

    Attributes:
        socket: name or path of the tmux socket; empty: the user's default server.
        columns, rows: size of windows that we start.
        adopt: whether panes that we did not start may be typed into.
    """

    session: str
    socket: str = ""
    columns: int = 200
    rows: int = 50
    adopt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """One agent: a program in a window.

    Attributes:
        socket: tmux socket of the server that it lives in; empty: the project's.
        window: index or name of its window in the session; empty: a new window of the agent's name.
        command: argv, overriding the profile's.
        requires: services that must be up before it is started.
        cwd: folder it is started in; empty: the project's root.
        queue: prompts may be submitted while it works; only for a profile that queues them.
        channels: what of its program's channels is listened to, besides its screen.
    """

    name: str
    profile: str
    socket: str = ""
    window: str = ""
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    requires: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    row: str = ""
    queue: bool = False
    channels: tuple[Channel, ...] = ()
    machine: str = "agent"

    @property
    def address(self) -> str:
        """The subject's address, `agent/NAME`."""
        return f"agent/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """Something agents need, kept up in a window of its own (`socket` as an agent's) and never prompted."""

    name: str
    command: tuple[str, ...]
    socket: str = ""
    window: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    ready: HttpExpect | None = None
    machine: str = "service"

    @property
    def address(self) -> str:
        """The subject's address, `service/NAME`."""
        return f"service/{self.name}"
