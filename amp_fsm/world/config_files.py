"""Configuration files on a disk: reading them, finding the schemas, and remembering compiled projects by content."""

from __future__ import annotations

import errno
import glob
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import amp_fsm
from amp_fsm.config.loaded import Loaded
from amp_fsm.model.profile import Profile
from amp_fsm.world.config_cache import Compiled, Witness, program_stamp, recall, remember

if TYPE_CHECKING:
    from amp_fsm.config.includes import Reader

PACKAGE = Path(amp_fsm.__file__).parent
MAIN_SCHEMA = "amp-fsm"


class DiskReader:
    """Reads configurations from the disk, and the built-in ones from the package."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes, of which no more than a little over the limit are read."""
        try:
            with Path(path).open("rb") as stream:
                return stream.read(11_000_000)
        except ValueError as error:
            raise FileNotFoundError(errno.ENOENT, str(error), path) from error

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted."""
        return tuple(sorted(found for found in glob.glob(pattern, recursive=True) if Path(found).is_file()))  # noqa: PTH207 - patterns may be absolute

    def builtin(self, folder: str) -> tuple[tuple[str, bytes], ...]:
        """Return name and bytes of every YAML file of a built-in folder."""
        if folder not in self.builtins():
            return ()
        files = sorted((PACKAGE / "builtin" / folder).glob("*.yaml"))
        return tuple((f"builtin:{folder}/{file.name}", file.read_bytes()) for file in files)

    def builtins(self) -> tuple[str, ...]:
        """Return the names of the built-in folders."""
        return tuple(sorted(path.name for path in (PACKAGE / "builtin").iterdir() if path.is_dir()))


def schema_folder() -> Path:
    """Return where the schemas are: inside an installed package, beside it in a checkout."""
    packaged = PACKAGE / "schemas"
    return packaged if packaged.is_dir() else PACKAGE.parent / "schemas"


def schema_kinds() -> tuple[str, ...]:
    """Return the kinds of file that have a schema."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in schema_folder().glob("*.schema.json")))


def schema_text(kind: str = MAIN_SCHEMA) -> str:
    """Return the JSON Schema of a kind of file.  Raises `FileNotFoundError`."""
    return (schema_folder() / f"{kind}.schema.json").read_text("utf-8")


def load_project(path: str, environment: Mapping[str, str]) -> Loaded:
    """Return the configuration at `path` with all its problems."""
    return _compiled(path, DiskReader(), environment)


def cached_project(path: str, environment: Mapping[str, str], *, keep: bool) -> Loaded:
    """Return the configuration at `path`, without its files and tree; `keep` leaves a compiled copy in the cache."""
    reader = DiskReader()
    known = recall(path, reader, environment)
    if known is not None:
        return Loaded(project=known.project, problems=known.problems, variables=known.variables)
    witness = Witness(reader)
    loaded = _compiled(path, witness, environment)
    if keep and loaded.project is not None:
        compiled = Compiled(
            program=program_stamp(),
            cwd=str(Path.cwd()),
            reads=witness.reads,
            globs=witness.globs,
            builtins=witness.folders,
            variables={**loaded.variables, "HOME": environment.get("HOME")},
            project=loaded.project,
            problems=loaded.problems,
        )
        remember(path, compiled, environment)
    return loaded


def _compiled(path: str, reader: Reader, environment: Mapping[str, str]) -> Loaded:
    from amp_fsm.config.load import load  # loads YAML, schemas and lint, which a compiled copy does without

    home = environment.get("HOME") or str(Path.home())
    return load(path, reader, environment, schema_text(), home=home, cwd=str(Path.cwd()))


def load_profiles() -> Mapping[str, Profile]:
    """Return the built-in profiles by name."""
    from amp_fsm.config.builders.profiles import build_profiles
    from amp_fsm.config.merge import merge_trees
    from amp_fsm.config.schema import normalise
    from amp_fsm.config.yaml_text import parse

    trees = [parse(data, name).value or {} for name, data in DiskReader().builtin("profiles")]
    tree = normalise(merge_trees(trees), schema_text(), {}).tree
    return build_profiles(tree, [])
