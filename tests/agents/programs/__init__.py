"""The agent programs that the tests can run: one module for each."""

from __future__ import annotations

import os

from tests.agents.programs.aider import AIDER
from tests.agents.programs.claude_code import CLAUDE_CODE
from tests.agents.programs.codex import CODEX
from tests.agents.programs.copilot import COPILOT
from tests.agents.programs.gemini import GEMINI
from tests.agents.programs.opencode import OPENCODE
from tests.agents.programs.pi import PI
from tests.agents.programs.program import Place, Program
from tests.agents.programs.qwen_code import QWEN_CODE
from tests.agents.programs.vibe import VIBE

__all__ = ["PROGRAMS", "Place", "Program", "chosen"]

PROGRAMS = (PI, GEMINI, AIDER, CODEX, CLAUDE_CODE, OPENCODE, QWEN_CODE, COPILOT, VIBE)


def chosen(words: str | None = None) -> tuple[Program, ...]:
    """Return the programs of a run: the light ones, `all`, or those that are named (AMP_FSM_AGENTS=pi,gemini)."""
    words = os.environ.get("AMP_FSM_AGENTS", "") if words is None else words
    if words == "all":
        return PROGRAMS
    named = words.split(",") if words else [program.name for program in PROGRAMS if program.light]
    return tuple(program for program in PROGRAMS if program.name in named)
