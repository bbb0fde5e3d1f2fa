"""GitHub Copilot CLI, with a provider of one's own instead of an account."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.agents.programs.program import Place, Program


def _prepare(place: Place, *, trusted: bool = True) -> Mapping[str, str]:
    if not (place.home / ".copilot/config.json").exists():  # it keeps more of its own there
        place.write(".copilot/config.json", {"trusted_folders": [str(place.work)] if trusted else []})
    return {
        "COPILOT_PROVIDER_BASE_URL": f"{place.url}/v1",
        "COPILOT_PROVIDER_TYPE": "openai",
        "COPILOT_PROVIDER_API_KEY": "dummy",
        "COPILOT_MODEL": "mock-model",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    }


COPILOT = Program(
    name="copilot",
    profile="copilot",
    installer="npm",
    package="@github/copilot",
    version="1.0.102",
    argv=("copilot",),
    prepare=_prepare,
    openings={"trust": partial(_prepare, trusted=False)},
)
