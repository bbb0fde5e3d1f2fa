"""Hand-over files as people and agents write them: sections, numbered lists, tables, emoji, fences."""

from __future__ import annotations

from amp_fsm.model.desired import lead_of
from amp_fsm.model.project import SuccessionSpec
from amp_fsm.model.record import Record, SubjectRecord, Written
from amp_fsm.model.seen import FileSeen, Missing
from amp_fsm.observe.incoming import MOST, incoming_drift
from amp_fsm.observe.task_lists import Listed, read_listing
from amp_fsm.observe.task_sections import Section, read_sections
from tests.plan.team import project, task

HANDED = """\
# 🔄 PASSATION: Claude → AMP

## 🎯 TÂCHES EN COURS

### 🔧 TASK-A-011 - Revoir la *stratégie*
- **Agent**: Antigravity (WORKING)
- **Statut**: IN_PROGRESS
- **Progression**: 40%

### TASK-A-013 — Relire le code
- **Status**: ✅ terminé

### Pour Codex (TASK-A-099)

| Status | Tâche |
|---|---|
| 🔄 IN_PROGRESS | Quelque chose |

### TASK-A-777 - a report about a task, without who or how

| ID | Tâche | Agent | Status |
|----|-------|-------|--------|
| TASK-A-012 | Tests | test-engineer | PENDING |

```markdown
### TASK-A-555 - an example
- **Agent**: nobody
```

## TÂCHES RESTANTES

### Priorité HAUTE
1. TASK-A-020 - Écrire le guide - Agent recommandé : amp - après TASK-A-011, TASK-A-012
2. Lire ce fichier
### Priorité BASSE
1) TASK-A-021 - Ranger \\[tout\\]
"""


def test_sections_and_lists_are_read_as_people_write_them() -> None:
    assert list(read_sections(HANDED)) == [
        Section(id="TASK-A-011", title="Revoir la *stratégie*", line=5, agent="antigravity", status="IN_PROGRESS"),
        Section(id="TASK-A-013", title="Relire le code", line=10, status="✅ terminé"),
        Section(
            id="TASK-A-020",
            title="Écrire le guide",
            line=33,
            agent="amp",
            priority="haute",
            needs=("TASK-A-011", "TASK-A-012"),
        ),
        Section(id="TASK-A-021", title="Ranger [tout]", line=36, priority="basse"),
    ]


def test_a_listing_has_the_tables_and_the_sections() -> None:
    found = {one.id: one for one in read_listing(HANDED, "H.md").tasks}
    assert list(found) == ["TASK-A-012", "TASK-A-011", "TASK-A-013", "TASK-A-020", "TASK-A-021"]
    assert found["TASK-A-013"].done
    assert found["TASK-A-020"] == Listed(
        id="TASK-A-020",
        title="Écrire le guide",
        place="H.md:33",
        agent="amp",
        priority="HIGH",
        needs=("TASK-A-011", "TASK-A-012"),
    )


TEAM = project(task("TASK-A-011"), task("TASK-A-012"), task("TASK-A-013"), task("TASK-A-020"))
TEAM = project(*TEAM.tasks.values(), succession=SuccessionSpec(order=("ben", "ada"), file="to/{from}_to_{to}.md"))
FILE = "to/ada_to_ben.md"
SEEN = {FILE: FileSeen(path=FILE, text=HANDED, digest="d")}


def said(record: Record, papers: dict[str, FileSeen | Missing]) -> list[tuple[str, str]]:
    return [(one.address, one.text) for one in incoming_drift(TEAM, record, dict(papers))]


def states(**named: str) -> Record:
    addresses = {f"task/{name.replace('_', '-')}": state for name, state in named.items()}
    return Record(subjects={a: SubjectRecord(address=a, state=state) for a, state in addresses.items()})


def test_an_incoming_file_is_compared_with_the_queue() -> None:
    record = states(TASK_A_011="COMPLETED", TASK_A_012="PENDING", TASK_A_013="WORKING")
    assert lead_of(TEAM, record) == "ben"
    assert said(record, {**SEEN}) == [
        ("task/TASK-A-011", f"{FILE}:5 says that it is open; it is COMPLETED"),
        ("task/TASK-A-013", f"{FILE}:10 says that it is done; it is WORKING"),
        (
            "agent/ben",
            f"{FILE}:36 has TASK-A-021 (Ranger [tout]), which is not in the queue: "
            f"amp-fsm task import team.yaml /r/{FILE}",
        ),
    ]


def test_a_file_of_ours_is_compared_only_when_somebody_went_on_with_it() -> None:
    ours = Record(written={FILE: Written(digest="d")})
    assert said(ours, {**SEEN}) == []
    assert said(ours, {FILE: FileSeen(path=FILE, text=HANDED, digest="other")})
    assert said(Record(), {FILE: Missing(path=FILE)}) == []


def test_a_long_file_is_told_shortly() -> None:
    long = "".join(f"{number}. NEW-{number} - One more\n" for number in range(1, 60))
    found = said(Record(), {FILE: FileSeen(path=FILE, text=long, digest="d")})
    assert len(found) == MOST + 1
    assert found[-1][1] == f"{FILE} differs from the record in {59 - MOST} more tasks"
