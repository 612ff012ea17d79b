from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.files import database as database_module
from console.files.database import Database
from console.fleet.errors import Failed, Problem, Reason

SCHEMA = ("CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER)",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "things.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = Database(path, SCHEMA, 1)
    yield made
    made.close()


def put(database: Database, name: str, size: int = 1) -> None:
    database.write(lambda c: c.execute("INSERT OR REPLACE INTO things VALUES (?, ?)", (name, size)))


def put_all(database: Database, names: list[str]) -> None:
    for name in names:
        put(database, name)


def names(database: Database) -> list[str]:
    return database.read(lambda c: [row[0] for row in c.execute("SELECT name FROM things ORDER BY name")])


def test_it_is_made_when_first_used_and_kept(path: Path, database: Database) -> None:
    assert not path.exists()
    put(database, "a")
    database.close()
    again = Database(path, SCHEMA, 1)
    assert names(again) == ["a"]
    assert again.problem is None
    again.close()


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO things VALUES ('a', 1)")
        raise ValueError

    with pytest.raises(ValueError):
        database.write(work)
    assert names(database) == []


@pytest.mark.parametrize("junk", [b"this is no database" * 1000, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_set_aside(path: Path, database: Database, junk: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(junk)
    said: list[Problem | None] = []
    database.on_problem = said.append
    put(database, "a")
    assert names(database) == ["a"]
    assert database.problem is not None
    assert database.problem.reason is Reason.DAMAGED
    aside = Path(database.problem.detail)
    assert aside.read_bytes() == junk
    assert aside.name.startswith("things.sqlite.damaged-2")
    assert said == [database.problem]


def test_damage_inside_is_found_when_met(path: Path) -> None:
    first = Database(path, SCHEMA, 1)
    first.write(lambda c: c.executemany("INSERT INTO things VALUES (?, 1)", [(f"{n:08}" * 20,) for n in range(2000)]))
    first.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(size - 8192))
    database = Database(path, SCHEMA, 1)
    assert names(database) == []
    assert database.problem is not None
    assert database.problem.reason is Reason.DAMAGED
    put(database, "new")
    assert names(database) == ["new"]
    database.close()


def test_two_damages_in_a_second_keep_both_files(path: Path) -> None:
    path.parent.mkdir()
    for _ in range(3):
        path.write_bytes(b"junk" * 1000)
        database = Database(path, SCHEMA, 1)
        names(database)
        database.close()
    assert len(list(path.parent.glob("*.damaged-*"))) == 3


def test_an_older_layout_is_emptied_and_a_newer_left_alone(path: Path) -> None:
    old = Database(path, SCHEMA, 1)
    put(old, "a")
    old.close()
    new = Database(path, ("CREATE TABLE others (x)",), 2)
    assert new.read(lambda c: c.execute("SELECT count(*) FROM others").fetchone()[0]) == 0
    new.close()
    before = path.read_bytes()
    old = Database(path, SCHEMA, 1)
    with pytest.raises(Failed, match="newer Splendid"):
        names(old)
    assert old.problem is not None
    assert path.read_bytes() == before


def test_a_lock_of_another_is_waited_for_and_then_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PATIENCE", 0.2)
    database = Database(path, SCHEMA, 1)
    put(database, "a")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    with pytest.raises(Failed):
        put(database, "b")
    assert 0.15 < time.monotonic() - start < 1.0
    assert database.problem is not None
    assert database.problem.reason is Reason.IN_USE
    assert names(database) == ["a"]  # reading goes on
    threading.Timer(0.05, lambda: other.execute("COMMIT")).start()
    put(database, "b")
    assert database.problem is None
    other.close()
    database.close()


def test_two_consoles_write_to_one_file(path: Path) -> None:
    both = [Database(path, SCHEMA, 1) for _ in range(2)]
    failed: list[BaseException] = []

    def work(database: Database, mark: str) -> None:
        try:
            for number in range(50):
                put(database, f"{mark}{number:02}")
        except Failed as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(d, m)) for d, m in zip(both, "ab", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(names(both[0])) == len(names(both[1])) == 100
    for database in both:
        database.close()


def test_a_file_that_another_console_set_aside_is_left_for_the_new_one(path: Path, database: Database) -> None:
    put(database, "old")
    for file in path.parent.iterdir():
        file.rename(file.with_name("away-" + file.name))
    put(database, "new")
    assert names(database) == ["new"]
    assert path.exists()


FILL = """
import resource, signal, sys
from pathlib import Path
from console.files.database import Database
from console.fleet.errors import Failed
database = Database(Path(sys.argv[1]), ("CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER)",), 1)
put = lambda n, text: database.write(lambda c: c.execute("INSERT INTO things VALUES (?, 1)", (str(n) + text,)))
put(0, "")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    for n in range(1, 1000):
        put(n, "x" * 2000)
except Failed as error:
    print("failed", error.problem.text)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
put("again", "")
print("then", database.problem)
"""


def test_a_file_that_may_not_grow_fails_the_write_and_serves_again_later(path: Path) -> None:
    out = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert out.startswith("failed")
    assert out.endswith("then None\n")


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_said_and_over_when_there_is_room(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], check=True)
    try:
        database = Database(place / "things.sqlite", SCHEMA, 1)
        put(database, "a")
        (place / "ballast").write_bytes(b"x" * 1024)
        with pytest.raises(Failed) as failure:
            put_all(database, [f"{number}" + "x" * 2000 for number in range(1000)])
        assert failure.value.problem.reason is Reason.NO_SPACE
        assert failure.value.problem.detail == str(place / "things.sqlite")
        subprocess.run(["mount", "-o", "remount,size=5m", str(place)], check=True)
        put(database, "b")
        assert database.problem is None
        database.close()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_folder_in_its_place_is_a_problem_and_nothing_more(path: Path, database: Database) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Failed):
        names(database)
    assert database.problem is not None
    assert database.problem.reason is Reason.OTHER
    assert str(path) in database.problem.text


KILLED = """
import sys, time
from pathlib import Path
from console.files.database import Database
database = Database(Path(sys.argv[1]), ("CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER)",), 1, durable=True)
database.write(lambda c: c.execute("INSERT INTO things VALUES ('kept', 1)"))
print("written", flush=True)
time.sleep(60)
"""


def test_what_was_written_outlives_a_kill(path: Path, database: Database) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        child.send_signal(signal.SIGKILL)
    assert names(database) == ["kept"]


def test_closing_does_not_wait_for_who_is_at_it(database: Database) -> None:
    inside, go = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        inside.set()
        go.wait(5)

    thread = threading.Thread(target=lambda: database.read(slow))
    thread.start()
    assert inside.wait(2)
    start = time.monotonic()
    database.close(0.1)
    assert time.monotonic() - start < 0.5
    go.set()
    thread.join()


def test_the_file_that_another_console_made_anew_is_not_set_aside_with_the_damaged_one(tmp_path: Path) -> None:
    """Both met the damage; the other was quicker."""
    path = tmp_path / "a.db"
    mine = Database(path, ("CREATE TABLE t (x INTEGER)",), 1)
    mine.write(lambda db: db.execute("INSERT INTO t VALUES (1)"))
    tries: list[int] = []

    def work(db: sqlite3.Connection) -> list[tuple[int]]:
        tries.append(1)
        if len(tries) == 1:
            path.rename(tmp_path / "a.db.damaged-by-the-other")
            other = Database(path, ("CREATE TABLE t (x INTEGER)",), 1)
            other.write(lambda db: db.execute("INSERT INTO t VALUES (2)"))
            other.close()
            damage = sqlite3.DatabaseError("database disk image is malformed")
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        return db.execute("SELECT x FROM t").fetchall()

    assert mine.read(work) == [(2,)]
    assert [each.name for each in tmp_path.glob("*.damaged-*")] == ["a.db.damaged-by-the-other"]
    assert mine.problem is None
    mine.close()
