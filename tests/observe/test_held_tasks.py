"""A task that somebody holds has facts, whether it leaves anything behind or not."""

from __future__ import annotations

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.facts import Truth
from amp_fsm.model.project import AgentSpec, KindSpec, Project, TaskSpec, TmuxSpec
from amp_fsm.model.record import Assignment, Record
from amp_fsm.model.seen import FileSeen, Seen, Survey
from amp_fsm.model.time import Now
from amp_fsm.observe.observed import observe
from amp_fsm.world.config_files import load_profiles

STATUS = DocumentSpec(
    name="status", file="S.md", heading="Team", key="Agent", columns={"status": "Status"}, words={"done": ("DONE",)}
)
PROJECT = Project(
    name="t",
    root="/r",
    store="/s",
    source="",
    digest="",
    tmux=TmuxSpec(session="s"),
    agents={"ada": AgentSpec(name="ada", profile="practice")},
    profiles=load_profiles(),
    documents={"status": STATUS},
    kinds={"k": KindSpec(name="k", prompt="p")},
    tasks={"T-1": TaskSpec(id="T-1", kind="k", title="Only talk")},
)
TABLE = "# Team\n\n| Agent | Status |\n|---|---|\n| ada | DONE |\n"


def test_the_claim_of_its_holder_counts_for_a_task_without_deliverables_and_checks() -> None:
    """It could never be completed otherwise."""
    record = Record(assignments={"a": Assignment(id="a", agent="ada", task="T-1", delivered=1.0)})
    seen = Seen(terminal=Survey(server=""), files={"S.md": FileSeen(path="S.md", text=TABLE, digest="d")})
    facts = observe(PROJECT, record, seen, Now(policy=9.0, wall=9.0), {}).facts["task/T-1"]
    for name in ("claims_done", "deliverables_present", "checks_passed"):
        assert facts[name].truth is Truth.TRUE
