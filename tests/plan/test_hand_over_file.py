"""The hand-over file, whole, in both languages: every section, filled in, and nothing in it that would be markup.

`AMP_FSM_UPDATE_GOLDENS=1 pytest tests/plan/test_hand_over_file.py` writes the files anew; the difference is for review.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import amp_fsm
from amp_fsm.config.lint.hand_over import hand_over_sample
from amp_fsm.config.yaml_text import parse
from amp_fsm.model.dialog import Dialog
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.markdown_text import code, plain
from amp_fsm.model.observed import Observed
from amp_fsm.model.profile import Composer, ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec, Deliverable, Project, SuccessionSpec, TaskSpec
from amp_fsm.model.record import Action, Intent, IntentStatus, Record, Request, Sample, SubjectRecord
from amp_fsm.model.seen import Background, Failed, Missing, Recent, Revision, Told
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Figures, Spent, Usage
from amp_fsm.observe.markdown_lines import read_headings
from amp_fsm.observe.markdown_tables import read_tables
from amp_fsm.observe.task_lists import read_listing
from amp_fsm.plan.errands.hand_over_file import write_action
from amp_fsm.plan.errands.hand_over_values import hand_over_values
from amp_fsm.plan.situation import Situation, situate
from tests.plan.errand_team import led
from tests.plan.team import ADA, BEN, HIGH, LOW, assignment, task

GOLDEN = Path(__file__).parents[1] / "golden" / "hand_over"
PROMPTS = Path(amp_fsm.__file__).parent / "builtin" / "prompts"
NOW = Now(policy=30_000.0, wall=1_769_078_100.0)
CAT = AgentSpec(name="cat", profile="p", window="2", skills=("writing",))
NASTY = "Stop *the* `leak` | <b>now</b> [here](http://x)\n# Not a heading _nor_ this"
TASKS = (
    task("T-1", title="Revise the strategy", deliverables=(Deliverable(file="docs/strategy_analysis.md"),)),
    task("T-2", title=NASTY, deliverables=(Deliverable(file="src/types.rs"), Deliverable(file="src/a b.rs"))),
    task("T-3", title="Review the code", priority=HIGH, prefer=("ben",), needs=("T-2",)),
    task("T-4", title="Write the guide", skills=("writing",)),
    task("T-5", title="Tidy up", priority=LOW, skills=("nobody",)),
    task("T-6", title="Measure it"),
    task("T-7", title="Build it", needs=("T-6",)),
)


CLAIMED = {"deliverables_present": Truth.FALSE, "claims_done": Truth.TRUE}


def template(language: str) -> str:
    path = PROMPTS / f"{language}.yaml"
    value = parse(path.read_bytes(), path.name).value
    assert value is not None
    text: str = value["succession"]["template"]
    return text


def team(language: str = "en") -> Project:
    made = led(*TASKS)
    documents = {
        "status": DocumentSpec(name="status", file="STATUS.md", heading="Agents"),
        "tasks": DocumentSpec(name="tasks", file="STATUS.md", heading="Tasks"),
        "log": DocumentSpec(name="log", file="LOG.md", heading="Log"),
    }
    succession = SuccessionSpec(order=("ben", "ada"), file="to/{from}_to_{to}.md", template=template(language))
    agents = {agent.name: agent for agent in (ADA, BEN, CAT)}
    helps = {"HELP-T-1-1": _help("HELP-T-1-1", "T-1"), "HELP-T-2-1": _help("HELP-T-2-1", "T-2")}
    return replace(
        made, agents=agents, documents=documents, succession=succession, tasks={**made.tasks, **helps}, name="palm"
    )


def _help(name: str, about: str) -> TaskSpec:
    return TaskSpec(
        id=name,
        kind="help",
        title=f"Help ada with {about}",
        only="ben",
        errand=Errand.HELP,
        machine="errand",
        deliverables=(Deliverable(file=f".amp-fsm/errands/{name}.md"),),
    )


def before() -> Record:
    states = {
        "agent/ada": "WORKING",
        "agent/ben": "WORKING",
        "agent/cat": "STUCK",
        "task/T-1": "COMPLETED",
        "task/T-2": "WORKING",
        "task/T-3": "PENDING",
        "task/T-4": "VERIFYING",
        "task/T-5": "PENDING",
        "task/T-6": "PARKED",
        "task/T-7": "PENDING",
        "task/HELP-T-1-1": "COMPLETED",
        "task/HELP-T-2-1": "PENDING",
    }
    subjects = {
        address: SubjectRecord(
            address=address, state=state, entry=3, since=NOW.policy - 600, since_wall=NOW.wall - 600, because=NASTY
        )
        for address, state in states.items()
    }
    held = assignment("ada", "T-2", attempt=2, since=NOW.policy - 900, since_wall=NOW.wall - 900, verdict_text=NASTY)
    unread = assignment("cat", "T-4", since=NOW.policy - 300, since_wall=NOW.wall - 300, delivered=None)
    lost = Action(verb=Verb.SEND, target="agent/cat", what="work", text="x")
    intent = Intent(id="abcd2345", address="agent/cat", entry=3, cause="a", action=lost, status=IntentStatus.UNKNOWN)
    return Record(
        lineage="L",
        subjects=subjects,
        assignments={held.id: held, unread.id: unread},
        intents={intent.id: intent},
        added={name: AddedTask(task=one) for name, one in team().tasks.items() if one.errand},
        samples={"cat": Sample(state="blocked", since=1.0, evidence=NASTY), "ben": Sample(state="limited", since=1.0)},
        usage={"ben": Usage(last=Figures(usage_percent=93.4, resets_at=NOW.wall + 3600))},
        spent={"agent/ben": Spent(tokens=123_456.0)},
        lead_since=NOW.policy - 7_500,
        requests=(Request(id=1, verb="cancel", arguments=("task/T-5", "park")),),
    )


def seen() -> Observed:
    asked = Dialog(name="command", text=NASTY, command="ls", options=("Yes", "No"), selected=0)
    reading = ScreenReading(state=ScreenState.BLOCKED, composer=Composer.ABSENT, asked=asked)
    revision = Revision(
        id="1a2b3c4", at=NOW.wall - 1800, author="Ada", subject=NASTY, files=("src/types.rs", "docs/x|y.md")
    )
    return Observed(
        at=NOW.wall,
        facts={"task/T-2": {name: Fact(name=name, truth=truth) for name, truth in CLAIMED.items()}},
        readings={"cat": reading},
        failures={"T-2": "src/types.rs does not exist\nsrc/a b.rs has 3 bytes, 10 are wanted"},
        papers={"to/ben_to_ada.md": Missing(path="to/ben_to_ada.md")},
        background=Background(
            journal=(Told(at=NOW.wall - 660, address="task/T-1", text=f"VERIFYING -> COMPLETED  verified: {NASTY}"),),
            recent=Recent(revisions=(revision,), changed=("notes/today.md",)),
        ),
        server="1:1",
    )


def situation(language: str = "en", record: Record | None = None, observed: Observed | None = None) -> Situation:
    return situate(team(language), observed or seen(), record or before(), NOW)


def written(language: str, taker: str = "ada") -> str:
    return write_action(situation(language), giver="ben", taker=taker, reason="ben has used 93% of its allowance").text


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_whole_file(language: str) -> None:
    path, text = GOLDEN / f"{language}.md", written(language)
    if os.environ.get("AMP_FSM_UPDATE_GOLDENS"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_others_wrote_makes_no_markup(language: str) -> None:
    text = written(language)
    assert not [one for one in read_headings(text) if "Not a heading" in one.text and "T-2" not in one.text]
    assert all(len(row.cells) == len(table.header.cells) for table in read_tables(text) for row in table.rows)
    assert "<b>" not in text.replace("\\<b>", "")
    assert all(not re.search(r"(?<!\\)\*the\*", line) for line in text.splitlines())


def test_it_can_be_read_again_as_it_was_meant() -> None:
    found = {one.id: one for one in read_listing(written("fr"), "H.md").tasks}
    assert {"T-2", "T-3", "T-5", "T-7"} <= set(found)
    assert (found["T-3"].agent, found["T-3"].priority, found["T-3"].needs) == ("ben", "HIGH", ("T-2",))
    assert found["T-2"].title == " ".join(NASTY.split())


def test_a_file_to_nobody_says_whom_to_restart() -> None:
    text = written("en", taker="")
    assert "# HAND-OVER: ben -> nobody" in text
    assert "nobody is left: restart ben" in text


def test_what_could_not_be_looked_at_makes_it_incomplete() -> None:
    blind = replace(seen(), background=Background(recent=Failed(reason="git cannot be run")))
    values = hand_over_values(situation(observed=blind), giver="ben", taker="ada", reason="r")
    assert (values["complete"], values["unread"]) == (False, "git cannot be run")
    assert hand_over_values(situation(), giver="ben", taker="ada", reason="r")["complete"] is True


def test_lint_tries_templates_with_the_very_variables_there_are() -> None:
    real = hand_over_values(situation(), giver="ben", taker="ada", reason="r")
    assert _shape(hand_over_sample(team())) == _shape(real)


def _shape(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value and isinstance(value[0], Mapping) else "a list"
    return "a value"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("a_b and _c_", "a_b and \\_c\\_"),
        ("# no heading", "\\# no heading"),
        ("12. no list", "\\12. no list"),
        ("- no item\nnor this", "\\- no item nor this"),
        ("\x1b[31mred", "\\[31mred"),
        ("x" * 400, "x" * 299 + "\u2026"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("a_b.md", "`a_b.md`"), ("a`b", "a\\`b"), ("a|b", "a\\|b"), ("", "")])
def test_code(text: str, expected: str) -> None:
    assert code(text) == expected
