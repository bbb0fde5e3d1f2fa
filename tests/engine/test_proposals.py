"""The queue runs dry and is refilled: the lead is asked, what it proposes is read, queued or returned, over fakes."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from amp_fsm.engine.reconcile import PassResult, answer_only, plan_pass
from amp_fsm.engine.requests import APPROVE, CANCEL
from amp_fsm.model.desired import desired
from amp_fsm.model.project import Policies, Project, SuccessionSpec
from amp_fsm.model.record import Record
from amp_fsm.ports import Commit, World
from amp_fsm.wiring import project_at
from amp_fsm.world.config_files import schema_text
from tests.engine.fake_day import CONFIG, Day
from tests.fakes.files import FakeFiles
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakePane

FOLDER = ".amp-fsm/proposals"
GOOD = """\
tasks:
  - title: Say goodbye
    kind: code
    deliverables: [src/goodbye.py]
    brief: {context: There is a greeting., objective: '{{ 7 * 7 }} is not a template.'}
  - {title: Describe it, kind: writing, deliverables: [docs/goodbye.md]}
"""
BAD = "tasks:\n  - {title: Say goodbye, kind: cod, checks: [x]}\n"
NOTHING = "tasks: []\n"


def team(*, asks: bool = True, proposals: str = "auto", proposals_max: int = 6) -> Project:
    made = project_at(CONFIG, {**os.environ, "PRACTICE_ROOT": "."})
    policy = Policies(never_idle=asks, proposals=proposals, proposals_max=proposals_max)
    return replace(made, policies=policy, succession=SuccessionSpec(order=("ada", "ben")), task_ids="P-{n:02}")


class Killed(Exception):
    """The process ends here."""


@dataclass(slots=True)
class DyingStore(MemoryStore):
    """A store whose process dies at its commit number `dies` that changes the queue, before or after it; 0: never."""

    dies: int = 0
    after: bool = False
    commits: int = 0

    def commit(self, commit: Commit) -> Record:
        new, old = commit.record, self.record
        changes = (new.added, new.proposals, new.asked) != (old.added, old.proposals, old.asked)
        self.commits += changes
        dies = changes and self.commits == self.dies
        if dies and not self.after:
            raise Killed
        record = MemoryStore.commit(self, commit)
        if dies:
            raise Killed
        return record


@dataclass(slots=True)
class CountingFiles(FakeFiles):
    """Files that remember what was read."""

    reads: list[str] = field(default_factory=list)

    def read(self, path: str) -> object:  # type: ignore[override]  # the same values
        self.reads.append(path)
        return FakeFiles.read(self, path)


@dataclass(slots=True)
class LeadsDay(Day):
    """A day whose lead answers what it is asked for; the last answer again and again."""

    answers: list[str] = field(default_factory=lambda: [NOTHING])
    asked: list[str] = field(default_factory=list)

    def world(self, **ports: object) -> World:
        return replace(Day.world(self, **ports), schema=schema_text)

    def drop(self, name: str, text: str) -> None:
        """Let a file stand in the proposals' folder."""
        self.files.texts[f"{FOLDER}/{name}"] = text
        self.files.mtimes[f"{FOLDER}/{name}"] = self.clock.wall

    def _obey(self, pane: FakePane, prompt: str) -> None:
        found = re.search(r"^2\. Write (\S+): at most", prompt, re.MULTILINE)
        if found is None:
            whole, self.project = self.project, desired(self.project, self.store.record)
            Day._obey(self, pane, prompt)
            self.project = whole
            return
        self.asked.append(prompt)
        self.drop(found[1].rpartition("/")[2], self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        pane.busy = False

    def settle(self, passes: int = 60) -> PassResult:
        """Let passes and agents take turns for a while, at most until nothing happens any more."""
        still = 0
        for _ in range(passes):
            result = self.a_pass()
            still = 0 if result.acted else still + 1
            if not result.acted:
                self.clock.pass_time(2.0)
                self.work()
            if still > 6:
                break
        return result

    def titles(self) -> Counter[str]:
        return Counter(item.task.title for item in self.store.record.added.values() if not item.task.errand)


def test_a_dry_queue_is_refilled_until_there_is_nothing_left_to_do() -> None:
    day = LeadsDay(project=team(), answers=[BAD, GOOD, NOTHING])
    day.settle(150)
    assert set(day.states().values()) == {"COMPLETED"}
    subjects = day.store.record.subjects
    assert [(name, subjects[f"task/{name}"].state) for name in ("P-01", "P-02")] == [
        ("P-01", "COMPLETED"),
        ("P-02", "COMPLETED"),
    ]
    first, back, *_ = day.asked
    assert "cannot be used" not in first
    assert "PRACTICE-1 (COMPLETED): Write a greeting" in back
    assert f"{FOLDER}/PROPOSE-1.yaml:2:37: a proposal cannot say `checks`" in back
    assert "which does not exist (did you mean code?" in back


def test_what_a_proposal_says_is_no_template() -> None:
    day = LeadsDay(project=team(), answers=[GOOD, NOTHING])
    day.settle(120)
    prompts = [text for pane in day.terminal.panes.values() for text in pane.received]
    assert any("{{ 7 * 7 }} is not a template." in text for text in prompts)


def test_the_plan_shows_what_the_pass_then_does() -> None:
    day = LeadsDay(project=team(asks=False))
    day.settle(20)
    day.drop("mine.yaml", GOOD)
    day.a_pass()
    day.clock.pass_time(5.0)
    before = day.store.record
    shown = plan_pass(day.project, day.world()).plan
    assert day.store.record == before
    done = day.a_pass().plan
    assert [change for change in shown.changes if change.judged] == [change for change in done.changes if change.judged]
    (change,) = (change for change in done.changes if change.judged)
    assert [item.task.id for item in change.adds] == ["P-01", "P-02"]


def test_a_file_is_read_once_and_then_only_listed() -> None:
    files = CountingFiles(texts=dict(Day().files.texts))
    day = LeadsDay(project=team(asks=False), files=files)
    day.drop("mine.yaml", GOOD)
    day.drop("bad.yaml", BAD)
    day.settle(60)
    read = [path for path in files.reads if path in (f"{FOLDER}/mine.yaml", f"{FOLDER}/bad.yaml")]
    assert sorted(read) == [f"{FOLDER}/bad.yaml", f"{FOLDER}/mine.yaml"]


def test_the_same_content_under_another_name_or_time_is_not_queued_again() -> None:
    day = LeadsDay(project=team(asks=False))
    day.drop("mine.yaml", GOOD)
    day.settle(150)
    day.drop("copy.yaml", GOOD)
    day.drop("mine.yaml", GOOD)
    day.settle(60)
    assert day.titles() == {"Say goodbye": 1, "Describe it": 1}


def test_a_file_that_is_still_being_written_is_left_until_it_stands_still() -> None:
    day = LeadsDay(project=team(asks=False))
    day.settle(5)
    for end in (40, 90, len(GOOD)):
        day.drop("mine.yaml", GOOD[:end])
        day.a_pass()
        day.clock.pass_time(1.0)
    result = day.a_pass()
    assert not day.titles()
    assert any("read when its writer is done" in drift.text for drift in result.plan.drift)
    assert result.plan.due_in is not None
    assert result.plan.due_in <= 2.0
    day.clock.pass_time(3.0)
    day.a_pass()
    assert day.titles() == {"Say goodbye": 1, "Describe it": 1}


def test_review_holds_what_is_proposed_until_the_operator_says_so() -> None:
    day = LeadsDay(project=team(proposals="review"), answers=[GOOD, NOTHING])
    result = day.settle(80)
    states = {name: day.store.record.subjects[f"task/{name}"].state for name in ("P-01", "P-02")}
    assert states == {"P-01": "PENDING", "P-02": "PENDING"}
    assert {held.text for held in result.plan.held} == {"proposed: waits for `task approve`"}
    assert any("P-01 is proposed by" in text for _, text in day.notifier.told)
    assert len(day.asked) == 1
    day.store.request(APPROVE, ("task/P-01", ""))
    day.store.request(CANCEL, ("task/P-02", "park"))
    day.store.request(APPROVE, ("task/PRACTICE-1", ""))
    answered = answer_only(day.project, day.world())
    assert len(answered.refused) == 1
    assert "waits for no approval" in answered.refused[0]
    day.settle(80)
    states = {name: day.store.record.subjects[f"task/{name}"].state for name in ("P-01", "P-02")}
    assert states == {"P-01": "COMPLETED", "P-02": "CANCELLED"}


def test_what_is_wrong_again_and_again_is_left_to_the_operator() -> None:
    answers = [BAD, f"{BAD}# 2\n", f"{BAD}# 3\n", f"{BAD}# 4\n"]
    day = LeadsDay(project=team(), answers=answers)
    day.settle(200)
    assert len(day.asked) == 3
    told = [text for _, text in day.notifier.told if "not returned any more" in text]
    assert len(told) == 1


def test_the_lead_is_asked_once_for_each_episode() -> None:
    day = LeadsDay(project=team(), answers=[GOOD, NOTHING])
    day.settle(300)
    whom = [line for text in day.asked for line in re.findall(r"^- (ada|ben): ", text, re.MULTILINE)]
    assert set(Counter(whom).values()) <= {2}
    assert len(day.asked) <= 4


def test_asking_is_within_a_budget() -> None:
    day = LeadsDay(project=team(proposals_max=1), answers=[GOOD, NOTHING])
    day.settle(200)
    assert len(day.asked) == 1


def test_nobody_is_asked_unless_the_policies_say_so() -> None:
    day = LeadsDay(project=team(asks=False))
    day.settle(100)
    assert not day.asked


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_commit_nothing_is_queued_twice_or_lost(after: bool) -> None:
    whole = LeadsDay(project=team(), answers=[BAD, GOOD, NOTHING], store=DyingStore())
    whole.settle(150)
    assert isinstance(whole.store, DyingStore)
    for dies in range(1, whole.store.commits + 1):
        day = LeadsDay(project=team(), answers=[BAD, GOOD, NOTHING], store=DyingStore(dies=dies, after=after))
        try:
            day.settle(150)
        except Killed:
            day.settle(150)
        assert day.titles() == {"Say goodbye": 1, "Describe it": 1}, f"killed {'after' if after else 'at'} {dies}"
        added = day.store.record.added.values()
        ids = [item.task.id for item in added]
        assert len(ids) == len(set(ids))
        states = {day.store.record.subjects[item.task.address].state for item in added}
        assert states == {"COMPLETED"}, dies
