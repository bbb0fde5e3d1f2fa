from __future__ import annotations

from amp_fsm.rehearsal.practice_agent.composer import ComposerText

LONG = "1\n2\n3\n4"


def test_a_paste_of_more_than_three_lines_collapses_and_is_submitted_whole() -> None:
    box = ComposerText().typed("see ").pasted(LONG).typed(" ok").pasted("a\nb")
    assert box.shown == "see [Pasted text #1 +3 lines] oka\nb"
    assert box.text == f"see {LONG} oka\nb"


def test_two_long_pastes_keep_their_places() -> None:
    box = ComposerText().pasted(LONG).pasted("5\n6\n7\n8\n9")
    assert box.shown == "[Pasted text #1 +3 lines][Pasted text #2 +4 lines]"
    assert box.text == f"{LONG}5\n6\n7\n8\n9"


def test_one_backspace_takes_a_whole_placeholder() -> None:
    assert ComposerText().typed("a").pasted(LONG).erased().shown == "a"
    assert ComposerText().typed("ab").erased().shown == "a"


def test_a_placeholder_that_somebody_typed_stands_for_itself() -> None:
    assert ComposerText().typed("[Pasted text #7 +3 lines]").text == "[Pasted text #7 +3 lines]"
