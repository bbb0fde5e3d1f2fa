"""Real agent programs, as `tools/setup agents` installs them, in a private tmux with a home of their own.

AMP_FSM_AGENTS=all takes all programs, AMP_FSM_AGENTS=pi,codex those; without it the light ones are taken.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agents.programs import Program, chosen
from tests.agents.team import Team, team_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of one program run one after the other, where several programs are tested at once."""
    for item in items:
        program = getattr(item, "callspec", None) and item.callspec.params.get("program")  # type: ignore[attr-defined]
        if isinstance(program, Program):
            item.add_marker(pytest.mark.xdist_group(program.name))


@pytest.fixture(scope="session", params=chosen(), ids=lambda program: program.name)
def program(request: pytest.FixtureRequest) -> Program:
    """A program that is installed."""
    found: Program = request.param
    if not found.installed:
        pytest.skip(f"{found.pinned} is not installed: `tools/setup agents {found.name}` installs it")
    return found


@pytest.fixture(scope="session")
def running(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with team_of(program, tmp_path_factory.mktemp(program.name)) as team:
        yield team


@pytest.fixture
def team(running: Team) -> Team:
    """A team whose program may have served other tests."""
    running.renew()
    return running
