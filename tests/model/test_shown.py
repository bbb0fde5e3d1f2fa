"""Whether a composer shows our text, as programs draw it."""

from __future__ import annotations

import pytest

from amp_fsm.model.profile import Composer, ScreenReading, ScreenState
from amp_fsm.model.shown import prompt_shown

TEXT = "[TASK] write the report\n\twith care and « quotes »\n\n" + "a long line " * 30 + "\n\n[amp:aaaaaaaa]"


def reading(text: str, *, collapsed: bool = False) -> ScreenReading:
    return ScreenReading(state=ScreenState.IDLE, composer=Composer.DRAFT, composer_text=text, collapsed=collapsed)


@pytest.mark.parametrize(
    ("shown", "collapsed", "expected"),
    [
        pytest.param(TEXT, False, True, id="whole"),
        pytest.param(TEXT.replace("\t", "    "), False, True, id="tabs-became-spaces"),
        pytest.param(TEXT.replace(" ", "\u00a0"), False, True, id="no-break-spaces"),
        pytest.param(TEXT.replace("report", "rep\n  ort"), False, True, id="wrapped-inside-a-word"),
        pytest.param(TEXT[60:], False, True, id="scrolled-to-its-end"),
        pytest.param(TEXT[:60], False, True, id="cut-off-below"),
        pytest.param("[Pasted text #1 +39 lines]", True, True, id="collapsed"),
        pytest.param("[Pasted ~40\n lines]", True, True, id="collapsed-and-wrapped"),
        pytest.param("[Pasted text #1 +39 lines] [amp:aaaaaaaa]", True, True, id="collapsed-with-its-last-line"),
        pytest.param("[Pasted text #1 +39 lines] and stop", True, False, id="collapsed-with-somebodys-words"),
        pytest.param("wait, before you go on", False, False, id="14-somebodys-draft"),
        pytest.param(f"{TEXT} and stop the servers", False, False, id="14-words-added-behind"),
        pytest.param(f"please do not: {TEXT}", False, False, id="14-words-added-in-front"),
        pytest.param("", False, False, id="nothing"),
        pytest.param("with", False, False, id="too-short-to-tell"),
    ],
)
def test_a_text_is_recognised_in_a_composer(shown: str, collapsed: bool, expected: bool) -> None:
    assert prompt_shown(reading(shown, collapsed=collapsed), TEXT) is expected


def test_a_short_text_is_recognised_whole() -> None:
    assert prompt_shown(reading("go on"), "go on\n")
    assert not prompt_shown(reading("go"), "go on\n")
