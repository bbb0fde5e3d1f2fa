"""What is observed again and what is taken over: each thing that a fact is made of, changed by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.observed import Observed
from amp_fsm.model.project import ERRANDS
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, FileSeen, HttpSeen, PathSeen
from amp_fsm.model.time import Now
from amp_fsm.model.workspace import WorkspaceKind
from amp_fsm.observe.kept import Kept
from amp_fsm.observe.observed import observe
from tests.laws.watched_world import (
    NAMES,
    PROJECT,
    SCREENS,
    Change,
    World,
    asked,
    becomes,
    begun_world,
    configured,
    dropped,
    full_was,
    hinting,
    holds,
    is_now,
    let_go,
    logged,
    lost,
    prompted,
    ran,
    reordered,
    screen,
    shows,
    tried,
    written,
    wrote,
)

THERE = (PathSeen(path="p", size=9, mtime=1.0),)
IDLE = SCREENS[0]


def look(world: World, before: Observed | None, seconds: float = 400.0) -> Observed:
    """Look once more, and remember what was seen."""
    world.policy, world.wall = world.policy + seconds, world.wall + seconds
    made = observe(world.project, world.record, world.seen(), world.now, dict(world.keys), before)
    known, memory = world.record, made.memory
    world.remember(
        samples={**known.samples, **memory.samples},
        cells={**known.cells, **memory.cells},
        logs={**known.logs, **memory.logs},
        usage={**known.usage, **memory.usage},
    )
    return made


def settled(*changes: Change) -> tuple[World, Observed]:
    """Return a world in which nothing moves any more, and what was observed there last."""
    world = begun_world()
    for change in changes:
        change(world)
    made: Observed | None = None
    for _ in range(4):
        made = look(world, made)
    assert made is not None
    return world, made


def again(world: World, before: Observed) -> Observed:
    return observe(world.project, world.record, world.seen(), world.now, dict(world.keys), before)


def anew(world: World) -> Observed:
    return observe(world.project, world.record, world.seen(), world.now, dict(world.keys))


def said(made: Observed) -> object:
    """Return an observation without the moments of its facts."""
    facts = {a: {n: replace(fact, at=0.0) for n, fact in facts.items()} for a, facts in made.facts.items()}
    return replace(made, facts=facts, at=0.0)


ASKED = FileSeen(path="q", text="Which one?", digest="d", mtime=2e9)
SMALL = (PathSeen(path="p", size=2, mtime=1.0),)


def parts(made: Observed) -> Kept:
    assert isinstance(made.kept, Kept)
    return made.kept


TELLS = (
    dropped("hook", "Prompt", 0.0),
    wrote("user", 0, 0.0, 0.0),
    wrote("used", 5, 0.0, 0.0),
    becomes("globs", "one/*.md", SMALL),
)


def test_nothing_is_made_anew_while_only_time_passes() -> None:
    world, before = settled(*TELLS, ran("ended", 0))
    made = look(world, before)
    assert made.facts.keys() == before.facts.keys()
    assert all(made.facts[address] is before.facts[address] for address in made.facts)
    assert all(parts(made).agents[name] is parts(before).agents[name] for name in made.readings)
    assert all(one is other for one, other in zip(made.documents, before.documents, strict=True))
    assert made.at > before.at == before.facts["agent/ada"]["gone"].at + 800.0


def test_only_the_one_whose_row_changed_is_made_anew() -> None:
    world, before = settled()
    becomes("rows", "ben", "| {} | T-2 | DONE | 9:30 |")(world)
    made = look(world, before)
    assert parts(made).agents["ada"] is parts(before).agents["ada"]
    assert parts(made).agents["ben"] is not parts(before).agents["ben"]
    assert made.facts["agent/ben"]["claims_done"].truth == "true"


EVIDENCE = {
    "a-server-that-does-not-answer": is_now("unreachable", "timed out"),
    "no-server": is_now("server", ""),
    "no-pane": becomes("panes", "ada", None),
    "a-dead-pane": shows("ada", {"dead": True}, None),
    "another-program": shows("ada", {"command": "bash"}, None),
    "somebody-elses-pane": shows("ada", {"owner": ""}, None),
    "a-person": shows("ada", {"person": 1.0}, None),
    "copy-mode": shows("ada", {"in_mode": True}, None),
    "a-variable": shows("ada", {"variables": {"pane_title": "big"}}, None),
    "a-screen": shows("ada", {}, SCREENS[3]),
    "a-screen-that-cannot-be-read": shows("ada", {}, Failed(reason="no")),
    "a-sample": lost("samples"),
    "what-is-known-of-usage": full_was,
    "no-assignment": let_go,
    "a-refusal": holds("ada", "T-1", {"delivered": 0, "verdict_at": 0}),
    "another-task": holds("ada", "T-3", {"delivered": 0}),
    "a-deliverable": becomes("globs", "one/*.md", THERE),
    "a-worktrees-deliverable": becomes("globs", "/s/worktrees/T-2/two.md", THERE),
    "a-question": asked("T-1", "Which one?"),
    "a-question-that-cannot-be-read": asked("T-1", "failed"),
    "a-row": becomes("rows", "ada", "| {} | T-1 | DONE | 9:30 |"),
    "a-rows-place": becomes("rows", "ada", None),
    "the-order-of-columns": reordered,
    "a-table-that-cannot-be-read": becomes("files", "STATUS.md", Failed(reason="no")),
    "what-we-wrote": written("ada", "WORKING"),
    "what-is-known-of-rows": lost("cells"),
    "an-entry": logged("| ada | T-1 DONE |"),
    "an-entry-of-nobody": logged("| cy | DONE |"),
    "the-place-of-entries": is_now("above", "a line\n\n"),
    "what-is-known-of-logs": lost("logs"),
    "an-event": dropped("hook", "Asked", 5.0),
    "a-sequence": dropped("osc", "busy", 5.0),
    "a-line-of-a-transcript": wrote("used", 7, 1.0, 0.0),
    "a-channel-that-cannot-be-read": becomes("tails", "agent/ada|hook", Failed(reason="no")),
    "a-declared-row": becomes("rows", "ben", "| {} | T-2 | WORKING | 9:00 |"),
    "a-declared-line": becomes("files", "chat/ada.log", FileSeen(path="c", text="ready\n", digest="d")),
    "a-declared-line-of-a-task": becomes("files", "chat/T-1.log", FileSeen(path="c", text="ready\n", digest="d")),
    "a-declared-line-of-a-service": becomes("files", "chat/db.log", FileSeen(path="c", text="ready\n", digest="d")),
    "a-declared-file": becomes("globs", "out/ada.txt", THERE),
    "a-declared-address": becomes("http", "fact/http_up", HttpSeen(healthy=True, said="ok")),
    "a-services-health": becomes("http", "service/web", HttpSeen(healthy=True, said="ok")),
    "a-services-pane": shows("db", {}, None),
    "a-check": ran("ended", 1),
    "a-lost-check": ran("lost", 1),
    "a-task": configured(same=False),
    "a-policy": hinting(5_000.0),
    "another-queue": is_now("queue", "DONE"),
}


@pytest.mark.parametrize("change", EVIDENCE.values(), ids=EVIDENCE)
def test_what_a_fact_is_made_of_is_looked_at_again(change: Change) -> None:
    world, before = settled(*TELLS)
    change(world)
    assert said(again(world, before)) == said(anew(world)) != said(before)


def test_a_prompt_that_is_open_is_found_in_what_is_known_already() -> None:
    world, before = settled(*TELLS)
    assert before.receipts == {}
    prompted("ada", True)(world)
    assert look(world, before).receipts.keys() == {"abc"}


def test_a_transcript_is_known_by_the_prompt_that_its_agent_was_given() -> None:
    world, before = settled(wrote("user", 0, 0.0, 0.0))
    ben = replace(world.project.agents["ben"], profile="heard", channels=world.project.agents["ada"].channels)
    world.project = replace(world.project, agents={**world.project.agents, "ben": ben})
    before = look(world, look(world, before))
    holds("ada", "T-1", {"delivered": 0, "prompt": "abc"})(world)
    assert said(again(world, before)) == said(anew(world)) != said(before)


def test_why_a_server_cannot_be_asked_is_told_anew() -> None:
    world, before = settled(is_now("unreachable", "timed out"))
    is_now("unreachable", "permission denied")(world)
    assert said(again(world, before)) == said(anew(world)) != said(before)


@pytest.mark.parametrize("server", ["", "2:2"])
def test_whether_a_server_runs_is_told_anew_of_one_without_a_pane(server: str) -> None:
    world, before = settled(*(becomes("panes", name, None) for name in NAMES))
    is_now("server", server)(world)
    assert said(again(world, before)) == said(anew(world))
    assert (said(again(world, before)) != said(before)) is (server == "" or before.server != server)


def test_work_is_judged_by_when_its_task_was_assigned() -> None:
    world, before = settled(becomes("globs", "one/*.md", THERE))
    held = {name: replace(one, since_wall=0.0) for name, one in world.record.assignments.items()}
    world.remember(assignments=held)
    assert before.facts["task/T-1"]["deliverables_present"].truth == "false"
    assert again(world, before).facts["task/T-1"]["deliverables_present"].truth == "true"


def test_a_question_is_told_with_the_place_at_which_it_stands_now() -> None:
    paths = (f"{ERRANDS}/QUESTION-T-1.md", f"/r/{ERRANDS}/QUESTION-T-1.md")
    world, before = settled(*(becomes("files", path, ASKED) for path in paths))
    moved = replace(world.project.tasks["T-1"], workspace=WorkspaceKind.WORKTREE)
    world.project = replace(world.project, tasks={**world.project.tasks, "T-1": moved})
    assert before.facts["agent/ada"]["asks_help"].evidence.startswith(ERRANDS)
    assert again(world, before).facts["agent/ada"]["asks_help"].evidence.startswith("/r/")


def test_a_lost_check_that_was_tried_often_enough_failed() -> None:
    world, before = settled(ran("lost", 1))
    tried(1)(world)
    assert before.facts["task/T-1"]["checks_failed"].truth == "unknown"
    assert look(world, before).facts["task/T-1"]["checks_failed"].truth == "true"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(is_now("above", "a line\n\n"), id="its-place"),
        pytest.param(is_now("entries", ["| ada | T-1 DONE at last |"]), id="its-words"),
        pytest.param(is_now("entries", ["| ada | T-1 BLOCKED |"]), id="its-claim"),
    ],
)
def test_a_claim_in_a_log_is_told_as_it_stands_there_now(change: Change) -> None:
    world, before = settled(is_now("project", replace(PROJECT, facts={})), becomes("rows", "ada", None))
    logged("| ada | T-1 DONE |")(world)
    before = look(world, look(world, before))
    assert before.facts["agent/ada"]["claims_done"].evidence == 'LOG.md:5 "T-1 DONE"'
    change(world)
    assert said(again(world, before)) == said(anew(world)) != said(before)


def test_work_in_a_worktree_is_progress_of_its_holder() -> None:
    world, before = settled(becomes("globs", "/s/worktrees/T-2/two.md", SMALL))
    becomes("globs", "/s/worktrees/T-2/two.md", THERE)(world)
    assert before.facts["agent/ben"]["progress"].truth == "false"
    assert again(world, before).facts["agent/ben"]["progress"].truth == "true"


def test_a_check_is_told_by_how_its_run_stands_now() -> None:
    world, before = settled(is_now("project", replace(PROJECT, facts={})), ran("running", 0))
    ran("ended", 1)(world)
    assert before.facts["task/T-1"]["checks_failed"].truth == "unknown"
    assert again(world, before).facts["task/T-1"]["checks_failed"].truth == "true"


def test_a_check_that_never_ran_is_not_one_whose_inputs_cannot_be_read() -> None:
    world, before = settled(becomes("keys", "T-1|suite", "k9"))
    world.keys.clear()
    assert said(again(world, before)) == said(anew(world)) != said(before)


def test_a_question_counts_by_when_it_was_first_seen() -> None:
    world, before = settled(becomes("files", f"{ERRANDS}/QUESTION-T-1.md", ASKED))
    known = replace(world.record.cells["|T-1|question"], first_seen=1.0)
    world.remember(cells={**world.record.cells, "|T-1|question": known})
    assert before.facts["agent/ada"]["asks_help"].truth == "true"
    assert again(world, before).facts["agent/ada"]["asks_help"].truth == "false"


def test_a_check_whose_inputs_cannot_be_read_any_more_is_unknown() -> None:
    world, before = settled(ran("ended", 0))
    world.keys.clear()
    assert said(again(world, before)) == said(anew(world)) != said(before)


TIMES = {
    "idle-lasts": ((shows("ada", {}, screen("new")),), 0.5),
    "a-limit-ends": ((shows("ada", {}, SCREENS[5]),), 90_000.0),
    "a-limit-of-no-time-ends": ((shows("ada", {}, SCREENS[6]),), 4_000.0),
    "usage-is-told-with-its-end": ((shows("ada", {}, SCREENS[9]),), 60.0),
    "usage-begins-anew": ((shows("ada", {}, SCREENS[9]), shows("ada", {}, SCREENS[0])), 300.0),
    "a-hint-grows-old": ((dropped("hook", "Asked", 0.0),), 31.0),
    "an-event-grows-old": ((dropped("hook", "Asked", 40.0),), 60.0),
    "an-event-of-the-future-comes": ((dropped("hook", "Asked", -100.0),), 90.0),
    "nobody-knows-the-screen": ((shows("ada", {}, SCREENS[12]),), 400.0),
    "progress-is-over": ((shows("ada", {}, screen("new")),), 1.0),
}


@pytest.mark.parametrize(("changes", "seconds"), TIMES.values(), ids=TIMES)
def test_what_time_changes_is_looked_at_again(changes: tuple[Change, ...], seconds: float) -> None:
    world, before = settled(*TELLS)
    for change in changes:
        change(world)
        before = look(world, before, 0.2)
    before = look(world, before, 0.2)
    world.policy, world.wall = world.policy + seconds, world.wall + seconds
    assert said(again(world, before)) == said(anew(world)) != said(before)


def test_progress_is_over_though_no_time_passed_between_two_looks() -> None:
    world, before = settled()
    shows("ada", {}, SCREENS[3])(world)
    before = look(world, look(world, before, 0.0), 0.0)
    assert before.facts["agent/ada"]["progress"].truth == "true"
    assert look(world, before, 1.0).facts["agent/ada"]["progress"].truth == "false"


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(lambda now: replace(now, wall=now.wall - 1.0), id="the-clock-was-set-back"),
        pytest.param(lambda now: replace(now, policy=now.policy - 1.0), id="another-store"),
        pytest.param(lambda now: replace(now, gap=True), id="a-gap"),
    ],
)
def test_after_a_jump_everybody_is_observed_anew(now: object) -> None:
    world, before = settled()
    assert callable(now)
    later: Now = now(world.now)
    made = observe(world.project, world.record, world.seen(), later, {}, before)
    assert parts(made).agents["ada"] is not parts(before).agents["ada"]


def test_what_was_not_remembered_is_observed_anew() -> None:
    """A look whose pass was cut off before its commit leaves nothing to rely on."""
    world, before = settled()
    world.record = replace(Record(), assignments=world.record.assignments)
    assert said(again(world, before)) == said(anew(world)) != said(before)


@pytest.mark.parametrize("change", [asked("T-1", "Which one?"), full_was, lost("cells"), logged("| ada | T-1 DONE |")])
def test_what_was_seen_first_in_a_look_that_is_not_remembered_is_seen_first_in_the_next(change: Change) -> None:
    world, before = settled(*TELLS)
    change(world)
    first = again(world, before)
    world.policy, world.wall = world.policy + 400.0, world.wall + 400.0
    assert said(again(world, first)) == said(anew(world))
