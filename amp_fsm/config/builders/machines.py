"""Machines from plain data: guards, actions, budgets, transitions, timers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amp_fsm.config.durations import parse_duration
from amp_fsm.config.problems import Finding
from amp_fsm.model.guards import ALWAYS, Guard, all_of, any_of, fact, not_
from amp_fsm.model.machine import (
    ActionSpec,
    Budget,
    Exhausted,
    MachineSpec,
    Since,
    StateSpec,
    TimerSpec,
    TransitionSpec,
    Verb,
)
from amp_fsm.model.notice import Severity

BARE = {"start": Verb.START, "assign": Verb.ASSIGN, "release": Verb.RELEASE}
WORDED = {
    "errand": Verb.ERRAND,
    "verdict": Verb.VERDICT,
    "send": Verb.SEND,
    "run": Verb.RUN,
    "git": Verb.GIT,
    "set_row": Verb.SET_ROW,
    "append_row": Verb.APPEND_ROW,
    "notify": Verb.NOTIFY,
}
SCOPES = ("entry", "assignment", "ever")
Path = tuple[str | int, ...]


def build_guard(value: object) -> Guard:
    """Return a guard from its YAML: a name, or a mapping with `all`, `any` or `not`."""
    if isinstance(value, str):
        return fact(value)
    if not isinstance(value, Mapping):
        return ALWAYS
    ((op, parts),) = value.items()
    if op == "not":
        return not_(build_guard(parts))
    built = [build_guard(part) for part in parts]
    return all_of(*built) if op == "all" else any_of(*built)


class MachineBuilder:
    """Builds machines, and the budgets of whatever else has some."""

    def __init__(self, findings: list[Finding]) -> None:
        """Start; what is wrong is added to `findings`."""
        self._findings = findings

    def machine(self, name: str, data: Mapping[str, Any]) -> MachineSpec | None:
        """Return one machine; None when it has no states or no initial one."""
        path: Path = ("machines", name)
        states = data.get("states") or {}
        if "extends" in data:
            self._say(
                "E206",
                (*path, "extends"),
                f"there is no machine {data['extends']!r} to extend",
                "include builtin:machines",
            )
            return None
        if not states or data.get("initial") not in states:
            said = (
                f"`initial` is {data['initial']!r}, which is not a state"
                if "initial" in data
                else "there is no `initial`"
            )
            self._say(
                "E207", (*path, "initial"), f"{said} of machine `{name}`", f"states: {', '.join(states) or 'none'}"
            )
            return None
        return MachineSpec(
            name=name,
            initial=data["initial"],
            renamed=data.get("renamed") or {},
            transitions=self._transitions(data.get("transitions") or [], (*path, "transitions"), general=True),
            states={key: self._state(key, value or {}, (*path, "states", key)) for key, value in states.items()},
        )

    def _state(self, name: str, data: Mapping[str, Any], path: Path) -> StateSpec:
        return StateSpec(
            name=name,
            final=data.get("final", False),
            on_enter=self._actions(data.get("on_enter") or [], (*path, "on_enter")),
            transitions=self._transitions(data.get("transitions") or [], (*path, "transitions"), general=False),
            timers=tuple(
                self._timer(timer, (*path, "timers", place)) for place, timer in enumerate(data.get("timers") or [])
            ),
        )

    def _transitions(
        self, data: Iterable[Mapping[str, Any]], path: Path, *, general: bool
    ) -> tuple[TransitionSpec, ...]:
        return tuple(self._transition(item, (*path, place), general=general) for place, item in enumerate(data))

    def _transition(self, data: Mapping[str, Any], path: Path, *, general: bool) -> TransitionSpec:
        sources = data.get("from", "any")
        if "to" not in data:
            self._say("E202", path, f"transition `{data['name']}` has no `to`")
        for key in ("from", "except"):
            if not general and key in data:
                self._say("E208", (*path, key), f"`{key}` belongs to machine-level transitions only", on="key")
        return TransitionSpec(
            name=data["name"],
            to=data.get("to", ""),
            sources=tuple(sources) if isinstance(sources, list) else () if sources == "any" else (sources,),
            excluded=tuple(data.get("except") or ()),
            when=build_guard(data.get("when")),
            do=self._actions(data.get("do") or [], (*path, "do")),
            budget=self.budget(data, path, default="assignment"),
            manual=data.get("manual", False),
        )

    def _timer(self, data: Mapping[str, Any], path: Path) -> TimerSpec:
        if ("after" in data) == ("every" in data):
            self._say("E209", path, f"timer `{data['name']}` needs either `after` or `every`")
        return TimerSpec(
            name=data["name"],
            seconds=data.get("every", data.get("after", 0.0)),
            repeats="every" in data,
            since=Since(data.get("since", "entry")),
            when=build_guard(data.get("when")),
            to=data.get("to", ""),
            do=self._actions(data.get("do") or [], (*path, "do")),
            budget=self.budget(data, path, default="entry"),
        )

    def budget(self, data: Mapping[str, Any], path: Path, *, default: str) -> Budget:
        """Return how often something may happen; what `per` cannot be is a finding."""
        per = data.get("per", default)
        seconds = 0.0
        if per not in SCOPES:
            seconds = parse_duration(per) or 0.0
            if not seconds:
                self._say(
                    "E205",
                    (*path, "per"),
                    f"`per` cannot be {per!r}",
                    "entry, assignment, ever, or a duration such as 1h",
                )
            per = ""
        then = data.get("then")
        return Budget(
            most=data.get("max", 0),
            per=per,
            seconds=seconds,
            backoff=data.get("backoff", 0.0),
            then=Exhausted(to=then["to"], do=self._actions(then.get("do") or [], (*path, "then", "do")))
            if then
            else None,
        )

    def _actions(self, data: Iterable[object], path: Path) -> tuple[ActionSpec, ...]:
        built = (self._action(item, (*path, place)) for place, item in enumerate(data))
        return tuple(action for action in built if action is not None)

    def _action(self, data: object, path: Path) -> ActionSpec | None:
        if isinstance(data, str):
            if data in BARE:
                return ActionSpec(verb=BARE[data])
            self._say("E210", path, f"no action `{data}`", f"there are: {', '.join([*BARE, *WORDED])}")
            return None
        words = [word for word in WORDED if isinstance(data, Mapping) and word in data]
        if not isinstance(data, Mapping) or len(words) != 1:
            self._say("E210", path, "an action says exactly one thing to do", f"one of: {', '.join(WORDED)}")
            return None
        verb = WORDED[words[0]]
        cells = data["set_row"] if verb is Verb.SET_ROW else {}
        return ActionSpec(
            verb=verb,
            what="" if verb is Verb.SET_ROW else str(data[words[0]]),
            document=data.get("document", ""),
            cells=tuple((column, str(text)) for column, text in cells.items()),
            text=data.get("text", ""),
            severity=Severity(data.get("severity", Severity.WARNING)),
        )

    def _say(self, code: str, path: Path, message: str, suggestion: str = "", on: str = "value") -> None:
        self._findings.append(Finding(code=code, path=path, message=message, suggestion=suggestion, on=on))
