"""Facts that the operator declared, from what was seen.  Those that follow from the record alone are made in `plan`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from amp_fsm.model.channel import Channel
from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.printable import printable
from amp_fsm.model.project import FactSpec, Project, Source
from amp_fsm.model.seen import Failed, FileSeen, PaneSeen, Seen
from amp_fsm.observe.channels import Told
from amp_fsm.observe.documents import cell_of
from amp_fsm.observe.screen_regions import Regions
from amp_fsm.observe.screen_text import read_lines


def declared_facts(
    project: Project, seen: Seen, run_keys: Mapping[str, str], name: str, pane: PaneSeen | None, capture: str | None
) -> dict[str, Fact]:
    """Return every declared fact that can be made of what was seen for the subject called `name`."""
    facts: dict[str, Fact] = {}
    for spec in project.facts.values():
        maker = _MAKERS.get(spec.source)
        if maker is not None:
            facts[spec.name] = maker(spec, project, seen, name)
        elif spec.source is Source.PANE:
            facts[spec.name] = _pane(spec, pane)
        elif spec.source is Source.CHECK:
            facts[spec.name] = _check(spec, seen, run_keys)
        elif spec.source is Source.SCREEN:
            facts[spec.name] = _screen(spec, project, name, pane, capture)
    return facts


def hook_facts(project: Project, told: Told, wall: float) -> dict[str, Fact]:
    """Return every declared fact about what an agent's hooks dropped."""
    return {spec.name: _hook(spec, told, wall) for spec in project.facts.values() if spec.source is Source.HOOK}


def _hook(spec: FactSpec, told: Told, wall: float) -> Fact:
    failed = dict(told.failed).get(Channel.HOOK)
    if failed is not None:
        return unknown(spec.name, Why.UNREACHABLE, failed, "hook")
    for event in reversed(told.events):
        recent = event.channel is Channel.HOOK and wall - event.at < spec.within
        if recent and re.fullmatch(spec.pattern, event.name) and spec.contains in event.raw:
            return known(spec.name, True, f"{event.name}, {wall - event.at:.0f}s ago", "hook", event.at)
    return known(spec.name, False, f"no such event in the last {spec.within:.0f}s", "hook")


def _pane(spec: FactSpec, pane: PaneSeen | None) -> Fact:
    if pane is None:
        return known(spec.name, False, "no pane", "pane")
    value = pane.variables.get(spec.variable)
    if value is None:
        return unknown(spec.name, Why.UNREACHABLE, f"{spec.variable} was not asked", "pane")
    return known(spec.name, re.search(spec.pattern, value) is not None, f"{spec.variable}={printable(value)}", "pane")


def _screen(spec: FactSpec, project: Project, name: str, pane: PaneSeen | None, capture: str | None) -> Fact:
    agent = project.agents.get(name)
    if pane is None or agent is None:
        return known(spec.name, False, "no pane", "screen")
    if capture is None:
        return unknown(spec.name, Why.UNREACHABLE, "the screen was not captured", "screen")
    region = Regions(project.profiles[agent.profile], read_lines(capture), pane.variables, None).get(spec.region)
    lines = [line.text for line in region.lines] if region is not None else []
    found = next((line for line in lines if re.search(spec.pattern, line)), None)
    return known(spec.name, found is not None, f'"{printable(found)}"' if found else spec.region, "screen")


def _row(spec: FactSpec, project: Project, seen: Seen, name: str) -> Fact:
    document, agent = project.documents.get(spec.document), project.agents.get(name)
    if document is None or agent is None:
        return known(spec.name, False, "has no row", "row")
    cell = cell_of(document, seen.files.get(document.file), agent.row or agent.name, spec.column)
    if isinstance(cell, Failed):
        return unknown(spec.name, Why.UNREACHABLE, cell.reason, "row")
    return known(
        spec.name,
        cell is not None and re.search(spec.pattern, cell) is not None,
        printable(cell) if cell else "no row",
        "row",
    )


def _line(spec: FactSpec, project: Project, seen: Seen, name: str) -> Fact:
    path = spec.file.replace("{name}", name)
    found = seen.files.get(path)
    if found is None or isinstance(found, Failed):
        return unknown(spec.name, Why.UNREACHABLE, found.reason if found else f"{path} was not read", "line")
    if not isinstance(found, FileSeen):
        return known(spec.name, False, f"{path} does not exist", "line")
    lines = found.text.splitlines()
    first = max(0, len(lines) - spec.last)
    for number, line in enumerate(lines[first:], first + 1):
        if re.search(spec.pattern, line):
            return known(spec.name, True, f'{path}:{number} "{printable(line)}"', "line")
    return known(spec.name, False, f"not in the last {spec.last} lines of {path}", "line")


def _file(spec: FactSpec, project: Project, seen: Seen, name: str) -> Fact:
    path = spec.file.replace("{name}", name)
    found = seen.globs.get(path)
    if found is None or isinstance(found, Failed):
        return unknown(spec.name, Why.UNREACHABLE, found.reason if found else f"{path} was not looked at", "file")
    good = [f for f in found if f.size >= spec.min_bytes and (f.contains or not spec.contains)]
    return known(spec.name, bool(good), f"{path}: {len(good)} of {len(found)}", "file")


def _check(spec: FactSpec, seen: Seen, run_keys: Mapping[str, str]) -> Fact:
    found = seen.runs.get(run_keys.get(f"|{spec.check}", ""))
    if found is None or found.status != "ended":
        return unknown(spec.name, Why.PENDING if found else Why.UNREACHABLE, f"{spec.check} has no result", "check")
    return known(spec.name, found.exit_code == 0, f"{spec.check} exited with {found.exit_code}", "check")


def _http(spec: FactSpec, project: Project, seen: Seen, name: str) -> Fact:
    answer = seen.http.get(f"fact/{spec.name}")
    if answer is None or isinstance(answer, Failed):
        return unknown(spec.name, Why.UNREACHABLE, answer.reason if answer else "was not asked", "http")
    return known(spec.name, answer.healthy, answer.said, "http")


_MAKERS: Mapping[Source, Callable[[FactSpec, Project, Seen, str], Fact]] = {
    Source.ROW: _row,
    Source.LINE: _line,
    Source.FILE: _file,
    Source.HTTP: _http,
}
