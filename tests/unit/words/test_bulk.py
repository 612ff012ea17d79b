from __future__ import annotations

from console.fleet.acts import Act
from console.fleet.bulk import Deed, Fate, Subject, plan
from console.fleet.deletion import FileItem, FileKind, VmDeletion
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.scaling import Change, Lack, Part, Scaling, Sizing, When
from console.words import bulk

G = 1 << 20
HOST = HostSpec("a", "kvm-a", "test:///default")


def subject(state: State = State.RUNNING, **more: object) -> Subject:
    return Subject(Domain(VmKey("a", "1"), "web", state), HOST, HostStatus(Phase.LIVE), **more)  # type: ignore[arg-type]


def said(deed: Deed, *subjects: Subject) -> str:
    made = plan(deed, subjects)
    return bulk.item(made.items[0], deed)


def test_what_becomes_of_a_vm() -> None:
    assert said(Deed((Act.SHUTDOWN,)), subject()) == "Shut down"
    assert said(Deed((Act.START,)), subject()) == "Runs already"
    assert said(Deed((Act.START,)), subject(State.SAVED)) == "It is saved: restore it, or discard the saved state."


def test_sizes_now_and_later() -> None:
    deed = Deed((Act.SCALE,), sizing=Sizing(vcpus=8, memory_kib=4 * G))
    both = Scaling(
        (Change(Part.MEMORY, 2 * G, 4 * G),),
        (Change(Part.MAX_VCPUS, 4, 8), Change(Part.VCPUS, 2, 8), Change(Part.MEMORY, 2 * G, 4 * G)),
        ((Part.VCPUS, Lack.VCPU_CEILING),),
    )
    assert (
        said(deed, subject(scaling=both)).replace("\N{NO-BREAK SPACE}", " ")
        == "memory 2 GiB → 4 GiB; vCPU ceiling 4 → 8, vCPU 2 → 8 from its next start on"
    )
    off = Scaling(stored=(Change(Part.VCPUS, 2, 8),))
    assert said(deed, subject(State.OFF, scaling=off)) == "vCPU 2 → 8"
    assert "vCPU 8" in bulk.deed(deed)
    assert bulk.deed(Deed((Act.SCALE,), sizing=Sizing(2, when=When.NEXT))) == "vCPU 2, from the next start on"


def test_a_deletion_names_what_goes() -> None:
    files = (FileItem("a:/x", "/x", FileKind.DISK, "vda", allocation=1 << 30),)
    gone = VmDeletion(VmKey("a", "1"), "web", State.RUNNING, files, stops=True)
    with_files, without = Deed((Act.DELETE,), files=True), Deed((Act.DELETE,))
    told = said(with_files, subject(deletion=gone)).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "is forced off and removed with 1 GiB: x"
    assert said(without, subject(deletion=gone)) == "is forced off and removed; its disks stay"
    item = plan(with_files, [subject(deletion=gone)]).items[0]
    assert any("/x" in line for line in bulk.consequences(item, with_files))
    assert not any("/x" in line for line in bulk.consequences(item, without))


def test_counts_name_every_fate_there_is() -> None:
    deed = Deed((Act.START,))
    made = plan(deed, [subject(State.OFF), subject(), subject(State.PAUSED)])
    assert bulk.counts(made) == ["1 will be done", "1 is so already", "1 cannot"]
    assert {bulk.fate(fate) for fate in Fate} == {
        "Will be done",
        "Will be done, and need a restart",
        "Nothing to do",
        "Cannot be done",
    }
    assert bulk.outcome(460, 40, 0, 0, 3) == "460 done, 40 failed, 3 so already"


def test_names() -> None:
    assert bulk.title(Deed((Act.SHUTDOWN,)), 1) == "Shut down: 1 VM"
    assert bulk.deed(Deed((Act.TAG,), add=("a",), remove=("b",))) == "+a, −b"
    assert bulk.deed(Deed((Act.DESCRIBE,), title="T", text="x")) == "title “T”, another description"
    assert (bulk.step("db"), bulk.step("")) == ("tag db", "all others")
