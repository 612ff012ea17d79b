"""How big a VM's disks are: a host's volumes know, a domain's XML does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from console.fleet.domains import Domain
from console.fleet.hosts import Pool

Sizes = Mapping[str, tuple[int, int]]
"""Capacity and allocation in bytes, by path and by "pool/volume"."""


def sizes_of(pools: Iterable[Pool]) -> Sizes:
    """The sizes of all volumes of these pools."""
    found: dict[str, tuple[int, int]] = {}
    for pool in pools:
        for volume in pool.volumes:
            size = (volume.capacity, volume.allocation)
            if volume.path:
                found[volume.path] = size
            found[f"{pool.name}/{volume.name}"] = size
    return found


def with_sizes(domain: Domain, sizes: Sizes) -> Domain:
    """`domain` with the sizes of those of its disks that are known; itself where that changes nothing."""
    if not sizes or not any(disk.source in sizes for disk in domain.disks):
        return domain
    disks = tuple(
        replace(disk, capacity=sizes[disk.source][0], allocation=sizes[disk.source][1])
        if disk.source in sizes
        else disk
        for disk in domain.disks
    )
    return domain if disks == domain.disks else replace(domain, disks=disks)
