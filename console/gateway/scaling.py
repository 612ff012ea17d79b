"""vCPUs and memory of domains: how they are, and other ones. Every function calls the host, may block, and raises FleetError."""

from __future__ import annotations

from typing import Any

import libvirt

from console.fleet.domains import VmKey
from console.fleet.scaling import Change, Part, Scaling, SizeFacts
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml.sizes import read_sizes

_LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE
_STORED = libvirt.VIR_DOMAIN_AFFECT_CONFIG


def facts(link: Link, uuid: str) -> SizeFacts:
    """What the domain has now and what it starts with next."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        active, persistent = domain.isActive(), domain.isPersistent()
        live = read_sizes(domain.XMLDesc(0)) if active else None
        stored = read_sizes(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)) if persistent else None
    return SizeFacts(VmKey(link.spec.id, uuid), live, stored)


def apply(link: Link, uuid: str, scaling: Scaling) -> None:
    """Makes the changes: what runs first, so that nothing is stored for a guest that would not have it."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            for change in scaling.live:
                _set(domain, change, _LIVE)
            for change in _in_turn(scaling.stored):
                _set(domain, change, _STORED)
    finally:
        link.touched(uuid)


def _in_turn(changes: tuple[Change, ...]) -> list[Change]:
    """A ceiling that rises goes before what is under it, one that is lowered after."""
    ceilings = (Part.MAX_VCPUS, Part.MAX_MEMORY)

    def place(change: Change) -> int:
        if change.part not in ceilings:
            return 1
        return 0 if change.after > change.before else 2

    return sorted(changes, key=place)


def _set(domain: Any, change: Change, where: int) -> None:
    match change.part:
        case Part.VCPUS:
            domain.setVcpusFlags(change.after, where)
        case Part.MAX_VCPUS:
            domain.setVcpusFlags(change.after, where | libvirt.VIR_DOMAIN_VCPU_MAXIMUM)
        case Part.MEMORY:
            domain.setMemoryFlags(change.after, where)
        case Part.MAX_MEMORY:
            domain.setMemoryFlags(change.after, where | libvirt.VIR_DOMAIN_MEM_MAXIMUM)
