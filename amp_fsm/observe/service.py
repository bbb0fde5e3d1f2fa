"""One service: everything that its facts are made of, and its facts."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.facts import Fact, Facts, Why, known, unknown
from amp_fsm.model.project import Project, ServiceSpec
from amp_fsm.model.seen import Failed, HttpSeen, PaneSeen
from amp_fsm.observe.declared import Found, declared_facts, declared_found
from amp_fsm.observe.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """What was seen of a service.

    Attributes:
        unreachable: why its tmux server could not be asked.  server: identity of the project's; empty: there is none.
        answer: what it said of its health; None: it was not asked.
        declared: what the declared facts are made of.
    """

    unreachable: str
    server: str
    pane: PaneSeen | None
    answer: HttpSeen | Failed | None
    declared: tuple[Found, ...]


def service_seen(sources: Sources, service: ServiceSpec) -> ServiceSeen:
    """Return what was seen of a service."""
    return ServiceSeen(
        unreachable=sources.unreachable.get(service.address, ""),
        server=sources.server,
        pane=sources.panes.get(service.address),
        answer=sources.seen.http.get(service.address),
        declared=declared_found(sources, service.name),
    )


def service_facts(project: Project, service: ServiceSpec, seen: ServiceSeen, at: float) -> Facts:
    """Return a service's facts, from its pane and from its health.  They do not depend on the time."""
    gone = _gone(seen, at)
    facts = {"gone": gone, "ready": _ready(service, gone, seen.answer, at)}
    return {**facts, **declared_facts(project, service.name, seen.declared, seen.pane, None)}


def _gone(seen: ServiceSeen, at: float) -> Fact:
    pane = seen.pane
    if seen.unreachable:
        return unknown("gone", Why.UNREACHABLE, seen.unreachable, "pane", at)
    if not seen.server or pane is None:
        return known("gone", True, "no tmux server runs" if not seen.server else "no pane", "pane", at)
    return known("gone", pane.dead, f"pane {pane.ref.pane} {'is dead' if pane.dead else 'lives'}", "pane", at)


def _ready(service: ServiceSpec, gone: Fact, answer: HttpSeen | Failed | None, at: float) -> Fact:
    if service.ready is None:
        opposite = {"true": False, "false": True}.get(gone.truth)
        if opposite is None:
            return unknown("ready", gone.why or Why.UNREACHABLE, gone.evidence, "pane", at)
        return known("ready", opposite, gone.evidence, "pane", at)
    if answer is None or isinstance(answer, Failed):
        return unknown("ready", Why.UNREACHABLE, answer.reason if answer else "was not asked", "http", at)
    return known("ready", answer.healthy, answer.said, "http", at)
