"""Usage: what programs show of tokens, cost, context and limits, as facts and as remembered."""

from collections.abc import Iterator

import pytest

from amp_fsm.model.profile import Profile
from amp_fsm.model.project import FactSpec, Project, Source, TmuxSpec
from amp_fsm.model.usage import NO_FIGURES, Figures, Spent, Usage, UsageRule
from amp_fsm.observe.screen import read_screen
from amp_fsm.observe.screen_usage import number
from amp_fsm.observe.usage import growth, remembered, spent_on, usage_facts
from amp_fsm.world.config_files import load_profiles
from tests.screens.corpus import load_screens

NOW = 1795426800.0  # 2026-11-23 09:40 UTC
PROFILES = load_profiles()
SCREENS = load_screens()
RULE = "─" * 80


def shown(rule: UsageRule, screen: str) -> Figures:
    return read_screen(Profile(name="p", usage=(rule,)), screen, {}, NOW).usage


@pytest.mark.parametrize(
    ("text", "value"),
    [("2,345", 2345.0), ("12.5k", 12500.0), ("258K", 258e3), ("1.2M", 1.2e6), ("$0.03", 0.03), (".5", 0.5), ("", None)],
)
def test_numbers_are_read_as_programs_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("pattern", "line", "figures"),
    [
        ("(?P<context_left>\\d+)% left", "8% left", Figures(context_percent=92.0)),
        ("(?P<usage_percent>\\d+)%", "93% used", Figures(usage_percent=93.0)),
        ("↑(?P<tokens_in>\\S+) ↓(?P<tokens_out>\\S+)", "↑1.5k ↓20", Figures(tokens=1520.0)),
        (r"(?P<usage_left>\d+)%, (?P<time>\S+)", "7%, 12:30", Figures(usage_percent=93.0, resets_at=NOW + 10200)),
        ("reset (?P<date>\\w+) in (?P<in>\\w+)", "reset Today in 5m", Figures(resets_at=NOW + 300)),
        ("(?P<tokens>\\d+) tokens", "none here", NO_FIGURES),
    ],
)
def test_a_pattern_says_by_its_groups_what_it_reads(pattern: str, line: str, figures: Figures) -> None:
    assert shown(UsageRule(id="u", pattern=pattern), f"old\n{line}\n") == figures


def test_the_lowest_line_counts_and_the_first_rule_that_reads_a_figure() -> None:
    first, second = UsageRule(id="a", pattern="a(?P<cost>\\d+)"), UsageRule(id="b", pattern="b(?P<cost>\\d+)")
    assert read_screen(Profile(name="p", usage=(first, second)), "a1\na2\nb3\n", {}, NOW).usage.cost == 2.0
    assert read_screen(Profile(name="p", usage=(second, first)), "a1\na2\nb3\n", {}, NOW).usage.cost == 3.0


def figures_of(program: str, version: str) -> Iterator[Figures]:
    for screen in SCREENS:
        if screen.program == program and screen.version == version:
            usage = read_screen(PROFILES[program], screen.ansi, screen.variables, NOW).usage
            if usage != NO_FIGURES:
                yield usage


@pytest.mark.parametrize(
    ("program", "version", "least", "figures"),
    [
        ("codex", "0.50.0", 30, {Figures(context_percent=0.0), Figures(tokens=75.0)}),
        ("codex", "0.110.0", 20, {Figures(context_percent=0.0), Figures(context_percent=0.0, tokens=315.0)}),
        ("gemini", "0.1.22", 20, {Figures(context_percent=0.0)}),
        ("opencode", "1.15.0", 3, {Figures(context_percent=0.0, cost=0.0)}),
        ("opencode", "1.3.2", 20, {Figures(cost=0.0)}),
        ("qwen-code", "0.1.4", 30, {Figures(context_percent=0.0)}),
        ("qwen-code", "0.8.2", 8, {Figures(context_percent=0.0)}),
        ("vibe", "2.0.2", 30, {Figures(context_percent=0.0)}),
        ("vibe", "3.0.2", 60, {Figures(context_percent=0.0)}),
    ],
)
def test_captured_screens_tell_what_was_used(program: str, version: str, least: int, figures: set[Figures]) -> None:
    read = list(figures_of(program, version))
    assert len(read) >= least
    assert set(read) == figures


def test_captured_screens_of_pi_count_tokens() -> None:
    read = {(usage.context_percent, usage.tokens) for usage in figures_of("pi", "0.73.1")}
    assert {(0.0, 15.0), (0.0, 210.0)} <= read  # `↑10 ↓5 0.0%/100k` and `↑140 ↓70 0.0%/100k`


@pytest.mark.parametrize("program", sorted(PROFILES))
def test_no_screen_of_one_program_is_read_as_more_than_it_can_hold(program: str) -> None:
    for screen in SCREENS:
        if screen.program == program:
            usage = read_screen(PROFILES[program], screen.ansi, screen.variables, NOW).usage
            assert usage.usage_percent is None, screen.name  # nobody had an allowance when they were captured
            assert usage.context_percent in (None, 0.0), screen.name
            assert (usage.tokens or 0) < 1000, screen.name


@pytest.mark.parametrize(
    ("program", "screen", "figures"),
    [
        pytest.param(
            "claude-code",
            f"● ok\n{RULE}\n❯ \n{RULE}\n  ? for shortcuts     Context left until auto-compact: 8%\n",
            Figures(context_percent=92.0),
            id="context",
        ),
        pytest.param(
            "claude-code",
            f"● ok\n{RULE}\n❯ \n{RULE}\n  You've used 93% of your session limit · resets 12pm (UTC)\n",
            Figures(usage_percent=93.0, resets_at=NOW + 8400),
            id="allowance",
        ),
        pytest.param(
            "claude-code",
            f"● Context left until auto-compact: 8%\n  used 93% of your session limit\n{RULE}\n❯ \n{RULE}\n  ?\n",
            NO_FIGURES,
            id="an-answer-that-quotes-them",
        ),
        pytest.param(
            "pi",
            f"{RULE}\n \n{RULE}\n~/demo\n↑1.2k ↓300 R4k $0.012 3.2%/200k (auto)   m\n",
            Figures(tokens=1500.0, cost=0.012, context_percent=3.2),
            id="pi-with-its-cost",
        ),
    ],
)
def test_what_programs_show_near_their_limits(program: str, screen: str, figures: Figures) -> None:
    assert read_screen(PROFILES[program], screen, {}, NOW).usage == figures


def test_a_figure_is_kept_with_its_moment_until_another_is_shown() -> None:
    first = remembered(Usage(), Figures(context_percent=90.0, tokens=10.0), NOW)
    later = remembered(first, Figures(tokens=10.0), NOW + 60)
    assert later == first
    assert remembered(first, Figures(tokens=12.0), NOW + 60).at == {"context_percent": NOW, "tokens": NOW + 60}


def test_a_context_ends_with_its_program_and_an_allowance_with_its_reset() -> None:
    usage = remembered(Usage(), Figures(context_percent=90.0, usage_percent=93.0, resets_at=NOW + 60), NOW)
    assert remembered(usage, NO_FIGURES, NOW + 1, gone=True).last == Figures(usage_percent=93.0, resets_at=NOW + 60)
    after = remembered(usage, NO_FIGURES, NOW + 60)
    assert after.last == Figures(context_percent=90.0)
    assert set(after.at) == {"context_percent"}


def test_a_reset_time_read_anew_from_a_span_is_the_same_one() -> None:
    usage = remembered(Usage(), Figures(resets_at=NOW + 7200), NOW)
    assert remembered(usage, Figures(resets_at=NOW + 7260), NOW + 60) == usage
    assert remembered(usage, Figures(resets_at=NOW + 9000), NOW + 60) != usage


def test_growth_goes_to_agent_and_task_and_a_counter_that_fell_began_anew() -> None:
    def after(before: float | None, now: float) -> dict[str, Spent]:
        looks = (Usage(last=Figures(tokens=before)), Usage(last=Figures(tokens=now)))
        return dict(spent_on({"agent/a": Spent(tokens=5.0)}, ("agent/a", "task/t"), growth(*looks)))

    assert after(100.0, 130.0) == {"agent/a": Spent(tokens=35.0), "task/t": Spent(tokens=30.0)}
    assert after(100.0, 20.0) == {"agent/a": Spent(tokens=25.0), "task/t": Spent(tokens=20.0)}
    assert after(None, 100.0) == {}
    assert after(100.0, 100.0) == {}


@pytest.mark.parametrize(
    ("name", "over", "truth"),
    [
        ("usage_percent", 90.0, "true"),
        ("usage_percent", 93.0, "false"),
        ("context_percent", 0.0, "false"),
        ("resets_at", 3000.0, "true"),
        ("resets_at", 4000.0, "false"),
    ],
)
def test_a_declared_fact_compares_a_figure(name: str, over: float, truth: str) -> None:
    spec = FactSpec(name="high", source=Source.USAGE, field=name, over=over)
    tmux = TmuxSpec(session="s")
    project = Project(name="t", root="/r", store="/s", source="", digest="", tmux=tmux, facts={"high": spec})
    usage = remembered(Usage(), Figures(usage_percent=93.0, resets_at=NOW + 3600), NOW)
    facts = usage_facts(project, usage, NOW)
    assert facts["high"].truth == truth
    assert facts["usage_percent"].value == "93"
    assert facts["usage_percent"].truth == "true"
    assert facts["context_percent"].truth == "false"


@pytest.mark.parametrize(
    ("program", "screen", "full"),
    [
        ("claude-code", f"● ok\n{RULE}\n❯ \n{RULE}\n  ? for shortcuts     Context left until auto-compact: 3%\n", True),
        (
            "claude-code",
            f"● ok\n{RULE}\n❯ \n{RULE}\n  ?     Context left until auto-compact: 13%\n",
            False,
        ),
        ("claude-code", f"● ok\n{RULE}\n❯ \n{RULE}\n  Context low (0% remaining) · Run /compact to go on\n", True),
        ("codex", "› Ask\n\n  4% context left · ? for shortcuts\n", True),
        ("codex", "› Ask\n\n  14% context left · ? for shortcuts\n", False),
        ("codex", "› Ask\n\n  gpt default · 5% left · ~/demo\n", True),
        ("pi", f"{RULE}\n \n{RULE}\n~/demo\n↑1.2k ↓300 97.2%/200k (auto)   m\n", True),
        ("pi", f"{RULE}\n \n{RULE}\n~/demo\n↑1.2k ↓300 7.2%/200k (auto)   m\n", False),
    ],
)
def test_a_full_context_is_seen(program: str, screen: str, full: bool) -> None:
    assert read_screen(PROFILES[program], screen, {}, NOW).full is full


def test_no_captured_screen_has_a_full_context() -> None:
    read = (read_screen(PROFILES[s.program], s.ansi, s.variables, NOW) for s in SCREENS if s.program in PROFILES)
    assert not any(reading.full for reading in read)
