"""Qwen Code.  It retries refused requests for minutes and shows nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.agents.programs.program import Place, Program


def _prepare(place: Place, *, trusted: bool = True) -> Mapping[str, str]:
    settings = {
        "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": True}},
        "tools": {"approvalMode": "default"},
        "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
    }
    place.write(".qwen/settings.json", settings)
    if trusted:
        place.write(".qwen/trustedFolders.json", {str(place.work): "TRUST_FOLDER"})
    return {"OPENAI_API_KEY": "dummy", "OPENAI_BASE_URL": f"{place.url}/v1", "OPENAI_MODEL": "mock-model"}


QWEN_CODE = Program(
    name="qwen-code",
    profile="qwen-code",
    installer="npm",
    package="@qwen-code/qwen-code",
    version="0.24.4",
    argv=("qwen",),
    prepare=_prepare,
    openings={"trust": partial(_prepare, trusted=False)},
    limit="working",
)
