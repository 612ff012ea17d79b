"""What deleting takes away is known by name before, and nothing that others need is ticked."""

from __future__ import annotations

from msgspec.structs import replace

from console.fleet.deletion import DeletionFacts, DiskFact, FileKind, FileUser, Hold, plan_deletion
from console.fleet.domains import Disk, Domain, State, VmKey
from console.fleet.hosts import Volume

A, B, ELSEWHERE = VmKey("alpha", "a"), VmKey("alpha", "b"), VmKey("beta", "c")
DISK = DiskFact("vda", "/pool/a.qcow2", pool="default", volume="a.qcow2", capacity=10, allocation=4)


def facts(*disks: DiskFact, key: VmKey = A, **more: object) -> DeletionFacts:
    return DeletionFacts(key, f"vm-{key.uuid}", State.OFF, disks, **more)  # type: ignore[arg-type]


def other(key: VmKey, *disks: Disk) -> Domain:
    return Domain(key, f"vm-{key.uuid}", disks=disks)


def only(fact: DeletionFacts, *fleet: Domain) -> tuple[Hold, tuple[str, ...], bool]:
    item = plan_deletion([fact], fleet, 0.0).files()[0]
    return item.hold, item.used_by, item.ticked


def test_a_disk_of_its_own_goes() -> None:
    assert only(facts(DISK)) == (Hold.NONE, (), True)


def test_what_others_need_is_held() -> None:
    assert only(facts(DISK), other(B, Disk("vda", "/pool/a.qcow2"))) == (Hold.USED, ("vm-b",), False)
    backing = Disk("vda", "/pool/b.qcow2", backing=("/pool/a.qcow2",))
    assert only(facts(DISK), other(B, backing)) == (Hold.USED, ("vm-b",), False)
    by_pool = Disk("vda", "default/a.qcow2")  # type='volume' names pool and volume, not the path
    assert only(facts(DISK), other(B, by_pool)) == (Hold.USED, ("vm-b",), False)
    clone = Volume("clone.qcow2", "/pool/clone.qcow2", backing="/pool/a.qcow2")
    assert only(facts(DISK, volumes=(clone,))) == (Hold.BASE, ("clone.qcow2",), False)
    assert only(facts(DISK), other(ELSEWHERE, Disk("vda", "/pool/a.qcow2"))) == (Hold.FAR, ("beta/vm-c",), False)
    assert only(facts(replace(DISK, shareable=True)))[0] is Hold.SHAREABLE
    assert only(facts(replace(DISK, volume="")))[0] is Hold.NO_VOLUME
    assert only(facts(replace(DISK, exists=False)))[0] is Hold.MISSING
    assert only(facts(replace(DISK, device="cdrom")))[0] is Hold.READ_ONLY


def test_what_others_name_for_later_is_held_too() -> None:
    later = FileUser(DISK.path, "b", "vm-b", later=True)
    assert only(facts(DISK, users=(later,))) == (Hold.LATER, ("vm-b",), False)
    assert only(facts(DISK, users=(replace(later, later=False),))) == (Hold.USED, ("vm-b",), False)
    assert only(facts(DISK, users=(replace(later, path="/pool/other"),)))[0] is Hold.NONE
    assert only(facts(DISK, users=(later,)), other(B, Disk("vda", DISK.path))) == (Hold.USED, ("vm-b",), False)
    plan = plan_deletion([facts(DISK, users=(later,))], [], 0.0)
    assert [item.hold for item in plan.objections({"alpha:/pool/a.qcow2"})] == [Hold.LATER]
    both = plan_deletion([facts(DISK, users=(later,)), facts(key=B)], [], 0.0)
    assert both.ticked() == {"alpha:/pool/a.qcow2"}, "it goes too"


def test_vms_that_go_together_do_not_hold_each_other() -> None:
    mine, theirs = facts(DISK), facts(replace(DISK, shareable=False), key=B)
    plan = plan_deletion([mine, theirs], [other(B, Disk("vda", DISK.path))], 0.0)
    assert plan.ticked() == {"alpha:/pool/a.qcow2"}
    assert len(plan.files()) == 1


def test_a_base_goes_only_with_what_stands_on_it() -> None:
    overlay = DiskFact("vda", "/pool/b.qcow2", pool="default", volume="b.qcow2")
    volumes = (Volume("b.qcow2", "/pool/b.qcow2", backing=DISK.path),)
    plan = plan_deletion([facts(DISK, volumes=volumes), facts(overlay, key=B)], [], 0.0)
    assert plan.ticked() == {"alpha:/pool/a.qcow2", "alpha:/pool/b.qcow2"}
    assert not plan.objections(plan.ticked())
    assert [item.path for item in plan.objections({"alpha:/pool/a.qcow2"})] == [DISK.path]


def test_what_is_held_for_good_cannot_be_chosen() -> None:
    plan = plan_deletion([facts(DISK)], [other(B, Disk("vda", DISK.path))], 0.0)
    assert [item.hold for item in plan.objections({"alpha:/pool/a.qcow2"})] == [Hold.USED]


def test_nvram_save_image_and_snapshots_are_named() -> None:
    fact = facts(DISK, nvram="/nvram/a.fd", managed_save=True, snapshots=("one", "two"))
    vm = plan_deletion([replace(fact, state=State.RUNNING)], [], 5.0).vms[0]
    assert [item.kind for item in vm.files] == [FileKind.DISK, FileKind.NVRAM, FileKind.SAVED]
    assert vm.snapshots == ("one", "two")
    assert vm.stops


def test_a_vm_that_others_are_built_on_is_held_unless_they_go_too() -> None:
    one = Volume("one.qcow2", "/pool/one.qcow2", backing="/pool/a.qcow2")
    two = Volume("two.qcow2", "/pool/two.qcow2", backing="/pool/one.qcow2")
    base = facts(DISK, volumes=(one, two))
    linked, deep = other(B, Disk("vda", "/pool/one.qcow2")), other(VmKey("alpha", "d"), Disk("vda", "/pool/two.qcow2"))
    plan = plan_deletion([base], [linked, deep, other(ELSEWHERE, Disk("vda", "/pool/one.qcow2"))], 0.0)
    assert [(vm.name, vm.needed_by) for vm in plan.held] == [("vm-a", ("vm-b", "vm-d"))]
    running = other(B, Disk("vda", "/elsewhere/x", backing=("/pool/a.qcow2",)))
    assert plan_deletion([facts(DISK)], [running], 0.0).vms[0].needed_by == ("vm-b",)
    mine = DiskFact("vda", "/pool/one.qcow2", pool="default", volume="one.qcow2")
    both = [base, facts(mine, key=B, volumes=(one, two))]
    assert plan_deletion(both, [linked], 0.0).held == ()
    assert plan_deletion([facts(DISK)], [linked], 0.0).held == (), "an orphan overlay is no VM"
    loop = (Volume("x", "/pool/x", backing="/pool/y"), Volume("y", "/pool/y", backing="/pool/x"))
    assert plan_deletion([facts(DISK, volumes=loop)], [linked], 0.0).held == ()


def test_its_own_overlays_hold_nobody_up() -> None:
    """Disk and the frozen files of its snapshots."""
    frozen = DiskFact("vda", "/pool/frozen.qcow2", pool="default", volume="frozen.qcow2")
    top = Volume("a.qcow2", "/pool/a.qcow2", backing="/pool/frozen.qcow2")
    plan = plan_deletion([facts(DISK, frozen, volumes=(top,))], [other(A, Disk("vda", "/pool/a.qcow2"))], 0.0)
    assert plan.held == ()
    assert plan.ticked() == {"alpha:/pool/a.qcow2", "alpha:/pool/frozen.qcow2"}
