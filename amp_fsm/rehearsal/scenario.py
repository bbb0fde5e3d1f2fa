"""A scenario: what practice agents do in one rehearsal.  Values, and the reading of its tree; opens no file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amp_fsm.errors import AmpFsmError
from amp_fsm.model.project import Project

Json = Mapping[str, Any]
DAY = 86400.0
DONE = "COMPLETED"
_DURATIONS = frozenset({"after", "for", "start", "works", "lag", "time"})
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY}


class ScenarioError(AmpFsmError):
    """A scenario names something that the configuration does not have, or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAct:
    """Something the scenario's operator does at `after` seconds of policy time: fires a manual transition."""

    after: float
    subject: str
    transition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario, its patterns resolved to the names of one configuration; durations in seconds.

    Attributes:
        agents, tasks, services, checks: name to behaviour, as the practice programs read it.
        http: name of an operator's fact to whether its stand-in answers as expected.
        real: names of checks, services and facts that are not stood in for.
        expect: task to the state it should end in.
        time: policy seconds after which the rehearsal is given up.
    """

    name: str = "smooth"
    description: str = ""
    agents: Mapping[str, Json] = field(default_factory=dict)
    tasks: Mapping[str, Json] = field(default_factory=dict)
    services: Mapping[str, Json] = field(default_factory=dict)
    checks: Mapping[str, Json] = field(default_factory=dict)
    http: Mapping[str, bool] = field(default_factory=dict)
    real: frozenset[str] = frozenset()
    operator: tuple[OperatorAct, ...] = ()
    expect: Mapping[str, str] = field(default_factory=dict)
    time: float = DAY


def parse_scenario(name: str, tree: Json, project: Project) -> Scenario:
    """Return the scenario that a schema-valid `tree` describes for `project`.

    Raises:
        ScenarioError: it names things that the project does not have; all of them are said at once.
    """
    faults: list[str] = []
    tasks = resolve("tasks", tree.get("tasks", {}), project.tasks, faults)
    scenario = Scenario(
        name=name,
        description=tree.get("description", ""),
        agents=resolve("agents", tree.get("agents", {}), project.agents, faults),
        tasks={task: _named_deliverables(task, spec, project, faults) for task, spec in tasks.items()},
        services=resolve("services", tree.get("services", {}), project.services, faults),
        checks=resolve("checks", tree.get("checks", {}), project.checks, faults),
        http=dict(tree.get("http", {})),
        real=frozenset(tree.get("real", ())),
        operator=tuple(_acts(tree.get("operator", ()), project, faults)),
        expect=_expectations(tree.get("expect", {}), project, faults),
        time=seconds(tree.get("time", "24h")),
    )
    known = {*project.checks, *project.services, *project.facts}
    faults += [_unknown("real", item, known) for item in sorted(scenario.real - known)]
    faults += [_unknown("http", item, project.facts) for item in scenario.http if item not in project.facts]
    if faults:
        raise ScenarioError(f"scenario {name}:\n  " + "\n  ".join(faults))
    return scenario


def seconds(text: str) -> float:
    """Return a duration such as `1h30m` in seconds."""
    return sum(float(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+(?:\.\d+)?)([smhd])", text))


def resolve(what: str, patterns: Json, names: Iterable[str], faults: list[str]) -> dict[str, Json]:
    """Return each name's behaviour: what is said of `*`, over it that of `#N`, over that of the name itself."""
    names = list(names)
    numbered = {f"#{number}": name for number, name in enumerate(names, start=1)}
    # a configuration with fewer tasks than the scenario counts is no fault
    odd = [pattern for pattern in patterns if not re.fullmatch(r"\*|#\d+", pattern) and pattern not in names]
    faults.extend(_unknown(what, pattern, names) for pattern in odd)
    resolved: dict[str, Json] = {}
    for place, name in numbered.items():
        said = [patterns[key] for key in ("*", place, name) if key in patterns]
        resolved[name] = _with_seconds({key: value for spec in said for key, value in spec.items()})
    return resolved


def _with_seconds(spec: Json) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in spec.items():
        if isinstance(value, Mapping):
            made[key] = _with_seconds(value)
        else:
            made[key] = seconds(value) if key in _DURATIONS else value
    return made


def _named_deliverables(task: str, spec: Json, project: Project, faults: list[str]) -> Json:
    files = [deliverable.file for deliverable in project.tasks[task].deliverables]
    wanted = spec.get("claims_done_without", ())
    faults += [_unknown(f"tasks.{task}.claims_done_without", f, files) for f in wanted if f != "*" and f not in files]
    return {**spec, "claims_done_without": files} if "*" in wanted else spec


def _expectations(patterns: Mapping[str, str], project: Project, faults: list[str]) -> dict[str, str]:
    wrapped = {pattern: {"state": state} for pattern, state in patterns.items()}
    found = {task: spec.get("state", DONE) for task, spec in resolve("expect", wrapped, project.tasks, faults).items()}
    for task, state in found.items():
        states = project.machines[project.tasks[task].machine].states
        if state not in states:
            faults.append(_unknown(f"expect.{task}", state, states))
    return found


def _acts(acts: Iterable[Json], project: Project, faults: list[str]) -> Iterator[OperatorAct]:
    addresses = [s.address for group in (project.agents, project.tasks, project.services) for s in group.values()]
    numbered = {f"task/#{number}": f"task/{name}" for number, name in enumerate(project.tasks, start=1)}
    for act in acts:
        subject = numbered.get(act["fire"]["subject"], act["fire"]["subject"])
        if subject not in addresses:
            faults.append(_unknown("operator", subject, addresses))
        yield OperatorAct(after=seconds(act["after"]), subject=subject, transition=act["fire"]["transition"])


def _unknown(where: str, name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f", did you mean {near[0]}?" if near else f" (there are: {', '.join(known) or 'none'})"
    return f"{where}: no {name!r} in the configuration{hint}"
