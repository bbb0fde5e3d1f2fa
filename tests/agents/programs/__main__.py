"""Print what `tools/setup` installs, a line for each program: python -m tests.agents.programs [all|NAME,NAME].

A line is: folder, installer, package with version, oldest Python.
"""

from __future__ import annotations

import sys

from tests.agents.programs import chosen

for program in chosen(sys.argv[1] if len(sys.argv) > 1 else ""):
    print(program.name, program.installer, program.pinned, program.python)
