"""Serve the model until interrupted, to try a program by hand: python -m tests.agents.mock_llm [PORT [LOG]]."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.agents.mock_llm import serving


def main(port: str = "0", log: str = "") -> None:
    """Print the URL and serve; `log` names a file that gets every request."""
    with serving(Path(log) if log else None, int(port)) as model:
        print(model.url, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main(*sys.argv[1:])
