"""Claude Code, as a subscriber: only such a one has usage limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.agents.programs.program import Place, Program


def _prepare(place: Place, *, trusted: bool = True, asked_for_auto_mode: bool = True) -> Mapping[str, str]:
    state = {
        "hasCompletedOnboarding": True,
        "hasSeenAutoDefaultNudge": asked_for_auto_mode,
        "hasSeenAutoDefaultNotice": asked_for_auto_mode,
        "theme": "dark",
        "projects": {str(place.work): {"hasTrustDialogAccepted": trusted}},
    }
    if not (place.home / ".claude.json").exists():  # it keeps more of its own there
        place.write(".claude.json", state)
    place.write(".claude/settings.json", {"permissions": {"defaultMode": "default"}})
    return {
        "ANTHROPIC_BASE_URL": place.url,
        "CLAUDE_CODE_OAUTH_TOKEN": "dummy",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "0",
        "DISABLE_AUTOUPDATER": "1",
    }


def _with_key(place: Place) -> Mapping[str, str]:
    environment = dict(_prepare(place))
    del environment["CLAUDE_CODE_OAUTH_TOKEN"]
    return {**environment, "ANTHROPIC_API_KEY": "sk-ant-dummy-of-more-than-twenty-characters"}


CLAUDE_CODE = Program(
    name="claude-code",
    profile="claude-code",
    installer="npm",
    package="@anthropic-ai/claude-code",
    version="2.1.328",
    argv=("claude",),
    prepare=_prepare,
    openings={
        "trust": partial(_prepare, trusted=False),
        "auto-mode": partial(_prepare, asked_for_auto_mode=False),
        "api-key": _with_key,
    },
)
