"""What only the store on disk promises: durability, errors with their place, a folder left alone by looking."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.errors import ProjectLockedError, StoreError
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import CellMemory, Record, Sample, SubjectRecord
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Commit, Entry
from amp_fsm.world.sqlite import SqliteStore
from amp_fsm.world.sqlite_connection import KeptConnection
from tests.fakes.clock import FakeClock
from tests.world.processes import full_disk, until

ADA = SubjectRecord(address="agent/ada", state="IDLE")
ONE = Commit(record=Record(subjects={"agent/ada": ADA}), subjects=("agent/ada",), memory=True, moves=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_looking_at_a_store_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store")
    store.load(), store.held(), store.history(), store.used("p")
    store.go("ada")
    assert list(tmp_path.iterdir()) == []


def test_looking_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.commit(ONE)
    before = contents(tmp_path)
    store.load(), store.held(), store.history(), store.used("p")
    assert contents(tmp_path) == before
    assert set(before) == {"amp-fsm.db", "amp-fsm.db-journal"}


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 0)])
def test_the_disk_is_waited_for_only_where_a_loss_of_power_matters(
    tmp_path: Path, durable: bool, synchronous: int
) -> None:
    writing = KeptConnection(tmp_path / "amp-fsm.db", durable=durable).to_write()
    assert writing.execute("PRAGMA synchronous").fetchone() == (synchronous,)


def test_what_need_not_survive_a_loss_of_power_is_there_for_the_next_process(tmp_path: Path) -> None:
    stands = SqliteStore(tmp_path, durable=False).commit(ONE)
    assert SqliteStore(tmp_path).load() == stands


def test_looking_while_another_commits_sees_the_last_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    stands = store.commit(ONE)
    writing = sqlite3.connect(tmp_path / "amp-fsm.db", isolation_level=None)
    try:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM subjects")
        assert store.load() == stands
    finally:
        writing.close()


def test_an_empty_file_is_a_store_that_was_never_filled(tmp_path: Path) -> None:
    (tmp_path / "amp-fsm.db").touch()
    assert SqliteStore(tmp_path).load() == Record()
    assert SqliteStore(tmp_path).commit(ONE).serial == 1


def test_a_file_that_is_no_database_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "amp-fsm.db").write_text("not a database, but long enough to be looked at as one " * 40)
    with pytest.raises(StoreError, match=r"amp-fsm\.db cannot be used: file is not a database"):
        SqliteStore(tmp_path).load()
    with pytest.raises(StoreError, match="file is not a database"):
        SqliteStore(tmp_path).commit(ONE)


def test_a_store_of_a_newer_release_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    SqliteStore(tmp_path).commit(ONE)
    by_hand(tmp_path, "UPDATE meta SET body = CAST('3' AS BLOB) WHERE key = 'schema'")
    for use in (SqliteStore(tmp_path).load, lambda: SqliteStore(tmp_path).commit(ONE)):
        with pytest.raises(StoreError, match="has schema 3; this amp-fsm knows 2") as caught:
            use()
        assert caught.value.hint == "upgrade amp-fsm"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store as the release that knew schema 1 wrote it."""
    with sqlite3.connect(tmp_path / "amp-fsm.db") as db:
        db.executescript(Path(__file__).with_name("store_of_schema_1.sql").read_text(encoding="utf-8"))
    db.close()
    return tmp_path


def schema_in(folder: Path) -> str:
    db = sqlite3.connect(folder / "amp-fsm.db")
    ((body,),) = db.execute("SELECT CAST(body AS TEXT) FROM meta WHERE key = 'schema'").fetchall()
    db.close()
    return str(body)


def test_a_store_of_an_older_release_is_read_and_left_as_it_is(older: Path) -> None:
    before = contents(older)
    record = SqliteStore(older).load()
    assert (record.lineage, record.serial, record.policy) == ("0f" * 16, 1, 42.25)
    assert record.subjects["agent/ada"].state == "WORKING"
    assert record.samples == {"agent/ada": Sample(state="idle", since=1.0, resets_at=9.0)}
    assert record.cells["status|ada|Task"] == CellMemory(text="caf\udce9")
    assert (record.lead, record.lead_since, record.stranded) == ("ben", 2.5, "ada")
    assert record.added["HELP-T-1-1"].task.brief == {"question": "é?", "files": ("a", "b")}
    assert (record.barred, record.judged) == ({"T-1": ("ben", "eva")}, {"d": 2.5})
    assert set(SqliteStore(older).screens()) == {"1:2 %3"}
    assert contents(older) == before


def test_what_is_left_for_a_release_that_holds_the_lock_leaves_its_schema(older: Path) -> None:
    store = SqliteStore(older)
    before = store.load()
    store.request("fire", ())
    store.pause("ada")
    store.go("ben")
    store.journal([Entry(at=1.0, address="agent/ada", kind="claim", text="x")])
    store.save_intent(next(iter(before.intents.values())))
    assert schema_in(older) == "1"
    assert replace(store.load(), paused=before.paused, requests=before.requests) == before


@pytest.mark.parametrize("memory", [True, False])
def test_the_first_commit_carries_a_store_of_an_older_release_over(older: Path, memory: bool) -> None:
    store = SqliteStore(older)
    before = store.load()
    screens = store.screens()
    stands = store.commit(Commit(record=replace(before, policy=99.0), memory=memory))
    assert stands == replace(before, policy=99.0)
    assert schema_in(older) == "2"
    for now in (store, SqliteStore(older)):
        assert (now.load(), now.screens()) == (stands, screens)
    assert store.commit(Commit(record=stands, memory=True)) == SqliteStore(older).load() == stands


def test_a_commit_that_fails_carries_nothing_over(older: Path) -> None:
    store = SqliteStore(older)
    before = store.load()
    by_hand(older, "DROP TABLE journal")
    entry = Entry(at=0.0, address="agent/ada", kind="transition", text="x")
    with pytest.raises(StoreError, match="journal"):
        store.commit(Commit(record=replace(before, policy=99.0), memory=True, journal=(entry,)))
    assert schema_in(older) == "1"
    assert store.load() == before


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    before = store.commit(
        Commit(record=Record(samples={"a": Sample(), "b": Sample()}, attempts={"T": 1}), memory=True, subjects=())
    )
    by_hand(tmp_path, "CREATE TABLE touched (part TEXT, name TEXT)")
    for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
        by_hand(
            tmp_path,
            f"CREATE TRIGGER on_{event} AFTER {event} ON remembered "
            f"BEGIN INSERT INTO touched VALUES ({row}.part, {row}.name); END",
        )
    after = replace(before, samples={"a": Sample(), "c": Sample()}, attempts={"T": 2})
    store.commit(Commit(record=after, memory=True))
    db = sqlite3.connect(tmp_path / "amp-fsm.db")
    assert set(db.execute("SELECT * FROM touched")) == {("samples", "b"), ("samples", "c"), ("attempts", "T")}
    db.close()


def test_a_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    SqliteStore(tmp_path).commit(ONE)
    by_hand(tmp_path, """UPDATE subjects SET body = CAST('{"address": 3}' AS BLOB)""")
    with pytest.raises(StoreError, match="row 'agent/ada' of table 'subjects'"):
        SqliteStore(tmp_path).load()


def by_hand(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / "amp-fsm.db", isolation_level=None)
    db.execute(statement)
    db.close()


def test_a_kept_screen_that_cannot_be_read_is_no_loss(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    screen = KeptScreen(ref=PaneRef(server="1:2", pane="%3", pid=4), sign="s", text="t")
    store.commit(Commit(record=Record(), screens={"a": screen}))
    with sqlite3.connect(tmp_path / "amp-fsm.db") as db:
        db.execute("UPDATE screens SET body = '{}'")
    db.close()
    assert store.screens() == {}
    assert store.load().lineage


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file is in the way")
    for use in (lambda: SqliteStore(tmp_path / "store").commit(ONE), SqliteStore(tmp_path / "store").lock().__enter__):
        with pytest.raises(StoreError):
            use()


def test_a_store_that_may_only_be_read_is_read(unprivileged: Path) -> None:
    stands = SqliteStore(unprivileged).commit(ONE)
    (unprivileged / "amp-fsm.db").chmod(0o444)
    unprivileged.chmod(0o555)
    assert SqliteStore(unprivileged).load() == stands
    with pytest.raises(StoreError, match="readonly"):
        SqliteStore(unprivileged).commit(ONE)


def test_a_store_that_may_not_be_seen_is_no_empty_store(unprivileged: Path) -> None:
    SqliteStore(unprivileged / "shut").commit(ONE)
    (unprivileged / "shut").chmod(0o000)
    for look in (SqliteStore(unprivileged / "shut").load, SqliteStore(unprivileged / "shut").held):
        with pytest.raises(StoreError, match="Permission denied"):
            look()
    (unprivileged / "shut").chmod(0o755)


def test_a_disk_that_takes_no_more_leaves_the_last_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    stands = store.commit(ONE)
    large = SubjectRecord(address="agent/ada", state="x" * 500_000)
    with full_disk((tmp_path / "amp-fsm.db").stat().st_size), pytest.raises(StoreError, match=r"full|I/O"):
        store.commit(Commit(record=Record(subjects={"agent/ada": large}), subjects=("agent/ada",)))
    assert store.load() == stands


def test_a_commit_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    before = store.commit(ONE)
    by_hand(tmp_path, "DROP TABLE journal")
    changed = Record(subjects={"agent/ada": SubjectRecord(address="agent/ada", state="WORKING")})
    entry = Entry(at=0.0, address="agent/ada", kind="transition", text="x")
    with pytest.raises(StoreError, match="journal"):
        store.commit(Commit(record=changed, subjects=("agent/ada",), moves=True, journal=(entry,)))
    assert store.load() == before


def test_a_store_that_is_removed_or_replaced_is_noticed(tmp_path: Path) -> None:
    mine, file = SqliteStore(tmp_path / "mine"), tmp_path / "mine" / "amp-fsm.db"
    first = mine.commit(ONE)
    second = SqliteStore(tmp_path / "other").commit(ONE)
    shutil.copyfile(file, tmp_path / "backup")
    shutil.copyfile(tmp_path / "other" / "amp-fsm.db", tmp_path / "new")
    (tmp_path / "new").replace(file)
    assert mine.load() == second
    shutil.copyfile(tmp_path / "backup", file)
    assert mine.load() == first
    shutil.rmtree(tmp_path / "mine")
    assert (mine.load(), mine.held(), mine.screens()) == (Record(), frozenset(), {})
    anew = mine.commit(ONE)
    assert (anew.serial, anew.lineage in {first.lineage, second.lineage}) == (1, False)
    assert SqliteStore(tmp_path / "mine").load() == anew


def test_what_another_wrote_is_seen_though_the_file_looks_as_before(tmp_path: Path) -> None:
    """The clock of a file system may stand still for milliseconds."""
    mine, other, file = SqliteStore(tmp_path), SqliteStore(tmp_path), tmp_path / "amp-fsm.db"
    mine.commit(ONE)
    mine.load()
    looks = file.stat()
    theirs = other.commit(Commit(record=other.load(), moves=True))
    os.utime(file, ns=(looks.st_atime_ns, looks.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (looks.st_size, looks.st_mtime_ns)
    assert mine.load() == theirs


def test_a_store_replaced_between_two_commits_gets_the_second(tmp_path: Path) -> None:
    mine, file = SqliteStore(tmp_path / "mine"), tmp_path / "mine" / "amp-fsm.db"
    record = mine.commit(ONE)
    second = SqliteStore(tmp_path / "other").commit(ONE)
    (tmp_path / "other" / "amp-fsm.db").replace(file)
    stands = mine.commit(Commit(record=record, moves=True))
    assert (stands.lineage, stands.serial) == (second.lineage, 2)
    assert SqliteStore(tmp_path / "mine").load() == stands


def test_a_forked_child_and_its_parent_write_side_by_side(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.commit(ONE)
    with ThreadPoolExecutor(1) as pool:
        requests = pool.submit(lambda: [store.request("fire", (str(n),)) for n in range(40)])
        for _ in range(5):
            child = os.fork()
            if not child:
                signal.alarm(20)
                store.pause(f"child-{os.getpid()}")
                os._exit(0 if store.held() else 1)
            assert os.waitpid(child, 0)[1] == 0
        assert len(requests.result()) == 40
    assert len(store.load().requests) == 40
    assert len(store.held()) == 5


def test_no_thread_is_told_of_an_older_record_than_was_committed(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    record, committed, told = store.commit(ONE), 1, []

    def look() -> None:
        while committed < 30:
            least = committed
            told.append(store.load().serial >= least)

    with ThreadPoolExecutor(2) as pool:
        lookers = [pool.submit(look) for _ in range(2)]
        for _ in range(30):
            record = store.commit(Commit(record=record, moves=True))
            committed = record.serial
        for looker in lookers:
            looker.result()
    assert told
    assert all(told)


def test_a_connection_is_closed_with_its_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.commit(ONE)
    assert open_files(tmp_path)
    del store
    assert not open_files(tmp_path)


def open_files(folder: Path) -> list[str]:
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [link for link in links if link.startswith(str(folder))]


def test_a_stop_file_holds_everything_and_only_its_removal_ends_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    (tmp_path / "STOP").touch()
    assert store.held() == {"*"}
    assert store.load().paused == {"*"}
    store.pause("ada")
    store.go("*")
    assert store.held() == {"*", "ada"}
    (tmp_path / "STOP").unlink()
    assert store.held() == {"ada"}


def test_the_lock_is_waited_for_in_short_steps(tmp_path: Path) -> None:
    clock = FakeClock()
    with SqliteStore(tmp_path).lock(), pytest.raises(ProjectLockedError), SqliteStore(tmp_path, clock=clock).lock(1.0):
        pytest.fail("two holders")
    assert sum(clock.settled) == pytest.approx(1.0)
    assert max(clock.settled) < 0.2


HOLDER = """
import sys
from amp_fsm.world.sqlite import SqliteStore
with SqliteStore(sys.argv[1]).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ProjectLockedError, match=rf"pid {holder.pid} since \d{{4}}-"), SqliteStore(tmp_path).lock():
            pytest.fail("two holders")
        holder.kill()
        holder.wait()
        with SqliteStore(tmp_path).lock():
            pass


WRITER = """
import sys
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Record, SubjectRecord
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Commit, Entry
from amp_fsm.world.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
names = [f"task/T-{n}" for n in range(300)]
record = store.load()
while True:
    entry = record.serial + 1
    state = "x" * (entry * 37 % 500)
    subjects = {n: SubjectRecord(address=n, state="WORKING", entry=entry, because=state) for n in names}
    said = (Entry(at=float(entry), address="project", kind="transition", text="moved"),)
    record = store.commit(
        Commit(record=Record(subjects=subjects, attempts={"T": entry}), subjects=tuple(names), memory=True, moves=True,
               journal=said))
    print(record.serial, flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_instant_the_store_holds_a_whole_commit_and_every_one_that_was_returned(
    tmp_path: Path, seed: int
) -> None:
    chance, kept = random.Random(seed), SqliteStore(tmp_path)
    acknowledged = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 6)):
                acknowledged = int(writer.stdout.readline())
            os.sched_yield() if chance.random() < 0.5 else spin(chance.randrange(200_000))
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        record = kept.load()
        assert record == SqliteStore(tmp_path).load()
        assert acknowledged <= record.serial <= acknowledged + 1
        assert {subject.entry for subject in record.subjects.values()} == {record.serial}
        assert record.attempts == {"T": record.serial}
        assert len(SqliteStore(tmp_path).history()) == record.serial


SPILLER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/amp-fsm.db", isolation_level=None)
db.execute("PRAGMA journal_mode = PERSIST")
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO pauses VALUES ('ada')")
db.executemany("INSERT INTO subjects VALUES (?, 'X', ?)", [(f"task/{n}", b"x" * 3000) for n in range(200)])
print("spilled", flush=True)
sys.stdin.read()
"""


def spin(rounds: int) -> None:
    """Let a little time pass, of no certain length."""
    for _ in range(rounds):
        pass


@pytest.mark.parametrize("journal", ["DELETE", "PERSIST"])
def test_a_transaction_that_a_killed_process_left_half_written_is_undone_by_the_next_look(
    tmp_path: Path, journal: str
) -> None:
    """A hot journal, made by copying the files of a transaction that has spilled to disk."""
    store = SqliteStore(tmp_path / "live")
    before = store.commit(ONE)
    db = sqlite3.connect(tmp_path / "live" / "amp-fsm.db", isolation_level=None)
    try:
        db.execute(f"PRAGMA journal_mode = {journal}")
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO subjects VALUES (?, 'X', ?)", [(f"task/{n}", b"x" * 3000) for n in range(200)])
        shutil.copytree(tmp_path / "live", tmp_path / "dead")
    finally:
        db.close()
    assert any(contents(tmp_path / "dead")["amp-fsm.db-journal"][:28])
    assert SqliteStore(tmp_path / "dead").load() == before


def test_one_that_keeps_looking_undoes_what_a_killed_process_left_half_written(tmp_path: Path) -> None:
    looker = SqliteStore(tmp_path)
    before = SqliteStore(tmp_path).commit(ONE)
    assert looker.load() == before
    with subprocess.Popen(
        [sys.executable, "-c", SPILLER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "spilled\n"
        writer.kill()
    assert any(contents(tmp_path)["amp-fsm.db-journal"][:28])
    assert looker.load() == before
    assert looker.held() == SqliteStore(tmp_path).held() == frozenset()


def test_a_release_that_removes_its_journal_writes_beside_one_that_keeps_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    record = store.commit(ONE)
    for number in range(3):
        by_hand(tmp_path, f"INSERT INTO pauses VALUES ('{number}')")
        assert not (tmp_path / "amp-fsm.db-journal").exists()
        assert str(number) in store.held()
        record = store.commit(Commit(record=record, moves=True))
        assert (tmp_path / "amp-fsm.db-journal").exists()
        assert SqliteStore(tmp_path).load() == record


def test_threads_of_one_process_write_side_by_side(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        requests = list(pool.map(lambda n: store.request("fire", (str(n),)), range(40)))
    assert {request.id for request in requests} == set(range(1, 41))
    assert len(store.load().requests) == 40


def test_a_request_from_elsewhere_is_seen_while_the_lock_is_held(tmp_path: Path) -> None:
    with SqliteStore(tmp_path).lock():
        SqliteStore(tmp_path).request("fire", ("agent/ada", "retire"))
        until(lambda: SqliteStore(tmp_path).load().requests)
