"""aider: a plain log with a prompt; it has no tools, so what it offers to run is a block in the model's answer."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program


def _prepare(place: Place) -> Mapping[str, str]:
    return {
        "OPENAI_API_BASE": f"{place.url}/v1",
        "OPENAI_API_KEY": "dummy",
        "AIDER_MODEL": "openai/mock-model",
        "AIDER_EDIT_FORMAT": "diff",
        "AIDER_GIT": "false",
        "AIDER_GITIGNORE": "false",
        "AIDER_CHECK_UPDATE": "false",
        "AIDER_ANALYTICS": "false",
        "AIDER_SHOW_MODEL_WARNINGS": "false",
        "AIDER_SHOW_RELEASE_NOTES": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


AIDER = Program(
    name="aider",
    profile="aider",
    installer="pip",
    package="aider-chat",
    version="0.86.2",
    argv=("aider",),
    prepare=_prepare,
    light=True,
    refuse=("n", "Enter"),
    types_ahead=False,
    limit="working",
)
