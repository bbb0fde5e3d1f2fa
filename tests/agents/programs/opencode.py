"""opencode.  What is pasted in its first seconds is lost; it retries for minutes when it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program


def _prepare(place: Place) -> Mapping[str, str]:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "mock",
        "options": {"baseURL": f"{place.url}/v1", "apiKey": "dummy"},
        "models": {"mock-model": {"name": "mock-model"}},
    }
    settings = {
        "provider": {"mock": provider},
        "model": "mock/mock-model",
        "small_model": "mock/mock-model",
        "permission": {"bash": "ask", "edit": "ask"},
        "autoupdate": False,
    }
    place.write(".config/opencode/opencode.json", settings)
    return {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"}


OPENCODE = Program(
    name="opencode",
    profile="opencode",
    installer="npm",
    package="opencode-ai",
    version="1.18.33",
    argv=("opencode",),
    prepare=_prepare,
    limit="working",
)
