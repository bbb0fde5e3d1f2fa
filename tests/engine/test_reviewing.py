"""Work that another agent reviews, on whole days over fakes: refused, mended, approved, whenever the process dies."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace

import pytest

from amp_fsm.model.project import Project
from amp_fsm.model.review import ReviewSpec
from tests.engine.asking_day import AskingDay
from tests.engine.fake_day import PROJECT
from tests.engine.test_reconcile import lives_of
from tests.fakes.terminal import FakePane

REFUSAL = "REFUSÉ\nIl manque les {{ tests }}."


def reviewed(**tasks: ReviewSpec) -> Project:
    """Return the practice team with these tasks (`1` for PRACTICE-1) reviewed."""
    named = {f"PRACTICE-{number.removeprefix('n')}": spec for number, spec in tasks.items()}
    made = {name: replace(task, review=named.get(name)) for name, task in PROJECT.tasks.items()}
    return replace(PROJECT, tasks=made)


@dataclass(slots=True)
class ReviewDay(AskingDay):
    """A day on which reviewers say in turn what `verdicts` holds, and approve afterwards."""

    project: Project = field(default_factory=lambda: reviewed(n1=ReviewSpec()))
    asked: set[str] = field(default_factory=set)
    verdicts: list[str] = field(default_factory=list)
    judged: list[tuple[str, str]] = field(default_factory=list)

    def _obey(self, pane: FakePane, prompt: str) -> None:
        if "[REVIEW]" not in prompt:
            return AskingDay._obey(
                self, pane, re.sub(r"^Your work on (\S+)", r"TASK_ID: \1", prompt, flags=re.MULTILINE)
            )
        pane.busy = False
        found, author = re.search(r"\S+/REVIEW-\S+\.md", prompt), re.search(r"^(\w+) says", prompt, re.MULTILINE)
        assert found is not None
        assert author is not None
        self.judged.append((author[1], pane.name))
        return self.leave(found[0], self.verdicts.pop(0) if self.verdicts else "APPROVED\nFine.")

    def entries(self, words: str) -> list[str]:
        return [entry.text for entry in self.store.entries if words in entry.text]


def test_approved_work_is_done_and_its_holder_keeps_it_until_then() -> None:
    day = ReviewDay()
    day.go_on()
    assert day.judged == [("ada", "ben")]
    prompt = day.received("[REVIEW]")[0]
    assert "Write a function that greets." in prompt
    assert "- src/greeting.py" in prompt
    evidence = [line for entry in day.store.entries for line in entry.evidence if "review_approved = true" in line]
    assert 'ben: .amp-fsm/errands/REVIEW-PRACTICE-1-1.md "APPROVED / Fine."' in evidence[0]
    assert any("APPROVED / Fine." in row for row in day.files.texts["LOG.md"].splitlines())


def test_refused_work_goes_back_with_the_reasons_and_is_reviewed_anew() -> None:
    day = ReviewDay(verdicts=[REFUSAL])
    day.go_on()
    (fix,) = day.received("[FIX]")
    assert fix.startswith("ada: ")
    assert f"ben reviewed it and refused it:\n\n{REFUSAL}" in fix
    assert day.judged == [("ada", "ben"), ("ada", "ben")]
    assert day.store.record.refusals == {"PRACTICE-1|ada": 1}


def test_work_refused_too_often_fails() -> None:
    day = ReviewDay(verdicts=[REFUSAL, REFUSAL, REFUSAL])
    day.pass_minutes(10)
    assert day.states()["PRACTICE-1"] == "FAILED"
    assert len(day.received("[FIX]")) == 2


def test_an_unclear_verdict_is_asked_for_once_more_and_then_the_operator_is() -> None:
    day = ReviewDay(verdicts=["Looks good to me.", "APPROVED, I think."])
    day.pass_minutes(10)
    assert len(day.received("[REVIEW]")) == 2
    assert day.states()["PRACTICE-1"] == "UNDECIDED"
    assert len([text for _, text in day.notifier.told if "review_unclear" in text]) == 1
    day.leave(".amp-fsm/errands/REVIEW-PRACTICE-1-2.md", "APPROVED")
    day.pass_minutes(1)
    assert day.states()["PRACTICE-1"] == "COMPLETED"


def test_who_alone_could_review_a_task_does_not_get_it() -> None:
    day = ReviewDay(project=reviewed(n1=ReviewSpec(by="ada")))
    day.go_on()
    assert day.judged == [("ben", "ada")]
    day = ReviewDay(project=reviewed(n1=ReviewSpec(skills=("writing",))))
    day.go_on()
    assert day.judged == [("ada", "ben")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_effect_each_review_is_asked_for_once_and_no_author_reviews(seed: int, after: bool) -> None:
    day, chance = ReviewDay(verdicts=[REFUSAL]), random.Random(seed)
    lives_of(day, lambda: chance.randint(1, 12), after=after)
    assert len(day.received("[REVIEW]")) == 2
    assert len(day.received("[FIX]")) == 1
    assert all(author != reviewer for author, reviewer in day.judged)
    assert len(day.prompts()) == len(set(day.prompts()))
