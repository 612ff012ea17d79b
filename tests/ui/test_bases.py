"""What is greyed since others are built on it."""

from __future__ import annotations

from msgspec.structs import replace

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Disk, State, VmKey
from console.fleet.hosts import Pool, Volume
from console.fleet.updates import PoolsRead
from console.ui.bases import AGE, Bases
from tests.ui.models.vm_fleet import Fleet, vm

BASE, CLONE = VmKey("a", "base"), VmKey("a", "clone")


def family(fleet: Fleet, *, linked: bool = True, backing: str = "/p/base") -> None:
    """A base, and a clone of it that is off: only its volume tells what it is built on."""
    fleet.host("a")
    base = replace(vm("a", "base", "base", State.OFF), disks=(Disk("vda", "/p/base"),))
    origin = Provenance("base", "a/base", linked=linked)
    clone = replace(vm("a", "clone", "clone", State.OFF), disks=(Disk("vda", "/p/clone"),), provenance=origin)
    fleet.vms("a", [base, clone])
    volumes = (Volume("base", "/p/base"), Volume("clone", "/p/clone", backing=backing))
    fleet.inventory.apply(PoolsRead("a", (Pool("p", active=True, path="/p", volumes=volumes),)))


def test_a_base_is_known_by_the_files_of_its_clones() -> None:
    fleet = Fleet()
    family(fleet)
    bases = Bases(fleet.inventory)
    assert bases.needing(BASE) == ("clone",)
    assert bases.needing(CLONE) == bases.needing(VmKey("b", "base")) == ()


def test_one_whose_clone_is_built_on_what_it_wrote_before_is_none() -> None:
    fleet, now = Fleet(), [10.0]
    family(fleet, backing="/p/older")
    bases = Bases(fleet.inventory, lambda: now[0])
    assert bases.needing(BASE) == ()
    family(fleet)
    assert bases.needing(BASE) == (), "known for a moment"
    now[0] += AGE
    assert bases.needing(BASE) == ("clone",)
    family(fleet, linked=False)
    now[0] += AGE
    assert bases.needing(BASE) == (), "it was flattened"
