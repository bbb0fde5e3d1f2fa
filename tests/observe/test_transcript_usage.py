"""What transcripts tell of usage: lines as the programs write them, counted once, from the first look on."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from amp_fsm.model.channel import TranscriptSpec
from amp_fsm.model.seen import Tail
from amp_fsm.model.usage import NO_FIGURES, Figures, Usage
from amp_fsm.observe.transcript_usage import heard_usage
from amp_fsm.world.config_files import load_profiles

NOW = 1_800_000_000.0
PROFILES = load_profiles()


def spec_of(program: str) -> TranscriptSpec:
    spec = PROFILES[program].channels.transcript
    assert spec is not None
    return spec


def tail(*lines: Mapping[str, object]) -> Tail:
    return Tail(path="/t.jsonl", text="".join(f"{json.dumps(line)}\n" for line in lines), mtime=NOW)


def claude(name: str, at: float, tokens: int = 10) -> dict[str, object]:
    usage = {"input_tokens": tokens, "cache_creation_input_tokens": 1, "cache_read_input_tokens": 2, "output_tokens": 5}
    return {"type": "assistant", "timestamp": at, "message": {"id": name, "usage": usage}}


CODEX = {
    "total_token_usage": {"total_tokens": 1500},
    "last_token_usage": {"total_tokens": 25840},
    "model_context_window": 258400,
}
LIMITS = {"primary": {"used_percent": 93.0, "resets_at": NOW + 60}}


@pytest.mark.parametrize(
    ("program", "line", "figures"),
    [
        ("claude-code", claude("m", NOW), Figures(tokens=18.0)),
        (
            "codex",
            {"timestamp": NOW, "payload": {"type": "token_count", "info": CODEX, "rate_limits": LIMITS}},
            Figures(tokens=1500.0, context_percent=10.0, usage_percent=93.0, resets_at=NOW + 60),
        ),
        (
            "qwen-code",
            {"type": "assistant", "timestamp": NOW, "usageMetadata": {"totalTokenCount": 15}},
            Figures(tokens=15.0),
        ),
        ("gemini", {"type": "gemini", "timestamp": NOW, "id": "a", "tokens": {"total": 15}}, Figures(tokens=15.0)),
        (
            "pi",
            {"type": "message", "timestamp": NOW, "message": {"usage": {"totalTokens": 15, "cost": {"total": 0.5}}}},
            Figures(tokens=15.0, cost=0.5),
        ),
        (
            "copilot",
            {
                "type": "session.usage_record",
                "timestamp": NOW,
                "data": {"usage": {"inputTokens": 10, "outputTokens": 5}},
            },
            Figures(tokens=15.0),
        ),
    ],
)
def test_lines_as_the_programs_write_them(program: str, line: Mapping[str, object], figures: Figures) -> None:
    assert heard_usage(spec_of(program), (tail(line),), Usage(heard=NOW - 1), NOW)[0] == figures


def test_what_was_there_before_the_first_look_is_not_counted_and_each_line_is_counted_once() -> None:
    spec, old = spec_of("claude-code"), claude("old", NOW - 100)
    shown, begun = heard_usage(spec, (tail(old),), Usage(), NOW)
    assert (shown, begun.last.tokens, begun.heard) == (NO_FIGURES, 0.0, NOW - 100)
    lines = (old, claude("m", NOW + 1), claude("m", NOW + 2), claude("n", NOW + 3, tokens=20))
    shown, after = heard_usage(spec, (tail(*lines),), begun, NOW + 5)
    assert shown == Figures(tokens=18.0 + 28.0)
    assert heard_usage(spec, (tail(*lines),), after, NOW + 6) == (NO_FIGURES, after)
    again = heard_usage(spec, (tail(*lines, claude("n", NOW + 4, tokens=20)),), after, NOW + 6)[0]
    assert again.tokens == (after.last.tokens or 0.0)


def test_a_session_that_begins_while_it_is_watched_counts_from_nothing() -> None:
    spec = spec_of("claude-code")
    begun = heard_usage(spec, (tail(),), Usage(), NOW)[1]
    assert heard_usage(spec, (tail(claude("m", NOW + 1)),), begun, NOW + 2)[0] == Figures(tokens=18.0)


def test_what_is_no_number_counts_for_nothing() -> None:
    line = {"type": "gemini", "timestamp": NOW, "id": "a", "tokens": {"total": "many"}}
    assert heard_usage(spec_of("gemini"), (tail(line),), Usage(heard=NOW - 1), NOW)[0] == Figures(tokens=0.0)
