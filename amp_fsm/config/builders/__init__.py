"""From the merged, normalised tree to a `Project`.  What cannot be built is a finding, never an exception.

One module per part of the configuration, named as in `model.project`; `config.load` calls it before `config.lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from amp_fsm.config.builders.approval import build_approval
from amp_fsm.config.builders.document import build_document
from amp_fsm.config.builders.machine_test import build_test
from amp_fsm.config.builders.machines import MachineBuilder
from amp_fsm.config.builders.notification import build_notification
from amp_fsm.config.builders.own_fact import build_fact
from amp_fsm.config.builders.profiles import build_profiles
from amp_fsm.config.builders.succession import build_succession
from amp_fsm.config.builders.team import build_agent, build_service, build_tmux
from amp_fsm.config.builders.values import Tree, absolute_path, convert, listed, named
from amp_fsm.config.builders.work import build_check, build_kind, build_task, build_worktrees
from amp_fsm.config.problems import Finding
from amp_fsm.model.project import ERRANDS, PROPOSALS, Allowance, KindSpec, Policies, Project, TaskSpec


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
    findings: list[Finding] = []
    builder, home, own = MachineBuilder(findings), origin.home, tree["project"]
    machines = named(tree, "machines", builder.machine)
    kinds = named(tree, "kinds", build_kind)
    root = absolute_path(own.get("root", "."), origin.folder, home)
    project = Project(
        name=own["name"],
        root=root,
        store=absolute_path(own.get("store", f".amp-fsm/{own['name']}"), root, home),
        source=origin.source,
        digest=origin.digest,
        tmux=build_tmux(tree["tmux"], home),
        agents=named(tree, "agents", partial(build_agent, home=home)),
        services=named(tree, "services", partial(build_service, home=home)),
        profiles=build_profiles(tree, findings),
        documents=named(tree, "documents", build_document),
        checks=named(tree, "checks", build_check),
        kinds=kinds,
        prompts=dict(tree.get("prompts") or {}),
        tasks=_tasks(tree, kinds, findings),
        facts=named(tree, "facts", partial(build_fact, findings=findings)),
        machines={name: machine for name, machine in machines.items() if machine is not None},
        approvals=listed(tree, "approvals", partial(build_approval, builder=builder)),
        notifications=listed(tree, "notifications", partial(build_notification, builder=builder)),
        budgets={address: convert(data, Allowance) for address, data in (tree.get("budgets") or {}).items()},
        policies=convert(tree.get("policies") or {}, Policies),
        task_ids=own.get("task_ids", "TASK-{n:03}"),
        worktrees=build_worktrees(own.get("worktrees") or {}, root, home),
        succession=build_succession(tree.get("succession") or {}),
        errands=own.get("errands", ERRANDS),
        proposals=own.get("proposals", PROPOSALS),
        tests=listed(tree, "tests", build_test),
    )
    return project, tuple(findings)


def _tasks(tree: Tree, kinds: Mapping[str, KindSpec], findings: list[Finding]) -> dict[str, TaskSpec]:
    built = listed(tree, "tasks", partial(build_task, kinds=kinds, findings=findings))
    return {task.id: task for task in built}
