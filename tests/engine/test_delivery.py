"""A delivery on a fake terminal: what is typed, what is not, and what is said about it.  [n]: row of FAILURES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from amp_fsm.engine.delivery import deliver
from amp_fsm.engine.reach import Reach
from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Recovery
from amp_fsm.model.profile import Profile, ScreenReading
from amp_fsm.model.record import Action, Intent, IntentStatus
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.observe.screen import read_screen
from tests.fakes.clock import FakeClock
from tests.fakes.terminal import FakePane
from tests.terminal_stage import PRACTICE, FakeStage, launched, see

TEXT = "[TASK] write the report\n\twith care\n\n[amp:aaaaaaaa]"
INTENT = Intent(
    id="aaaaaaaa",
    address="agent/ada",
    entry=1,
    cause="prompt",
    action=Action(verb=Verb.SEND, target="agent/ada", text=TEXT),
)


@dataclass(slots=True)
class Scene:
    """One practice agent at its prompt, and a delivery to it.

    Attributes:
        saved: every status that was saved, in order.
        then: what happens right before look number n (counted from 1).
    """

    stage: FakeStage
    profile: Profile = PRACTICE
    clock: FakeClock = field(default_factory=FakeClock)
    saved: list[Intent] = field(default_factory=list)
    then: dict[int, Callable[[FakePane], None]] = field(default_factory=dict)
    blind: set[int] = field(default_factory=set)
    looks: int = 0
    is_held: Callable[[], bool] = bool
    on_save: Callable[[Intent], object] = id
    receipt: Callable[[Intent], str] = lambda intent: ""
    ref: PaneRef = field(init=False)

    def __post_init__(self) -> None:
        self.ref = launched(self.stage)

    @property
    def pane(self) -> FakePane:
        return self.stage.pane(self.ref)

    def look(self) -> tuple[PaneSeen, ScreenReading] | Failed:
        self.looks += 1
        if self.looks in self.then:
            self.then[self.looks](self.pane)
        if self.looks in self.blind:
            return Failed(reason="tmux did not answer in 5 s")
        seen = see(self.stage, self.ref)
        return seen, read_screen(self.profile, self.pane.screen(), seen.variables, 0.0)

    def save(self, intent: Intent) -> None:
        self.on_save(intent)
        self.saved.append(intent)

    def deliver(self, intent: Intent = INTENT, recovery: Recovery = Recovery.PERFORM) -> Intent:
        delivery = Reach(
            profile=self.profile,
            owner="p/agent/ada",
            person=10.0,
            terminal=self.stage.terminal,
            clock=self.clock,
            save=self.save,
            look=self.look,
            held=self.is_held,
            receipt=self.receipt,
        )
        return deliver(intent, recovery, delivery)

    def effects(self) -> list[str]:
        return [call for call in self.stage.terminal.calls if call in ("paste", "submit")]

    def statuses(self) -> list[str]:
        return [str(intent.status) for intent in self.saved]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(FakeStage(tmp_path))


def test_a_prompt_is_typed_seen_submitted_and_seen_to_leave(scene: Scene) -> None:
    done = scene.deliver()
    assert (done.status, done.pane, done.enters) == (IntentStatus.DONE, scene.ref, 1)
    assert scene.pane.received == [TEXT]
    assert scene.effects() == ["paste", "submit"]
    assert scene.statuses() == ["typing", "typed", "entered"]


def test_it_is_written_down_before_it_is_typed_and_submitted_only_after_it_was_seen(scene: Scene) -> None:
    moments: list[tuple[str, str, str]] = []

    def note(intent: Intent) -> None:
        moments.append((str(intent.status), scene.pane.typed, scene.pane.entered))

    scene.on_save = note
    scene.deliver()
    assert moments == [("typing", "", ""), ("typed", "aaaaaaaa", ""), ("entered", "aaaaaaaa", "aaaaaaaa")]


def test_a_settle_time_lies_between_the_paste_and_the_submission(scene: Scene) -> None:
    scene.profile = replace(PRACTICE, settle=0.7)
    scene.deliver()
    assert scene.clock.settled == [0.7, 0.7]


# ---- what refuses to be typed ------------------------------------------------------------------------------------


def busy(pane: FakePane) -> None:
    pane.busy = True


def dialog(pane: FakePane) -> None:
    pane.dialog = True


def draft(pane: FakePane) -> None:
    pane.box = pane.box.typed("wait, before you go on")


def shell(pane: FakePane) -> None:
    pane.command = "bash"


def stranger(pane: FakePane) -> None:
    pane.owner = ""


def person(pane: FakePane) -> None:
    pane.person = 3.0


def starting(pane: FakePane) -> None:
    pane.starting = True


def unreadable(pane: FakePane) -> None:
    pane.garbage = "welcome to version 9 of something else\n"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(busy, "it is working", id="6-busy"),
        pytest.param(dialog, "a dialog is up (command)", id="16-a-dialog"),
        pytest.param(draft, "wait, before you go on", id="14-somebodys-draft"),
        pytest.param(shell, "its program is not in front, but bash", id="18-a-shell"),
        pytest.param(stranger, "not ours", id="20-not-our-pane"),
        pytest.param(person, "a person is typing", id="a-person-has-the-right-of-way"),
        pytest.param(starting, "it is starting", id="17-still-starting"),
        pytest.param(unreadable, "it is unknown", id="11-a-screen-nobody-knows"),
    ],
)
def test_nothing_is_typed_where_it_does_not_belong(
    scene: Scene, spoil: Callable[[FakePane], None], reason: str
) -> None:
    scene.then[1] = spoil
    kept = scene.deliver()
    assert (kept.status, kept.enters, kept.pane) == (IntentStatus.OPEN, 0, None)
    assert reason in kept.note
    assert scene.effects() == []
    assert scene.pane.typed == ""


def test_a_person_who_left_the_keyboard_long_ago_does_not_hold_it_back(scene: Scene) -> None:
    scene.pane.person = 60.0
    assert scene.deliver().status is IntentStatus.DONE


def test_24_what_cannot_be_looked_at_is_not_typed_into(scene: Scene) -> None:
    scene.blind = {1}
    kept = scene.deliver()
    assert (kept.status, kept.note) == (IntentStatus.OPEN, "tmux did not answer in 5 s")
    assert scene.effects() == []


def test_5_what_the_server_refuses_stays_open_and_is_typed_later_once(scene: Scene) -> None:
    scene.pane.in_mode = True
    kept = scene.deliver()
    assert (kept.status, kept.note, kept.pane) == (IntentStatus.OPEN, "the pane is in a mode", None)
    scene.pane.in_mode = False
    assert scene.deliver(kept).status is IntentStatus.DONE
    assert scene.pane.received == [TEXT]


def test_an_agent_that_is_held_is_not_typed_into(scene: Scene) -> None:
    scene.is_held = lambda: True
    kept = scene.deliver()
    assert (kept.status, kept.note) == (IntentStatus.OPEN, "held by the operator")
    assert scene.effects() == []


def test_an_agent_that_is_held_meanwhile_is_typed_into_but_not_submitted(scene: Scene) -> None:
    scene.is_held = lambda: scene.pane.typed != ""
    kept = scene.deliver()
    assert (kept.status, scene.effects()) == (IntentStatus.TYPED, ["paste"])
    assert "held by the operator" in kept.note


def test_a_text_that_the_server_knows_and_the_record_does_not_is_asked_about(scene: Scene) -> None:
    scene.pane.typed = "aaaaaaaa"
    assert scene.deliver().status is IntentStatus.UNKNOWN
    assert scene.effects() == []


@pytest.mark.parametrize("first", ["!", "/", "#", "@", "&", ":", "-", " ", "\n", "\x1b"])
def test_a_text_that_would_switch_the_composers_mode_can_never_be_sent(scene: Scene, first: str) -> None:
    intent = replace(INTENT, action=replace(INTENT.action, text=f"{first}x"))
    failed = scene.deliver(intent)
    assert failed.status is IntentStatus.FAILED
    assert "must not begin" in failed.note
    assert scene.effects() == []


def test_3_several_lines_are_not_sent_to_a_program_that_cannot_take_them(scene: Scene) -> None:
    scene.profile = replace(PRACTICE, multiline=False)
    failed = scene.deliver()
    assert (failed.status, scene.effects()) == (IntentStatus.FAILED, [])
    assert failed.note == "the program of profile practice cannot take several lines at once"
    one_line = replace(INTENT, action=replace(INTENT.action, text="one line [amp:aaaaaaaa]"))
    assert scene.deliver(one_line).status is IntentStatus.DONE


# ---- between the paste and the submission ------------------------------------------------------------------------


def test_16_a_dialog_that_came_up_after_the_paste_is_not_answered(scene: Scene) -> None:
    scene.pane.dialog_after_paste = True
    kept = scene.deliver()
    assert (kept.status, kept.note) == (IntentStatus.TYPED, "typed; a dialog is up (command): will not press Enter")
    assert (scene.effects(), scene.pane.approvals) == (["paste"], 0)


def test_16_a_dialog_that_comes_up_after_the_look_is_refused_by_the_server(scene: Scene) -> None:
    held_before_submit = iter((False, False))

    def dialog_just_now() -> bool:
        scene.pane.dialog = scene.pane.typed != ""
        return next(held_before_submit)

    scene.is_held = dialog_just_now
    kept = scene.deliver()
    assert (kept.status, scene.pane.approvals) == (IntentStatus.TYPED, 0)
    assert "not submitted: a dialog may be up" in kept.note


def test_a_text_that_appears_late_is_waited_for(scene: Scene) -> None:
    scene.then[2] = unreadable
    scene.then[5] = lambda pane: setattr(pane, "garbage", "")
    assert scene.deliver().status is IntentStatus.DONE


def test_31_a_text_that_never_appears_is_unknown_and_not_typed_again(scene: Scene) -> None:
    scene.pane.deaf = 1
    lost = scene.deliver()
    assert lost.status is IntentStatus.UNKNOWN
    assert lost.note == "typed; the composer is empty: somebody submitted or removed it"
    assert scene.effects() == ["paste"]


def test_6_an_agent_that_became_busy_is_not_interrupted(scene: Scene) -> None:
    scene.then[2] = busy
    kept = scene.deliver()
    assert (kept.status, scene.effects()) == (IntentStatus.TYPED, ["paste"])
    assert kept.note == "typed; our text is in the composer, but it is working"


def test_14_a_draft_that_somebody_added_to_is_not_submitted(scene: Scene) -> None:
    scene.then[2] = draft
    lost = scene.deliver()
    assert (lost.status, scene.effects()) == (IntentStatus.UNKNOWN, ["paste"])
    assert "holds something else" in lost.note


def test_a_person_who_came_meanwhile_has_the_right_of_way(scene: Scene) -> None:
    scene.then[2] = person
    kept = scene.deliver()
    assert (kept.status, scene.effects()) == (IntentStatus.TYPED, ["paste"])
    assert "a person is typing there" in kept.note


def test_18_a_program_that_ended_meanwhile_is_not_submitted_to(scene: Scene) -> None:
    scene.then[2] = shell
    assert scene.deliver().status is IntentStatus.UNKNOWN
    assert scene.effects() == ["paste"]


def test_24_looks_that_fail_for_a_while_change_nothing(scene: Scene) -> None:
    scene.blind = set(range(2, 9))
    assert scene.deliver().status is IntentStatus.DONE
    assert scene.pane.received == [TEXT]


def test_24_a_terminal_that_stays_silent_leaves_it_typed_for_the_next_pass(scene: Scene) -> None:
    scene.blind = set(range(2, 10_000))
    kept = scene.deliver()
    assert (kept.status, kept.note) == (IntentStatus.TYPED, "tmux did not answer in 5 s")
    scene.blind = set()
    assert scene.deliver(kept, Recovery.ENTER).status is IntentStatus.DONE
    assert scene.pane.received == [TEXT]


def test_24_silence_during_an_effect_is_an_error_after_the_announcement_was_saved(scene: Scene) -> None:
    scene.on_save = lambda intent: setattr(scene.stage.terminal, "broken", "no answer in 5 s")
    with pytest.raises(TerminalUnreachableError):
        scene.deliver()
    assert scene.pane.typed == ""


# ---- after the submission ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("swallows", [1, 2, 3])
def test_1_a_swallowed_submit_key_is_pressed_again_and_nothing_else(scene: Scene, swallows: int) -> None:
    scene.pane.swallows = swallows
    done = scene.deliver()
    assert (done.status, done.enters) == (IntentStatus.DONE, swallows + 1)
    assert scene.effects() == ["paste", *["submit"] * (swallows + 1)]
    assert scene.pane.received == [TEXT]


def test_1_pressing_again_backs_off_and_ends(scene: Scene) -> None:
    scene.pane.swallows = 100
    scene.profile = replace(PRACTICE, settle=0.5)
    lost = scene.deliver()
    assert (lost.status, lost.enters) == (IntentStatus.UNKNOWN, PRACTICE.submits)
    assert lost.note == "submitted 4 times and still in the composer"
    assert scene.effects() == ["paste", *["submit"] * PRACTICE.submits]
    assert sum(scene.clock.settled) == 0.5 + 1.0 + 2.0 + 4.0 + 10.0


def test_16_where_a_second_key_would_wait_for_the_next_question_it_is_pressed_once(scene: Scene) -> None:
    scene.pane.swallows = 1
    scene.profile = replace(PRACTICE, submits=1)
    lost = scene.deliver()
    assert (lost.status, lost.note) == (IntentStatus.UNKNOWN, "submitted once and still in the composer")
    assert scene.effects() == ["paste", "submit"]


def test_16_a_key_that_only_the_pane_remembers_counts(scene: Scene) -> None:
    scene.pane.swallows = 1
    scene.profile = replace(PRACTICE, submits=1)
    killed = replace(scene.deliver(), status=IntentStatus.TYPED, enters=0)
    assert scene.deliver(killed, Recovery.ENTER).status is IntentStatus.UNKNOWN
    assert scene.effects() == ["paste", "submit"]


def test_a_short_turn_that_is_over_at_once_is_delivered(scene: Scene) -> None:
    scene.pane.works = False
    assert scene.deliver().status is IntentStatus.DONE


def test_16_a_dialog_right_after_the_submission_is_left_alone_until_it_is_answered(scene: Scene) -> None:
    scene.pane.dialog_after_submit = True
    kept = scene.deliver()
    assert (kept.status, scene.pane.approvals) == (IntentStatus.ENTERED, 0)
    assert scene.effects() == ["paste", "submit"]
    scene.pane.dialog = False
    assert scene.deliver(kept, Recovery.ENTER).status is IntentStatus.DONE
    assert scene.pane.received == [TEXT]


def test_a_long_prompt_that_collapses_is_recognised(scene: Scene) -> None:
    text = "\n".join(f"line {number}" for number in range(60)) + "\n\n[amp:aaaaaaaa]"
    intent = replace(INTENT, action=replace(INTENT.action, text=text))
    assert scene.deliver(intent).status is IntentStatus.DONE
    assert scene.pane.received == [text]


def test_2_the_submit_key_is_the_intents(scene: Scene) -> None:
    intent = replace(INTENT, action=replace(INTENT.action, submit="Entr"))
    kept = scene.deliver(intent)
    assert (kept.status, scene.pane.received) == (IntentStatus.TYPED, [])
    assert "'Entr' is no key" in kept.note


def test_35_a_key_that_somebody_of_ours_pressed_meanwhile_is_not_pressed_again(scene: Scene) -> None:
    """The last tmux process of a killed pass may still be under way when the next one looks."""

    def orphan_presses() -> bool:
        if scene.pane.typed:
            scene.pane.take_submit()
            scene.pane.entered = "aaaaaaaa"
        return False

    scene.is_held = orphan_presses
    kept = scene.deliver()
    assert "not submitted: it was submitted before" in kept.note
    assert (kept.status, scene.pane.received) == (IntentStatus.TYPED, [TEXT])
    assert scene.deliver(kept, Recovery.ENTER).status is IntentStatus.DONE


# ---- recovered deliveries ----------------------------------------------------------------------------------------


def test_13_a_recovered_delivery_presses_the_key_and_types_nothing(scene: Scene) -> None:
    scene.is_held = lambda: scene.pane.typed != ""
    typed = scene.deliver()
    scene.is_held = lambda: False
    done = scene.deliver(typed, Recovery.ENTER)
    assert (done.status, scene.effects(), scene.pane.received) == (IntentStatus.DONE, ["paste", "submit"], [TEXT])


def test_35_another_prompt_typed_meanwhile_stops_it(scene: Scene) -> None:
    scene.is_held = lambda: scene.pane.typed != ""
    typed = scene.deliver()
    scene.is_held = lambda: False
    scene.pane.typed = "bbbbbbbb"
    lost = scene.deliver(typed, Recovery.ENTER)
    assert (lost.status, scene.effects()) == (IntentStatus.UNKNOWN, ["paste"])
    assert "something else was typed there since" in lost.note
    assert scene.looks == 3


# ---- receipts ------------------------------------------------------------------------------------------------------


def test_a_receipt_ends_the_waiting_where_no_screen_can_be_read(scene: Scene) -> None:
    def turn_unreadable(intent: Intent) -> None:
        if intent.status is IntentStatus.ENTERED:
            scene.pane.garbage, scene.then[scene.looks + 3] = "nothing that a rule knows", lambda pane: heard.append(1)

    heard: list[int] = []
    scene.on_save = turn_unreadable
    scene.receipt = lambda intent: "hook: it has it" if heard else ""
    done = scene.deliver()
    assert (done.status, done.note) == (IntentStatus.DONE, "hook: it has it")
    assert scene.pane.received == [TEXT]
    assert scene.effects() == ["paste", "submit"]


def test_a_command_of_the_program_itself_is_typed_as_it_is_though_it_begins_like_one(scene: Scene) -> None:
    text = "/compact"
    action = replace(INTENT.action, text=text)
    refused = scene.deliver(replace(INTENT, action=action))
    assert (refused.status, scene.pane.received) == (IntentStatus.FAILED, [])
    done = scene.deliver(replace(INTENT, action=replace(action, command=True)))
    assert (done.status, scene.pane.received) == (IntentStatus.DONE, [text])


def test_a_command_that_the_program_does_not_have_is_not_typed(scene: Scene) -> None:
    done = scene.deliver(replace(INTENT, action=replace(INTENT.action, text="", command=True)))
    assert (done.status, scene.effects()) == (IntentStatus.FAILED, [])
