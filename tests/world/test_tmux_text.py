"""Text for tmux: what is stripped, quoted and accepted as a key."""

from __future__ import annotations

import pytest

from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Effect
from amp_fsm.world.tmux_process import joined, utf8_locale
from amp_fsm.world.tmux_text import is_key, literal, parse_outcome, quote, same_process, sanitise


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("plain é ✅\n\ttext", "plain é ✅\n\ttext", id="text-stays"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line-ends-become-one"),
        pytest.param("a\x1b[201~b", "a[201~b", id="an-escape-cannot-end-the-paste"),
        pytest.param("a\x9b201~b\x85", "a201~b", id="nor-can-its-eight-bit-form"),
        pytest.param("\x00\x03\x08\x0b\x7f", "", id="no-control-is-left"),
        pytest.param("\ud83d \udc9b", "\ufffd \ufffd", id="half-characters-are-marked"),
        pytest.param("\u00a0\u200b", "\u00a0\u200b", id="spaces-of-other-kinds-stay"),
    ],
)
def test_a_prompt_is_sanitised(text: str, clean: str) -> None:
    assert sanitise(text) == clean
    assert sanitise(clean) == clean


@pytest.mark.parametrize("key", ["Enter", "KPEnter", "C-m", "M-Enter", "C-S-Enter", "Tab", "F12", "C-M-j"])
def test_2_keys_are_known(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "y", "enter", "Entr", "Return ", "Enter;", "C-", "C-;", "-X", "F", "mC-m"])
def test_2_other_words_are_no_keys(key: str) -> None:
    assert not is_key(key)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        pytest.param('a "b" $c', '"a \\"b\\" \\$c"', id="quotes-and-dollars"),
        pytest.param("~/x", '"\\~/x"', id="no-home-is-expanded"),
        pytest.param("a\n  b", '"a\\n  b"', id="indentation-after-a-line-end-stays"),
        pytest.param("", '""', id="nothing-is-a-word-too"),
    ],
)
def test_a_word_is_quoted_for_a_command_list(text: str, quoted: str) -> None:
    assert quote(text) == quoted


def test_a_format_sees_no_syntax_in_a_literal() -> None:
    assert literal("a,b}#{c}") == "a#,b#}##{c#}"


def test_a_semicolon_at_the_end_of_a_word_does_not_end_its_command() -> None:
    assert joined((("a", "b;"), ("c",))) == ("a", "b\\;", ";", "c")


PANE = PaneRef(server="1:2", pane="%3", pid=4)


@pytest.mark.parametrize(
    ("answer", "effect"),
    [
        pytest.param("SENT \n", Effect(happened=True), id="sent"),
        pytest.param("REFUSED 0|0|1\n", Effect(happened=False, reason="the pane's process changed"), id="refused"),
        pytest.param("REFUSED 1|1|1\n", Effect(happened=False, reason="the pane is gone"), id="gone-says-it-all"),
        pytest.param("REFUSED 0|0|0\n", Effect(happened=False, reason="refused"), id="refused-without-a-reason"),
        pytest.param("", None, id="silence-is-no-answer"),
        pytest.param("something SENT", None, id="nor-is-other-talk"),
    ],
)
def test_an_outcome_is_read_from_the_servers_answer(answer: str, effect: Effect | None) -> None:
    assert parse_outcome(answer, same_process(PANE)) == effect


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        pytest.param({"LC_ALL": "fr_FR.UTF-8", "LANG": "C"}, "fr_FR.UTF-8", id="ours-is-kept"),
        pytest.param({"LC_ALL": "C", "LANG": "en_US.utf8"}, "en_US.utf8", id="a-better-one-is-taken"),
        pytest.param({}, "C.UTF-8", id="22-there-is-always-one"),
    ],
)
def test_22_the_locale_is_utf8(environment: dict[str, str], locale: str) -> None:
    assert utf8_locale(environment) == locale
