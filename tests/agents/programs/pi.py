"""pi: small, asks for no approvals."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program


def _prepare(place: Place) -> Mapping[str, str]:
    model = {"id": "mock-model", "name": "mock", "contextWindow": 100000, "maxTokens": 4096, "input": ["text"]}
    cost = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}
    provider = {
        "baseUrl": f"{place.url}/v1",
        "api": "openai-completions",
        "apiKey": "none",
        "models": [{**model, "reasoning": False, "cost": cost}],
    }
    place.write(".pi/agent/models.json", {"providers": {"mock": provider}})
    settings = {"defaultProvider": "mock", "defaultModel": "mock-model", "retry": {"enabled": False}}
    place.write(".pi/agent/settings.json", settings)
    return {"PI_OFFLINE": "1", "PI_SKIP_VERSION_CHECK": "1"}


PI = Program(
    name="pi",
    profile="pi",
    installer="npm",
    package="@mariozechner/pi-coding-agent",
    version="0.73.1",
    argv=("pi",),
    prepare=_prepare,
    light=True,
    dialog="",
)
