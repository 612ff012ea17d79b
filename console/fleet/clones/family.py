"""Who is built on whose files, on one host: from its VMs and the volumes of its pools. Pure.

Libvirt tells what a stopped VM's disk is built on by its volume only, of a running one by its XML as well; both are taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from console.fleet.clones.values import Family, Kin
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import Pool


class Kinship:
    """What the VMs of a host need of each other. One pass over its VMs and volumes; questions are quick then."""

    def __init__(self, domains: Iterable[Domain], pools: Iterable[Pool]) -> None:
        self._below: dict[str, str] = {}
        self._paths: dict[str, str] = {}  # of "pool/volume"
        for pool in pools:
            for volume in pool.volumes:
                if volume.path:
                    self._paths[f"{pool.name}/{volume.name}"] = volume.path
                    if volume.backing and volume.backing != volume.path:
                        self._below[volume.path] = volume.backing
        self._domains = {domain.key: domain for domain in domains}
        self._tops: dict[VmKey, tuple[str, ...]] = {}
        self._chains: dict[VmKey, frozenset[str]] = {}
        self._on: dict[str, dict[VmKey, None]] = defaultdict(dict)  # who is built on a path
        for key, domain in self._domains.items():
            tops, chain = self._files(domain)
            self._tops[key], self._chains[key] = tops, chain
            for path in chain:
                self._on[path][key] = None

    def _files(self, domain: Domain) -> tuple[tuple[str, ...], frozenset[str]]:
        """The files its disks name, and all that those are built on."""
        tops: list[str] = []
        below: set[str] = set()
        for disk in domain.disks:
            if not disk.source or disk.device in ("cdrom", "floppy"):
                continue
            path = self._paths.get(disk.source, disk.source)
            tops.append(path)
            for start in (path, *disk.backing):
                below.update(self.chain(start))
            below.update(disk.backing)
        return tuple(tops), frozenset(below) - set(tops)

    def chain(self, path: str) -> tuple[str, ...]:
        """What a file is built on, the nearest first, as its host's volumes tell; each once."""
        found: list[str] = []
        below = self._below.get(path, "")
        while below and below != path and below not in found:
            found.append(below)
            below = self._below.get(below, "")
        return tuple(found)

    def files(self, key: VmKey) -> frozenset[str]:
        """All files that a VM needs: what it writes, and what that is built on."""
        return self._chains.get(key, frozenset()).union(self._tops.get(key, ()))

    @property
    def any(self) -> bool:
        """Somebody is built on something."""
        return bool(self._on)

    def on(self, path: str) -> tuple[Kin, ...]:
        """The VMs that are built on a file."""
        return self._kin({key: [path] for key in self._on.get(path, ())})

    def needing(self, key: VmKey) -> tuple[Kin, ...]:
        """The other VMs that are built on what this one writes: while there are any, it must not be started."""
        found: dict[VmKey, list[str]] = {}
        for path in self._tops.get(key, ()):
            for other in self._on.get(path, ()):
                if other != key:
                    found.setdefault(other, []).append(path)
        return self._kin(found)

    def sharing(self, key: VmKey) -> tuple[Kin, ...]:
        """The other VMs that need any file of this one: what it writes, or what it is built on itself."""
        found: dict[VmKey, list[str]] = {}
        for path in (*self._tops.get(key, ()), *sorted(self._chains.get(key, ()))):
            for other in self._on.get(path, ()):
                if other != key:
                    found.setdefault(other, []).append(path)
        return self._kin(found)

    def base(self, key: VmKey) -> VmKey | None:
        """The VM that this one is built on: whose disk it is, nearest first; else the one it says it was linked to."""
        mine = self._domains.get(key)
        if mine is None:
            return None
        owners = {path: other for other, tops in self._tops.items() if other != key for path in tops}
        for top in self._tops.get(key, ()):
            for path in self.chain(top):
                if path in owners:
                    return owners[path]
        origin = mine.provenance
        if origin is not None and origin.linked and self._chains[key]:
            uuid = origin.source.rpartition("/")[2]
            return next((other for other in self._domains if other.uuid == uuid and other != key), None)
        return None

    def family(self, key: VmKey) -> Family | None:
        """The base of a VM (it may be the base itself) with all that need it; None where it stands alone."""
        mine = self._domains.get(key)
        if mine is None:
            return None
        kin = self.needing(key) or self._named(key)
        base = key if kin or (mine.provenance is not None and mine.provenance.template) else self.base(key)
        if base is not None:
            owner = self._domains[base]
            clones = {one.key: one for one in (*self._named(base), *self.needing(base)) if one.key != base}
            template = owner.provenance is not None and owner.provenance.template
            found = tuple(sorted(clones.values(), key=lambda one: one.name))
            return Family(base, owner.name, found, template) if found or template else None
        origin = mine.provenance
        if origin is not None and origin.linked and self._chains[key]:
            lost = [
                other
                for other, domain in self._domains.items()
                if domain.provenance is not None and domain.provenance.source == origin.source and self._chains[other]
            ]
            files = {other: sorted(self._chains[other]) for other in lost}
            return Family(None, origin.cloned_from, self._kin(files))
        return None

    def _named(self, base: VmKey) -> tuple[Kin, ...]:
        """Those that say they were linked to it (or to a snapshot of it), and are built on something still."""
        found: dict[VmKey, list[str]] = {}
        mine = set(self._tops.get(base, ())) | self._chains.get(base, frozenset())
        for key, domain in self._domains.items():
            origin = domain.provenance
            linked = origin is not None and origin.linked and origin.source.rpartition("/")[2] == base.uuid
            if linked and key != base and (chain := self._chains[key]):
                found[key] = sorted(mine & chain) or sorted(chain)
        return self._kin(found)

    def _kin(self, found: Mapping[VmKey, list[str]]) -> tuple[Kin, ...]:
        kin = (Kin(key, self._domains[key].name, tuple(dict.fromkeys(paths))) for key, paths in found.items())
        return tuple(sorted(kin, key=lambda one: one.name))
