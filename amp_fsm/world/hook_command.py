"""The commands by which `hook` is run: a bare Python and the file itself, so that it costs an agent next to nothing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from amp_fsm.ports import Listen

HOOK = Path(__file__).with_name("hook.py")


def hook_command(spool: str = "", agent: str = "") -> str:
    """Return the command for an agent's settings; without a spool and an agent its environment must name them."""
    where = ("--spool", spool, "--agent", agent) if spool else ()
    return shlex.join((sys.executable, "-I", "-S", str(HOOK), *where))


def listener(listen: Listen) -> str:
    """Return the command that listens to a pane's output until it ends."""
    words = ("--osc", str(listen.osc), "--spool", listen.spool, "--agent", listen.agent)
    return "exec " + shlex.join((sys.executable, "-I", "-S", str(HOOK), *words))
