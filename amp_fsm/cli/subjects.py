"""Subjects as operators name them: `codex` for `agent/codex`, with a suggestion when nothing is called so.  Pure."""

from __future__ import annotations

from collections.abc import Iterable

from amp_fsm.config.problems import did_you_mean
from amp_fsm.errors import UnknownSubjectError
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TaskSpec

Spec = AgentSpec | ServiceSpec | TaskSpec


def specs(project: Project) -> dict[str, Spec]:
    """Return every subject of a project by its address."""
    every: list[Spec] = [*project.agents.values(), *project.tasks.values(), *project.services.values()]
    return {spec.address: spec for spec in every}


def find(name: str, addresses: Iterable[str]) -> str:
    """Return the one address that `name` means.

    Raises:
        UnknownSubjectError: none does, or several do.
    """
    known = list(addresses)
    found = [address for address in known if address == name] or [
        address for address in known if address.partition("/")[2] == name
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownSubjectError(f"{name!r} may be any of several", hint=f"say which: {', '.join(found)}")
    names = known if "/" in name else [address.partition("/")[2] for address in known]
    raise UnknownSubjectError(f"no subject {name!r}", hint=did_you_mean(name, names))
