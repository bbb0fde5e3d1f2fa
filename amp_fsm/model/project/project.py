"""The configuration as one value: `Project`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import MachineSpec
from amp_fsm.model.notice import NotificationSpec
from amp_fsm.model.profile import Profile
from amp_fsm.model.project.approval import ApprovalSpec
from amp_fsm.model.project.own_fact import FactSpec
from amp_fsm.model.project.policies import Allowance, Policies
from amp_fsm.model.project.succession import SuccessionSpec
from amp_fsm.model.project.team import AgentSpec, ServiceSpec, TmuxSpec
from amp_fsm.model.project.work import CheckSpec, KindSpec, TaskSpec
from amp_fsm.model.workspace import Workspace, WorkspaceKind, WorktreesSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTest:
    """A promise of the configuration about one of its machines; `fires` empty means: nothing fires."""

    machine: str
    state: str
    facts: Mapping[str, str]
    fires: str = ""
    place: str = ""


ERRANDS = ".amp-fsm/errands"
"""Folder of errands' answers, if the project names none."""

PROPOSALS = ".amp-fsm/proposals"
"""Folder of proposed tasks, if the project names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One configuration, whole.

    Attributes:
        root: absolute path of the project's folder; relative paths in the configuration start there.
        store: absolute path of the store's folder (SQLite file, check runs, STOP file, saved plans).
        budgets: address (`agent/NAME`, `task/ID`; `*` for every one) to what may be used up.
        task_ids: pattern of the ids of tasks that are added without one.
        worktrees: how those of tasks with `workspace: worktree` are made.
        errands: folder, relative to the root, in which agents leave what an errand asks for; proposals: tasks that
            they propose.
        source: path of the configuration as given; `digest`: SHA-256 of everything that was merged, in hex.
    """

    name: str
    root: str
    store: str
    source: str
    digest: str
    tmux: TmuxSpec
    agents: Mapping[str, AgentSpec] = field(default_factory=dict)
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    documents: Mapping[str, DocumentSpec] = field(default_factory=dict)
    checks: Mapping[str, CheckSpec] = field(default_factory=dict)
    kinds: Mapping[str, KindSpec] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, TaskSpec] = field(default_factory=dict)
    facts: Mapping[str, FactSpec] = field(default_factory=dict)
    machines: Mapping[str, MachineSpec] = field(default_factory=dict)
    approvals: tuple[ApprovalSpec, ...] = ()
    notifications: tuple[NotificationSpec, ...] = ()
    budgets: Mapping[str, Allowance] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    worktrees: WorktreesSpec = field(default_factory=WorktreesSpec)
    succession: SuccessionSpec = field(default_factory=SuccessionSpec)
    errands: str = ERRANDS
    proposals: str = PROPOSALS
    tests: tuple[MachineTest, ...] = ()
    task_ids: str = "TASK-{n:03}"

    def workspace(self, task: TaskSpec) -> Workspace | None:
        """Return the worktree of a task; None when it is worked on in the root."""
        if task.workspace is WorkspaceKind.SHARED:
            return None
        branch = self.worktrees.branch.replace("{task}", task.id)
        return Workspace(folder=f"{self.worktrees.folder or f'{self.store}/worktrees'}/{task.id}", branch=branch)

    def place(self, task: TaskSpec, path: str) -> str:
        """Return where a path of a task is looked at: in its worktree, if it has one."""
        workspace = self.workspace(task)
        return path if workspace is None or path.startswith("/") else f"{workspace.folder}/{path}"
