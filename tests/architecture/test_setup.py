"""What `tools/setup` does on machines that lack something, with stand-ins for every program that it may run."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
case "$*" in
    *version_info\\ \\<*) exit {old} ;;
    *%d.%d*) echo 3.12 ;;
    *ensurepip*) exit {bare} ;;
    "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo "made a venv" >>log ;;
    "-m pip"*) echo "pip $*" >>log ;;
esac
"""
APT = """#!/bin/sh
echo "apt-get $*" >>log
case "$*" in *tmux*) cp "$(command -v dirname)" "$STANDINS/tmux" ;; esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine whose PATH holds stand-ins and a few harmless programs, and a checkout to set up."""

    checkout: Path
    programs: Path

    def has(self, name: str, script: str = "#!/bin/sh\n") -> None:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def setup(self, what: str = "run") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(self.checkout / "tools" / "setup"), what],
            env={"PATH": str(self.programs), "STANDINS": str(self.programs), "HOME": str(self.checkout)},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    @property
    def log(self) -> list[str]:
        path = self.checkout / "log"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Python 3.12 and tmux, used by somebody who is not root."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "mkdir", "cp", "rm"):
        (programs / name).symlink_to(str(shutil.which(name)))
    checkout = tmp_path / "checkout"
    (checkout / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup", checkout / "tools" / "setup")
    (checkout / "pyproject.toml").write_text("[project]\n")
    made = Machine(checkout=checkout, programs=programs)
    made.has("python3.12", PYTHON.format(old=0, bare=0))
    made.has("tmux")
    made.has("id", "#!/bin/sh\necho 1000\n")
    return made


def test_a_machine_with_everything_gets_a_venv_with_the_package(machine: Machine) -> None:
    done = machine.setup()
    assert done.returncode == 0, done.stderr
    assert machine.log == ["made a venv", "pip -m pip install --quiet --disable-pip-version-check --editable ."]
    assert "making .venv with Python 3.12" in done.stderr
    assert done.stdout == ""


def test_a_second_time_nothing_is_done_and_nothing_said(machine: Machine) -> None:
    machine.setup()
    before = machine.log
    assert machine.setup().stderr == ""
    assert machine.log == before


def test_testing_needs_more_than_running(machine: Machine) -> None:
    machine.setup("run")
    machine.setup("dev")
    assert machine.log[-1].endswith("--editable .[dev]")


def test_a_changed_pyproject_is_installed_anew(machine: Machine) -> None:
    machine.setup()
    (machine.checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    machine.setup()
    assert [line.split()[0] for line in machine.log] == ["made", "pip", "pip"]


@pytest.mark.parametrize("old", [True, False], ids=["too-old", "absent"])
def test_no_python_is_said_with_what_to_do(machine: Machine, old: bool) -> None:
    (machine.programs / "python3.12").unlink()
    if old:
        machine.has("python3", PYTHON.format(old=1, bare=0))
    done = machine.setup()
    assert done.returncode == 1
    assert "no Python 3.11 or newer found" in done.stderr
    assert machine.log == []


def test_a_python_without_venv_is_said_with_the_package_that_has_it(machine: Machine) -> None:
    machine.has("python3.12", PYTHON.format(old=0, bare=1))
    done = machine.setup()
    assert done.returncode == 1
    assert "sudo apt-get install python3.12-venv" in done.stderr


def test_a_missing_tmux_is_said_and_no_password_asked_for(machine: Machine) -> None:
    (machine.programs / "tmux").unlink()
    machine.has("sudo", "#!/bin/sh\necho sudo >>log\n")
    machine.has("apt-get", APT)
    done = machine.setup()
    assert done.returncode == 1
    assert "tmux is missing" in done.stderr
    assert not [line for line in machine.log if "sudo" in line or "apt-get" in line]


def test_root_gets_tmux_installed(machine: Machine) -> None:
    (machine.programs / "tmux").unlink()
    machine.has("id", "#!/bin/sh\necho 0\n")
    machine.has("apt-get", APT)
    done = machine.setup()
    assert done.returncode == 0, done.stderr
    assert "apt-get install -y -qq tmux" in machine.log
    assert "installing tmux (apt-get)" in done.stderr


def test_homebrew_installs_tmux_for_people_who_are_not_root(machine: Machine) -> None:
    (machine.programs / "tmux").unlink()
    machine.has("brew", APT.replace("apt-get", "brew"))
    done = machine.setup()
    assert done.returncode == 0, done.stderr
    assert "brew install tmux" in machine.log
