"""Users with few rights."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of a user who is not root, as whom this process runs meanwhile; modes mean nothing to root."""
    was = os.geteuid()
    nobody = NOBODY if was == 0 else was
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody, -1)
        os.seteuid(nobody)
        yield Path(folder)
        Path(folder).chmod(0o755)
        os.seteuid(was)
