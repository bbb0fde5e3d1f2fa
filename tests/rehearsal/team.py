"""A small project for the tests of this folder."""

from __future__ import annotations

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import MachineSpec, StateSpec
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import (
    AgentSpec,
    CheckSpec,
    Deliverable,
    FactSpec,
    HttpExpect,
    Project,
    ServiceSpec,
    Source,
    TaskSpec,
    TmuxSpec,
)
from amp_fsm.rehearsal.rehearsed import Place

PRACTICE = Profile(name="practice", command=("practice-agent",))
PLACE = Place(
    root="/scratch/project",
    outside="/scratch/outside",
    store="/scratch/store",
    trees="/scratch/trees",
    world="/scratch/world",
    socket="/scratch/tmux",
    python=("python", "-m"),
)
MACHINE = MachineSpec(
    name="task",
    initial="PENDING",
    states={
        "PENDING": StateSpec(name="PENDING"),
        "FAILED": StateSpec(name="FAILED"),
        "COMPLETED": StateSpec(name="COMPLETED", final=True),
    },
)


def a_project(**parts: object) -> Project:
    """Return a project with one of each; `parts` replace."""
    given: dict[str, object] = {
        "name": "palm",
        "root": "/home/op/palm",
        "store": "/home/op/palm/.amp-fsm",
        "source": "/home/op/palm/amp.yaml",
        "digest": "d",
        "tmux": TmuxSpec(session="palm", adopt=True),
        "agents": {
            "ada": AgentSpec(
                name="ada",
                profile="claude-code",
                command=("claude", "--resume"),
                cwd="/home/op/palm/sub",
                env={"HOME_OF": "/home/op/palm/x", "OTHER": "/opt"},
                requires=("proxy",),
                skills=("code",),
            ),
            "ben": AgentSpec(name="ben", profile="codex", cwd="/srv/ben"),
        },
        "services": {
            "proxy": ServiceSpec(
                name="proxy", command=("proxy", "--port", "1"), ready=HttpExpect(url="http://localhost:1/health")
            )
        },
        "profiles": {"claude-code": Profile(name="claude-code"), "codex": Profile(name="codex")},
        "documents": {
            "status": DocumentSpec(
                name="status",
                file="/home/op/palm/STATUS.md",
                heading="Agents",
                key="Agent",
                columns={"task": "Task", "status": "Status"},
                words={"idle": ("IDLE",), "done": ("DONE",)},
            ),
            "log": DocumentSpec(
                name="log", file="/srv/LOG.md", heading="Log", key="Agent", row={"Agent": "x", "At": "y"}
            ),
        },
        "checks": {
            "build": CheckSpec(name="build", run=("make", "/home/op/palm/Makefile"), inputs=("src/*",)),
            "lint": CheckSpec(name="lint", run=("lint",)),
        },
        "tasks": {
            "T-1": TaskSpec(
                id="T-1",
                kind="code",
                title="One",
                deliverables=(Deliverable(file="a.py", contains="def a"), Deliverable(file="/home/op/palm/b.md")),
                checks=("build",),
            ),
            "T-2": TaskSpec(id="T-2", kind="code", title="Two", order=1),
        },
        "facts": {
            "said": FactSpec(name="said", source=Source.SCREEN, pattern="x"),
            "told": FactSpec(name="told", source=Source.HOOK, pattern="Stop"),
            "quota": FactSpec(name="quota", source=Source.HTTP, http=HttpExpect(url="http://localhost:2")),
            "mail": FactSpec(name="mail", source=Source.LINE, file="/var/mail/op"),
        },
        "machines": {"task": MACHINE},
    }
    return Project(**{**given, **parts})  # type: ignore[arg-type]  # each test replaces what it is about
