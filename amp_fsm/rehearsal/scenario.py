"""A scenario: what practice agents do in one rehearsal.  Values, and the reading of its tree; opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.errand import Errand
from amp_fsm.model.project import Project

Json = Mapping[str, Any]
Path = tuple[str | int, ...]
DAY = 86400.0
DONE = "COMPLETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAct:
    """Something the scenario's operator does at `after` seconds of policy time.

    Attributes:
        verb: `fire`, `cancel` or `retry`, as the operator's commands leave it in the store, or `merge`.
        arguments: of the request; for `merge`, the task and whose side counts (`ours`, `theirs`).
    """

    after: float
    verb: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario, its patterns resolved to the names of one configuration; durations in seconds.

    Attributes:
        agents, kinds, tasks, services, checks: name to behaviour, as the practice programs read it.
        http: name of an operator's fact to whether its stand-in answers as expected.
        real: names of checks, services and facts that are not stood in for.
        files: path below the root to the text of a file that is there at the start.
        expect: task to the state it should end in.
        time: policy seconds after which the rehearsal is given up.
    """

    name: str = "smooth"
    description: str = ""
    agents: Mapping[str, Json] = field(default_factory=dict)
    kinds: Mapping[str, Json] = field(default_factory=dict)
    tasks: Mapping[str, Json] = field(default_factory=dict)
    services: Mapping[str, Json] = field(default_factory=dict)
    checks: Mapping[str, Json] = field(default_factory=dict)
    http: Mapping[str, bool] = field(default_factory=dict)
    real: frozenset[str] = frozenset()
    operator: tuple[OperatorAct, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    time: float = DAY


def parse_scenario(name: str, tree: Json, project: Project) -> tuple[Scenario, tuple[Finding, ...]]:
    """Return the scenario that `tree` describes for `project`, and what it names that the project does not have.

    Args:
        name: of the scenario, for reports.
        tree: valid by the schema, its durations in seconds.
        project: whose names are meant.
    """
    naming = _Naming(project=project)
    scenario = Scenario(
        name=name,
        description=tree.get("description", ""),
        agents=naming.resolve("agents", tree, project.agents),
        kinds=naming.kinds(tree),
        tasks=naming.forgetful(tree, naming.resolve("tasks", tree, project.tasks)),
        services=naming.resolve("services", tree, project.services),
        checks=naming.resolve("checks", tree, project.checks),
        http=dict(tree.get("http", {})),
        real=frozenset(tree.get("real", ())),
        operator=tuple(naming.acts(tree.get("operator", ()))),
        files=naming.files(tree),
        expect=naming.expectations(tree),
        time=tree.get("time", DAY),
    )
    known = {*project.checks, *project.services, *project.facts}
    for place, item in enumerate(tree.get("real", ())):
        naming.check(item, known, ("real", place))
    for fact in scenario.http:
        naming.check(fact, project.facts, ("http", fact), on="key")
    return scenario, tuple(naming.findings)


@dataclass(slots=True, kw_only=True)
class _Naming:
    """Resolves a scenario's names, and keeps what could not be."""

    project: Project
    findings: list[Finding] = field(default_factory=list)

    def check(self, name: str, known: Iterable[str], path: Path, *, on: str = "value") -> None:
        """Note a name that is not known."""
        known = list(known)
        if name not in known:
            message = f"`{name}` is not in the configuration"
            self.findings.append(
                Finding(code="E401", path=path, message=message, suggestion=did_you_mean(name, known), on=on)
            )

    def resolve(self, what: str, tree: Json, names: Iterable[str]) -> dict[str, Json]:
        """Return each name's behaviour: what is said of `*`, over it that of `#N`, over that of the name itself."""
        patterns: Json = tree.get(what, {})
        names = list(names)
        # a configuration with fewer tasks than the scenario counts is no fault
        for pattern in patterns:
            if not re.fullmatch(r"\*|#\d+", pattern):
                self.check(pattern, names, (what, pattern), on="key")
        resolved: dict[str, Json] = {}
        for number, name in enumerate(names, start=1):
            said = [patterns[key] for key in ("*", f"#{number}", name) if key in patterns]
            resolved[name] = {key: value for spec in said for key, value in spec.items()}
        return resolved

    def kinds(self, tree: Json) -> dict[str, Json]:
        """Return what is said of kinds of tasks, those that amp-fsm opens by itself included."""
        for kind in tree.get("kinds", {}):
            self.check(kind, {*self.project.kinds, *Errand}, ("kinds", kind), on="key")
        return dict(tree.get("kinds", {}))

    def forgetful(self, tree: Json, tasks: Mapping[str, Json]) -> dict[str, Json]:
        """Return the tasks with the deliverables that are forgotten at first as they are configured."""
        files = {name: [item.file for item in task.deliverables] for name, task in self.project.tasks.items()}
        for pattern, spec in tree.get("tasks", {}).items():
            known = files.get(pattern) or [file for some in files.values() for file in some]
            for place, file in enumerate(spec.get("claims_done_without", ())):
                self.check(file, ["*", *known], ("tasks", pattern, "claims_done_without", place))
        return {name: _without_star(spec, files[name]) for name, spec in tasks.items()}

    def files(self, tree: Json) -> dict[str, str]:
        """Return the files that are there at the start."""
        for name in tree.get("files", {}):
            if name.startswith(("/", "~")) or ".." in name.split("/"):
                message = f"`{name}` is not below the project's folder"
                self.findings.append(Finding(code="E402", path=("files", name), message=message, on="key"))
        return dict(tree.get("files", {}))

    def expectations(self, tree: Json) -> dict[str, str]:
        """Return the state in which each task should end."""
        wrapped = {pattern: {"state": state} for pattern, state in tree.get("expect", {}).items()}
        resolved = self.resolve("expect", {"expect": wrapped}, self.project.tasks)
        found = {task: spec.get("state", DONE) for task, spec in resolved.items()}
        for task, state in found.items():
            if state != DONE:
                self.check(state, self.project.machines[self.project.tasks[task].machine].states, ("expect", task))
        return found

    def acts(self, acts: Iterable[Json]) -> Iterator[OperatorAct]:
        """Yield what the operator does, subjects by their names."""
        for place, act in enumerate(acts):
            (verb,) = (key for key in act if key != "after")
            what, path = act[verb], ("operator", place, verb)
            if verb == "fire":
                arguments = (self._subject(what["subject"], (*path, "subject")), what["transition"])
            elif verb == "merge":
                task = self._subject(f"task/{what['task']}", (*path, "task"))
                arguments = (task.removeprefix("task/"), what.get("take", "theirs"))
            else:
                arguments = (self._subject(f"task/{what['task']}", (*path, "task")), what.get("dependents", "park"))
            yield OperatorAct(after=act["after"], verb=verb, arguments=arguments)

    def _subject(self, address: str, path: Path) -> str:
        groups = (self.project.agents, self.project.tasks, self.project.services)
        numbered = {f"task/#{number}": f"task/{name}" for number, name in enumerate(self.project.tasks, start=1)}
        address = numbered.get(address, address)
        self.check(address, [spec.address for group in groups for spec in group.values()], path)
        return address


def _without_star(spec: Json, files: list[str]) -> Json:
    return {**spec, "claims_done_without": files} if "*" in spec.get("claims_done_without", ()) else spec
