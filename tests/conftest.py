from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tmux_server import TmuxServer


@pytest.fixture(autouse=True, scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let compiled configurations of tests stay out of the user's cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


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
