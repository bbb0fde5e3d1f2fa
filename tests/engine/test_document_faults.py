"""Documents that cannot be written as asked: each is said, and the rest goes on.  Real files and real mounts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from amp_fsm.errors import StaleFileError
from amp_fsm.model.record import IntentStatus
from amp_fsm.world.files import LocalFiles
from tests.engine.document_day import DAYS, Day

CONFIG = """\
include: [{team}]
project: {{name: crew}}
tmux: {{session: crew}}
documents:
  tasks: {{file: TASKS.md, rows: tasks, table: {{heading: Tasks, key: ID}}, columns: {{title: Title, status: Status}}}}
  log:
    file: LOG.md
    table: {{heading: Log, key: Who}}
    row: {{Who: '{{{{ agent.row }}}}', What: '{{{{ task.id }}}} {{{{ mark }}}}'}}
  done: {{file: DONE.md, rows: verified, table: {{heading: Done}}, line: '- {{{{ task.id }}}}'}}
tasks:
  - {{id: TASK-014, kind: code, title: First}}
  - {{id: TASK-015, kind: code, title: Second}}
"""
TASKS = "# Tasks\n\n| ID | Title | Status |\n|---|---|---|\n"
LOG = "# Log\n\n| Who | What |\n|---|---|\n"
DONE = "# Done\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(team=DAYS / "team.yaml"))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def day(config: Path, root: Path) -> Day:
    made = Day(config, root)
    made.write({"TASKS.md": TASKS, "LOG.md": LOG, "DONE.md": DONE})
    return made


def rest_goes_on(day: Day) -> None:
    """See that the other documents of the day tell of a task that is finished."""
    day.finish("TASK-014")
    assert day.text("LOG.md").endswith("| AMP | TASK-014 ✅ |\n")
    assert day.text("DONE.md").endswith("- TASK-014\n")


# ---- what is there is not what should be ---------------------------------------------------------------------------


def test_a_document_that_is_deleted_is_made_again_with_all_its_rows(day: Day, root: Path) -> None:
    day.settle()
    (root / "TASKS.md").unlink()
    rest_goes_on(day)
    made = [i for p in day.passes for i in p.outcomes if i.action.verb == "make_table"]
    assert [(i.address, i.status) for i in made] == [("document/TASKS.md", IntentStatus.DONE)]
    assert "| TASK-014 | First | COMPLETED |" in day.text("TASKS.md")
    assert "| TASK-015 | Second | PENDING |" in day.text("TASKS.md")


def test_a_document_that_became_a_folder_is_said_and_left(day: Day, root: Path) -> None:
    day.settle()
    (root / "TASKS.md").unlink()
    (root / "TASKS.md").mkdir()
    rest_goes_on(day)
    assert day.drift == ["document/TASKS.md: TASKS.md: not a regular file"]
    assert list((root / "TASKS.md").iterdir()) == []


def test_a_link_that_leads_nowhere_is_said_and_nothing_is_made_there(day: Day, root: Path) -> None:
    (root / "TASKS.md").unlink()
    (root / "TASKS.md").symlink_to("elsewhere/TASKS.md")
    rest_goes_on(day)
    assert day.drift == ["document/TASKS.md: TASKS.md: a symbolic link that leads nowhere"]


def test_a_link_that_leads_out_of_the_project_is_read_and_not_written(day: Day, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    (root / "TASKS.md").rename(outside)
    (root / "TASKS.md").symlink_to(outside)
    rest_goes_on(day)
    said = f"not written: it leads out of the project's folder, to {outside}"
    assert day.held == [f"document/TASKS.md: rows: {said}"]
    assert outside.read_text() == TASKS


def test_a_link_within_the_project_stays_one(day: Day, root: Path) -> None:
    (root / "docs").mkdir()
    (root / "TASKS.md").rename(root / "docs" / "T.md")
    (root / "TASKS.md").symlink_to("docs/T.md")
    rest_goes_on(day)
    assert (root / "TASKS.md").is_symlink()
    assert "| TASK-014 | First | COMPLETED |" in day.text("docs/T.md")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(TASKS.encode("utf-16"), "is no text: it holds zero bytes", id="utf-16"),
        pytest.param(b"# Tasks\n" + b"x" * 10_000_000, "TASKS.md: larger than 10 MB", id="more-than-ten-megabytes"),
    ],
)
def test_what_cannot_be_read_as_text_is_said_and_left(day: Day, root: Path, data: bytes, said: str) -> None:
    (root / "TASKS.md").write_bytes(data)
    rest_goes_on(day)
    assert day.drift == [f"document/TASKS.md: {said}"]
    assert (root / "TASKS.md").read_bytes() == data


def test_a_document_of_nearly_ten_megabytes_is_written(day: Day) -> None:
    prose = "Encore une ligne de mémoire, avec des accents et un emoji ✅ | et une barre.\n" * 115_000
    day.write({"TASKS.md": f"# Mémoire\n{prose}\n{TASKS}\n{prose[:100_000]}"})
    day.settle()
    added = f"{TASKS}| TASK-014 | First | PENDING |\n| TASK-015 | Second | PENDING |\n\nEncore"
    assert 9_000_000 < (day.root / "TASKS.md").stat().st_size < 10_000_000
    assert added in day.text("TASKS.md")
    assert day.held == []


# ---- what may not be written ---------------------------------------------------------------------------------------


def test_a_read_only_file_is_said_beforehand_and_written_once_it_may_be(day: Day, root: Path) -> None:
    (root / "TASKS.md").chmod(0o444)
    rest_goes_on(day)
    assert day.held == ["document/TASKS.md: rows: not written: is read-only"]
    assert not day.passes[-1].plan.complete
    (root / "TASKS.md").chmod(0o644)
    day.settle()
    assert "| TASK-014 | First | COMPLETED |" in day.text("TASKS.md")


def mounted(*argv: str) -> None:
    ran = subprocess.run(["mount", *argv], capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip(f"nothing may be mounted here: {ran.stderr.strip()}")


@pytest.fixture
def mount(root: Path) -> Iterator[Callable[..., None]]:
    """Mount something on the project's folder."""
    done: list[str] = []

    def make(*argv: str) -> None:
        mounted(*argv, str(root))
        done.extend([] if "remount,bind,ro" in argv else [str(root)])

    yield make
    for path in reversed(done):
        subprocess.run(["umount", "--lazy", path], check=True)


def test_a_read_only_file_system_is_said_and_nothing_is_tried(day: Day, mount: Callable[..., None], root: Path) -> None:
    mount("--bind", str(root))
    mount("-o", "remount,bind,ro")
    day.settle()
    assert day.held == ["document/TASKS.md: rows: not written: is read-only"]
    assert [outcome for done in day.passes for outcome in done.outcomes] == []


def test_a_file_is_not_made_on_a_read_only_file_system(day: Day, mount: Callable[..., None], root: Path) -> None:
    (root / "TASKS.md").unlink()
    mount("--bind", str(root))
    mount("-o", "remount,bind,ro")
    day.settle()
    assert day.held == ["document/TASKS.md: make_table: not written: its folder is read-only"]


def fill(path: Path) -> None:
    """Write a file until its disk is full."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        for _ in range(1000):
            file.write(b"x" * 4096)


def test_a_full_disk_is_said_the_old_file_stays_and_it_is_tried_again(
    day: Day, mount: Callable[..., None], root: Path
) -> None:
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs")
    day.write({"TASKS.md": TASKS, "LOG.md": LOG, "DONE.md": DONE})
    fill(root / "filler")
    day.settle()
    assert day.text("TASKS.md") == TASKS
    assert sorted(path.name for path in root.iterdir()) == ["DONE.md", "LOG.md", "TASKS.md", "filler"]
    (failed,) = [outcome for done in day.passes for outcome in done.outcomes]
    assert failed.status is IntentStatus.FAILED
    why = "TASKS.md cannot be written: no space left on device (mend its permissions, or make room on its disk)"
    assert failed.note == why
    assert day.held == [f"document/TASKS.md: rows: {why}; tried again in 60s"]
    assert day.passes[-1].plan.due_in == pytest.approx(60)
    day.clock.pass_time(25)
    day.settle()
    day.clock.pass_time(25)
    day.settle()
    assert len([outcome for done in day.passes for outcome in done.outcomes]) == 1
    (root / "filler").unlink()
    day.clock.pass_time(25)
    day.settle()
    assert day.text("TASKS.md") == f"{TASKS}| TASK-014 | First | PENDING |\n| TASK-015 | Second | PENDING |\n"
    assert day.held == []


# ---- somebody else writes ------------------------------------------------------------------------------------------


@dataclass
class Raced(LocalFiles):
    """A folder in which somebody else writes right before each of our first writes."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(root)
        self.times = times

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        if self.times > 0:
            self.times -= 1
            with (self.root / path).open("a") as file:
                file.write(f"| OTHER-{self.times} | Theirs | x |\n")
        super().replace(path, text, if_digest=if_digest)


def test_what_others_write_meanwhile_is_kept(config: Path, root: Path) -> None:
    day = Day(config, root, Raced(root, times=3))
    day.write({"TASKS.md": TASKS, "LOG.md": LOG, "DONE.md": DONE})
    day.settle()
    rows = day.text("TASKS.md").removeprefix(TASKS).splitlines()
    assert rows[:3] == [f"| OTHER-{number} | Theirs | x |" for number in (2, 1, 0)]
    assert len(rows) == 5


def test_a_file_that_changes_faster_than_it_can_be_written_is_said(config: Path, root: Path) -> None:
    day = Day(config, root, Raced(root, times=5))
    day.write({"TASKS.md": TASKS, "LOG.md": LOG, "DONE.md": DONE})
    day.settle()
    assert "TASKS.md changes faster than it can be written (who else writes it?); tried again" in day.held[0]


# ---- killed --------------------------------------------------------------------------------------------------------


class KilledError(BaseException):
    """The program ends here."""


class Mortal(LocalFiles):
    """A folder whose program is killed at one of its writes, before it or right after it."""

    def __init__(self, root: Path, moments: Sequence[int]) -> None:
        super().__init__(root)
        self.moments = set(moments)
        self.moment = 0

    def _moment(self) -> None:
        self.moment += 1
        if self.moment in self.moments:
            raise KilledError

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        self._moment()
        super().replace(path, text, if_digest=if_digest)
        self._moment()

    def create(self, path: str, text: str, *, folder: bool = False) -> None:
        self._moment()
        super().create(path, text, folder=folder)
        self._moment()


ROTATING = """\
include: [{team}]
project: {{name: crew}}
tmux: {{session: crew}}
documents:
  log:
    file: LOG.md
    table: {{heading: Log, key: Who}}
    row: {{Who: '{{{{ agent.row }}}}', What: '{{{{ task.id }}}}'}}
    rotate: {{rows: 3, keep: 1, to: 'old/log.md'}}
  done:
    file: LOG.md
    rows: verified
    table: {{heading: Done}}
    line: '- {{{{ task.id }}}}'
    rotate: {{rows: 2, keep: 0, to: 'old/done.md'}}
tasks:
  - {{id: TASK-014, kind: code, title: First}}
"""
FULL = f"{LOG}| a | 1 |\n| a | 1 |\n| b | 2 |\n| a | 1 |\n| c | 3 |\n\nend\n\n# Done\n- x\n- x\n- y\n  z\n"


def everything(root: Path) -> list[str]:
    texts = [path.read_text() for path in (root / "LOG.md", root / "old/log.md", root / "old/done.md") if path.exists()]
    lines = [line for text in texts for line in text.splitlines()]
    return sorted(line for line in lines if line.startswith(("| a", "| b", "| c", "- ", "  z")))


@pytest.mark.parametrize("moments", [[n] for n in range(1, 9)] + [[n, n + 1] for n in range(1, 8)], ids=str)
def test_a_rotation_that_is_killed_loses_and_doubles_nothing(config: Path, root: Path, moments: list[int]) -> None:
    config.write_text(ROTATING.format(team=DAYS / "team.yaml"))
    files = Mortal(root, moments)
    day = Day(config, root, files)
    day.write({"LOG.md": FULL})
    before = everything(root)
    for _ in moments:
        with pytest.raises(KilledError):
            day.settle()
    day.settle()
    assert files.moment >= max(moments)
    assert everything(root) == before
    assert day.text("LOG.md") == "# Log\n\n| Who | What |\n|---|---|\n| c | 3 |\n\nend\n\n# Done\n"
    assert day.text("old/log.md").count("<!-- amp:") == 1


def test_an_old_entry_that_is_edited_while_a_killed_rotation_waits_stays(config: Path, root: Path) -> None:
    config.write_text(ROTATING.format(team=DAYS / "team.yaml"))
    day = Day(config, root, Mortal(root, [2]))
    day.write({"LOG.md": FULL})
    with pytest.raises(KilledError):
        day.settle()
    day.write({"LOG.md": day.text("LOG.md").replace("| b | 2 |", "| b | 2, edited |")})
    day.settle()
    assert "| b | 2, edited |\n| c | 3 |" in day.text("LOG.md")
    assert "| b | 2 |" in day.text("old/log.md")


@pytest.mark.parametrize("moment", range(1, 7))
def test_rows_that_are_killed_while_they_are_written_stand_once(config: Path, root: Path, moment: int) -> None:
    day = Day(config, root, Mortal(root, [moment]))
    with pytest.raises(KilledError):
        day.settle()
    day.settle()
    rows = "| TASK-014 | First | PENDING |\n| TASK-015 | Second | PENDING |\n"
    assert day.text("TASKS.md") == f"## Tasks\n\n| ID | Title | Status |\n|---|---|---|\n{rows}"
    assert day.text("DONE.md") == "## Done\n"


def test_a_file_that_appears_while_it_is_made_is_kept(day: Day, root: Path) -> None:
    class Late(LocalFiles):
        def create(self, path: str, text: str, *, folder: bool = False) -> None:
            (root / path).write_text("# Theirs\n")
            with pytest.raises(StaleFileError):
                super().create(path, text, folder=folder)
            raise StaleFileError(path)

    (root / "TASKS.md").unlink()
    day.files = Late(root)
    day.settle()
    assert day.text("TASKS.md").startswith("# Theirs\n\n## Tasks\n")
