from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots import doctor
from console.fleet.snapshots.doctor import FINDINGS, Finding, findings
from console.fleet.snapshots.plans import Deed, Op
from console.fleet.snapshots.values import DiskNow, SnapshotFacts
from console.fleet.storing import Weight
from tests.unit.fleet.snapshots.host import GIB, LINE, MEMORY, NOW, image, inside, line, ops, outside, vm

QUIET = {"blocks-migration"}


def found(facts: SnapshotFacts) -> dict[str, Finding]:
    """By code, without what is told of every VM with snapshots."""
    listed = findings(facts)
    assert len({one.code for one in listed}) == len(listed)
    return {one.code: one for one in listed if one.code not in QUIET}


def more(facts: SnapshotFacts, *files: object) -> SnapshotFacts:
    return replace(facts, files={**facts.files, **{file.path: file for file in files}})  # type: ignore[attr-defined]


def removed(one: Finding) -> tuple[str, ...]:
    assert one.repair is not None
    assert one.repair.deed is Deed.REPAIR
    assert one.repair.refused == ()
    return one.repair.files_going


def test_all_is_well() -> None:
    assert found(line()) == {}
    assert findings(vm(image("/p/qa"))) == ()
    (only,) = findings(line())
    assert (only.code, only.snapshots, only.repair) == (
        "blocks-migration",
        ("clean install", "4711", "wizard", "half"),
        None,
    )


def test_overlays_that_nobody_needs_go_the_upper_one_first() -> None:
    facts = more(line(), image("/p/qa.old", 2.2, "/p/qa.4711"), image("/p/qa.older", 1, "/p/qa.old"))
    one = found(facts)["orphan"]
    assert (set(one.files), one.bytes, one.weight) == (
        {"/p/qa.old", "/p/qa.older"},
        int(2.2 * GIB) + GIB,
        Weight.WARNING,
    )
    assert removed(one) == ("/p/qa.older", "/p/qa.old")
    assert one.repair is not None
    assert [step.loses for step in one.repair.steps] == [False, True, False]


def test_a_file_of_another_name_on_ours_is_left_to_a_person() -> None:
    facts = more(line(), image("/p/dev.qcow2", 2, "/p/qa.4711"))
    assert set(found(facts)) == {"stray"}
    stray = found(facts)["stray"]
    assert (stray.files, stray.bytes, stray.repair) == (("/p/dev.qcow2",), 2 * GIB, None)
    assert found(replace(facts, users={"/p/dev.qcow2": ("dev",)})) == {}
    assert found(more(line(), image("/p/else.qcow2"), image("/p/else.b", 1, "/p/else.qcow2"))) == {}


def test_an_orphan_that_a_stray_stands_on_stays() -> None:
    facts = more(line(), image("/p/qa.old", 2, "/p/qa.4711"), image("/p/dev.qcow2", 2, "/p/qa.old"))
    assert set(found(facts)) == {"stray"}


def test_memory_that_no_snapshot_names() -> None:
    one = found(more(line(), image("/p/qa.gone.mem", 4, format="raw"), image("/p/web.x.mem", 4, format="raw")))
    assert set(one) == {"orphan-memory"}
    assert removed(one["orphan-memory"]) == ("/p/qa.gone.mem",)


def test_an_orphan_no_pool_holds_has_no_repair() -> None:
    assert found(more(line(), image("/p/qa.old", 2, "/p/qa.4711", pool="")))["orphan"].repair is None


def test_files_that_are_missing() -> None:
    facts = vm(image("/p/qa", backing="/p/gone"), image("/p/gone", exists=False), top="/p/qa")
    one = found(facts)["missing"]
    assert (one.files, one.weight, one.values, one.repair) == (("/p/gone",), Weight.STOP, {"target": "vda"}, None)
    iso = replace(vm(image("/p/qa")), disks=(DiskNow("vda", "/p/qa"), DiskNow("sda", "/p/no.iso", device="cdrom")))
    assert findings(iso) == ()


def test_a_chain_that_comes_back_to_itself() -> None:
    facts = vm(image("/p/a", backing="/p/b"), image("/p/b", backing="/p/a"))
    one = found(facts)["loop"]
    assert (one.weight, one.repair) == (Weight.STOP, None)


def test_records_that_lead_nowhere_are_dropped() -> None:
    facts = replace(
        line(), snapshots=(*line().snapshots, outside("lost", "half", "/p/lost"), outside("too", "lost", "/p/qa.too"))
    )
    facts = more(facts, image("/p/qa.too", 3, "/p/lost"))
    one = found(facts)["broken"]
    assert (one.files, one.snapshots) == (("/p/lost",), ("lost", "too"))
    assert one.repair is not None
    assert [step.names for step in one.repair.steps if step.op is Op.FORGET] == [("too",), ("lost",)]
    assert removed(one) == ("/p/qa.too",)
    assert one.repair.lost == ("lost", "too")


def test_memory_that_is_gone_is_told_and_the_disks_are_kept() -> None:
    files = {path: file for path, file in line().files.items() if path != MEMORY.path}
    one = found(line(files=files))["memory-missing"]
    assert (one.files, one.snapshots, one.weight, one.repair) == ((MEMORY.path,), ("wizard",), Weight.WARNING, None)


def test_a_snapshot_whose_file_the_vm_writes_is_none() -> None:
    facts = vm(
        image("/p/qa"), image("/p/qa.s", 1, "/p/qa"), top="/p/qa", snapshots=(outside("s", "", "/p/qa", "/p/qa.s"),)
    )
    one = found(facts)["spoiled"]
    assert (one.files, one.snapshots, one.weight) == (("/p/qa",), ("s",), Weight.STOP)
    assert one.repair is not None
    assert ops(one.repair) == [Op.CHECK, Op.FORGET]


def test_a_merge_that_was_left_behind() -> None:
    one = found(line(helpers=("splendid-merge-1",)))["helper"]
    assert one.repair is not None
    assert [(step.op, step.names) for step in one.repair.steps] == [(Op.RELEASE, ("splendid-merge-1",))]
    looking = found(line(helpers=("splendid-merge-1",), read_only=True))["helper"]
    assert looking.repair is not None
    assert [say.code for say in looking.repair.refused] == ["read-only"]


def test_bases_that_could_be_one_with_the_next() -> None:
    snapshots = (replace(line().snapshots[0], name="first"), replace(line().snapshots[3], parent="first"))
    facts = vm(*LINE, top="/p/qa.half", snapshots=snapshots)
    one = found(facts)["needless-base"]
    assert (set(one.files), one.weight) == ({"/p/qa.clean", "/p/qa.4711"}, Weight.FACT)
    assert removed(one) == ("/p/qa.4711", "/p/qa.wizard")
    cloned = replace(facts, users={"/p/qa.4711": ("dev",)})
    assert found(cloned) == {}


def test_somebody_elses_base_is_no_needless_one() -> None:
    facts = vm(image("/p/win11-blank.qcow2", 11), image("/p/qa.qcow2", 2, "/p/win11-blank.qcow2"))
    assert findings(facts) == ()


def test_internal_ones_under_an_external_one() -> None:
    snapshots = (inside("i", "", "/p/qa"), outside("e", "i", "/p/qa", "/p/qa.e"))
    one = found(vm(image("/p/qa"), image("/p/qa.e", 1, "/p/qa"), snapshots=snapshots))["mixed"]
    assert (one.files, one.snapshots) == (("/p/qa", "/p/qa.e"), ("i",))


def test_long_chains_old_and_big_ones() -> None:
    files = [image(f"/p/qa.{n}", 0.1, f"/p/qa.{n - 1}" if n else "") for n in range(doctor.LONG_CHAIN + 1)]
    assert [one.code for one in findings(vm(*files[:-1]))] == ["needless-base"]
    one = found(vm(*files))["long-chain"]
    assert one.values == {"target": "vda", "n": doctor.LONG_CHAIN + 1}
    assert one.repair is None
    kept = tuple(outside(f"s{n}", f"s{n - 1}" if n else "", f"/p/qa.{n}", current=n == 13) for n in range(14))
    files += [image(f"/p/qa.{n}", 0.1, f"/p/qa.{n - 1}") for n in (13, 14)]
    one = found(vm(*files, snapshots=kept))["long-chain"]
    assert one.repair is not None
    assert (one.repair.deed, one.repair.lost) == (Deed.DELETE, ("s0", "s1", "s2"))
    assert len(one.repair.after[0].boxes) == doctor.LONG_CHAIN
    needed = found(vm(*files, snapshots=kept, users={"/p/qa.1": ("dev",)}))["long-chain"].repair
    assert needed is not None
    assert needed.lost == ("s2", "s3", "s4")

    aged = replace(line(), asked=NOW + (doctor.OLD_DAYS + 1) * 86400)
    old = found(aged)["old"]
    assert (old.snapshots, old.values) == (("clean install", "4711", "wizard", "half"), {"days": doctor.OLD_DAYS})
    assert old.repair is not None
    assert (old.repair.deed, old.repair.lost) == (Deed.DELETE, old.snapshots)

    wide = more(line(), image("/p/qa.4711", 21, "/p/qa.clean"))
    big = found(wide)["big"]
    assert (big.snapshots, big.bytes) == (("wizard",), 21 * GIB + MEMORY.allocation)
    assert big.repair is not None
    assert big.repair.lost == ("wizard",)
    first = more(line(), image("/p/qa.qcow2", 90))
    assert "big" not in found(first), "the image all began with is no snapshot's"


def test_worst_first_and_every_code_is_listed() -> None:
    facts = more(
        line(helpers=("splendid-merge-1",)), image("/p/qa.old", 2, "/p/qa.4711"), image("/p/dev", 2, "/p/qa.4711")
    )
    facts = replace(facts, snapshots=(*facts.snapshots, outside("lost", "half", "/p/lost")))
    assert [one.code for one in findings(facts)] == ["broken", "helper", "orphan", "stray", "blocks-migration"]
    assert len(set(FINDINGS)) == len(FINDINGS)


def test_libvirts_test_driver_has_no_files() -> None:
    facts = line(hypervisor="TEST", files={}, state=State.RUNNING)
    assert [one.code for one in findings(facts)] == ["blocks-migration"]


@pytest.mark.parametrize("more_facts", [{"read_only": True}, {"job": "backup"}, {"checkpoints": ("c",)}])
def test_a_repair_says_what_stands_in_its_way(more_facts: dict[str, object]) -> None:
    repair = found(more(line(**more_facts), image("/p/qa.old", 2, "/p/qa.4711")))["orphan"].repair
    assert repair is not None
    assert len(repair.refused) == 1
