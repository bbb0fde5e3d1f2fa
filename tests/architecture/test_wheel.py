"""The wheel holds what an installed amp-fsm reads, and works where no checkout is near."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    argv = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_module_and_every_built_in_file_is_inside(wheel: Path) -> None:
    package = ROOT / "amp_fsm"
    wanted = {
        path.relative_to(ROOT).as_posix() for suffix in ("*.py", "*.yaml", "*.json") for path in package.rglob(suffix)
    }
    assert {name for name in wanted if name.startswith("amp_fsm/builtin/")}
    assert wanted - names(wheel) == set()


def test_every_schema_is_inside(wheel: Path) -> None:
    schemas = {f"amp_fsm/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert schemas
    assert schemas - names(wheel) == set()


def test_nothing_else_is_inside(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"amp_fsm"}


def test_a_configuration_is_validated_from_it_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "practice.yaml").write_bytes((ROOT / "configs" / "practice.yaml").read_bytes())
    program = "import amp_fsm, sys; print(amp_fsm.__file__, file=sys.stderr); from amp_fsm.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "validate", "practice.yaml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith(str(tmp_path / "installed"))
