"""Gemini CLI.  Closing its pane does not end it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.agents.programs.program import Place, Program


def _prepare(place: Place, *, trusted: bool = True) -> Mapping[str, str]:
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": True}},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "privacy": {"usageStatisticsEnabled": False},
    }
    place.write(".gemini/settings.json", settings)
    if trusted:
        place.write(".gemini/trustedFolders.json", {str(place.work): "TRUST_FOLDER"})
    return {"GEMINI_API_KEY": "dummy", "GOOGLE_GEMINI_BASE_URL": place.url}


GEMINI = Program(
    name="gemini",
    profile="gemini",
    installer="npm",
    package="@google/gemini-cli",
    version="0.61.0",
    argv=("gemini",),
    prepare=_prepare,
    openings={"trust": partial(_prepare, trusted=False)},
    light=True,
    after_limit=("2",),
)
