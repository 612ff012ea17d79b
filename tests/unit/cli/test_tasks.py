from __future__ import annotations

import time

import pytest

from console.fleet.domains import VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.jobs.job import JobState, JobView
from console.jobs.journal import Entry, JobStore, this_console
from console.jobs.journal import Step as Begun
from console.services.snapshot_record import Before, Kept, entry_of
from console.settings.paths import Profile
from tests.unit.cli.conftest import Console, uuid

NOW = time.time()
KILLED = f"{this_console()}0"  # as this process, but begun at another time


def keep(console: Console, *views: JobView, console_id: str | None = None, lines: tuple[str, ...] = ()) -> None:
    path = Profile.at(console.folder).jobs_database
    store = JobStore(path, console_id)
    store.open()
    for view in views:
        store.keep(view)
        for text in lines:
            store.log(view.id, NOW, text)
    assert store.close(5)


DONE = JobView(5, "vm.start", "web-01", state=JobState.SUCCEEDED, created=NOW - 60, started=NOW - 60, ended=NOW - 49)
FAILED = JobView(
    6,
    "vm.save",
    "db-01",
    state=JobState.FAILED,
    problem=Problem(Reason.NO_SPACE, "No space left on device", detail="/var"),
    created=NOW - 30,
    started=NOW - 30,
    ended=NOW - 20,
    by="m@desk",
    command="splendid vm save db-01",
)


def test_list(empty: Console) -> None:
    assert empty("job", "list").lines == []
    keep(empty, DONE, FAILED)
    lines = empty("job", "list").lines
    assert [line.split()[0] for line in lines[1:]] == ["6", "5"]
    assert lines[1].endswith("There is not enough space left on /var.")
    assert lines[2].endswith("Done in 11 s")
    assert [job["id"] for job in empty("job", "list", "--failed", "--json").json["jobs"]] == [6]
    assert [job["id"] for job in empty("job", "list", "-n", "1", "--json").json["jobs"]] == [6]


def test_members_of_a_group_are_shown_on_request(empty: Console) -> None:
    group = JobView(7, "vm.start", "1", children=(8,), created=NOW, values={"total": 1, "succeeded": 1})
    keep(empty, group, JobView(8, "vm.start", "web-01", parent=7, created=NOW))
    assert [job["id"] for job in empty("job", "list", "--json").json["jobs"]] == [7]
    assert [job["id"] for job in empty("job", "list", "--members", "--json").json["jobs"]] == [8, 7]


def test_a_task_whose_console_ended_is_not_running(empty: Console) -> None:
    keep(empty, JobView(9, "vm.save", "db-01", state=JobState.RUNNING, created=NOW, started=NOW), console_id=KILLED)
    assert "Splendid ended while this was under way" in empty("job", "list").out
    assert empty("job", "list", "--running").lines == []
    assert empty("job", "show", "9", "--json").json["job"]["interrupted"] is True
    cancelled = empty("job", "cancel", "9")
    assert (cancelled.code, cancelled.err.split(":")[0]) == (1, "Task 9 is not under way")
    assert empty("job", "cancel", "9", "--json").json["job"]["id"] == 9
    shown = empty("job", "show", "9").lines
    assert "State    Interrupted" in shown
    assert not any(line.startswith("Ended") for line in shown)


def test_show_with_its_log(empty: Console) -> None:
    keep(empty, FAILED, lines=("asking kvm-a", "error: No space left"))
    result = empty("job", "show", "6")
    assert result.code == 0
    assert "Command  splendid vm save db-01" in result.lines
    assert "Could not save db-01. There is not enough space left on /var." in result.out
    assert result.lines[-1].endswith("error: No space left")
    log = empty("job", "show", "6", "--json").json["job"]["log"]
    assert [entry["text"] for entry in log] == ["asking kvm-a", "error: No space left"]
    missing = empty("job", "show", "77")
    assert missing.code == 2
    assert "There is no task 77" in missing.err


def test_a_task_of_another_console_that_runs_is_not_ours_to_cancel(empty: Console) -> None:
    keep(empty, JobView(9, "vm.save", "db-01", state=JobState.RUNNING, created=NOW, started=NOW, by="m@desk"))
    result = empty("job", "cancel", "9")
    assert result.code == 1
    assert "belongs to another console, of m@desk" in result.err


def test_unfinished(empty: Console) -> None:
    assert empty("job", "unfinished").lines == []
    store = JobStore(Profile.at(empty.folder).jobs_database)
    store.open()
    entry = Entry("vm.delete", "web-01", (VmKey("a", "u"),), {"name": "web-01"})
    with pytest.raises(OSError, match="killed"), store.journal(4, entry) as journal:
        journal.step("removing", path="/srv/a")
        raise OSError("killed")
    store.close(5)
    lines = empty("job", "unfinished").lines
    assert lines[1].split()[:3] == ["4", "Delete", "web-01"]
    assert lines[1].endswith("Deleting /srv/a")
    (found,) = empty("job", "unfinished", "--json").json["unfinished"]
    assert found["steps"] == [{"step": "removing", "values": {"path": "/srv/a"}, "done": False, "undo": ""}]


LEFT = "/srv/images/gone-01.img"
NODE = """<node><cpu><mhz>1</mhz><model>x</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores>
<threads>1</threads></cpu><memory>1048576</memory>
<pool type="dir"><name>images</name><target><path>/srv/images</path></target>
<volume type="file"><name>gone-01.img</name><capacity>1048576</capacity><allocation>1048576</allocation></volume></pool></node>"""


def test_what_was_left_of_an_act_on_several_says_on_how_many(empty: Console) -> None:
    path = Profile.at(empty.folder).jobs_database
    store = JobStore(path, KILLED)
    keys = (VmKey("kvm-a", "1"), VmKey("kvm-b", "2"))
    store.write_entry(7, Entry("snapshot.many", "2", keys, {}, (Begun("snapshot.over", {"vm": 0}),)))
    assert store.close(5)
    line = empty("job", "unfinished").lines[1]
    assert "2 VMs" in line
    assert line.endswith("Done with one of them")


def left_half_way(console: Console, *paths: str) -> None:
    """A host whose VM gone-01 was undefined by a console that was killed before it deleted the files."""
    node = console.folder / "kvm-x.xml"
    node.write_text(NODE, "utf-8")
    console.line("kvm-x", f"test://{node}")
    store = JobStore(Profile.at(console.folder).jobs_database, KILLED)
    key = VmKey("kvm-x", "99999999-0000-4000-8000-000000000000")
    store.write_entry(4, Entry("vm.delete", "gone-01", (key,), {"files": list(paths)}))
    assert store.close(5)


def test_what_was_left_half_way_is_brought_to_its_end(empty: Console) -> None:
    left_half_way(empty, LEFT)
    assert "splendid job finish ID" in empty("job", "unfinished").err
    plan = empty("job", "finish", "4", "--plan").lines
    assert plan == [
        "gone-01 is gone, but 1 of its files is still there.",
        f"  goes: Disk, {LEFT}, 1 MiB",
    ]
    found = empty("job", "finish", "4", "--plan", "--json").json["plan"]
    assert [(entry["path"], entry["goes"]) for entry in found["files"]] == [(LEFT, True)]
    refused = empty("job", "finish", "4")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    done = empty("job", "finish", "4", "--yes")
    assert (done.code, done.out) == (0, "Delete gone-01: Done\n")
    assert empty("job", "unfinished").lines == []
    assert empty("job", "finish", "4", "--yes").code == 2


def test_where_nothing_is_left_it_is_only_forgotten(empty: Console) -> None:
    left_half_way(empty, "/srv/images/other.img")
    done = empty("job", "finish", "4")
    assert (done.code, done.out) == (0, "Nothing is left of gone-01.\n")
    assert empty("job", "unfinished").lines == []


def test_what_was_left_half_way_can_be_dismissed(empty: Console) -> None:
    left_half_way(empty, LEFT)
    dismissed = empty("job", "dismiss", "4", "--json")
    assert (dismissed.code, dismissed.json["dismissed"]["values"]) == (0, {"files": [LEFT]})
    assert empty("job", "unfinished").lines == []
    assert empty("job", "dismiss", "4").code == 2


def test_a_host_that_is_no_more_leaves_only_dismissing(empty: Console) -> None:
    left_half_way(empty, LEFT)
    assert empty("host", "remove", "kvm-x").code == 0
    result = empty("job", "finish", "4", "--yes")
    assert (result.code, "kvm-x" in result.err) == (1, True)
    assert empty("job", "dismiss", "4").out == "Task 4 is no longer kept as unfinished.\n"


def snapshot_half_taken(console: Console) -> None:
    """A host whose VM was to get a snapshot when the console was killed."""
    console.host("kvm-s", ("web-01",))
    key = VmKey("kvm-s", uuid(1, 0))
    steps = (Step(Op.CHECK), Step(Op.CREATE, names=("clean",)))
    order = TakeOrder("clean", kind="internal", targets=("vda",))
    plan = SnapshotPlan(key, "web-01", Deed.TAKE, "clean", 1.0, steps=steps, order=order)
    made = entry_of(Kept((plan,), (Before(active=True),), Deed.TAKE), "web-01")
    begun = Begun("snapshot.create", {"vm": 0, "at": 1, "name": "clean"})
    store = JobStore(Profile.at(console.folder).jobs_database, KILLED)
    store.write_entry(4, Entry(made.kind, made.target, made.vms, made.values, (begun,)))
    assert store.close(5)


def test_a_snapshot_that_was_left_half_way_is_brought_to_its_end_or_taken_back(empty: Console) -> None:
    snapshot_half_taken(empty)
    assert empty("job", "finish", "4", "--plan").lines == [
        "web-01: Take snapshot clean stopped with 1 step left.",
        "  Taking the snapshot: clean",
        "It can also be taken back: nothing is lost yet.",
    ]
    plan = empty("job", "finish", "4", "--plan", "--json").json["plan"]
    assert (plan["can_be_taken_back"], len(plan["steps"])) == (True, 3)
    done = empty("job", "finish", "4", "--yes")
    assert (done.code, done.out) == (0, "Take snapshot web-01: Done\n")
    assert empty("job", "unfinished").lines == []


def test_what_is_taken_back_is_over(empty: Console) -> None:
    snapshot_half_taken(empty)
    assert empty("job", "finish", "4", "--back", "--yes").code == 0
    assert empty("job", "unfinished").lines == []
    left_half_way(empty, LEFT)
    refused = empty("job", "finish", "4", "--back", "--yes")
    assert refused.code == 1
    assert "it can only be brought to its end" in refused.err
