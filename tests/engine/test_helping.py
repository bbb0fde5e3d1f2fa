"""A question to the lead and its answer, on whole days over fakes: passed on once, whenever the process dies."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from amp_fsm.model.project import SuccessionSpec
from tests.engine.asking_day import ANSWER, AskingDay
from tests.engine.fake_day import PROJECT
from tests.engine.test_reconcile import lives_of


def test_a_question_goes_to_the_lead_and_its_answer_back_and_the_work_goes_on() -> None:
    day = AskingDay()
    day.go_on()
    (asked,), (answered,) = day.received("[HELP]"), day.received("[ANSWER]")
    assert asked.startswith("ben: ")
    assert "Which greeting?\nI know `{{ task.id }}` and [amp aaaaaaaa]." in asked
    assert PROJECT.root in asked
    assert answered.startswith("ada: ")
    assert f"----------\n{ANSWER}\n----------" in answered
    assert not day.notifier.told


@pytest.mark.parametrize(
    ("status", "question"),
    [
        pytest.param("HELP: which greeting?", "HELP: which greeting?", id="a-word-and-the-question"),
        pytest.param("AIDE", "AIDE", id="a-word-alone"),
    ],
)
def test_39_a_question_in_the_row_counts_as_well(status: str, question: str) -> None:
    day = AskingDay(in_row=status)
    day.go_on()
    assert question in day.received("[HELP]")[0]
    assert len(day.received("[ANSWER]")) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_effect_an_answer_is_passed_on_exactly_once(seed: int, after: bool) -> None:
    day, chance = AskingDay(), random.Random(seed)
    lives_of(day, lambda: chance.randint(1, 12), after=after)
    assert len(day.received("[HELP]")) == 1
    assert len(day.received(ANSWER)) == 1
    assert len(day.prompts()) == len(set(day.prompts()))


def test_killed_at_every_single_effect_an_answer_is_passed_on_exactly_once() -> None:
    for effects in range(1, 40, 3):
        day = AskingDay()
        lengths = iter([effects])
        lives_of(day, lambda lengths=lengths: next(lengths, 10_000), after=effects % 2 == 0)  # type: ignore[misc]  # bound now
        assert (effects, len(day.received(ANSWER))) == (effects, 1)


def test_when_nobody_leads_the_operator_is_told_the_question_once() -> None:
    day = AskingDay(project=replace(PROJECT, succession=SuccessionSpec()))
    day.pass_minutes(5)
    (told,) = [text for _, text in day.notifier.told if "Which greeting?" in text]
    assert "agent/ada asks" in told
    assert day.store.record.subjects["agent/ada"].state == "ESCALATED"


def test_a_lead_that_does_not_answer_in_time_brings_the_question_to_the_operator_once() -> None:
    day = AskingDay(silent=True)
    day.pass_minutes(50)
    assert len([text for _, text in day.notifier.told if "Which greeting?" in text]) == 1
    assert day.store.record.subjects["agent/ada"].state == "ESCALATED"
    day.leave(".amp-fsm/errands/HELP-PRACTICE-1-1.md", ANSWER)
    day.pass_minutes(5)
    assert len(day.received(ANSWER)) == 1
    assert day.states()["PRACTICE-1"] == "COMPLETED"
