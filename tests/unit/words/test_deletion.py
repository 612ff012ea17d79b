from __future__ import annotations

from console.fleet.deletion import DeletePlan, FileItem, FileKind, Hold, VmDeletion
from console.fleet.domains import State, VmKey
from console.words import deletion

DISK = FileItem("h:/srv/a.qcow2", "/srv/a.qcow2", FileKind.DISK, "vda", allocation=int(8.2 * 1024**3))
VM = VmDeletion(VmKey("h", "u"), "web-01", State.RUNNING, (DISK,), ("one", "two"), stops=True)


def test_a_file_is_named_with_its_size() -> None:
    assert deletion.file_line(DISK) == "Disk vda, /srv/a.qcow2, 8.2\u00a0GiB"
    assert deletion.file_line(FileItem("i", "/v.fd", FileKind.NVRAM)) == "UEFI variables, /v.fd"
    assert all(deletion.kind(kind) for kind in FileKind)


def test_every_hold_is_explained() -> None:
    for hold in Hold:
        said = deletion.why_held(FileItem("i", "/p", FileKind.DISK, hold=hold, used_by=("web-02", "web-03")))
        assert bool(said) is (hold is not Hold.NONE)
        assert "{" not in said
    used = FileItem("i", "/p", FileKind.DISK, hold=Hold.USED, used_by=("web-02",))
    assert deletion.why_held(used) == "Stays: web-02 uses it."


def test_what_happens_is_said_by_name() -> None:
    assert deletion.consequences(VM) == [
        "web-01 is up and is forced off: what is not on disk is lost.",
        "web-01 is removed from its host.",
        "2 snapshots go: one, two.",
    ]
    many = VmDeletion(VM.key, "web-01", State.OFF, (), tuple(f"s{n}" for n in range(8)), ("c",))
    assert deletion.consequences(many)[1:] == [
        "8 snapshots go: s0, s1, s2, s3, s4, s5, 2 more.",
        "1 checkpoint goes: c.",
    ]


def test_the_button_names_act_and_count() -> None:
    plan = DeletePlan((VM,), 0.0)
    assert deletion.button(plan, frozenset({DISK.id})) == "Delete web-01, 1 file"
    assert deletion.button(plan, frozenset()) == "Delete web-01, keep the files"
    assert deletion.button(DeletePlan((VM, VM), 0.0), frozenset()) == "Delete 2 VMs, keep the files"
    assert deletion.freed(plan, frozenset({DISK.id})) == DISK.allocation


def test_who_is_built_on_a_vm_that_must_stay() -> None:
    assert deletion.held(DeletePlan((VM,), 1.0)) == ""
    one = VmDeletion(VM.key, "base", State.OFF, (), needed_by=("qa-01",))
    many = VmDeletion(VM.key, "base", State.OFF, (), needed_by=tuple(f"qa-{n}" for n in range(9)))
    assert deletion.held(DeletePlan((VM, one), 1.0)) == "base stays: qa-01 is built on it."
    assert deletion.held(DeletePlan((many,), 1.0)) == (
        "base stays: qa-0, qa-1, qa-2, qa-3, qa-4, qa-5, 3 more are built on it."
    )
