"""From the merged, normalised tree to a `Project`.  What cannot be built is a finding, never an exception."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from amp_fsm.config.build_machines import MachineBuilder
from amp_fsm.config.durations import parse_duration
from amp_fsm.config.merge import lay_over
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.notice import NotificationSpec
from amp_fsm.model.profile import Profile, ScreenState
from amp_fsm.model.project import (
    ERRANDS,
    PROPOSALS,
    AgentSpec,
    Allowance,
    ApprovalSpec,
    CheckSpec,
    Deadline,
    Deliverable,
    FactSpec,
    HttpExpect,
    KindSpec,
    MachineTest,
    Policies,
    Priority,
    Project,
    ServiceSpec,
    SuccessionSpec,
    TaskSpec,
    TmuxSpec,
)
from amp_fsm.model.review import NOBODY, ReviewSpec
from amp_fsm.model.workspace import WorkspaceKind, WorktreesSpec

_PRIORITIES = {"HAUTE": "HIGH", "MOYENNE": "MEDIUM", "MED": "MEDIUM", "BASSE": "LOW"}
Tree = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a configuration comes from.

    Attributes:
        source: its path as given; `folder`: the absolute folder that it stands in.
        home: what `~` means.
        digest: SHA-256 over everything that was merged, in hex.
    """

    source: str
    folder: str
    home: str
    digest: str


def build_project(tree: Tree, origin: Origin) -> tuple[Project, tuple[Finding, ...]]:
    """Return the project of a tree whose shape is right, and what is wrong with it all the same."""
    machines = MachineBuilder()
    built = {name: machines.machine(name, data) for name, data in _items(tree, "machines")}
    approvals = tuple(_approval(data, place, machines) for place, data in enumerate(tree.get("approvals") or ()))
    notifications = tuple(_notification(d, place, machines) for place, d in enumerate(tree.get("notifications") or ()))
    findings = list(machines.findings)
    profiles = _profiles(tree, findings)
    kinds = {name: _kind(name, data) for name, data in _items(tree, "kinds")}
    root = _absolute(tree["project"].get("root", "."), origin.folder, origin.home)
    project = Project(
        name=tree["project"]["name"],
        root=root,
        store=_absolute(tree["project"].get("store", f".amp-fsm/{tree['project']['name']}"), root, origin.home),
        source=origin.source,
        digest=origin.digest,
        tmux=_tmux(tree["tmux"], origin.home),
        agents={name: _agent(name, data, origin.home) for name, data in _items(tree, "agents")},
        services={name: _service(name, data, origin.home) for name, data in _items(tree, "services")},
        profiles=profiles,
        documents={name: _document(name, data) for name, data in _items(tree, "documents")},
        checks={name: _check(name, data) for name, data in _items(tree, "checks")},
        kinds=kinds,
        prompts=dict(_items(tree, "prompts")),
        tasks={
            task["id"]: build_task(task, place, kinds, findings) for place, task in enumerate(tree.get("tasks") or [])
        },
        facts={name: _fact(name, data, findings) for name, data in _items(tree, "facts")},
        machines={name: machine for name, machine in built.items() if machine is not None},
        approvals=approvals,
        notifications=notifications,
        budgets={address: _convert(data, Allowance) for address, data in _items(tree, "budgets")},
        policies=_convert(tree.get("policies") or {}, Policies),
        task_ids=tree["project"].get("task_ids", "TASK-{n:03}"),
        worktrees=_worktrees(tree["project"].get("worktrees") or {}, root, origin.home),
        succession=_succession(tree.get("succession") or {}),
        errands=tree["project"].get("errands", ERRANDS),
        proposals=tree["project"].get("proposals", PROPOSALS),
        tests=tuple(_test(test, place) for place, test in enumerate(tree.get("tests") or [])),
    )
    return project, tuple(findings)


def _items(tree: Tree, key: str) -> list[tuple[str, Any]]:
    return list((tree.get(key) or {}).items())


def _convert(data: object, kind: type[T]) -> T:
    return msgspec.convert(data, kind, strict=False)


def _absolute(path: str, folder: str, home: str) -> str:
    expanded = home + path[1:] if path == "~" or path.startswith("~/") else path
    return posixpath.normpath(posixpath.join(folder, expanded))


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tmux(data: Tree, home: str) -> TmuxSpec:
    columns, _, rows = data.get("size", "200x50").partition("x")
    return TmuxSpec(
        session=data["session"],
        socket=_socket(data, home),
        columns=int(columns),
        rows=int(rows),
        adopt=data.get("adopt", False),
    )


def _socket(data: Tree, home: str) -> str:
    socket = str(data.get("socket", ""))
    return _absolute(socket, "/", home) if socket.startswith(("~", "/")) else socket


def _windowed(name: str, data: Tree, home: str) -> dict[str, Any]:
    return {
        **data,
        "name": name,
        "socket": _socket(data, home),
        "window": str(data.get("window", "")),
        "command": tuple(str(part) for part in data.get("command") or ()),
        "env": _texts(data.get("env") or {}),
    }


def _agent(name: str, data: Tree, home: str) -> AgentSpec:
    return _convert(_windowed(name, data, home), AgentSpec)


def _service(name: str, data: Tree, home: str) -> ServiceSpec:
    ready = data.get("ready")
    return _convert({**_windowed(name, data, home), "ready": _http(ready) if ready else None}, ServiceSpec)


def _http(data: Tree) -> HttpExpect:
    expect = data.get("expect") or {}
    return HttpExpect(
        url=data["http"],
        json=expect.get("json", ""),
        equals=_text(expect["equals"]) if "equals" in expect else "",
        timeout=data.get("timeout", 2.0),
    )


ASKS_HELP = ("HELP", "AIDE")
"""Words by which a status row asks for help, if the document says none."""


def _document(name: str, data: Tree) -> DocumentSpec:
    table = data["table"]
    rest = {key: value for key, value in data.items() if key != "table"}
    if data.get("columns") and data.get("words"):
        rest["words"] = {"help": ASKS_HELP, **data["words"]}
    return _convert({**rest, "name": name, "heading": table["heading"], "key": table.get("key", "")}, DocumentSpec)


def _check(name: str, data: Tree) -> CheckSpec:
    return _convert({**data, "name": name, "run": tuple(str(part) for part in data["run"])}, CheckSpec)


def _fact(name: str, data: Tree, findings: list[Finding]) -> FactSpec:
    over = parse_duration(data.get("over", 0.0))
    if over is None:
        message = f"`over` cannot be {data['over']!r}"
        findings.append(
            Finding(code="E205", path=("facts", name, "over"), message=message, suggestion="a number, or 30m")
        )
    rest = {key: value for key, value in data.items() if key not in ("http", "expect", "timeout", "over")}
    http = _http(data) if "http" in data else None
    return _convert({**rest, "name": name, "over": over or 0.0, "http": http}, FactSpec)


def _deadline(said: object, place: int, findings: list[Finding]) -> Deadline | None:
    if said is None:
        return None
    after = parse_duration(said)
    if after is not None:
        return Deadline(after=after)
    try:
        datetime.fromisoformat(str(said))
    except ValueError:
        message = f"{said!r} is neither a moment nor a duration"
        mend = "for example: 2026-01-20T18:00, or 4h after the task came into the queue"
        findings.append(Finding(code="E205", path=("tasks", place, "deadline"), message=message, suggestion=mend))
        return None
    return Deadline(at=str(said))


def _kind(name: str, data: Tree) -> KindSpec:
    rest = {key: value for key, value in data.items() if key != "review"}
    return replace(_convert({**rest, "name": name}, KindSpec), review=_review(data.get("review")))


def _review(data: Any) -> ReviewSpec | None:
    if data is None:
        return None
    made = ReviewSpec(by=data) if isinstance(data, str) else _convert(data, ReviewSpec)
    return None if made.by == NOBODY else made


def build_task(data: Tree, place: int, kinds: Mapping[str, KindSpec], findings: list[Finding]) -> TaskSpec:
    """Return the task that stands at `place` of the tasks; what is wrong with it is added to `findings`."""
    kind = kinds.get(data.get("kind", ""))
    brief = {
        key: tuple(_text(item) for item in value) if isinstance(value, list) else _text(value)
        for key, value in (data.get("brief") or {}).items()
    }
    deliverables = tuple(
        Deliverable(file=item) if isinstance(item, str) else _convert(item, Deliverable)
        for item in data.get("deliverables") or ()
    )
    priority = data.get("priority", "MEDIUM")
    return TaskSpec(
        id=data["id"],
        kind=data.get("kind", ""),
        title=data.get("title", data["id"]),
        priority=Priority(str(_PRIORITIES.get(priority, priority))),
        needs=tuple(data.get("needs") or ()),
        skills=_union(kind.skills if kind else (), data.get("skills")),
        prefer=tuple(data.get("prefer") or ()),
        avoid=tuple(data.get("avoid") or ()),
        exclusive=tuple(data.get("exclusive") or ()),
        deadline=_deadline(data.get("deadline"), place, findings),
        minutes=float(data.get("minutes", 0)),
        deliverables=deliverables,
        checks=_union(kind.checks if kind else (), data.get("checks")),
        brief=brief,
        order=place,
        workspace=WorkspaceKind(data["workspace"]) if "workspace" in data else kind.workspace if kind else _SHARED,
        review=_review(data["review"]) if "review" in data else kind.review if kind else None,
        machine=data.get("machine", "task"),
    )


_SHARED = WorkspaceKind.SHARED


def _succession(data: Tree) -> SuccessionSpec:
    at = data.get("hand_over_at")
    usage = {"usage": float(str(at["usage"]).rstrip("%"))} if at and "usage" in at else {}
    return _convert({**data, "hand_over_at": None if at is None else {**at, **usage}}, SuccessionSpec)


def _worktrees(data: Tree, root: str, home: str) -> WorktreesSpec:
    made = _convert(data, WorktreesSpec)
    return replace(made, folder=_absolute(made.folder, root, home)) if made.folder else made


def _union(first: tuple[str, ...], second: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *(second or ()))))


def build_profiles(tree: Tree) -> dict[str, Profile]:
    """Return the profiles of a normalised tree by name."""
    return _profiles(tree, [])


def _profiles(tree: Tree, findings: list[Finding]) -> dict[str, Profile]:
    data = dict(_items(tree, "profiles"))
    built: dict[str, Profile] = {}
    for name in data:
        whole = _extended(name, data, findings, ())
        rules = [rule for rule in whole.get("rules") or () if "state" in rule]
        findings.extend(_stateless(name, data[name], {rule["id"] for rule in rules}))
        env = _texts(whole.get("env") or {})
        try:
            built[name] = _convert({**whole, "name": name, "env": env, "rules": rules}, Profile)
        except msgspec.ValidationError as error:  # a rule or region that nothing below completes
            message = f"profile `{name}` is not whole: {str(error).replace('Object m', 'm').replace('$.', '')}"
            findings.append(Finding(code="E212", path=("profiles", name), message=message, on="key"))
    return built


def _stateless(name: str, data: Tree, whole: Set[str]) -> Iterator[Finding]:
    """Yield the rules of a profile that get no state; the schema cannot, for those that edit a parent's need none."""
    for place, rule in enumerate(data.get("rules") or ()):
        if rule["id"] not in whole and rule.get("remove") is not True:
            message = f"rule `{rule['id']}` says no `state`, nor does one of that id in what `{name}` extends"
            mend = did_you_mean("", [state for state in ScreenState if state is not ScreenState.UNKNOWN])
            yield Finding(code="E202", path=("profiles", name, "rules", place, "id"), message=message, suggestion=mend)


def _extended(name: str, data: Mapping[str, Tree], findings: list[Finding], above: tuple[str, ...]) -> dict[str, Any]:
    own = dict(data[name])
    base = own.pop("extends", None)
    below: Mapping[str, Any] = {}
    if base is not None and base in data and base not in (*above, name):
        below = _extended(base, data, findings, (*above, name))
    elif base is not None:
        said, mend = ("is made of it", "") if base in data else ("does not exist", did_you_mean(base, data))
        message, path = f"profile `{name}` extends `{base}`, which {said}", ("profiles", name, "extends")
        findings.append(Finding(code="E220", path=path, message=message, suggestion=mend))
    whole, misplaced = lay_over(below, own, ("profiles", name))
    findings.extend(misplaced)
    return dict(whole)


def _approval(data: Tree, place: int, builder: MachineBuilder) -> ApprovalSpec:
    budget = builder.budget({"max": 10, "per": "1h", **data}, ("approvals", place), default="1h")
    rest = {key: value for key, value in data.items() if key not in ("max", "per", "remove")}
    return _convert({"answer": "", **rest, "budget": budget}, ApprovalSpec)


def _notification(data: Tree, place: int, builder: MachineBuilder) -> NotificationSpec:
    budget = builder.budget({"max": 20, "per": "1h", **data}, ("notifications", place), default="1h")
    rest = {key: value for key, value in data.items() if key not in ("max", "per", "remove")}
    return _convert({"url": "", **rest, "most": budget.most, "seconds": budget.seconds or 3600.0}, NotificationSpec)


def _test(data: Tree, place: int) -> MachineTest:
    facts = {name: _text(value) for name, value in data["facts"].items()}
    return MachineTest(
        machine=data["machine"], state=data["state"], facts=facts, fires=data.get("fires") or "", place=str(place)
    )
