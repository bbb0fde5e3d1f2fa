"""Facts that the operator declared, from what was seen.  Those that follow from the record alone are made in `plan`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from amp_fsm.model.channel import Channel
from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.printable import printable
from amp_fsm.model.project import FactSpec, Project, Source
from amp_fsm.model.seen import Failed, HttpSeen, PaneSeen, PathSeen, RunSeen
from amp_fsm.observe.channels import Told
from amp_fsm.observe.screen_regions import Regions
from amp_fsm.observe.screen_text import read_lines
from amp_fsm.observe.sources import Sources, path_of

Found = str | Failed | HttpSeen | RunSeen | Fact | tuple[PathSeen, ...] | None
"""What a declared fact of one subject is made of; None: nobody looked, or there is no such thing."""


def declared_found(sources: Sources, name: str) -> tuple[Found, ...]:
    """Return what the declared facts of the subject called `name` are made of, in their order."""
    specs = sources.project.facts.values()
    return tuple(_found(sources, spec, name) for spec in specs if spec.source in _MAKERS) if specs else ()


def _found(sources: Sources, spec: FactSpec, name: str) -> Found:
    project, seen = sources.project, sources.seen
    if spec.source is Source.ROW:
        document, agent = project.documents.get(spec.document), project.agents.get(name)
        return sources.pages[document.name].cell(agent.row or name, spec.column) if document and agent else None
    if spec.source is Source.LINE:
        return sources.line(spec, name)
    if spec.source is Source.FILE:
        return seen.globs.get(path_of(spec, name))
    if spec.source is Source.HTTP:
        return seen.http.get(f"fact/{spec.name}")
    return seen.runs.get(sources.run_keys.get(f"|{spec.check}", ""))


def declared_facts(
    project: Project, name: str, found: Sequence[Found], pane: PaneSeen | None, capture: str | None
) -> dict[str, Fact]:
    """Return every declared fact of the subject called `name` that does not come from its channels or its usage."""
    facts: dict[str, Fact] = {}
    looked = iter(found)
    for spec in project.facts.values():
        maker = _MAKERS.get(spec.source)
        if maker is not None:
            facts[spec.name] = maker(spec, project, name, next(looked))
        elif spec.source is Source.PANE:
            facts[spec.name] = _pane(spec, pane)
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


def _row(spec: FactSpec, project: Project, name: str, cell: Found) -> Fact:
    if spec.document not in project.documents or name not in project.agents:
        return known(spec.name, False, "has no row", "row")
    if isinstance(cell, Failed):
        return unknown(spec.name, Why.UNREACHABLE, cell.reason, "row")
    text = cell if isinstance(cell, str) else None
    return known(
        spec.name,
        text is not None and re.search(spec.pattern, text) is not None,
        printable(text) if text else "no row",
        "row",
    )


def _line(spec: FactSpec, project: Project, name: str, found: Found) -> Fact:
    return found if isinstance(found, Fact) else unknown(spec.name, Why.UNREACHABLE, "was not read", "line")


def _file(spec: FactSpec, project: Project, name: str, found: Found) -> Fact:
    path = path_of(spec, name)
    if found is None or isinstance(found, Failed):
        return unknown(spec.name, Why.UNREACHABLE, found.reason if found else f"{path} was not looked at", "file")
    paths = [one for one in found if isinstance(one, PathSeen)] if isinstance(found, tuple) else []
    good = [f for f in paths if f.size >= spec.min_bytes and (f.contains or not spec.contains)]
    return known(spec.name, bool(good), f"{path}: {len(good)} of {len(paths)}", "file")


def _check(spec: FactSpec, project: Project, name: str, found: Found) -> Fact:
    if not isinstance(found, RunSeen) or found.status != "ended":
        return unknown(spec.name, Why.PENDING if found else Why.UNREACHABLE, f"{spec.check} has no result", "check")
    return known(spec.name, found.exit_code == 0, f"{spec.check} exited with {found.exit_code}", "check")


def _http(spec: FactSpec, project: Project, name: str, answer: Found) -> Fact:
    if not isinstance(answer, HttpSeen):
        reason = answer.reason if isinstance(answer, Failed) else "was not asked"
        return unknown(spec.name, Why.UNREACHABLE, reason, "http")
    return known(spec.name, answer.healthy, answer.said, "http")


_MAKERS: Mapping[Source, Callable[[FactSpec, Project, str, Found], Fact]] = {
    Source.ROW: _row,
    Source.LINE: _line,
    Source.FILE: _file,
    Source.HTTP: _http,
    Source.CHECK: _check,
}
