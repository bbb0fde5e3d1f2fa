"""Codex.  It leaves an `app-server` behind when its pane is closed; Enter while it works interrupts the turn."""

from __future__ import annotations

import subprocess
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

"""
_TRUST = """
[projects."{work}"]
trust_level = "trusted"
"""
_HOOKS = """
[[hooks.Stop]]

[[hooks.Stop.hooks]]
type = "command"
command = "true"
"""


def _prepare(place: Place) -> Mapping[str, str]:
    return _write(place, _CONFIG + _TRUST)


def _untrusting(place: Place) -> Mapping[str, str]:
    subprocess.run(["git", "init", "-q", place.work], check=True)  # elsewhere it does not ask
    return _write(place, _CONFIG)


def _hooked(place: Place) -> Mapping[str, str]:
    return _write(place, _CONFIG + _TRUST + _HOOKS)


def _write(place: Place, config: str) -> Mapping[str, str]:
    place.write(".codex/config.toml", config.format(url=place.url, work=place.work))
    return {"MOCK_API_KEY": "dummy"}


CODEX = Program(
    name="codex",
    profile="codex",
    installer="npm",
    package="@openai/codex",
    version="0.169.0",
    argv=("codex",),
    prepare=_prepare,
    openings={"trust": _untrusting, "hooks": _hooked},
)
