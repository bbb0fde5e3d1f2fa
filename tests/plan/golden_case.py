"""One golden case: values built from a folder's configuration, observation and record.

`observed.yaml`: `facts`, address to fact names that are true, or to `{name: unknown}` and `{name: evidence}` for ones
with evidence; standard facts that are not named are false, but for `recognised`, which is true of agents.  `panes` and
`readings` hold what differs from an ordinary pane and an idle screen.
`record.yaml`: `states`, address to a state or to `{state, minutes, uses}`; `assignments`; `intents`; `attempts`.
Moments are in minutes before now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amp_fsm.config.yaml_text import parse
from amp_fsm.model.facts import Fact, Truth, Why
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Observed
from amp_fsm.model.profile import Composer, ScreenReading, ScreenState
from amp_fsm.model.project import Project
from amp_fsm.model.record import Action, Assignment, Intent, IntentStatus, Record, SubjectRecord, Use
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.model.standard import STANDARD_FACTS
from amp_fsm.model.time import Now

NOW = Now(policy=100_000.0, wall=1_795_430_400.0)
SERVER = "4711:1795420000"
SOURCES = {"claims": "row", "deliverables": "file", "checks": "check", "gone": "pane"}
OF_THE_RECORD = frozenset(
    {"has_task", "offered", "prompt_delivered", "task_returned", "services_up", "has_holder", "over_budget", "leads"}
)
DERIVED = {
    "agent": OF_THE_RECORD | {"deliverables_present", "checks_passed", "checks_failed"},
    "task": OF_THE_RECORD | {"holder_busy", "needs_met", "needs_lost", "reassign_due"},
    "service": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A folder with a configuration, an observation and a record."""

    folder: Path

    def observed(self, project: Project) -> Observed:
        said = self._read("observed.yaml")
        panes = dict(_panes(project, said.get("panes") or {}))
        addresses = [*(a.address for a in project.agents.values()), *(t.address for t in project.tasks.values())]
        addresses += [service.address for service in project.services.values()]
        return Observed(
            at=NOW.wall,
            facts={address: _facts(address, (said.get("facts") or {}).get(address) or []) for address in addresses},
            panes=panes,
            readings={name: _reading(reading) for name, reading in (said.get("readings") or {}).items()},
            row_tasks=said.get("row_tasks") or {},
            unreachable={a: said["unreachable"] for a in addresses if "task/" not in a and said.get("unreachable")},
            server="" if said.get("unreachable") else SERVER,
            run_keys=said.get("run_keys") or {},
            run_status=said.get("run_status") or {},
            failures=said.get("failures") or {},
            missing=frozenset((program, project.root) for program in said.get("missing") or ()),
        )

    def record(self) -> Record:
        said = self._read("record.yaml")
        assignments = [_assignment(item) for item in said.get("assignments") or ()]
        intents = [_intent(item) for item in said.get("intents") or ()]
        return Record(
            lineage="0123abcd",
            serial=17,
            subjects={address: _subject(address, item) for address, item in (said.get("states") or {}).items()},
            assignments={item.id: item for item in assignments},
            intents={item.id: item for item in intents},
            attempts={**{item.task: item.attempt for item in assignments}, **(said.get("attempts") or {})},
            paused=frozenset(said.get("paused") or ()),
        )

    def now(self) -> Now:
        return Now(policy=NOW.policy, wall=NOW.wall, gap=bool(self._read("observed.yaml").get("gap")))

    def _read(self, name: str) -> Mapping[str, Any]:
        parsed = parse((self.folder / name).read_bytes(), name)
        assert parsed.value is not None, parsed.problems
        return parsed.value


def _facts(address: str, said: list[str | Mapping[str, str]]) -> dict[str, Fact]:
    kind = address.partition("/")[0]
    facts = {name: Fact(name=name, truth=Truth.FALSE) for name in STANDARD_FACTS[kind] - DERIVED[kind]}
    if kind == "agent":
        facts["recognised"] = Fact(name="recognised", truth=Truth.TRUE)
    for item in said:
        for fact in _named(item):
            assert fact.name in facts, f"{address} has no fact {fact.name}"
            facts[fact.name] = fact
    return facts


def _named(item: str | Mapping[str, str]) -> Iterator[Fact]:
    """Yield the facts of one entry: `turn_over`, or `{turn_over: evidence}`, or `{turn_over: 'unknown: reason'}`."""
    for name, evidence in ({item: ""} if isinstance(item, str) else item).items():
        truth, _, rest = evidence.partition(": ")
        source = SOURCES.get(name.partition("_")[0], "screen")
        if truth == "unknown":
            why, _, reason = rest.partition(": ")
            yield Fact(name=name, truth=Truth.UNKNOWN, why=Why(why), evidence=reason, source=source, at=NOW.wall)
        else:
            negative = truth == "false"
            said = rest if negative else evidence
            yield Fact(name=name, truth=Truth.of(not negative), evidence=said, source=source, at=NOW.wall)


def _panes(project: Project, said: Mapping[str, Any]) -> Iterator[tuple[str, PaneSeen]]:
    for place, (address, more) in enumerate(said.items()):
        window = project.agents[address.removeprefix("agent/")].window
        ref = PaneRef(server=SERVER, pane=f"%{place}", pid=1000 + place)
        given = {"owner": f"{project.name}/{address}", "command": "claude", **(more or {})}
        yield address, PaneSeen(ref=ref, session=project.tmux.session, window=window, name="", **given)


def _reading(said: Mapping[str, Any]) -> ScreenReading:
    return ScreenReading(
        **{**said, "state": ScreenState(said["state"]), "composer": Composer(said.get("composer", "unknown"))}
    )


def _subject(address: str, said: str | Mapping[str, Any]) -> SubjectRecord:
    given: Mapping[str, Any] = {"state": said} if isinstance(said, str) else said
    ago = given.get("minutes", 1) * 60.0
    uses = tuple(
        Use(
            name=use["name"],
            at=NOW.policy - use["minutes"] * 60.0,
            entry=7,
            assignment=use.get("assignment", ""),
            tick=use.get("tick", 0),
        )
        for use in given.get("uses") or ()
    )
    return SubjectRecord(
        address=address,
        state=given["state"],
        entry=7,
        since=NOW.policy - ago,
        since_wall=NOW.wall - ago,
        uses=uses,
    )


def _assignment(said: Mapping[str, Any]) -> Assignment:
    attempt, ago = said.get("attempt", 1), said.get("minutes", 30) * 60.0
    delivered = said.get("delivered")
    return Assignment(
        id=f"{said['task']}#{attempt}",
        agent=said["agent"],
        task=said["task"],
        attempt=attempt,
        since=NOW.policy - ago,
        since_wall=NOW.wall - ago,
        prompt=said.get("prompt", "aaaaaaaa"),
        delivered=None if delivered is None else NOW.policy - delivered * 60.0,
        delivered_wall=None if delivered is None else NOW.wall - delivered * 60.0,
        unknown=said.get("unknown", False),
        returned=said.get("returned", False),
        verdict="refused" if said.get("returned") else "",
        verdict_text=said.get("verdict_text", ""),
    )


def _intent(said: Mapping[str, Any]) -> Intent:
    address, text = said["address"], said["text"] + f"\n\n[amp:{said['id']}]"
    ago = said.get("minutes", 1) * 60.0
    return Intent(
        id=said["id"],
        address=address,
        entry=7,
        cause=said["cause"],
        action=Action(verb=Verb.SEND, target=address, what=said["what"], text=text),
        assignment=said.get("assignment", ""),
        status=IntentStatus(said["status"]),
        pane=PaneRef(server=SERVER, pane=said.get("pane", "%0"), pid=1000),
        at=NOW.policy - ago,
        at_wall=NOW.wall - ago,
        changed=NOW.policy - ago,
    )
