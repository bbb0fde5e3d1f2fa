"""Codex.  It leaves an `app-server` behind when its pane is closed; Enter while it works interrupts the turn."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program

_CONFIG = """
model = "mock-model"
model_provider = "mock"
check_for_update_on_startup = false
approval_policy = "on-request"
sandbox_mode = "workspace-write"

[model_providers.mock]
name = "mock"
base_url = "{url}/v1"
env_key = "MOCK_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
supports_websockets = false

[projects."{work}"]
trust_level = "trusted"
"""


def _prepare(place: Place) -> Mapping[str, str]:
    place.write(".codex/config.toml", _CONFIG.format(url=place.url, work=place.work))
    return {"MOCK_API_KEY": "dummy"}


CODEX = Program(
    name="codex",
    profile="codex",
    installer="npm",
    package="@openai/codex",
    version="0.169.0",
    argv=("codex",),
    prepare=_prepare,
)
