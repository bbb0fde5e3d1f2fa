from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tmux_server import TmuxServer


@pytest.fixture
def tmux_server() -> Iterator[TmuxServer]:
    """A private tmux server that starts with its first session and is ended after the test."""
    server = TmuxServer()
    yield server
    server.end()


@pytest.fixture
def other_server() -> Iterator[TmuxServer]:
    """Another one."""
    server = TmuxServer()
    yield server
    server.end()
