"""A program that nobody wrote rules for is added by a configuration alone: no line of Python knows it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from amp_fsm.cli.main import main
from tests.agents.programs import Program
from tests.agents.team import Team, team_of

SCRIBE = r"""
profiles:
  scribe:
    command: [scribe]
    programs: ['python3?(\.\d+)?']
    settle: 0.1
    stable_for: 0.5s
    regions:
      - {name: box, start: '^\.-{10,}$', end: "^'-{10,}$", closed: true, inclusive: true}
      - {name: below, below: box}
      - {name: said, above: box, lines: 1}
      - {name: question, start: '^\?\? ', inclusive: true}
    composer: {region: box, prompt: '^\| § ?(?P<text>.*)$', continued: '^\| \| ?'}
    rules:
      - {id: question, state: blocked, region: question, matches: ['^   \(j\) ja'], dialog: question}
      - {id: busy, state: working, region: said, matches: ['^~ ']}
      - {id: enough, state: limited, region: said, matches: ['^xx enough']}
      - {id: ready, state: idle, region: below, matches: ['no waiting$'], composer: [empty, draft]}
    limit: {resets: ['come back in (?P<in>\d+h \d+m)']}
"""
LONG = "Écris {task}: « été » \"a\" 'b' `c` $HOME\n\n" + "\n".join(f"Ligne {number}\tdu texte" for number in range(38))
LOOKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOurOwn(Program):
    """A program beside the tests."""

    receipts: Path

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, str(Path(__file__).with_name("scribe.py")), str(self.receipts))

    def received(self) -> list[str]:
        lines = self.receipts.read_text().splitlines() if self.receipts.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def scribe(tmp_path: Path) -> OfOurOwn:
    return OfOurOwn(
        name="scribe",
        profile="scribe",
        installer="pip",
        package="",
        version="",
        argv=(),
        prepare=lambda place: {},
        receipts=tmp_path / "receipts",
    )


@pytest.fixture
def own_team(scribe: OfOurOwn, tmp_path: Path) -> Iterator[Team]:
    with team_of(scribe, tmp_path, more=SCRIBE) as team:
        yield team


def test_the_configuration_has_no_problem(own_team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    own_team.give("Do {task}.")
    assert main(["validate", str(own_team.config)]) == 0, capsys.readouterr().out


def test_it_is_started_and_prompted_once(own_team: Team, scribe: OfOurOwn) -> None:
    task = own_team.give(LONG)
    own_team.until(lambda: scribe.received() and own_team.at_rest(), "the end of its turn")
    (received,) = scribe.received()
    assert received.split()[:-1] == LONG.replace("{task}", task).split()


def test_it_is_not_prompted_while_it_works(own_team: Team, scribe: OfOurOwn) -> None:
    done = own_team.place.work / "done"
    own_team.give(f"Work on it: hold {done}")
    own_team.until(lambda: own_team.shows("working"), "its turn")
    own_team.eager = True
    own_team.give("Do {task} after it.")
    keys = own_team.keys()
    for _ in range(LOOKS):
        own_team.run_pass()
    assert own_team.keys() == keys
    done.touch()
    own_team.until(lambda: len(scribe.received()) > 1 and own_team.at_rest(), "the end of both turns")
    assert [prompt.split()[:2] for prompt in scribe.received()] == [["Work", "on"], ["Do", "T2"]]


def test_its_dialog_is_not_typed_into(own_team: Team, scribe: OfOurOwn) -> None:
    file = own_team.place.work / "made"
    own_team.until(own_team.is_ready, "its prompt")
    own_team.say(f"ask {file}")
    own_team.until_seen(lambda: own_team.shows("blocked"), "its question")
    own_team.eager = True
    own_team.give("Do {task} after the question.")
    keys, screen = own_team.keys(), own_team.screen()
    for _ in range(LOOKS):
        own_team.run_pass()
    assert (own_team.keys(), own_team.screen(), file.exists()) == (keys, screen, False)
    own_team.press("n")
    own_team.until(lambda: len(scribe.received()) > 1 and own_team.at_rest(), "the end of its turn")
    assert scribe.received()[1].startswith("Do T1 after the question.")
    assert not file.exists()


def test_its_limit_is_read_and_waited_for(own_team: Team, scribe: OfOurOwn) -> None:
    own_team.give("That is enough, {task}.")
    own_team.until(lambda: own_team.state() == "LIMITED", "its limit")
    reading = own_team.reading()
    assert reading is not None
    assert reading.resets_at == pytest.approx(time.time() + 7200, abs=60)
    own_team.give("Do {task} after the limit.")
    for _ in range(LOOKS):
        own_team.run_pass()
    assert len(scribe.received()) == 1
    own_team.clock.ahead += 7300
    own_team.until(lambda: len(scribe.received()) > 1 and own_team.at_rest(), "the end of its turn")
    assert len(scribe.received()) == 2
