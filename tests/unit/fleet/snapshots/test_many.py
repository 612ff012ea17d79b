"""One act on many VMs, as sums of its plans."""

from __future__ import annotations

from console.fleet.domains import VmKey
from console.fleet.snapshots.many import ManyPlan, with_room
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.storing import Say, Weight

A, B = VmKey("h", "a"), VmKey("h", "b")


def plan(key: VmKey, *says: Say, files: tuple[str, ...] = (), frees: int = 0) -> SnapshotPlan:
    steps = tuple(Step(Op.REMOVE, file=path) for path in files)
    return SnapshotPlan(key, key.uuid, Deed.DELETE, "s", 1.0, says=says, steps=steps, frees=frees, needs=1)


def test_one_that_cannot_be_done_refuses_all() -> None:
    stop, doubt = Say("raw", weight=Weight.STOP), Say("old", weight=Weight.WARNING)
    good, bad = plan(A, doubt), plan(B, stop)
    many = ManyPlan(Deed.DELETE, "s", (good, bad), 1.0)
    assert (many.refused, many.warnings) == (((bad, stop),), ((good, doubt),))
    assert ManyPlan(Deed.DELETE, "s", (good,), 1.0).refused == ()


def test_sums_and_vms_in_order() -> None:
    first, second, third = plan(B, files=("/x",), frees=5), plan(A, files=("/y",), frees=2), plan(B, files=("/x", "/z"))
    many = ManyPlan(Deed.DELETE, "", (first, second, third), 1.0)
    assert (many.frees, many.needs, many.keys) == (7, 3, (B, A))
    assert many.files_going == ((B, "/x"), (A, "/y"), (B, "/z"))
    assert list(many.by_vm()) == [(B, (first, third)), (A, (second,))]


def test_all_together_must_have_room_in_a_pool() -> None:
    def one(vm: str, needs: int, pool: str = "vms", host: str = "h", free: int = 10) -> SnapshotPlan:
        return SnapshotPlan(VmKey(host, vm), vm, Deed.TAKE, "clean", 0.0, needs=needs, pool=pool, free=free)

    plans = (one("a", 6), one("b", 5), one("c", 5, "ssd"), one("d", 6, host="far"), one("e", 0))
    told = with_room(plans)
    assert [plan.vm for plan in told if plan.refused] == ["a", "b"]
    assert told[0].refused[0].values == {"name": "vms", "pool": "vms", "needs": 11, "free": 10}
    assert with_room(plans[1:]) == plans[1:], "they fit without it"
    alone = (one("a", 12), one("b", 1))
    assert [plan.vm for plan in with_room(alone) if plan.refused] == ["b"], (
        "the first is refused already, by its own plan"
    )
