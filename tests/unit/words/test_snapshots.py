from __future__ import annotations

import time

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.plans import Chain, Deed, FileBox, IfStops, Op, SnapshotPlan, Step, Stops
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk, SnapshotFacts
from console.words import snapshots, units

KEY = VmKey("kvm-l03", "u")
NOW = time.mktime((2026, 11, 21, 14, 32, 0, 0, 0, -1))
GIB = 1 << 30
N = units.NBSP


def at(hour: int, minute: int, day: int = 21, year: int = 2026) -> float:
    return time.mktime((year, 11, day, hour, minute, 0, 0, 0, -1))


def external(name: str, *, memory: How = How.NONE) -> Snapshot:
    return Snapshot(name, memory=memory, disks=(SnapshotDisk("vda", How.EXTERNAL, "/v/a.qcow2", "/v/a.b"),))


def plan(deed: Deed = Deed.DELETE, **more: object) -> SnapshotPlan:
    boxes = (FileBox("/v/qa.4711", ".4711"), FileBox("/v/qa.wizard", ".wizard"))
    values = {"before": (Chain("vda", boxes),), "snapshot": "wizard", **more}
    return SnapshotPlan(KEY, "qa", deed=deed, made=NOW - 3, **values)  # type: ignore[arg-type]


def test_a_time_has_its_day() -> None:
    assert snapshots.when(at(9, 40), NOW) == "today, 09:40"
    assert snapshots.when(at(9, 12, 2), NOW) == "2 Nov, 09:12"
    assert snapshots.when(at(9, 12, 2, 2025), NOW) == "2 Nov 2025"
    assert snapshots.when(0, NOW) == "–"
    assert snapshots.when_short(at(9, 40), NOW) == "09:40 today"
    assert snapshots.when_short(at(9, 12, 2), NOW) == "2 Nov, 09:12"


def test_kinds() -> None:
    assert snapshots.kind(external("a")) == "external"
    assert snapshots.kind(external("a", memory=How.EXTERNAL), 1) == "external, with memory, 1 linked clone"
    inside = SnapshotDisk("vda", How.INTERNAL, "/v/a")
    assert snapshots.kind(Snapshot("a", disks=(inside,), memory=How.INTERNAL)) == "internal, with memory"
    assert snapshots.kind(Snapshot("a", disks=(*external("a").disks, inside))) == "internal and external"
    assert snapshots.kind(Snapshot("a", memory=How.EXTERNAL)) == "external, memory only"
    assert snapshots.kind(Snapshot("a", memory=How.INTERNAL)) == "internal, with memory"


def test_sizes() -> None:
    assert snapshots.disk_and_memory(int(2.4 * GIB), int(3.9 * GIB)) == f"2.4 + 3.9{N}GiB"
    assert snapshots.disk_and_memory(600 << 20, 4 * GIB) == f"600{N}MiB + 4{N}GiB"
    assert snapshots.disk_and_memory(GIB, 0) == f"1{N}GiB"
    assert snapshots.disk_and_memory(None, 0) == ""
    assert snapshots.on_disk(10, 50 * GIB) == f"10 on disk, 50{N}GiB"
    assert snapshots.on_disk(3, 0) == "3 snapshots"


def test_now_says_since_when_it_changed() -> None:
    since = SnapshotFacts(KEY, "qa", State.RUNNING, NOW, snapshots=(Snapshot("a", created=at(14, 2), current=True),))
    assert snapshots.changed_since(since, NOW) == "changed since 14:02, not in any snapshot"
    assert snapshots.changed_since(SnapshotFacts(KEY, "qa", State.OFF, NOW), NOW) == "not in any snapshot"


def test_facts_of_a_plan() -> None:
    made = plan(frees=int(4.5 * GIB), seconds=24.2, needs=int(2.5 * GIB), free=214 * GIB, pool="qa-fast")
    assert snapshots.facts(made, State.RUNNING) == [
        "VM keeps running",
        f"frees 4.5{N}GiB",
        f"about 25{N}s",
        f"needs 2.5 of 214{N}GiB free in qa-fast",
    ]
    assert snapshots.facts(plan(stops=Stops.GOES_OFF, seconds=0.2), State.OFF) == ["VM stays off", "at once"]
    assert snapshots.stops(plan(stops=Stops.RESTARTS), State.RUNNING) == "VM is forced off, and comes up as it was then"


def test_a_start_from_the_disks_alone_is_one_anew() -> None:
    anew = plan(Deed.REVERT, stops=Stops.RESTARTS, steps=(Step(Op.START),))
    assert snapshots.stops(anew, State.RUNNING) == "VM is forced off, and started anew"
    assert snapshots.stops(anew, State.OFF) == "VM is started anew"
    assert snapshots.stops(plan(Deed.REVERT, stops=Stops.RESTARTS), State.OFF) == "VM comes up as it was then"


def test_what_libvirt_makes_is_told_apart() -> None:
    made = plan(Deed.TAKE)
    assert snapshots.step(Step(Op.CREATE, "vda", "/v/qa.new", "/v/qa.wizard"), made, State.OFF) == "Take the snapshot"
    assert snapshots.step(Step(Op.CREATE, "", "/v/qa.new.mem"), made, State.OFF) == "Write its memory"
    assert snapshots.step(Step(Op.CREATE, "", "/v/qa.wizard"), made, State.OFF) == "Take the snapshot"
    repair = plan(Deed.REPAIR, before=())
    assert snapshots.step(Step(Op.REMOVE, "", "/v/qa.old"), repair, State.OFF) == "Remove the file"
    assert snapshots.step(Step(Op.REMOVE, "", "/v/qa.old.mem"), repair, State.OFF) == "Remove its memory"


def test_an_estimate_is_no_finer_than_it_can_be() -> None:
    assert [snapshots.rough(value) for value in (0.4, 3.2, 24, 119, 260, 4000, 9000)] == [
        1,
        3,
        25,
        120,
        240,
        3900,
        9000,
    ]


def test_steps() -> None:
    made = plan()
    merge = Step(
        Op.COMMIT,
        "vda",
        "/v/qa.wizard",
        "/v/qa.4711",
        before=int(2.4 * GIB),
        after=int(4.9 * GIB),
        if_stops=IfStops.RESUMES,
    )
    assert snapshots.step(merge, made, State.RUNNING) == "Merge down, VM running"
    assert snapshots.step(merge, made, State.OFF) == "Merge down, VM off"
    assert snapshots.step_files(merge, made) == ".wizard into .4711"
    assert snapshots.step_size(merge) == f"2.4 → 4.9{N}GiB"
    assert snapshots.if_stops(merge) == "VM whole, merge resumes"
    assert snapshots.step_files(Step(Op.CHECK), made) == "2 files"
    again = Step(Op.REDEFINE, names=("half done", "crash"))
    assert snapshots.step(again, made, State.OFF) == "Redefine 2 snapshots"
    assert snapshots.step_files(again, made) == "half done, crash"
    gone = Step(Op.REMOVE, file="/v/qa.wizard", gain=3 * GIB)
    assert (snapshots.step(gone, made, State.OFF), snapshots.step_files(gone, made)) == ("Remove the file", "qa.wizard")
    assert snapshots.step_size(gone) == f"−3{N}GiB"
    assert snapshots.step(Step(Op.REMOVE, file="/v/qa.mem"), made, State.OFF) == "Remove its memory"


def test_every_step_and_end_has_words() -> None:
    for op in Op:
        made = Step(op, "vda", "/v/a", "/v/b", ("a",))
        assert snapshots.step(made, plan(), State.RUNNING)
        assert snapshots.step_files(made, plan())
    for end in IfStops:
        assert snapshots.if_stops(Step(Op.CHECK, if_stops=end))
    for deed in Deed:
        assert snapshots.button(plan(deed))
        assert snapshots.done(plan(deed))


def test_the_button_names_act_and_count() -> None:
    steps = (Step(Op.REMOVE, file="/v/a"), Step(Op.REMOVE, file="/v/b"))
    assert snapshots.button(plan(steps=steps)) == "Delete snapshot, 2 files"
    assert snapshots.button(plan(Deed.DELETE_BELOW, steps=steps, lost=("a", "b"))) == "Delete 2 snapshots, 2 files"
    assert snapshots.button(plan(Deed.REVERT, steps=steps[:1])) == "Revert, 1 file goes"
    assert snapshots.button(plan(Deed.REVERT, branch="b")) == "Keep now, then revert"
    assert snapshots.deed(Deed.DELETE_BELOW, 2) == "Delete with 2 below"


def test_where_the_way_back_ends() -> None:
    facts = SnapshotFacts(KEY, "qa", State.OFF, NOW, snapshots=(Snapshot("wizard", created=at(9, 40)),))
    assert snapshots.no_way_back(plan(lost=("wizard",)), facts, NOW) == "No way back to 09:40 from here on"
    assert snapshots.no_way_back(plan(lost=("a", "b")), facts, NOW) == "No way back to a, b from here on"
    assert snapshots.no_way_back(plan(Deed.REVERT), facts, NOW) == "No way back to the state of now from here on"
    assert snapshots.no_way_back(plan(Deed.REPAIR), facts, NOW) == "No way back from here on"


def test_age_and_names() -> None:
    assert snapshots.age(plan(), "kvm-l03", NOW) == f"Planned 3{N}s ago against kvm-l03"
    assert snapshots.some(["a", "b", "c", "d", "e"]) == "a, b, c, 2 more"
