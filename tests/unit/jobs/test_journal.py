"""What a killed console was doing is known to the next one; ids are never given twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Problem, Reason
from console.jobs import journal as journal_module
from console.jobs.job import JobSpec, JobState, JobView
from console.jobs.journal import Entry, JobStore, still_runs, this_console
from console.jobs.runner import JobRunner

ENTRY = Entry("vm.delete", "web", (VmKey("a", "1"),), {"files": ["/a", "/b"]}, by="me@here")


def closed(store: JobStore) -> None:
    assert store.close(5)


def test_the_history_keeps_who_when_and_how_it_ended(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    runner = JobRunner(store)
    runner.submit(
        "vm.start", "web", lambda job: job.log("hello"), vms=(VmKey("a", "1"),), command="splendid vm start web"
    ).wait(5)
    runner.close()
    closed(store)
    later = JobStore(tmp_path / "jobs.db", console="another")
    (view,) = later.history()
    assert (view.kind, view.target, view.state) == ("vm.start", "web", JobState.SUCCEEDED)
    assert view.vms == (VmKey("a", "1"),)
    assert view.command == "splendid vm start web"
    assert "@" in view.by
    assert [text for _, text in later.lines(view.id)] == ["hello"]
    closed(later)


def test_newest_first_and_no_more_than_asked(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    for number in range(1, 30):
        store.keep(
            JobView(
                number, "x", str(number), state=JobState.FAILED, created=number + 1e12, problem=Problem(Reason.GONE)
            )
        )
    closed(store)
    views = JobStore(tmp_path / "jobs.db").history(limit=3)
    assert [view.id for view in views] == [29, 28, 27]
    assert views[0].problem == Problem(Reason.GONE)


def test_two_consoles_never_share_an_id(tmp_path: Path) -> None:
    stores = [JobStore(tmp_path / "jobs.db", console=name) for name in "ab"]
    for store in stores:
        store.open()
    got: list[int] = []
    threads = [threading.Thread(target=lambda s=store: got.extend(s.next_id() for _ in range(40))) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 80
    for store in stores:
        closed(store)


def test_a_journal_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    with store.journal(1, ENTRY) as journal:
        journal.step("undefine")
        assert store.unfinished() == [], "what runs here is not left over"
        assert [item.job for item in JobStore(tmp_path / "jobs.db", console="next").unfinished()] == []
    assert store.unfinished() == []
    closed(store)


def test_one_that_fails_before_its_first_step_leaves_nothing_either(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    with pytest.raises(ZeroDivisionError), store.journal(1, ENTRY):
        raise ZeroDivisionError
    assert store.unfinished() == []
    with pytest.raises(ZeroDivisionError), store.journal(2, ENTRY) as journal:
        journal.step("remove", path="/a")
        raise ZeroDivisionError
    (left,) = store.unfinished()
    assert [(step.code, step.values, step.done) for step in left.entry.steps] == [("remove", {"path": "/a"}, False)]
    store.settle(2)
    assert store.unfinished() == []
    closed(store)


def test_a_killed_console_is_found_by_the_next(tmp_path: Path) -> None:
    child = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from console.fleet.domains import VmKey
        from console.jobs.journal import Entry, JobStore
        from console.jobs.runner import JobRunner
        store = JobStore(Path(sys.argv[1]))
        store.open()
        def body(job):
            with store.journal(job.id, Entry("vm.delete", "web", (VmKey("a", "1"),), {"files": ["/a", "/b"]})) as journal:
                journal.step("undefine")
                journal.step("remove", path="/a")
                while not store.history():
                    time.sleep(0.01)
                print("there", flush=True)
                time.sleep(60)
        JobRunner(store).submit("vm.delete", "web", body).wait()
    """)
    path = tmp_path / "jobs.db"
    with subprocess.Popen([sys.executable, "-c", child, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        store = JobStore(path)
        assert store.unfinished() == [], "the console that runs will see to it itself"
        assert not store.history()[0].interrupted
        process.send_signal(signal.SIGKILL)
        process.wait(5)
        (left,) = store.unfinished()
        assert left.entry.values == {"files": ["/a", "/b"]}
        assert [(step.code, step.done) for step in left.entry.steps] == [("undefine", True), ("remove", False)]
        assert store.history()[0].interrupted
        closed(store)


def test_a_console_is_told_from_another_with_its_pid() -> None:
    me = this_console()
    assert still_runs(me)
    machine, boot, pid, started = me.split(":")
    assert pid == str(os.getpid())
    assert not still_runs(f"{machine}:{boot}:{pid}:{int(started) + 1}")
    assert not still_runs(f"{machine}:other:{pid}:{started}")
    assert not still_runs(f"{machine}:nonsense")
    assert still_runs(f"elsewhere:{boot}:{pid}:{started}"), "nobody here can tell: it is that machine's to find"


def test_a_step_says_how_it_is_taken_back(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    with pytest.raises(ZeroDivisionError), store.journal(1, ENTRY) as journal:
        journal.step("create-volume", undo="delete-volume", path="/a", size=3)
        journal.step("define", undo="undefine", name="web")
        raise ZeroDivisionError
    (left,) = store.unfinished()
    assert [(s.code, s.undo, s.values, s.done) for s in left.entry.steps] == [
        ("create-volume", "delete-volume", {"path": "/a", "size": 3}, True),
        ("define", "undefine", {"name": "web"}, False),
    ]
    closed(store)


def test_what_another_version_wrote_is_passed_over(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.keep(JobView(1, "x", "one", state=JobState.FAILED))
    store.write_entry(5, ENTRY)
    closed(store)
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.execute("INSERT INTO jobs VALUES (2, NULL, 'c', 0, '{}')")
        db.execute("INSERT INTO journal VALUES (6, 'gone', 0, '{}')")
    db.close()
    again = JobStore(tmp_path / "jobs.db")
    assert [view.id for view in again.history()] == [1]
    assert [item.job for item in again.unfinished()] == [5]
    closed(again)


def test_a_group_and_its_members(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    runner = JobRunner(store)
    members = [JobSpec("vm.tag", str(number), lambda job: None) for number in range(3)]
    group = runner.group("vm.tag", "3", members, limit_per_host=3).wait(5)
    runner.close()
    closed(store)
    later = JobStore(tmp_path / "jobs.db")
    assert len(later.history()) == 4
    assert [view.id for view in later.history(members=False)] == [group.id]
    assert [view.target for view in later.members(group.id)] == ["0", "1", "2"]
    found = later.job(group.id)
    assert found is not None
    assert (found.values, found.fraction, found.children) == (group.values, 1.0, group.children)
    assert later.job(999) is None
    closed(later)


def test_progress_alone_costs_the_disk_nothing(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    view = JobView(1, "copy", "disk", state=JobState.RUNNING, step="copy")
    store.keep(view)
    assert list(store._views) == [1]
    store._views.clear()
    for number in range(100):
        store.keep(replace(view, fraction=number / 100))
    assert store._views == {}
    store.keep(replace(view, step="check"))
    assert store._views[1].step == "check"
    store.keep(replace(view, state=JobState.SUCCEEDED))
    assert store._kept == {}
    closed(store)


def test_ids_stay_small_and_without_gaps(tmp_path: Path) -> None:
    for expected in (1, 3, 5):
        store = JobStore(tmp_path / "jobs.db")
        store.open()
        assert [store.next_id(), store.next_id()] == [expected, expected + 1]
        closed(store)


def test_ids_that_another_console_followed_are_not_given_back(tmp_path: Path) -> None:
    one, two = JobStore(tmp_path / "jobs.db"), JobStore(tmp_path / "jobs.db")
    one.open()
    two.open()
    taken = {one.next_id(), two.next_id()}
    closed(one)
    third = JobStore(tmp_path / "jobs.db")
    third.open()
    assert third.next_id() not in taken | {two.next_id()}
    closed(two)
    closed(third)


def test_without_a_file_ids_are_still_unlike_each_other(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    ids = [store.next_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    closed(store)


def test_a_damaged_file_is_set_aside_and_the_jobs_go_on(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(b"not a database" * 999)
    store = JobStore(path)
    said: list[Problem | None] = []
    store.on_problem(said.append)
    store.open()
    assert store.next_id() == 1
    with store.journal(1, ENTRY) as journal:
        journal.step("undefine")
    closed(store)
    assert [problem and problem.reason for problem in said] == [Reason.DAMAGED]
    assert list(tmp_path.glob("jobs.db.damaged-*"))


def test_on_a_full_disk_nothing_is_begun(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    pages = "PRAGMA max_page_count"
    (now,) = store._database.read(lambda db: db.execute("PRAGMA page_count").fetchone())
    store._database.read(lambda db: db.execute(f"{pages} = {now + 2}"))
    with pytest.raises(Failed) as failure, store.journal(1, Entry("vm.delete", "web", (), {"files": ["x" * 20_000]})):
        pytest.fail("the block must not be entered")
    assert failure.value.problem.reason is Reason.NO_SPACE
    assert store.unfinished() == []
    closed(store)


def test_lines_that_cannot_be_written_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "LINES_WAITING", 50)
    store = JobStore(tmp_path / "jobs.db")

    def full(work: object) -> None:
        raise Failed(Reason.NO_SPACE, "jobs.db")

    monkeypatch.setattr(store._database, "write", full)
    for number in range(120):
        store.log(1, float(number), "x")
    with pytest.raises(Failed):
        store._flush()
    for number in range(120, 200):
        store.log(1, float(number), "x")
    with pytest.raises(Failed):
        store._flush()
    assert [line[1] for line in store._lines] == [float(number) for number in range(150, 200)]
    assert not store.close(1)


def test_old_jobs_and_their_logs_go(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    now = time.time()
    for number, age in ((1, 100), (2, 80)):
        store.keep(JobView(number, "x", "t", state=JobState.FAILED, created=now - age * 86400))
        store.log(number, now, "line")
    closed(store)
    again = JobStore(tmp_path / "jobs.db")
    again.open()
    assert [view.id for view in again.history()] == [2]
    assert (again.lines(1), len(again.lines(2))) == ((), 1)
    closed(again)


def test_no_journal_no_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = JobStore(tmp_path / "file" / "jobs.db")  # a folder that cannot be
    with pytest.raises(Failed), store.journal(1, ENTRY):
        pytest.fail("the block must not be entered")
    assert store.problem is not None
    assert store.history() == []
    assert store.next_id() > 10**12
    store.close(0.2)


def test_where_it_cannot_be_written_the_vm_is_named_and_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").mkdir()
    store = JobStore(tmp_path / "jobs.sqlite")
    with pytest.raises(Failed) as caught, store.journal(1, Entry("vm.delete", "web-01", (), {})):
        raise AssertionError("begun")
    assert caught.value.what == "web-01"
    assert str(tmp_path / "jobs.sqlite") in caught.value.problem.text
    store.close(5)


def test_ids_for_many_are_taken_before_they_are_wanted(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    store.expect(2500)
    ids = [store.next_id() for _ in range(2500)]
    assert ids == list(range(ids[0], ids[0] + 2500))
    closed(store)


def test_where_the_file_cannot_be_had_ids_for_many_come_from_the_clock(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").mkdir()
    store = JobStore(tmp_path / "jobs.db")
    store.expect(10)
    assert len({store.next_id() for _ in range(10)}) == 10
    store.close(1)


def test_a_name_that_is_no_text_is_kept_as_well_as_can_be(tmp_path: Path) -> None:
    """As of a file of this computer, in the history, its command and the log; what comes after it is written all the same."""
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    runner = JobRunner(store)
    for name in ("b\udcff ü", "well"):
        runner.submit("volume.upload", name, lambda job: job.log("read \udcff"), command=f"splendid {name}").wait(5)
    runner.close()
    closed(store)
    later = JobStore(tmp_path / "jobs.db", console="another")
    assert [(view.target, view.state) for view in later.history()] == [
        ("well", JobState.SUCCEEDED),
        ("b? ü", JobState.SUCCEEDED),
    ]
    assert [text for view in later.history() for _, text in later.lines(view.id)] == ["read ?", "read ?"]
    closed(later)


def test_a_job_that_begins_or_ends_while_somebody_looks_is_not_unfinished(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.open()
    over, seen = threading.Event(), []

    def look() -> None:
        while not over.is_set():
            seen.extend(store.unfinished())

    lookers = [threading.Thread(target=look) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for looker in lookers:
            looker.start()
        for job in range(60):
            with store.journal(job, ENTRY) as journal:
                journal.step("removing")
    finally:
        over.set()
        sys.setswitchinterval(interval)
        for looker in lookers:
            looker.join(10)
    assert seen == []
    closed(store)
