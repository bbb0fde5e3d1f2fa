"""What lint renders templates with is what the planner renders them with."""

from __future__ import annotations

import pytest

from amp_fsm.config.lint.samples import SAMPLE_TASK, agent_sample, project_sample, sample_values, task_sample
from amp_fsm.config.lint.templates import Templates
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.project import AgentSpec, CheckSpec, Deliverable, KindSpec, TaskSpec
from amp_fsm.plan.prompts import agent_values, kind_values, project_values, task_values
from amp_fsm.plan.templates import make_environment
from tests.config.little import project

AGENT = AgentSpec(name="ada", profile="practice", window="3", skills=("code",), row="Ada")
TASK = TaskSpec(
    id="T-1",
    kind="code",
    title="Greet",
    needs=("T-0",),
    deliverables=(Deliverable(file="a.txt", contains="x"),),
    checks=("test", "gone"),
    brief={"context": "Here.", "read": ("a", "b")},
)
TEAM = project()
TEAM = type(TEAM)(
    name=TEAM.name,
    root=TEAM.root,
    store=TEAM.store,
    source=TEAM.source,
    digest="",
    tmux=TEAM.tmux,
    agents={"ada": AGENT},
    kinds={"code": KindSpec(name="code", prompt="code")},
    tasks={"T-1": TASK},
    checks={"test": CheckSpec(name="test", run=("cargo", "test", "a b"))},
    documents={"log": DocumentSpec(name="log", file="LOG.md", heading="Log")},
)


def test_samples_are_what_templates_get_when_they_are_sent() -> None:
    assert agent_sample(AGENT) == agent_values(AGENT)
    assert task_sample(TEAM, TASK) == task_values(TEAM, TASK)
    assert project_sample(TEAM) == project_values(TEAM)
    assert sample_values(TEAM, TASK, AGENT)["kind"] == kind_values(TEAM.kinds["code"])


def test_the_sample_task_has_the_keys_of_a_real_one() -> None:
    sample, real = task_sample(TEAM, SAMPLE_TASK), task_values(TEAM, TASK)
    assert sample.keys() == real.keys()
    assert [sorted(item) for item in listed(sample, "deliverables")] == [sorted(listed(real, "deliverables")[0])]
    assert [sorted(item) for item in listed(sample, "checks")] == [sorted(listed(real, "checks")[0])]


def listed(values: dict[str, object], key: str) -> list[dict[str, object]]:
    found = values[key]
    assert isinstance(found, list)
    return found


TEXTS = [
    pytest.param("{% if true %}\n  x\n{% endif %}\nend\n", id="blocks-leave-no-lines"),
    pytest.param("{{ task.id }} <{{ agent.row }}> & {{ documents.log.file }}\n\n", id="nothing-is-escaped"),
    pytest.param("{% for a in task.brief.read %}- {{ a }}\n{% endfor %}{{ task.checks[0].command }}", id="loops"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_template_reads_the_same_as_when_it_is_sent(text: str) -> None:
    values = sample_values(TEAM, TASK, AGENT)
    assert Templates().try_(text, values).text == make_environment().from_string(text).render(values)


def test_the_same_filters_are_there() -> None:
    text = "{{ now | clock }} {{ now | date }}"
    assert Templates().try_(text, sample_values(TEAM, TASK, AGENT)).error == ""
    assert set(make_environment().filters) == set(Templates().filters)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        pytest.param("{{ nobody }}", ("nobody",), id="a-name"),
        pytest.param("{{ task.nobody.at.all }}", ("task.nobody",), id="the-first-part-that-is-missing"),
        pytest.param("{{ task['nobody'] }}", ("task.nobody",), id="by-index"),
        pytest.param("{{ a }}{{ b }}{{ a }}", ("a", "b"), id="each-once"),
        pytest.param("{% for x in nobody %}{{ x }}{% endfor %}", ("nobody",), id="looped-over"),
        pytest.param("{% if nobody %}{% endif %}", ("nobody",), id="asked-for-its-truth"),
        pytest.param("{{ nobody | length }}{{ nobody + 1 }}{{ nobody > 1 }}", ("nobody",), id="computed-with"),
        pytest.param("{{ nobody() }}{{ nobody | join }}", ("nobody",), id="called"),
        pytest.param("{{ nobody | default('x') }}{{ nobody is defined }}", (), id="asked-whether-it-is-there"),
        pytest.param(
            "{% for a in task.deliverables %}{{ a.nobody }}{% endfor %}",
            ("task.deliverables[].nobody",),
            id="in-a-list",
        ),
    ],
)
def test_what_is_missing_is_noted_and_all_of_it(text: str, missing: tuple[str, ...]) -> None:
    assert Templates().try_(text, sample_values(TEAM, TASK, AGENT)).missing == missing


def test_templates_read_values_and_nothing_else() -> None:
    tried = Templates().try_("{{ task.__class__.__mro__ }}", sample_values(TEAM, TASK, AGENT))
    assert tried.error or tried.missing
    assert "object" not in tried.text
