"""What a killed console was doing is known to the next one; ids are never given twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Problem, Reason
from console.jobs.job import JobState, JobView
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
        assert [item.job for item in store.unfinished()] == [1]
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
    boot, pid, started = me.split(":")
    assert pid == str(os.getpid())
    assert not still_runs(f"{boot}:{pid}:{int(started) + 1}")
    assert not still_runs(f"other:{pid}:{started}")
    assert not still_runs("nonsense")


def test_no_journal_no_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = JobStore(tmp_path / "file" / "jobs.db")  # a folder that cannot be
    with pytest.raises(Failed), store.journal(1, ENTRY):
        pytest.fail("the block must not be entered")
    assert store.problem is not None
    assert store.history() == []
    assert store.next_id() > 10**12
    store.close(0.2)
