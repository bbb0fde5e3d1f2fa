"""Mistral Vibe.  It retries for more than a minute when it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program

_CONFIG = """
active_model = "mock"
enable_telemetry = false
enable_update_checks = false
enable_auto_update = false

[[providers]]
name = "mock"
api_base = "{url}/v1"
api_key_env_var = "MOCK_API_KEY"
api_style = "openai"
backend = "generic"

[[models]]
name = "mock-model"
provider = "mock"
alias = "mock"
"""


def _prepare(place: Place) -> Mapping[str, str]:
    if not (place.home / ".vibe/config.toml").exists():  # it keeps more of its own there
        place.write(".vibe/config.toml", _CONFIG.format(url=place.url))
    return {"MOCK_API_KEY": "dummy"}


def _untrusting(place: Place) -> Mapping[str, str]:
    (place.work / "AGENTS.md").write_text("Be kind.\n")
    return _prepare(place)


VIBE = Program(
    name="vibe",
    profile="vibe",
    installer="pip",
    package="mistral-vibe",
    version="3.0.2",
    argv=("vibe",),
    prepare=_prepare,
    openings={"trust": _untrusting},
    python="3.12",
    limit="working",
)
