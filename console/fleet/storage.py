"""Who uses which volume, over all hosts of a fleet, and how much of each pool is promised. Pure rules over what is known.

A path means the same file on two hosts only where they share the storage. That is certain of pools with one network source;
of folders it is ruled out where their file systems differ in size, certain where size and free space are the same to the byte,
and else a doubt, which is told as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import Pool, Volume

NETWORK_KINDS = frozenset({"netfs", "gluster", "rbd", "iscsi", "iscsi-direct", "sheepdog", "vstorage"})
"""Pools whose source is the same storage from every host that names it."""


class VolumeKey(NamedTuple):
    """One volume of one pool of one host."""

    host: str  # HostSpec.id
    pool: str
    name: str


class UseKind(StrEnum):
    DISK = "disk"
    MEDIUM = "medium"  # a CD or floppy: an ISO that lies in a drive
    BASE = "base"  # a disk of the VM is built on it
    VOLUME = "volume"  # another volume is built on it
    ARRIVES = "arrives"  # it is being uploaded, and only half there


class User(msgspec.Struct, frozen=True):
    """Who needs a volume: a VM (key), or a volume that is built on it (volume).

    sure: False where it is on another host and nobody knows whether that one sees the same file.
    """

    kind: UseKind
    name: str
    host: str
    key: VmKey | None = None
    volume: VolumeKey | None = None
    sure: bool = True


class VolumeUse(msgspec.Struct, frozen=True):
    """A volume and all who need it. path: as its host names it."""

    key: VolumeKey
    volume: Volume
    users: tuple[User, ...] = ()

    @property
    def orphan(self) -> bool:
        """Nobody is known to need it."""
        return not self.users

    @property
    def vms(self) -> tuple[User, ...]:
        return tuple(user for user in self.users if user.key is not None)


class PoolUse(msgspec.Struct, frozen=True):
    """A pool with its volumes. Bytes. promised: what its volumes may grow to; orphans: volumes nobody needs."""

    host: str
    pool: Pool
    volumes: tuple[VolumeUse, ...] = ()

    @property
    def promised(self) -> int:
        return sum(max(use.volume.capacity, use.volume.allocation) for use in self.volumes)

    @property
    def ratio(self) -> float | None:
        """Promised to real; None where its size is not known."""
        return self.promised / self.pool.capacity if self.pool.capacity and self.pool.active else None

    @property
    def full(self) -> float | None:
        """0..1 of it that is used."""
        return 1 - self.pool.available / self.pool.capacity if self.pool.capacity and self.pool.active else None

    @property
    def orphans(self) -> tuple[VolumeUse, ...]:
        return tuple(use for use in self.volumes if use.orphan)

    @property
    def users(self) -> tuple[User, ...]:
        """The VMs that need any of its volumes, each once, by name."""
        found = {user.key: user for use in self.volumes for user in use.vms}
        return tuple(sorted(found.values(), key=lambda user: (user.name, user.host)))


class StorageSum(msgspec.Struct, frozen=True):
    """Pools together, in bytes; storage that several pools or hosts share counts once."""

    pools: int = 0
    capacity: int = 0
    used: int = 0
    promised: int = 0
    orphans: int = 0
    orphan_bytes: int = 0

    @property
    def ratio(self) -> float | None:
        return self.promised / self.capacity if self.capacity else None

    @property
    def full(self) -> float | None:
        return self.used / self.capacity if self.capacity else None


class Survey(msgspec.Struct, frozen=True):
    """All pools of some hosts at one moment."""

    pools: tuple[PoolUse, ...] = ()

    def volumes(self) -> Iterable[VolumeUse]:
        for pool in self.pools:
            yield from pool.volumes

    def pool(self, host: str, name: str) -> PoolUse | None:
        return next((use for use in self.pools if use.host == host and use.pool.name == name), None)

    def volume(self, key: VolumeKey) -> VolumeUse | None:
        pool = self.pool(key.host, key.pool)
        return next((use for use in pool.volumes if use.key == key), None) if pool else None

    def total(self, hosts: frozenset[str] | None = None) -> StorageSum:
        """Of these hosts, None = of all."""
        mine = [use for use in self.pools if use.pool.active and (hosts is None or use.host in hosts)]
        spaces = {_space(use.host, use.pool): use for use in mine}
        once: dict[object, VolumeUse] = {}
        for use in mine:
            for item in use.volumes:
                once.setdefault(_place(use.host, use.pool, item.volume), item)
        orphans = [item for item in once.values() if item.orphan]
        return StorageSum(
            len(mine),
            sum(use.pool.capacity for use in spaces.values()),
            sum(use.pool.capacity - use.pool.available for use in spaces.values()),
            sum(max(item.volume.capacity, item.volume.allocation) for item in once.values()),
            len(orphans),
            sum(item.volume.allocation for item in orphans),
        )


def stored(host: str, pools: Iterable[Pool]) -> StorageSum:
    """One host's active pools together; who uses their volumes is not asked."""
    active = [pool for pool in pools if pool.active]
    spaces = {_space(host, pool): pool for pool in active}
    return StorageSum(
        len(active),
        sum(pool.capacity for pool in spaces.values()),
        sum(pool.capacity - pool.available for pool in spaces.values()),
        sum(max(volume.capacity, volume.allocation) for pool in active for volume in pool.volumes),
    )


def _space(host: str, pool: Pool) -> object:
    """What holds a pool's bytes: two folders of one file system tell the same size and free space."""
    if pool.kind in NETWORK_KINDS and pool.source:
        return pool.source
    return (host, pool.capacity, pool.available) if pool.capacity else (host, pool.name)


def _place(host: str, pool: Pool, volume: Volume) -> tuple[str, str]:
    """What a volume is, whoever looks at it."""
    if pool.kind in NETWORK_KINDS and pool.source:
        return pool.source, volume.name
    return host, volume.path or f"{pool.name}/{volume.name}"


class _Host:
    """Finds what the paths of one host's VMs point to."""

    def __init__(self, host: str, pools: Iterable[Pool]) -> None:
        self.host = host
        self.pools = tuple(pools)
        self.places: dict[str, tuple[str, str]] = {}
        self.spaces: dict[str, Pool] = {}
        self.below: dict[str, str] = {}
        for pool in self.pools:
            for volume in pool.volumes:
                place = _place(host, pool, volume)
                for name in (volume.path, f"{pool.name}/{volume.name}"):
                    if name:
                        self.places[name] = place
                        self.spaces[name] = pool
                if volume.backing and volume.path:
                    self.below[volume.path] = volume.backing

    def place(self, source: str) -> tuple[str, str]:
        """Of a path or "pool/volume"; of one in a pool's folder that its last listing had not yet, by the folder."""
        known = self.places.get(source)
        if known is not None:
            return known
        folder, _, name = source.rpartition("/")
        for pool in self.pools:
            if pool.kind in NETWORK_KINDS and pool.source and folder in (pool.path, pool.name):
                return pool.source, name
        return self.host, source

    def pool_of(self, source: str) -> Pool | None:
        known = self.spaces.get(source)
        if known is not None:
            return known
        folder = source.rpartition("/")[0]
        return next((pool for pool in self.pools if pool.path and pool.path == folder), None)

    def chain(self, source: str) -> list[str]:
        """What `source` is built on, as far as its host's volumes tell; each once."""
        found: list[str] = []
        below = self.below.get(source, "")
        while below and below not in found and below != source:
            found.append(below)
            below = self.below.get(below, "")
        return found


def survey(
    hosts: Iterable[tuple[str, Iterable[Pool]]], domains: Iterable[Domain], arriving: Collection[VolumeKey] = ()
) -> Survey:
    """Who uses what. hosts: id and pools of each, hosts that don't answer with what was last seen of them. arriving: volumes
    that are being uploaded. One pass over all."""
    mine = {host: _Host(host, pools) for host, pools in hosts}
    users: dict[tuple[str, str], dict[object, User]] = defaultdict(dict)
    by_path: dict[str, list[User]] = defaultdict(list)  # of files that their host does not share for certain
    for domain in domains:
        host = mine.get(domain.key.host) or _Host(domain.key.host, ())
        for source, kind in _sources(domain, host).items():
            user = User(kind, domain.name, domain.key.host, domain.key)
            place = host.place(source)
            users[place].setdefault(domain.key, user)
            if place[0] == domain.key.host and source.startswith("/"):
                by_path[source].append(user)
    for host in mine.values():
        for pool in host.pools:
            for volume in pool.volumes:
                for below in [volume.backing] if volume.backing else []:
                    key = VolumeKey(host.host, pool.name, volume.name)
                    user = User(UseKind.VOLUME, volume.name, host.host, volume=key)
                    place = host.place(below)
                    users[place].setdefault(key, user)
                    if place[0] == host.host:
                        by_path[below].append(user)
    return Survey(
        tuple(
            PoolUse(
                host.host,
                pool,
                tuple(
                    VolumeUse(
                        VolumeKey(host.host, pool.name, volume.name),
                        volume,
                        (
                            *users.get(_place(host.host, pool, volume), {}).values(),
                            *_far(host.host, pool, by_path.get(volume.path, ()), volume, mine),
                            *_arrives(VolumeKey(host.host, pool.name, volume.name), arriving),
                        ),
                    )
                    for volume in pool.volumes
                ),
            )
            for host in mine.values()
            for pool in host.pools
        )
    )


def _arrives(key: VolumeKey, arriving: Collection[VolumeKey]) -> tuple[User, ...]:
    return (User(UseKind.ARRIVES, key.name, key.host),) if arriving and key in arriving else ()


def _sources(domain: Domain, host: _Host) -> dict[str, UseKind]:
    """Everything a VM names, and what that is built on."""
    found: dict[str, UseKind] = {}
    for disk in domain.disks:
        if disk.source:
            medium = disk.device in ("cdrom", "floppy")
            found[disk.source] = UseKind.MEDIUM if medium else UseKind.DISK
        for below in (*disk.backing, *host.chain(disk.source)):
            found.setdefault(below, UseKind.BASE)
            for deeper in host.chain(below):
                found.setdefault(deeper, UseKind.BASE)
    if domain.nvram:
        found.setdefault(domain.nvram, UseKind.DISK)
    return found


def _far(host: str, pool: Pool, same: Iterable[User], volume: Volume, hosts: Mapping[str, _Host]) -> Iterable[User]:
    """Those on other hosts that name the same path, unless it is certain to be another file."""
    if pool.kind in NETWORK_KINDS and pool.source:
        return
    seen = set()
    for user in same:
        if user.host == host or (user.key or user.volume) in seen:
            continue
        seen.add(user.key or user.volume)
        there = hosts[user.host].pool_of(volume.path) if user.host in hosts else None
        if there is None or not there.capacity or not pool.capacity:
            yield User(user.kind, user.name, user.host, user.key, user.volume, sure=False)
        elif there.capacity == pool.capacity:
            sure = there.available == pool.available
            yield User(user.kind, user.name, user.host, user.key, user.volume, sure=sure)
