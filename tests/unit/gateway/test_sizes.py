from __future__ import annotations

from console.fleet.domains import Disk, Domain, VmKey
from console.fleet.hosts import Pool, Volume
from console.gateway.sizes import sizes_of, with_sizes

POOLS = (
    Pool("images", volumes=(Volume("a.img", "/images/a.img", capacity=100, allocation=40), Volume("raw", ""))),
    Pool("fast"),
)


def vm(*sources: str) -> Domain:
    return Domain(VmKey("h", "a"), "a", disks=tuple(Disk("vda", source) for source in sources))


def test_disks_get_the_sizes_of_their_volumes() -> None:
    sized = with_sizes(vm("/images/a.img", "/elsewhere", "images/a.img", ""), sizes_of(POOLS))
    assert [(disk.capacity, disk.allocation) for disk in sized.disks] == [(100, 40), (0, 0), (100, 40), (0, 0)]


def test_a_domain_that_stays_the_same_is_the_same() -> None:
    sizes = sizes_of(POOLS)
    other = vm("/elsewhere")
    assert with_sizes(other, sizes) is other
    assert with_sizes(other, {}) is other
    sized = with_sizes(vm("/images/a.img"), sizes)
    assert with_sizes(sized, sizes) is sized
