"""The scratch copy of a project: tracked files, capped, and the documents that the configuration declares.

Reads the operator's folder, writes only below its own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.model.project import AgentSpec, Project

MAX_FILES = 2_000
MAX_BYTES = 50_000_000
GIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds: how many files, and what was left out or made up."""

    files: int
    notes: tuple[str, ...] = ()


def copy_project(root: Path, to: Path) -> Copied:
    """Copy what git tracks below `root`, within the caps; without a repository nothing, which is said."""
    to.mkdir(parents=True, exist_ok=True)
    if not root.is_dir():
        return Copied(files=0, notes=(f"{root} does not exist: the project's folder starts empty",))
    tracked = _tracked(root)
    if tracked is None:
        return Copied(files=0, notes=(f"{root} is not a git work tree: only declared documents are copied",))
    files = size = left_out = 0
    for name in tracked:
        source = root / name
        if not source.exists():
            continue
        length = source.stat().st_size
        if source.is_symlink() or not source.is_file() or files >= MAX_FILES or size + length > MAX_BYTES:
            left_out += 1
            continue
        _copy(source, to / name)
        files, size = files + 1, size + length
    notes = (
        (f"{left_out} tracked files were left out of the copy (links, and what is over {MAX_FILES} files or 50 MB)",)
        if left_out
        else ()
    )
    return Copied(files=files, notes=notes)


def copy_documents(project: Project, mapped: Project, given: Collection[str] = ()) -> tuple[str, ...]:
    """Put every declared document in place: as it is now, tracked or not, or made from its declaration.

    Args:
        project: as configured.
        mapped: the same project in its scratch folder.
        given: files that somebody else puts there.
    """
    notes = []
    made: dict[Path, list[DocumentSpec]] = {}
    for name, document in project.documents.items():
        source = Path(project.root, document.file).expanduser()
        target = Path(mapped.root, mapped.documents[name].file)
        if source.is_file():
            _copy(source, target)
        elif document.file not in given:
            made.setdefault(target, []).append(document)
            notes.append(f"document {name}: {document.file} does not exist; an empty one was made")
    for target, documents in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(fixture(project, documents), encoding="utf-8")
    return tuple(notes)


def put_files(files: Mapping[str, str], root: Path) -> None:
    """Write the files that a scenario begins with below `root`, over what was copied."""
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def fixture(project: Project, documents: Iterable[DocumentSpec]) -> str:
    """Return a Markdown file that has every table these documents ask for, with a row for each agent."""
    parts = [f"# {project.name}\n"]
    for document in documents:
        parts += [f"{document.lead.partition('{{')[0].strip()} -\n"] if document.lead else []
        headers = [document.key, *document.columns.values()] if document.columns else list(document.row)
        of_agents = document.columns and document.kind is Rows.AGENTS
        rows = [_row(document, agent) for agent in project.agents.values()] if of_agents else []
        if not headers:
            parts.append(f"## {document.heading}\n")
            continue
        table = [headers, ["---"] * len(headers), *rows]
        parts.append(f"## {document.heading}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in table))
    return "\n".join(parts)


def _row(document: DocumentSpec, agent: AgentSpec) -> list[str]:
    idle = (document.words.get("idle") or ("-",))[0]
    return [agent.row or agent.name, *(idle if column == "status" else "-" for column in document.columns)]


def _tracked(root: Path) -> Iterator[str] | None:
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached"],
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if listed.returncode != 0:
        return None
    return (name for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
