"""A scripted language model on loopback, in the protocols that agent programs speak."""

from __future__ import annotations

from tests.agents.mock_llm.model import Exchange, Model
from tests.agents.mock_llm.server import serving

__all__ = ["Exchange", "Model", "serving"]
