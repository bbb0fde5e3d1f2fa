"""`python -m tests.screens.add PROGRAM VERSION FOLDER`: takes captures into the corpus.

FOLDER holds `labels.json` (file name to `{"accept": [...], "composer": "..."}`) and for each file NAME.ansi what
`capture-pane -p -e` wrote and NAME.json tmux's variables.  Screens that are already there are left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.screens.corpus import FOLDER

BOTTOM_ONLY = {"claude-code": 14, "copilot": 14}
"""Proprietary programs, and how many lines of their screens are kept."""

VARIABLES = (
    "pane_current_command",
    "pane_title",
    "pane_dead",
    "cursor_x",
    "cursor_y",
    "cursor_flag",
    "alternate_on",
    "pane_in_mode",
)


def entry(program: str, name: str, ansi: str, variables: Mapping[str, str], label: Mapping[str, object]) -> str:
    """Return one line of the corpus."""
    composer = label.get("composer")
    read = {
        "name": name,
        "columns": int(variables["pane_width"]),
        "rows": int(variables["pane_height"]),
        "accept": label["accept"],
        **({"composer": [composer] if isinstance(composer, str) else composer} if composer else {}),
        "variables": {key: variables[key] for key in VARIABLES if key in variables},
        "ansi": (kept := _kept(program, ansi)),
    }
    if label["accept"] == ["exited"] and len(kept) < len(ansi.rstrip()) and variables["pane_dead"] != "1":
        read["hidden"] = True
    return json.dumps(read, ensure_ascii=False)


def _kept(program: str, ansi: str) -> str:
    lines = ansi.rstrip("\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines[-BOTTOM_ONLY.get(program, len(lines)) :] if lines else [])


def add(program: str, version: str, captures: Path) -> int:
    """Append what is new to the corpus; return how many screens that were."""
    file = FOLDER / program / f"{version}.jsonl"
    file.parent.mkdir(exist_ok=True)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    known = {_shown(line) for line in lines}
    before = len(lines)
    for name, label in sorted(json.loads((captures / "labels.json").read_text("utf-8")).items()):
        path = captures / name
        variables = json.loads(path.with_suffix(".json").read_text("utf-8"))
        ansi = path.with_suffix(".ansi").read_text("utf-8")
        line = entry(program, Path(name).stem, ansi, variables, label)
        if _shown(line) not in known:
            known.add(_shown(line))
            lines.append(line)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(lines) - before


def _shown(line: str) -> str:
    """Return what makes a screen the same as another: all but its name."""
    return json.dumps({**json.loads(line), "name": ""}, sort_keys=True)


if __name__ == "__main__":
    print(add(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
