from __future__ import annotations

from typing import Any

from console.fleet.clones.family import Kinship
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Disk, Domain, VmKey
from console.fleet.hosts import Pool, Volume


def key(name: str) -> VmKey:
    return VmKey("h", name)


def vm(name: str, *sources: str, backing: tuple[str, ...] = (), **origin: Any) -> Domain:
    disks = tuple(Disk(f"vd{number}", source, backing=backing) for number, source in enumerate(sources))
    return Domain(key(name), name, disks=disks, provenance=Provenance(**origin) if origin else None)


def pool(**backings: str) -> Pool:
    """Volumes at /p by name, each built on another one of them ("" = on nothing)."""
    volumes = (Volume(name, f"/p/{name}", backing=f"/p/{on}" if on else "") for name, on in backings.items())
    return Pool("p", active=True, path="/p", volumes=tuple(volumes))


FILES = pool(base="", one="base", two="base", three="two", alone="")


def names(kin: Any) -> list[str]:
    return [one.name for one in kin]


def test_who_needs_what_a_vm_writes() -> None:
    kinship = Kinship([vm("b", "/p/base"), vm("1", "/p/one"), vm("3", "p/three"), vm("x", "/p/alone")], [FILES])
    assert kinship.any
    assert names(kinship.needing(key("b"))) == ["1", "3"], "over several files too, and by the pool's name for it"
    assert kinship.needing(key("b"))[0].files == ("/p/base",)
    assert kinship.needing(key("1")) == kinship.needing(key("x")) == kinship.needing(key("nobody")) == ()
    assert names(kinship.on("/p/two")) == ["3"]
    assert names(kinship.sharing(key("1"))) == ["3"]


def test_all_files_of_a_vm() -> None:
    kinship = Kinship([vm("3", "p/three"), vm("r", "/q/one", backing=("/q/base",))], [FILES])
    assert kinship.files(key("3")) == {"/p/three", "/p/two", "/p/base"}
    assert kinship.files(key("r")) == {"/q/one", "/q/base"}
    assert kinship.files(key("nobody")) == frozenset()


def test_a_running_vm_tells_its_chain_itself() -> None:
    kinship = Kinship([vm("b", "/q/base"), vm("1", "/q/one", backing=("/q/mid", "/q/base"))], [])
    assert names(kinship.needing(key("b"))) == ["1"]
    assert names(kinship.on("/q/mid")) == ["1"]


def test_a_clone_of_a_branch_that_was_left_belongs_to_it_all_the_same() -> None:
    kinship = Kinship([vm("b", "/p/alone"), vm("c", "/p/two", source="h/b", linked=True)], [FILES])
    family = kinship.family(key("c"))
    assert family is not None
    assert (family.base, family.clones[0].files) == (key("b"), ("/p/base",))
    assert kinship.needing(key("b")) == ()


def test_a_vms_own_snapshots_hold_nobody_up() -> None:
    """It writes an overlay on its base, and a clone was made of the base: it may be started."""
    kinship = Kinship([vm("b", "/p/one"), vm("c", "/p/two", cloned_from="b", source="h/b", linked=True)], [FILES])
    assert kinship.needing(key("b")) == ()
    assert names(kinship.sharing(key("b"))) == ["c"]
    family = kinship.family(key("b"))
    assert family is not None
    assert (family.base, names(family.clones)) == (key("b"), ["c"])
    assert kinship.family(key("c")) == family


def test_nobody_is_built_on_an_installation_image() -> None:
    disk = Disk("sda", "/p/base", device="cdrom")
    kinship = Kinship([Domain(key("cd"), "cd", disks=(disk,)), vm("1", "/p/one")], [FILES])
    assert kinship.needing(key("cd")) == ()


def test_a_family_is_the_same_from_each_of_them() -> None:
    domains = [vm("b", "/p/base", template=True), vm("1", "/p/one"), vm("2", "/p/two"), vm("x", "/p/alone")]
    kinship = Kinship(domains, [FILES])
    family = kinship.family(key("b"))
    assert family is not None
    assert (family.base, family.name, family.template, names(family.clones)) == (key("b"), "b", True, ["1", "2"])
    assert kinship.family(key("1")) == kinship.family(key("2")) == family
    assert kinship.family(key("x")) is None
    assert kinship.family(key("nobody")) is None


def test_a_template_without_clones_is_a_family_of_its_own() -> None:
    family = Kinship([vm("t", "/p/alone", template=True)], [FILES]).family(key("t"))
    assert family is not None
    assert (family.template, family.clones) == (True, ())


def test_a_base_whose_vm_is_gone() -> None:
    origin = {"cloned_from": "old", "source": "lab/gone", "linked": True}
    kinship = Kinship([vm("1", "/p/one", **origin), vm("2", "/p/two", **origin)], [FILES])
    family = kinship.family(key("1"))
    assert family is not None
    assert (family.base, family.name, names(family.clones)) == (None, "old", ["1", "2"])


def test_a_clone_that_was_flattened_stands_alone() -> None:
    kinship = Kinship([vm("b", "/p/base"), vm("f", "/p/alone", source="h/b", linked=True)], [FILES])
    assert kinship.family(key("f")) is None
    assert kinship.family(key("b")) is None


def test_chains_that_loop_end() -> None:
    kinship = Kinship([vm("a", "/p/a"), vm("b", "/p/b")], [pool(a="b", b="a", c="c")])
    assert kinship.chain("/p/a") == ("/p/b",)
    assert kinship.chain("/p/c") == ()
    assert names(kinship.needing(key("a"))) == ["b"]
