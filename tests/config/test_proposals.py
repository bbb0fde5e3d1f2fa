"""Proposed tasks as they are read: what can be queued, and everything that is wrong with the rest, with its place."""

from __future__ import annotations

import textwrap
import time
from dataclasses import replace

import pytest

from amp_fsm.config.proposals import MOST_BYTES, Judged, Queue, read_proposal
from amp_fsm.model.errand import Errand
from amp_fsm.model.project import CheckSpec, KindSpec
from amp_fsm.model.proposal import folded_title
from amp_fsm.world.config_files import schema_text
from tests.plan.team import project, task

PROMPTS = {
    "code": "{{ task.brief.context }}{% for one in task.brief.tests | default([]) %}{{ one }}{% endfor %}",
    "note": "Write {{ task.title }}.",
}
KINDS = {
    "code": KindSpec(name="code", prompt="code", skills=("code",), checks=("suite",)),
    "note": KindSpec(name="note", prompt="note", skills=("writing",)),
}
TEAM = project(
    task("T-1"),
    task("T-2", title="Lost work"),
    task("HELP-T-1-1", errand=Errand.HELP),
    kinds=KINDS,
    prompts=PROMPTS,
    checks={"suite": CheckSpec(name="suite", run=("make",))},
    task_ids="T-{n}",
)
QUEUE = Queue(
    project=TEAM, open={folded_title("Title of T-1"): "T-1"}, lost=frozenset({"T-2"}), taken=frozenset({"T-7"})
)
GOOD = """\
tasks:
  - title: Add orders
    kind: code
    priority: HAUTE
    deliverables: [src/orders.py, 'tests/test_*.py']
    brief: {context: The parser exists., tests: [one, two]}
"""


def read(text: str | bytes, queue: Queue = QUEUE) -> Judged:
    data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return read_proposal("p.yaml", data, queue, schema_text())


def one(**said: object) -> str:
    """Return a proposal of one task that is right but for what is said."""
    lines = {"title": "Add orders", "kind": "note", "deliverables": "[notes.md]", **said}
    return "tasks:\n- " + "\n  ".join(f"{key}: {value}" for key, value in lines.items() if value is not None)


def test_what_is_right_can_be_queued_with_what_its_kind_brings() -> None:
    (made,) = read(GOOD).tasks
    assert (made.id, made.title, made.kind, str(made.priority)) == ("T-8", "Add orders", "code", "HIGH")
    assert (made.skills, made.checks) == (("code",), ("suite",))
    assert made.brief == {"context": "The parser exists.", "tests": ("one", "two")}


def test_nothing_left_to_do_is_right_too() -> None:
    assert read("tasks: []") == Judged()


def test_ids_count_up_and_may_be_given_for_needs() -> None:
    first = "- {title: A, kind: note, deliverables: [a], id: T-9}"
    second = "- {title: B, kind: note, deliverables: [b], needs: [T-9, T-1]}"
    made = read(f"tasks:\n{first}\n{second}\n").tasks
    assert [(item.id, item.needs) for item in made] == [("T-9", ()), ("T-10", ("T-9", "T-1"))]


def test_everything_wrong_is_told_at_once_with_its_line() -> None:
    said = read("""\
        tasks:
          - title: One
            kind: code
            checks: [rm]
            machine: mine
            workspace: worktree
          - title: Two
            kind: cod
            needs: [NOPE, T-2]
            avoid: [eve]
            deliverables: [a.md]
          - {id: ../x, kind: note, deliverables: [/etc/passwd]}
          - 5
        approvals: []
        """)
    assert not said.tasks
    for part in (
        "p.yaml:4:5: a proposal cannot say `checks`: only the configuration does",
        "p.yaml:5:5: a proposal cannot say `machine`: only the configuration does",
        "p.yaml:6:5: a proposal cannot say `workspace`: only the configuration does",
        "prompt `code` needs `brief.context`",
        "p.yaml:8:11: task T-9 is of the kind 'cod', which does not exist (did you mean code?",
        "p.yaml:9:13: task T-9 needs 'NOPE', which is no task",
        "p.yaml:9:19: task T-9 needs T-2, which failed or was cancelled",
        "p.yaml:10:13: task T-9 says `avoid` 'eve', which does not exist",
        'p.yaml:12:10: `id` cannot be "../x"',
        "p.yaml:12:5: `title` is missing here",
        "p.yaml:12:43: the deliverable '/etc/passwd' is not relative to the project's folder",
        "p.yaml:13:5: `3` must be a mapping of keys, not 5",
        "p.yaml:14:1: unknown key `approvals`",
    ):
        assert any(part in line for line in said.problems), (part, said.problems)
    lines = [int(problem.split(":")[1]) for problem in said.problems]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "~/x",
        "../x",
        "a/../../x",
        "a/..",
        ".git/hooks/post-commit",
        "sub/.GIT/config",
        "./.git/x",
        "'.git /x'",
        ".amp-fsm/team/STOP",
        ".amp-fsm/proposals/more.yaml",
        "'C:/x'",
        "'\\x'",
        "'a\\..\\..\\x'",
        "' a'",
        "''",
    ],
)
def test_a_deliverable_lies_in_the_projects_folder(path: str) -> None:
    (problem,) = read(one(deliverables=f"[{path}]")).problems
    assert "the deliverable" in problem


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "'T-8\n\n'", '"T-8\\n"', "a..b", ".x", "x.lock", "tâche", "T‐8", "x" * 65, "PROPOSE-4", "help-x"],
)
def test_ids_are_plain_and_no_errands(name: str) -> None:
    problems = read(one(id=name)).problems
    assert problems
    assert "`id` cannot be" in problems[0] or "the id" in problems[0] or "amp-fsm's own" in problems[0]


@pytest.mark.parametrize("name", ["T-1", "t-1", "T-7", "HELP-T-1-1"])
def test_an_id_that_was_ever_given_is_not_given_again(name: str) -> None:
    (problem,) = read(one(id=name)).problems
    assert "already" in problem or "amp-fsm's own" in problem


@pytest.mark.parametrize(
    "title", ["Title of T-1", "title  of t-1!", "**Title of T-1**", "Títle of T-1", "Title of T‑1"]
)
def test_the_title_of_an_open_task_is_not_queued_twice(title: str) -> None:
    (problem,) = read(one(title=f"'{title}'")).problems
    assert "T-1 is open and has this title" in problem


def test_two_proposals_of_one_file_do_not_repeat_each_other() -> None:
    item = "- {title: A, kind: note, deliverables: [a], id: X-1}\n"
    said = read(f"tasks:\n{item}{item}").problems
    assert any("there is a task X-1 already" in line for line in said)
    assert any("X-1 is open and has this title" in line for line in said)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ('"a\\u202eb"', "U+202E"),
        ('"a\\u200bb"', "U+200B"),
        ('"a\\eb"', "U+001B"),
        ('"a\\nb"', "U+000A"),
        ('"a\\u2028b"', "U+2028"),
        ("'" + "x" * 201 + "'", "201 characters"),
        ("'   '", "0 characters"),
    ],
)
def test_a_title_can_be_shown(title: str, said: str) -> None:
    (problem,) = read(one(title=title)).problems
    assert said in problem


def test_raw_control_characters_are_refused_with_their_line() -> None:
    (problem,) = read(one(title="'a\x1b[31m'")).problems
    assert problem == "p.yaml:2:12: holds the control character U+001B"


def test_french_spaces_and_emoji_are_texts_like_others() -> None:
    assert not read(one(title="'Écrire : les tests 👩‍💻'")).problems


@pytest.mark.parametrize(
    "brief", ['{context: "{{ 7 * 7 }}"}', "{context: '{% for x in y %}'}", "{context: '{{ config }}'}"]
)
def test_a_text_that_looks_like_a_template_is_a_text(brief: str) -> None:
    (made,) = read(one(brief=brief, title="'{{ 7 * 7 }}'")).tasks
    assert made.title == "{{ 7 * 7 }}"
    assert "{" in str(made.brief["context"])


def test_a_list_is_wanted_where_the_prompt_goes_through_one() -> None:
    (problem,) = read(one(kind="code", brief="{context: a, tests: one}")).problems
    assert "`tests` must be a list for the kind `code`" in problem


def test_something_must_tell_when_a_task_is_done() -> None:
    (problem,) = read(one(deliverables=None)).problems
    assert "nothing tells when it is done" in problem
    assert not read(one(kind="code", deliverables=None, brief="{context: a}")).problems


def test_a_task_that_nobody_can_do_is_refused() -> None:
    (problem,) = read(one(skills="[magic]")).problems
    assert "nobody can do task" in problem


def test_needs_in_a_circle_are_refused() -> None:
    first = "- {title: A, kind: note, deliverables: [a], id: A, needs: [B]}"
    second = "- {title: B, kind: note, deliverables: [b], id: B, needs: [A]}"
    (problem,) = read(f"tasks:\n{first}\n{second}\n").problems
    assert "circle: A -> B -> A" in problem


def test_numbers_are_bounded() -> None:
    many = "tasks:\n" + "".join(f"- {{title: A{n}, kind: note, deliverables: [a]}}\n" for n in range(11))
    assert "11 tasks are proposed; at most 10 may be" in read(many).problems[0]
    two = "tasks:\n" + "".join(f"- {{title: A{n}, kind: note, deliverables: [a]}}\n" for n in range(2))
    assert "2 tasks are proposed; only 1 more may be by now" in read(two, replace(QUEUE, room=1)).problems[0]


BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join(f'*{before}' for _ in range(10))}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"# nothing\n", "is empty (begin with `tasks:`)"),
        (b"- a\n", "must be a mapping of keys, not a list"),
        (b"just words", "must be a mapping of keys, not a str"),
        (b"```yaml\ntasks: []\n```\n", "p.yaml:1:1: "),
        (b"tasks: [\n", "does not end"),
        (b"tasks:\n\t- a\n", "tab"),
        (b"tasks: []\ntasks: []\n", "duplicate key `tasks`"),
        (b"tasks: []\n---\ntasks: []\n", "a second document"),
        (b"tasks: !!python/object/apply:os.system [id]\n", "means nothing here"),
        (b"\xff\xfet\x00", "is UTF-16"),
        (b"tasks: \xe9\n", "is not UTF-8"),
        (b"x" * (MOST_BYTES + 1), "at most 65,536 are read"),
        (b"[" * 200, "levels deep"),
        (BOMB.encode(), "aliases stand for more than 5,000 values"),
        (b"prompts: {a: b}\n", "`tasks` is missing here"),
    ],
)
def test_hostile_files_are_refused_quickly(data: bytes, said: str) -> None:
    begun = time.monotonic()
    problems = read(data).problems
    assert said in problems[-1] or any(said in line for line in problems), problems
    assert time.monotonic() - begun < 2.0
