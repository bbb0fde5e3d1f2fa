"""Performing a plan over fakes: the order of actions, what holds back what, and what is written down when one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from amp_fsm.engine.apply import Performer
from amp_fsm.errors import DocumentError, StoreError
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Notice
from amp_fsm.model.plan import Change, Plan, Recovery, Step
from amp_fsm.model.project import AgentSpec, Project, TmuxSpec
from amp_fsm.model.record import Action, CellMemory, Intent, IntentStatus, Record, SubjectRecord
from amp_fsm.ports import World
from amp_fsm.world.config_files import load_profiles
from tests.engine.test_loops import QUIET
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles
from tests.fakes.notifier import FakeNotifier
from tests.fakes.runner import FakeRunner
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakePane, FakeTerminal

TABLE = "# Team\n\n## Agents\n\n| Agent | Status |\n|---|---|\n| ada | {} |\n| ben | IDLE |\n"
STATUS = DocumentSpec(name="status", file="S.md", heading="Agents", key="Agent", columns={"status": "Status"})
LOG = DocumentSpec(name="log", file="L.md", heading="Log", row={"Task": "{{ task.id }}"})
TEAM = Project(
    name="team",
    root="/r",
    store="/s",
    source="team.yaml",
    digest="d",
    tmux=TmuxSpec(session="team"),
    agents={name: AgentSpec(name=name, profile="practice", window=str(n)) for n, name in enumerate(("ada", "ben"))},
    profiles={"practice": load_profiles()["practice"]},
    documents={"status": STATUS, "log": LOG},
)
PROMPT = "Write the report.\n\n[amp:{}]"
NOTE = Action(verb=Verb.NOTIFY, target="operator", text="look")
CHECK = Action(verb=Verb.RUN, target="task/T-1", what="tests", argv=("make", "test"), key="k1")
WORKING = Action(verb=Verb.SET_ROW, target="status", row="ada", cells=(("Status", "WORKING"),))
ROW = Action(verb=Verb.APPEND_ROW, target="log", cells=(("Task", "T-1"),))


@dataclass(slots=True)
class SaveOnce(MemoryStore):
    """A store on a disk that is full when an intent of status `full_at` is first saved; `on_save` hears of each."""

    full_at: str = ""
    on_save: Callable[[Intent], object] = id

    def save_intent(self, intent: Intent) -> None:
        self.on_save(intent)
        if intent.status == self.full_at:
            self.full_at = ""
            message = "no space left on the disk"
            raise StoreError(message)
        MemoryStore.save_intent(self, intent)


@dataclass(slots=True)
class Scene:
    """Two practice agents at their prompts, two documents, and everything else that an action may touch."""

    terminal: FakeTerminal = field(default_factory=FakeTerminal)
    files: FakeFiles = field(default_factory=lambda: FakeFiles(texts={"S.md": TABLE.format("IDLE"), "L.md": _log()}))
    runner: FakeRunner = field(default_factory=FakeRunner)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    store: SaveOnce = field(default_factory=SaveOnce)
    heard: list[Intent] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, name in enumerate(("ada", "ben")):
            self.terminal.panes[f"%{number}"] = FakePane(
                pane=f"%{number}",
                pid=1000 + number,
                session="team",
                window=str(number),
                name=name,
                owner=f"team/agent/{name}",
                started=f"start-{name}",
            )

    def pane(self, name: str) -> FakePane:
        return next(pane for pane in self.terminal.panes.values() if pane.name == name)

    def world(self, **ports: Any) -> World:
        mine: dict[str, Any] = {
            "terminal": self.terminal,
            "files": self.files,
            "runner": self.runner,
            "clock": FakeClock(),
            "notifier": self.notifier,
            "store": self.store,
        }
        return World(**(mine | ports))

    def perform(self, plan: Plan, **ports: Any) -> dict[str, tuple[str, str]]:
        """Commit the plan's intents as a pass does, perform them, and return status and note of each outcome."""
        mine = {intent.id: intent for change in plan.changes for intent in change.intents}
        mine |= {step.intent.id: step.intent for step in plan.steps}
        self.store.record = replace(self.store.record, intents={**self.store.record.intents, **mine})
        performer = Performer(TEAM, self.world(**ports), self.store.record, self.heard.append)
        performer.perform(plan)
        assert sorted(i.id for i in performer.outcomes) == sorted(i.id for i in self.heard)
        assert performer.record.intents == self.store.record.intents, "the record in memory is not the one stored"
        return {intent.id: (str(intent.status), intent.note) for intent in performer.outcomes}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def intent(action: Action, place: int = 0, address: str = "agent/ada", **changes: Any) -> Intent:
    """Return an intent named after its subject and its place in the change."""
    made = Intent(
        id=f"{address.partition('/')[2]}-{place}", address=address, entry=2, cause="c", action=action, key=f"{place}:"
    )
    return replace(made, **changes)


def send(name: str = "ada", place: int = 0, **changes: Any) -> Intent:
    action = Action(verb=Verb.SEND, target=f"agent/{name}", what="code", text=PROMPT.format(f"{name}-{place}"))
    return intent(action, place, f"agent/{name}", **changes)


def plan_of(*intents: Intent) -> Plan:
    """Return a plan with one change for every subject."""
    addresses = dict.fromkeys(one.address for one in intents)
    return replace(
        QUIET, changes=tuple(_change(address, [i for i in intents if i.address == address]) for address in addresses)
    )


def _change(address: str, intents: Sequence[Intent]) -> Change:
    subject = SubjectRecord(address=address, state="X", entry=2)
    return Change(
        address=address, cause="c", before=subject, after=subject, because="b", intents=tuple(intents), serious=False
    )


def _log() -> str:
    return "# Log\n\n| Task |\n|---|\n"


# ---- order, and what holds back what ---------------------------------------------------------------------------------


def test_every_verb_does_its_work_and_says_what_it_did(scene: Scene) -> None:
    start = Action(verb=Verb.START, target="agent/ben", argv=("python3",), cwd="/r", window="1")
    scene.pane("ben").dead = True
    outcomes = scene.perform(
        plan_of(
            intent(WORKING, 0),
            intent(ROW, 1),
            send(place=2),
            intent(start, 0, "agent/ben"),
            intent(CHECK, 0, "task/T-1"),
            intent(NOTE, 1, "task/T-1"),
        )
    )
    assert {name: status for name, (status, _) in outcomes.items()} == dict.fromkeys(outcomes, "done")
    assert scene.files.texts == {"S.md": TABLE.format("WORKING"), "L.md": _log() + "| T-1 |\n"}
    assert scene.pane("ada").received == [PROMPT.format("ada-2")]
    assert (scene.pane("ben").dead, scene.pane("ben").started) == (False, "ben-0")
    assert [action.key for action in scene.runner.started] == ["k1"]
    assert scene.notifier.told == [("task/T-1", "look")]
    assert scene.store.record.intents == {}
    assert scene.store.record.run_attempts == {"k1": 1}


def test_the_actions_of_a_change_are_done_in_their_order(scene: Scene) -> None:
    when_typed: list[str] = []
    scene.store.on_save = lambda saved: when_typed.append(scene.files.texts["S.md"])
    scene.perform(plan_of(intent(WORKING, 0), send(place=1)))
    assert set(when_typed) == {TABLE.format("WORKING")}


def test_a_refused_action_stays_open_and_holds_back_what_follows_in_its_subject_only(scene: Scene) -> None:
    scene.pane("ada").dialog = True
    outcomes = scene.perform(plan_of(send(), intent(NOTE, 1), send("ben")))
    assert set(outcomes) == {"ada-0", "ben-0"}
    assert outcomes["ben-0"] == ("done", "submitted; the composer let it go")
    assert outcomes["ada-0"][0] == "open"
    assert "is up" in outcomes["ada-0"][1]
    assert scene.notifier.told == []
    assert set(scene.store.record.intents) == {"ada-0", "ada-1"}
    assert scene.pane("ada").approvals == 0


def test_a_document_that_cannot_be_written_fails_its_action_and_the_prompt_is_sent_all_the_same(scene: Scene) -> None:
    del scene.files.texts["S.md"]
    outcomes = scene.perform(plan_of(intent(WORKING, 0), send(place=1)))
    assert outcomes["ada-0"] == ("failed", "S.md: does not exist")
    assert outcomes["ada-1"][0] == "done"


def test_a_program_that_is_missing_fails_by_name_and_the_others_go_on(scene: Scene) -> None:
    scene.terminal.missing = {"codex"}
    scene.pane("ada").dead = scene.pane("ben").dead = True
    codex = Action(verb=Verb.START, target="agent/ada", argv=("codex",), window="0")
    python = replace(codex, target="agent/ben", argv=("python3",), window="1")
    outcomes = scene.perform(plan_of(intent(codex), intent(python, 0, "agent/ben")))
    assert outcomes["ada-0"] == ("failed", "ada: codex not found on PATH")
    assert outcomes["ben-0"][0] == "done"


def test_many_prompts_are_delivered_side_by_side(scene: Scene) -> None:
    both = threading.Barrier(2, timeout=20)

    @dataclass(slots=True)
    class Meeting(FakeClock):
        """A clock on which two deliveries must settle at once."""

        def settle(self, seconds: float) -> None:
            if not self.settled:
                both.wait()

    outcomes = scene.perform(plan_of(send("ada"), send("ben")), clock=Meeting())
    assert [status for status, _ in outcomes.values()] == ["done", "done"]


# ---- the operator's hold ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["*", "ada", "STOP"])
def test_a_hold_that_comes_during_a_pass_stops_the_very_next_effect(scene: Scene, who: str) -> None:
    class Stopping(FakeNotifier):
        """Somebody who, told of the first action, stops everything."""

        def tell(self, notice: Notice) -> None:
            if who == "STOP":
                scene.store.stopped = True
            else:
                scene.store.pause(who)

    outcomes = scene.perform(plan_of(intent(NOTE, 0), intent(WORKING, 1), send(place=2)), notifier=Stopping())
    assert outcomes == {"ada-0": ("done", "told"), "ada-1": ("open", "held by the operator")}
    assert scene.files.texts["S.md"] == TABLE.format("IDLE")
    assert scene.pane("ada").typed == ""
    assert set(scene.store.record.intents) == {"ada-1", "ada-2"}


def test_one_agent_on_hold_holds_nobody_else(scene: Scene) -> None:
    scene.store.pause("ada")
    outcomes = scene.perform(plan_of(send("ada"), send("ben")))
    assert outcomes["ada-0"] == ("open", "held by the operator")
    assert scene.pane("ben").received == [PROMPT.format("ben-0")]


def test_once_the_end_is_asked_for_what_is_under_way_is_finished_and_nothing_else_begun(scene: Scene) -> None:
    ended: list[int] = []
    plan = plan_of(send(), intent(NOTE, 1))
    scene.store.record = replace(scene.store.record, intents={i.id: i for i in plan.changes[0].intents})
    scene.store.on_save = lambda saved: ended.append(1)
    performer = Performer(TEAM, scene.world(), scene.store.record, scene.heard.append, lambda: bool(ended))
    performer.perform(plan)
    assert scene.pane("ada").received == [PROMPT.format("ada-0")]
    assert [(str(i.status), i.note) for i in scene.heard] == [
        ("done", "submitted; the composer let it go"),
        ("open", "left for the next pass: asked to end"),
    ]
    assert scene.notifier.told == []


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_an_unforeseen_error_fails_its_action_alone(scene: Scene) -> None:
    class Broken(FakeRunner):
        """A runner with a bug."""

        def start(self, action: Action) -> None:
            raise ZeroDivisionError

    outcomes = scene.perform(plan_of(intent(CHECK, 0, "task/T-1"), send("ben")), runner=Broken())
    assert outcomes["T-1-0"] == ("failed", "unexpected ZeroDivisionError: ")
    assert outcomes["ben-0"][0] == "done"


def test_a_terminal_that_does_not_answer_leaves_the_prompt_for_the_next_pass(scene: Scene) -> None:
    scene.terminal.broken = "tmux did not answer in 5 s"
    outcomes = scene.perform(plan_of(send()))
    assert outcomes["ada-0"] == ("open", "tmux did not answer in 5 s")


@pytest.mark.parametrize(
    ("status", "left"),
    [("typing", "typing"), ("typed", "typing"), ("entered", "typed")],
    ids=["before it was typed", "when it was typed", "when it was submitted"],
)
def test_a_prompt_on_its_way_never_fails_because_it_cannot_be_written_down(
    scene: Scene, status: str, left: str
) -> None:
    """It would be sent again under another name while the first one stands in the composer, or is being worked on."""
    scene.store.full_at = status
    outcomes = scene.perform(plan_of(send()))
    assert outcomes["ada-0"][0] != "failed"
    assert "no space left" in outcomes["ada-0"][1]
    assert scene.store.record.intents["ada-0"].status in (left, status)


def test_a_bug_while_a_prompt_is_on_its_way_leaves_it_to_recovery(scene: Scene) -> None:
    @dataclass(slots=True)
    class Broken(FakeClock):
        """A clock with a bug, first asked once the prompt is typed."""

        def settle(self, seconds: float) -> None:
            raise ZeroDivisionError

    outcomes = scene.perform(plan_of(send()), clock=Broken())
    assert outcomes["ada-0"] == ("typed", "unexpected ZeroDivisionError: ")
    assert scene.pane("ada").typed == "ada-0"
    assert scene.store.record.intents["ada-0"].status is IntentStatus.TYPED


def test_a_program_that_is_another_one_once_the_prompt_is_typed_is_asked_about_at_once(scene: Scene) -> None:
    @dataclass(slots=True)
    class Restarting(FakeClock):
        """A clock during whose first settling the agent's program is started anew by somebody."""

        def settle(self, seconds: float) -> None:
            FakeClock.settle(self, seconds)
            scene.pane("ada").pid = 4711

    clock = Restarting()
    outcomes = scene.perform(plan_of(send()), clock=clock)
    assert outcomes["ada-0"] == ("unknown", "typed; then the pane or its process changed")
    assert len(clock.settled) == 1
    assert scene.pane("ada").entered == ""


# ---- what earlier passes left ----------------------------------------------------------------------------------------


def step(of: Intent, recovery: Recovery) -> Step:
    return Step(intent=of, recovery=recovery, because="says the plan")


@pytest.mark.parametrize(
    ("recovery", "status"), [(Recovery.DONE, "done"), (Recovery.VOID, "void"), (Recovery.ASK, "unknown")]
)
def test_what_the_plan_settles_is_written_down_and_nothing_is_touched(
    scene: Scene, recovery: Recovery, status: str
) -> None:
    outcomes = scene.perform(replace(QUIET, steps=(step(send(), recovery),)))
    assert outcomes == {"ada-0": (status, "says the plan")}
    assert set(scene.store.record.intents) == ({"ada-0"} if status == "unknown" else set())
    assert scene.terminal.calls == []


def test_what_was_left_is_done_in_the_order_of_its_change_whatever_the_ids_say(scene: Scene) -> None:
    first, second = intent(WORKING, 2, key="2:set_row:"), send(place=10, key="10:send:")
    when_typed: list[str] = []
    scene.store.on_save = lambda saved: when_typed.append(scene.files.texts["S.md"])
    scene.perform(replace(QUIET, steps=(step(second, Recovery.PERFORM), step(first, Recovery.PERFORM))))
    assert set(when_typed) == {TABLE.format("WORKING")}


def test_what_waits_still_holds_back_the_rest_of_its_change(scene: Scene) -> None:
    rest, other = intent(NOTE, 1), intent(NOTE, 5, cause="another")
    steps = (step(send(), Recovery.WAIT), step(rest, Recovery.PERFORM), step(other, Recovery.PERFORM))
    outcomes = scene.perform(replace(QUIET, steps=steps))
    assert outcomes == {"ada-5": ("done", "told")}
    assert set(scene.store.record.intents) == {"ada-0", "ada-1"}


# ---- documents -------------------------------------------------------------------------------------------------------


def test_what_we_write_is_remembered_with_what_it_replaced_before_it_is_written(scene: Scene) -> None:
    memories: list[CellMemory] = []

    class Watching(FakeFiles):
        """Files of which each is written only once what is written is remembered."""

        def replace(self, path: str, text: str, *, if_digest: str) -> None:
            memories.append(scene.store.record.cells["status|ada|status"])
            raise DocumentError("the disk is full")

    scene.perform(plan_of(intent(WORKING)), files=Watching(texts=scene.files.texts))
    assert [(memory.wrote, memory.replaced) for memory in memories] == [("WORKING", "IDLE")]


def test_a_file_that_somebody_else_writes_meanwhile_is_read_again(scene: Scene) -> None:
    class Busy(FakeFiles):
        """A file that is written by somebody else right before our first write."""

        def replace(self, path: str, text: str, *, if_digest: str) -> None:
            self.texts[path] = self.texts[path].replace("| ben | IDLE |", "| ben | BLOCKED |")
            FakeFiles.replace(self, path, text, if_digest=if_digest)

    files = Busy(texts=scene.files.texts)
    outcomes = scene.perform(plan_of(intent(WORKING)), files=files)
    assert outcomes["ada-0"] == ("done", "S.md written")
    assert files.texts["S.md"] == TABLE.format("WORKING").replace("| ben | IDLE |", "| ben | BLOCKED |")


def test_a_row_that_is_there_already_is_not_added_again(scene: Scene) -> None:
    scene.perform(plan_of(intent(ROW)))
    scene.heard.clear()
    outcomes = scene.perform(plan_of(intent(ROW)))
    assert outcomes["ada-0"] == ("done", "it is there already")
    assert scene.files.texts["L.md"] == _log() + "| T-1 |\n"


# ---- the journal -----------------------------------------------------------------------------------------------------


def test_every_outcome_is_in_the_journal_with_the_receipt_of_its_text(scene: Scene) -> None:
    sent = send()
    sent = replace(sent, action=replace(sent.action, digest="abc"))
    scene.perform(plan_of(sent, intent(NOTE, 1)))
    told = [(entry.kind, entry.text.partition(" (")[0], entry.evidence) for entry in scene.store.entries]
    assert told == [
        ("action", "send code: done", ("sha256 abc", "intent ada-0")),
        ("notify", "notify operator: done", ("look",)),
    ]


def test_nothing_to_do_touches_nothing(scene: Scene) -> None:
    assert scene.perform(QUIET) == {}
    assert scene.terminal.calls == []
    assert scene.store.record == Record()
