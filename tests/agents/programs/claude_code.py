"""Claude Code, as a subscriber: only such a one has usage limits."""

from __future__ import annotations

from collections.abc import Mapping

from tests.agents.programs.program import Place, Program


def _prepare(place: Place) -> Mapping[str, str]:
    folder = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    seen = {"hasCompletedOnboarding": True, "hasSeenAutoDefaultNudge": True, "hasSeenAutoDefaultNotice": True}
    state = {**seen, "theme": "dark", "projects": {str(place.work): folder}}
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


CLAUDE_CODE = Program(
    name="claude-code",
    profile="claude-code",
    installer="npm",
    package="@anthropic-ai/claude-code",
    version="2.1.328",
    argv=("claude",),
    prepare=_prepare,
)
