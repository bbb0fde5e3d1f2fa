"""What is done about an intent that an earlier pass left open: every row of the table.  [n]: row of FAILURES."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from amp_fsm.model.dialog import Dialog
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Recovery
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.record import Action, Intent, IntentStatus
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.plan.recovery import judge, recover

SERVER = "100:1000"
REF = PaneRef(server=SERVER, pane="%3", pid=42)
PROFILE = Profile(name="practice", programs=("python3",))
TEXT = "write the report\nwith care\n\n[amp:aaaaaaaa]"
OPEN, TYPING, TYPED, ENTERED = IntentStatus.OPEN, IntentStatus.TYPING, IntentStatus.TYPED, IntentStatus.ENTERED

SEND = Intent(
    id="aaaaaaaa",
    address="agent/ada",
    entry=4,
    cause="prompt",
    action=Action(verb=Verb.SEND, target="agent/ada", text=TEXT),
)
PANE = PaneSeen(ref=REF, session="team", window="1", name="ada", owner="p/agent/ada", command="python3")
IDLE = ScreenReading(state=ScreenState.IDLE, composer=Composer.EMPTY)
OURS = replace(IDLE, composer=Composer.DRAFT, composer_text=TEXT)
COLLAPSED = replace(OURS, composer_text="[Pasted text #1 +39 lines]", collapsed=True)
MIXED = replace(COLLAPSED, composer_text="[Pasted text #1 +39 lines] and mine")
FOREIGN = replace(OURS, composer_text="wait, before you go on")
WORKING = ScreenReading(state=ScreenState.WORKING, composer=Composer.EMPTY)
WORKING_BLIND = ScreenReading(state=ScreenState.WORKING, composer=Composer.ABSENT)
DIALOG = ScreenReading(state=ScreenState.BLOCKED, composer=Composer.ABSENT, dialog="approval")
UNREAD = ScreenReading(state=ScreenState.UNKNOWN)
UNREAD_EMPTY = replace(UNREAD, composer=Composer.EMPTY)
UNREAD_OURS = replace(UNREAD, composer=Composer.DRAFT, composer_text=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    status: IntentStatus = OPEN
    witness: str = ""
    reading: ScreenReading | None = IDLE
    pane: PaneSeen | None = PANE
    server: str = SERVER
    unreachable: str = ""
    entry: int = 4
    wanted: bool = True


def decide(case: Case) -> tuple[Recovery, str]:
    intent = replace(SEND, status=case.status, pane=None if case.status is OPEN else REF)
    pane = case.pane
    if pane is not None:
        typed = SEND.id if case.witness else ""
        pane = replace(pane, typed=typed, entered=SEND.id if case.witness == "entered" else "")
    step = recover(
        intent,
        server=case.server,
        unreachable=case.unreachable,
        pane=pane,
        reading=case.reading,
        entry=case.entry,
        wanted=case.wanted,
        profile=PROFILE,
    )
    assert step.intent == intent
    return step.recovery, step.because


OTHER_PROCESS = replace(PANE, ref=replace(REF, pid=43))
OTHER_SERVER = replace(PANE, ref=replace(REF, server="200:2000"))
SHELL = replace(PANE, command="bash")

TABLE = [
    # not typed yet
    ("open-and-at-its-prompt", Case(), Recovery.PERFORM),
    ("open-and-the-screen-was-not-needed", Case(reading=None), Recovery.PERFORM),
    ("6-open-and-busy", Case(reading=WORKING), Recovery.WAIT),
    ("16-open-and-a-dialog-is-up", Case(reading=DIALOG), Recovery.WAIT),
    ("14-open-and-a-foreign-draft", Case(reading=FOREIGN), Recovery.WAIT),
    ("open-and-unrecognised", Case(reading=UNREAD), Recovery.WAIT),
    ("18-open-and-a-shell-in-front", Case(pane=SHELL), Recovery.WAIT),
    ("open-and-no-pane", Case(pane=None, reading=None), Recovery.WAIT),
    ("open-and-no-server", Case(server="", reading=None), Recovery.WAIT),
    ("24-open-and-unreachable", Case(unreachable="no answer in 5 s", pane=None), Recovery.WAIT),
    ("open-and-its-state-was-left", Case(entry=5), Recovery.VOID),
    ("open-and-no-longer-wanted", Case(wanted=False), Recovery.VOID),
    ("left-even-while-busy", Case(entry=5, reading=WORKING), Recovery.VOID),
    ("unreachable-before-left", Case(entry=5, unreachable="no answer"), Recovery.WAIT),
    ("open-but-the-pane-bears-witness", Case(witness="typed", reading=OURS), Recovery.ASK),
    # killed around the paste
    ("13-announced-and-no-witness", Case(status=TYPING), Recovery.PERFORM),
    ("announced-no-witness-and-left", Case(status=TYPING, entry=5), Recovery.VOID),
    ("announced-no-witness-foreign-draft", Case(status=TYPING, reading=FOREIGN), Recovery.WAIT),
    ("announced-and-another-process", Case(status=TYPING, pane=OTHER_PROCESS), Recovery.ASK),
    ("20-announced-and-another-server", Case(status=TYPING, pane=OTHER_SERVER), Recovery.ASK),
    ("announced-and-the-pane-is-gone", Case(status=TYPING, pane=None), Recovery.ASK),
    ("announced-and-no-server", Case(status=TYPING, server=""), Recovery.ASK),
    ("24-announced-and-unreachable", Case(status=TYPING, pane=None, unreachable="no answer"), Recovery.WAIT),
    ("13-announced-with-witness-and-our-text", Case(status=TYPING, witness="typed", reading=OURS), Recovery.ENTER),
    # typed, not submitted
    ("1-typed-and-our-text", Case(status=TYPED, witness="typed", reading=OURS), Recovery.ENTER),
    ("typed-and-collapsed", Case(status=TYPED, witness="typed", reading=COLLAPSED), Recovery.ENTER),
    ("14-typed-and-somebody-added-words", Case(status=TYPED, witness="typed", reading=MIXED), Recovery.ASK),
    ("14-typed-and-a-foreign-draft", Case(status=TYPED, witness="typed", reading=FOREIGN), Recovery.ASK),
    ("typed-and-not-drawn-yet", Case(status=TYPED, witness="typed"), Recovery.ENTER),
    ("16-typed-and-a-dialog-is-up", Case(status=TYPED, witness="typed", reading=DIALOG), Recovery.WAIT),
    (
        "6-typed-and-it-is-busy",
        Case(status=TYPED, witness="typed", reading=replace(OURS, state=ScreenState.WORKING)),
        Recovery.WAIT,
    ),
    ("typed-and-unrecognised", Case(status=TYPED, witness="typed", reading=UNREAD), Recovery.WAIT),
    ("typed-and-not-captured", Case(status=TYPED, witness="typed", reading=None), Recovery.WAIT),
    ("typed-and-no-witness", Case(status=TYPED), Recovery.ASK),
    ("18-typed-and-a-shell-in-front", Case(status=TYPED, witness="typed", pane=SHELL, reading=OURS), Recovery.ASK),
    (
        "18-typed-and-dead",
        Case(status=TYPED, witness="typed", pane=replace(PANE, dead=True), reading=OURS),
        Recovery.ASK,
    ),
    ("typed-and-no-longer-wanted", Case(status=TYPED, witness="typed", reading=OURS, wanted=False), Recovery.ASK),
    ("unwanted-behind-a-dialog", Case(status=TYPED, witness="typed", reading=DIALOG, wanted=False), Recovery.ASK),
    ("typed-and-its-state-was-left", Case(status=TYPED, witness="typed", reading=OURS, entry=5), Recovery.ENTER),
    # submitted
    ("submitted-and-let-go", Case(status=ENTERED, witness="entered"), Recovery.DONE),
    ("killed-before-the-note-of-submission", Case(status=TYPED, witness="entered"), Recovery.DONE),
    ("submitted-and-unrecognised", Case(status=ENTERED, witness="entered", reading=UNREAD_EMPTY), Recovery.WAIT),
    ("typed-and-unrecognised-with-our-text", Case(status=TYPED, witness="typed", reading=UNREAD_OURS), Recovery.WAIT),
    (
        "submitted-a-dialog-and-unwanted",
        Case(status=ENTERED, witness="entered", reading=DIALOG, wanted=False),
        Recovery.WAIT,
    ),
    ("submitted-and-working", Case(status=ENTERED, witness="entered", reading=WORKING_BLIND), Recovery.DONE),
    ("1-submitted-and-still-there", Case(status=ENTERED, witness="entered", reading=OURS), Recovery.ENTER),
    (
        "1-submitted-still-there-and-working",
        Case(status=ENTERED, witness="entered", reading=replace(OURS, state=ScreenState.WORKING)),
        Recovery.WAIT,
    ),
    ("16-submitted-and-a-dialog", Case(status=ENTERED, witness="entered", reading=DIALOG), Recovery.WAIT),
    ("submitted-and-a-foreign-draft", Case(status=ENTERED, witness="entered", reading=FOREIGN), Recovery.ASK),
    ("submitted-and-another-process", Case(status=ENTERED, witness="entered", pane=OTHER_PROCESS), Recovery.ASK),
    ("submitted-and-let-go-though-unwanted", Case(status=ENTERED, witness="entered", wanted=False), Recovery.DONE),
    (
        "submitted-still-there-and-unwanted",
        Case(status=ENTERED, witness="entered", reading=OURS, wanted=False),
        Recovery.ASK,
    ),
]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, to, id=name) for name, case, to in TABLE])
def test_an_open_prompt_is_recovered_by_its_witnesses(case: Case, expected: Recovery) -> None:
    recovery, because = decide(case)
    assert (recovery, because) == (expected, because)
    assert because


def test_31_whatever_is_not_in_the_table_is_never_typed_again() -> None:
    """Once the pane bears witness, no combination leads to a second paste."""
    readings = (None, IDLE, OURS, COLLAPSED, MIXED, FOREIGN, WORKING, WORKING_BLIND, DIALOG, UNREAD)
    for status in (OPEN, TYPING, TYPED, ENTERED):
        for witness in ("typed", "entered"):
            for reading in readings:
                case = Case(status=status, witness=witness, reading=reading)
                assert decide(case)[0] is not Recovery.PERFORM


def test_a_dialog_is_said_by_its_name() -> None:
    case = Case(status=TYPED, witness="typed", reading=DIALOG)
    assert decide(case)[1] == "typed; a dialog is up (approval): will not press Enter"


def test_a_judgement_needs_the_pane_that_it_was_typed_into() -> None:
    intent = replace(SEND, status=TYPED, pane=REF)
    assert judge(intent, replace(OTHER_SERVER, typed=SEND.id), OURS).recovery is Recovery.ASK


# ---- other verbs -------------------------------------------------------------------------------------------------


def other(verb: Verb, **changes: Any) -> Recovery:
    action = Action(verb=verb, target="agent/ada", text="p/agent/ada")
    intent = replace(SEND, action=action, pane=REF if verb is Verb.ADOPT else None)
    values: dict[str, Any] = {
        "server": SERVER,
        "unreachable": "",
        "pane": None,
        "reading": None,
        "entry": 4,
        "wanted": True,
        "profile": None,
    }
    return recover(intent, **{**values, **changes}).recovery


@pytest.mark.parametrize("verb", [Verb.SET_ROW, Verb.APPEND_ROW, Verb.NOTIFY, Verb.RUN])
def test_what_may_be_done_twice_is_done_again(verb: Verb) -> None:
    assert other(verb) is Recovery.PERFORM
    assert other(verb, unreachable="no answer", entry=9, wanted=False) is Recovery.PERFORM


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, Recovery.PERFORM, id="nothing-was-started"),
        pytest.param({"server": ""}, Recovery.PERFORM, id="no-server-yet"),
        pytest.param({"pane": replace(PANE, started="aaaaaaaa")}, Recovery.DONE, id="the-pane-bears-witness"),
        pytest.param({"pane": replace(PANE, started="bbbbbbbb")}, Recovery.PERFORM, id="an-earlier-start"),
        pytest.param({"pane": replace(PANE, started="aaaaaaaa"), "entry": 5}, Recovery.DONE, id="done-though-left"),
        pytest.param({"entry": 5}, Recovery.VOID, id="its-state-was-left"),
        pytest.param({"wanted": False}, Recovery.VOID, id="no-longer-wanted"),
        pytest.param({"unreachable": "no answer", "entry": 5}, Recovery.WAIT, id="24-unreachable"),
    ],
)
def test_a_start_is_recovered_by_its_witness(changes: dict[str, Any], expected: Recovery) -> None:
    assert other(Verb.START, **changes) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"pane": replace(PANE, owner="")}, Recovery.PERFORM, id="no-mark-yet"),
        pytest.param({"pane": PANE}, Recovery.DONE, id="our-mark-is-there"),
        pytest.param({"pane": replace(OTHER_PROCESS, owner="")}, Recovery.VOID, id="another-process"),
        pytest.param({}, Recovery.VOID, id="the-pane-is-gone"),
        pytest.param({"unreachable": "no answer"}, Recovery.WAIT, id="24-unreachable"),
    ],
)
def test_an_adoption_is_recovered_by_our_mark(changes: dict[str, Any], expected: Recovery) -> None:
    assert other(Verb.ADOPT, **changes) is expected


QUEUED = replace(SEND, action=replace(SEND.action, queue=True))
KEPT = replace(WORKING, queued=True)


@pytest.mark.parametrize(
    ("status", "reading", "recovery"),
    [
        (OPEN, WORKING, Recovery.PERFORM),
        (OPEN, DIALOG, Recovery.WAIT),
        (OPEN, replace(WORKING, composer=Composer.ABSENT), Recovery.WAIT),
        (OPEN, replace(FOREIGN, state=ScreenState.WORKING), Recovery.WAIT),
        (TYPED, replace(OURS, state=ScreenState.WORKING), Recovery.ENTER),
        (TYPED, replace(OURS, state=ScreenState.BLOCKED), Recovery.WAIT),
        (ENTERED, KEPT, Recovery.WAIT),
        (ENTERED, WORKING, Recovery.DONE),
        (ENTERED, IDLE, Recovery.DONE),
    ],
)
def test_6_a_prompt_that_may_wait_in_the_program_is_delivered_when_the_program_no_longer_keeps_it(
    status: IntentStatus, reading: ScreenReading, recovery: Recovery
) -> None:
    witness = {OPEN: ("", ""), TYPED: (SEND.id, ""), ENTERED: (SEND.id, SEND.id)}[status]
    step = recover(
        replace(QUEUED, status=status, pane=None if status is OPEN else REF),
        server=SERVER,
        unreachable="",
        pane=replace(PANE, typed=witness[0], entered=witness[1]),
        reading=reading,
        entry=4,
        wanted=True,
        profile=PROFILE,
    )
    assert step.recovery is recovery


ASKED = Dialog(name="command", text="May I?", options=("Yes", "No"), selected=0, digest="d1")
ANSWER = Intent(
    id="aaaaaaaa",
    address="agent/ada",
    entry=4,
    cause="approval:x",
    action=Action(verb=Verb.ANSWER, target="agent/ada", what="Yes", key="d1"),
)
UP = replace(DIALOG, asked=ASKED)
OTHER_UP = replace(DIALOG, asked=replace(ASKED, digest="d2"))


@pytest.mark.parametrize(
    ("reading", "witness", "unreachable", "recovery"),
    [
        (UP, "", "", Recovery.PERFORM),
        (UP, "aaaaaaaa", "", Recovery.DONE),
        (IDLE, "aaaaaaaa", "", Recovery.DONE),
        (OTHER_UP, "", "", Recovery.VOID),
        (DIALOG, "", "", Recovery.VOID),
        (IDLE, "", "", Recovery.VOID),
        (None, "", "", Recovery.WAIT),
        (UP, "", "no answer in 5 s", Recovery.WAIT),
    ],
)
def test_16_an_answer_that_was_left_open_is_given_only_to_the_dialog_it_is_for(
    reading: ScreenReading | None, witness: str, unreachable: str, recovery: Recovery
) -> None:
    pane = replace(PANE, answered=witness)
    step = recover(
        ANSWER,
        server=SERVER,
        unreachable=unreachable,
        pane=pane,
        reading=reading,
        entry=9,
        wanted=True,
        profile=PROFILE,
    )
    assert step.recovery is recovery


@pytest.mark.parametrize("pane", [None, OTHER_PROCESS], ids=["gone", "another-process"])
def test_an_answer_whose_pane_is_gone_is_given_to_nobody(pane: PaneSeen | None) -> None:
    typing = replace(ANSWER, status=TYPING, pane=REF)
    step = recover(typing, server=SERVER, unreachable="", pane=pane, reading=UP, entry=4, wanted=True, profile=PROFILE)
    assert step.recovery is Recovery.VOID


# ---- receipts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [OPEN, TYPING, TYPED, ENTERED, IntentStatus.UNKNOWN])
@pytest.mark.parametrize("reading", [None, IDLE, FOREIGN, DIALOG, UNREAD], ids=str)
@pytest.mark.parametrize("pane", [None, PANE, replace(PANE, ref=replace(REF, pid=43))], ids=["gone", "there", "other"])
def test_a_receipt_settles_a_prompt_whatever_the_screen_says(
    status: IntentStatus, reading: ScreenReading | None, pane: PaneSeen | None
) -> None:
    step = recover(
        replace(SEND, status=status, pane=REF),
        server=SERVER,
        unreachable="",
        pane=pane,
        reading=reading,
        entry=9,
        wanted=False,
        profile=PROFILE,
        receipt="hook: UserPromptSubmit holds its marker",
    )
    assert (step.recovery, step.because) == (Recovery.DONE, "hook: UserPromptSubmit holds its marker")


def test_a_receipt_is_for_prompts_only() -> None:
    start = replace(SEND, action=Action(verb=Verb.START, target="agent/ada"))
    asked = {"server": SERVER, "unreachable": "", "pane": None, "reading": None, "wanted": True, "profile": None}
    step = recover(start, entry=4, receipt="hook: ...", **asked)  # type: ignore[arg-type]  # values of several types
    assert step.recovery is Recovery.PERFORM
