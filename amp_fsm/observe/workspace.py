"""From how a worktree stands to facts about its task."""

from __future__ import annotations

from amp_fsm.model.facts import Facts, Why, known, unknown
from amp_fsm.model.project import Project
from amp_fsm.model.seen import Failed
from amp_fsm.model.workspace import FACTS, Merge, Workspace, WorkspaceSeen


def workspace_facts(seen: WorkspaceSeen | Failed, merge: Merge, at: float) -> Facts:
    """Return what is known of a task's worktree; all of it is unknown when it could not be looked at."""
    if isinstance(seen, Failed):
        return {name: unknown(name, Why.UNREACHABLE, seen.reason, "git", at) for name in FACTS[1:]}
    ready = seen.ready
    hindered = seen.conflict or seen.root_busy or ("" if merge is Merge.AUTO else "a person merges it")
    values = {
        "workspace_ready": (ready, seen.blocked),
        "workspace_blocked": (bool(seen.blocked), seen.blocked),
        "workspace_committed": (ready and seen.committed, ""),
        "workspace_merged": (ready and seen.merged, ""),
        "merge_conflict": (bool(seen.conflict), seen.conflict),
        "merge_ready": (ready and not hindered, hindered),
    }
    return {name: known(name, value, text, "git", at) for name, (value, text) in values.items()}


def needs_person(project: Project, workspace: Workspace, seen: WorkspaceSeen | Failed) -> str:
    """Return why a worktree's branch waits for a person; empty when it does not."""
    if isinstance(seen, Failed):
        return f"{workspace.folder} could not be looked at: {seen.reason}"
    if not seen.conflict or not seen.committed:
        return ""
    mend = f"git -C {project.root} merge {workspace.branch}"
    return f"{workspace.branch} is kept: {seen.conflict}; merge it by hand: {mend}"
