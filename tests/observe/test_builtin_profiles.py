"""The built-in profiles hold together: patterns compile, regions that rules name are there."""

import re
from collections.abc import Iterator

import pytest

from amp_fsm.model.profile import Profile, ScreenState
from amp_fsm.world.config_files import load_profiles

PROFILES = load_profiles()
BUILT_IN = {"title", "screen", "last_line", "bottom"}


def patterns(profile: Profile) -> Iterator[str]:
    yield from (*profile.programs, *profile.noise, *profile.limit.resets)
    for region in profile.regions:
        yield from (region.start, region.end, region.preceded, region.followed)
    for rule in profile.rules:
        yield from (*rule.matches, *rule.all_of, *rule.unless)
        yield from (*rule.variables.values(), *rule.where.values(), *rule.nowhere.values())
    if profile.composer is not None:
        yield from (profile.composer.prompt, profile.composer.beside)
        yield from (*profile.composer.placeholders, *profile.composer.collapsed)


@pytest.mark.parametrize("name", PROFILES)
def test_every_pattern_compiles(name: str) -> None:
    for pattern in patterns(PROFILES[name]):
        re.compile(pattern)


@pytest.mark.parametrize("name", PROFILES)
def test_every_region_that_is_named_is_declared(name: str) -> None:
    profile = PROFILES[name]
    declared = {region.name for region in profile.regions} | BUILT_IN
    named = {other for region in profile.regions for other in (region.above, region.below) if other}
    named |= {region for rule in profile.rules for region in (rule.region, *rule.where, *rule.nowhere)}
    named |= {profile.composer.region} if profile.composer else set()
    assert named <= declared


@pytest.mark.parametrize("name", PROFILES)
def test_the_composer_names_what_was_typed_and_limits_name_a_time(name: str) -> None:
    profile = PROFILES[name]
    if profile.composer is not None:
        assert "text" in re.compile(profile.composer.prompt).groupindex
    for pattern in profile.limit.resets:
        assert {"time", "in", "epoch"} & set(re.compile(pattern).groupindex)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_without_a_composer_promises_no_idle(name: str) -> None:
    profile = PROFILES[name]
    idle = [rule.id for rule in profile.rules if rule.state is ScreenState.IDLE]
    assert bool(idle) <= (profile.composer is not None)


@pytest.mark.parametrize("name", ["amp", "generic"])
def test_what_rests_on_no_capture_says_so(name: str) -> None:
    assert {rule.basis for rule in PROFILES["amp"].rules} == {"inferred"}
    assert PROFILES[name].notes
