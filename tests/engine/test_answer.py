"""An answer on a fake terminal: given once, by its label, to that very dialog, or not at all.  [n]: row of FAILURES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from amp_fsm.engine.answer import ANOTHER, PRESSES, choosing_key, give
from amp_fsm.engine.reach import Reach
from amp_fsm.model.dialog import DialogSpec
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Recovery
from amp_fsm.model.profile import Profile, ScreenReading
from amp_fsm.model.record import Action, Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.observe.screen import read_screen
from amp_fsm.plan.recovery import recover
from tests.fakes.clock import FakeClock
from tests.fakes.terminal import FakePane
from tests.killing import Blow, StruckTerminal
from tests.terminal_stage import PRACTICE, FakeStage, launched, see

assert PRACTICE.dialogs is not None
DIALOGS: DialogSpec = PRACTICE.dialogs


class KilledError(Exception):
    """Stands for the death of the process."""


@dataclass(slots=True)
class Scene:
    """One practice agent with a dialog up.

    Attributes:
        then: what happens right before look number n (counted from 1).
    """

    stage: FakeStage
    profile: Profile = PRACTICE
    clock: FakeClock = field(default_factory=FakeClock)
    then: dict[int, Callable[[FakePane], None]] = field(default_factory=dict)
    is_held: Callable[[], bool] = bool
    saved: list[Intent] = field(default_factory=list)
    looks: int = 0
    ref: PaneRef = field(init=False)

    def __post_init__(self) -> None:
        self.ref = launched(self.stage)
        self.pane.dialog = True

    @property
    def pane(self) -> FakePane:
        return self.stage.pane(self.ref)

    def look(self) -> tuple[PaneSeen, ScreenReading] | Failed:
        self.looks += 1
        if self.looks in self.then:
            self.then[self.looks](self.pane)
        seen = see(self.stage, self.ref)
        return seen, read_screen(self.profile, self.pane.screen(), seen.variables, 0.0)

    def intent(self, label: str) -> Intent:
        asked = read_screen(PRACTICE, self.pane.screen(), {"pane_current_command": "python3"}, 0.0).asked
        assert asked is not None
        action = Action(verb=Verb.ANSWER, target="agent/ada", what=label, key=asked.digest)
        return Intent(id="aaaaaaaa", address="agent/ada", entry=1, cause="approval:x", action=action)

    def give(self, intent: Intent, blow: Blow | None = None) -> Intent:
        terminal = StruckTerminal(self.stage.terminal, blow) if blow is not None else self.stage.terminal
        answering = Reach(
            profile=self.profile,
            owner="p/agent/ada",
            person=10.0,
            terminal=terminal,
            clock=self.clock,
            save=self.saved.append,
            look=self.look,
            held=self.is_held,
        )
        return give(intent, answering)

    def recover(self, intent: Intent) -> Recovery:
        """Return what a later pass would do about the intent as it was last saved."""
        seen = self.look()
        assert not isinstance(seen, Failed)
        return recover(
            self.saved[-1] if self.saved else intent,
            server=self.stage.terminal.server,
            unreachable="",
            pane=seen[0],
            reading=seen[1],
            entry=1,
            wanted=True,
            profile=self.profile,
        ).recovery


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(FakeStage(tmp_path))


@pytest.mark.parametrize("label", ["Yes", "Yes, and don't ask again", "No"])
@pytest.mark.parametrize("selected", [0, 1, 2])
def test_the_answer_is_the_one_of_the_label_whatever_is_selected(scene: Scene, label: str, selected: int) -> None:
    intent = scene.intent(label)
    scene.pane.chosen = selected
    assert scene.give(intent).status is IntentStatus.DONE
    assert scene.pane.answers == [label]


def test_16_another_dialog_gets_no_key(scene: Scene) -> None:
    intent = scene.intent("No")
    scene.pane.question = "Do you want to delete everything?"
    outcome = scene.give(intent)
    assert (outcome.status, outcome.note) == (IntentStatus.VOID, ANOTHER)
    assert "press" not in scene.stage.terminal.calls


@pytest.mark.parametrize("look", [2, 3, 4])
def test_16_a_dialog_that_changes_between_two_looks_gets_no_further_key(scene: Scene, look: int) -> None:
    intent = scene.intent("No")

    def changes(pane: FakePane) -> None:
        pane.question = "Do you want to delete everything?"

    scene.then[look] = changes
    assert scene.give(intent).status is IntentStatus.VOID
    assert scene.pane.answers == []
    assert scene.stage.terminal.calls.count("press") == look - 2


@pytest.mark.parametrize("look", [1, 2, 3, 4, 5])
def test_one_look_at_a_half_drawn_screen_changes_nothing(scene: Scene, look: int) -> None:
    intent = scene.intent("No")
    scene.then[look] = lambda pane: setattr(pane, "garbage", "╭───")
    scene.then[look + 1] = lambda pane: setattr(pane, "garbage", "")
    assert scene.give(intent).status is IntentStatus.DONE
    assert scene.pane.answers == ["No"]


def test_a_swallowed_key_is_pressed_again_and_not_for_ever(scene: Scene) -> None:
    intent = scene.intent("No")
    scene.pane.swallows = PRESSES - 1
    outcome = scene.give(intent)
    assert (outcome.status, outcome.enters) == (IntentStatus.DONE, PRESSES)
    assert scene.pane.answers == ["No"]


def test_1_a_half_drawn_screen_after_a_swallowed_key_is_not_the_dialogs_end(scene: Scene) -> None:
    intent = scene.intent("Yes")
    scene.pane.swallows = 1
    scene.then[3] = lambda pane: setattr(pane, "garbage", "╭───")
    scene.then[4] = lambda pane: setattr(pane, "garbage", "")
    outcome = scene.give(intent)
    assert (outcome.status, outcome.note) == (IntentStatus.FAILED, "chose 'Yes', and the dialog is still up")
    assert scene.pane.answers == []


@pytest.mark.parametrize(
    "change",
    [pytest.param({"name": "eve"}, id="the-screen-changed"), pytest.param({"chosen": 1}, id="another-answer-selected")],
)
def test_16_the_key_is_not_pressed_again_where_the_question_may_have_come_again(
    scene: Scene, change: dict[str, object]
) -> None:
    intent = scene.intent("Yes")

    def comes_again(pane: FakePane) -> None:
        pane.dialog = True
        for name, value in change.items():
            setattr(pane, name, value)

    scene.then[3] = comes_again
    outcome = scene.give(intent)
    assert (outcome.status, outcome.note) == (IntentStatus.FAILED, "chose 'Yes', and the dialog is still up")
    assert scene.pane.answers == ["Yes"]


def test_a_dialog_that_went_by_itself_gets_no_key(scene: Scene) -> None:
    intent = scene.intent("Yes")
    scene.pane.dialog = False
    assert scene.give(intent).status is IntentStatus.VOID
    assert "press" not in scene.stage.terminal.calls


def test_an_answer_that_cannot_be_seen_to_be_selected_is_not_given(scene: Scene) -> None:
    intent = scene.intent("No")
    scene.profile = replace(PRACTICE, dialogs=replace(DIALOGS, next="Home"))
    outcome = scene.give(intent)
    assert (outcome.status, outcome.note) == (IntentStatus.FAILED, "'No' could not be selected")
    assert scene.pane.answers == []


def test_a_dialog_that_stays_has_not_taken_its_answer(scene: Scene) -> None:
    intent = scene.intent("Yes")
    scene.profile = replace(PRACTICE, dialogs=replace(DIALOGS, choose="Space"))
    outcome = scene.give(intent)
    assert (outcome.status, outcome.note) == (IntentStatus.FAILED, "chose 'Yes' 3 times, and nothing happened")


def test_an_answer_that_is_a_field_is_taken_by_a_key_of_its_own(scene: Scene) -> None:
    intent = scene.intent("Yes")
    # The choosing key does nothing here; what is said of the answer goes before it.
    scene.profile = replace(PRACTICE, dialogs=replace(DIALOGS, choose="Space", choose_by={"Y*": "Enter"}))
    outcome = scene.give(intent)
    assert (outcome.status, scene.pane.answers) == (IntentStatus.DONE, ["Yes"])


@pytest.mark.parametrize(
    ("label", "key"),
    [("No", "Escape"), ("no  (esc)", "Escape"), ("No, and tell it what", "Enter"), ("Yes", "Enter")],
)
def test_only_the_answers_that_are_named_have_a_key_of_their_own(label: str, key: str) -> None:
    assert choosing_key(replace(DIALOGS, choose_by={"No": "Escape"}), label) == key


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"person": 3.0}, "a person is typing there"),
        ({"owner": "p/agent/eve"}, "the pane is not ours"),
        ({"command": "bash"}, "its program is not in front, but bash"),
    ],
)
def test_where_nothing_may_be_typed_nothing_is_answered(scene: Scene, change: dict[str, object], note: str) -> None:
    intent = scene.intent("Yes")

    def happens(pane: FakePane) -> None:
        for name, value in change.items():
            setattr(pane, name, value)

    scene.then[2] = happens
    outcome = scene.give(intent)
    assert (outcome.settled, outcome.note) == (False, note)
    assert scene.pane.answers == []


def test_an_agent_that_the_operator_holds_is_not_answered(scene: Scene) -> None:
    intent = scene.intent("Yes")
    scene.is_held = lambda: scene.looks > 1
    assert scene.give(intent).note == "held by the operator"
    assert scene.pane.answers == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_around_the_choosing_key_it_is_answered_once(scene: Scene, after: bool) -> None:
    intent = scene.intent("Yes")

    def die() -> None:
        raise KilledError

    with pytest.raises(KilledError):
        scene.give(intent, Blow(strike=die, call=1, after=after))  # the only call besides looks
    recovery = scene.recover(intent)
    if after:
        assert recovery is Recovery.DONE
    else:
        assert recovery is Recovery.PERFORM
        assert scene.give(scene.saved[-1]).status is IntentStatus.DONE
    assert scene.pane.answers == ["Yes"]


def test_the_witness_keeps_the_same_question_from_being_answered_twice(scene: Scene) -> None:
    intent = scene.intent("Yes")
    assert scene.give(intent).status is IntentStatus.DONE
    scene.pane.dialog = True
    outcome = scene.give(intent)
    assert outcome.note == "it was answered before"
    assert scene.pane.answers == ["Yes"]
