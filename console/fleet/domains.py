"""Domains (VMs) as frozen values. Memory in KiB, disk sizes in bytes, times in epoch seconds."""

from __future__ import annotations

from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

import msgspec

from console.fleet.clones.provenance import Provenance


class VmKey(NamedTuple):
    """One VM on one host: two hosts may both know a UUID (a clone of a disk, a migration under way)."""

    host: str  # HostSpec.id
    uuid: str


class State(StrEnum):
    """What a VM does now. SAVED is off with a managed save image; SUSPENDED is the guest's own S3."""

    RUNNING = "running"
    PAUSED = "paused"
    SHUTTING_DOWN = "shutting-down"
    OFF = "off"
    SAVED = "saved"
    CRASHED = "crashed"
    SUSPENDED = "suspended"
    MIGRATING = "migrating"
    UNKNOWN = "unknown"

    @property
    def active(self) -> bool:
        """It has a QEMU process (or would have)."""
        return self in _ACTIVE


_ACTIVE = frozenset({State.RUNNING, State.PAUSED, State.SHUTTING_DOWN, State.SUSPENDED, State.MIGRATING})


class AddressSource(StrEnum):
    """Where an address was learned, best first."""

    AGENT = "agent"
    LEASE = "lease"
    ARP = "arp"


class Address(msgspec.Struct, frozen=True):
    """An IP of a guest: text without prefix, prefix length (0 unknown), the NIC's MAC, and who said so."""

    ip: str
    prefix: int = 0
    mac: str = ""
    source: AddressSource = AddressSource.LEASE


class Disk(msgspec.Struct, frozen=True):
    """A disk, CD or floppy. source: path, or "pool/volume", or a URL for network disks; "" = empty drive.

    capacity and allocation in bytes, 0 = not known. shared: <shareable/>.
    """

    target: str
    source: str = ""
    device: str = "disk"  # disk, cdrom, floppy, lun
    bus: str = ""
    format: str = ""
    read_only: bool = False
    shared: bool = False
    capacity: int = 0
    allocation: int = 0
    backing: tuple[str, ...] = ()


class Nic(msgspec.Struct, frozen=True):
    """A network card. kind: network, bridge, direct, user… source: the network's, bridge's or device's name."""

    mac: str
    kind: str = "network"
    source: str = ""
    model: str = ""
    target: str = ""


class Domain(msgspec.Struct, frozen=True, eq=False):
    """A VM as its host tells it. memory_kib: allocated now; max_memory_kib: the ceiling of the balloon.

    since: epoch at which the present state began, 0 = not known (it was so when we first looked).
    started: epoch of the guest's start, 0 = not running or not known. addresses: as sourced by Address.source.
    met: epoch at which this run of the guest, or this rest of it, was first seen; 0 = its beginning was seen. What began
    at a time nobody knows is at least as old.
    tags, description, title: description and title are libvirt's own; tags live in our metadata (see libvirtxml.metadata).
    boot: libvirt's number of this run of the guest, 0 = off; another number is another start.
    has_agent: the channel of the guest agent is configured; os: libosinfo id or name, "" = not known.
    provenance: where it comes from, None where nobody wrote that down.
    """

    key: VmKey
    name: str
    state: State = State.UNKNOWN
    since: float = 0.0
    started: float = 0.0
    met: float = 0.0
    boot: int = 0
    vcpus: int = 0
    max_vcpus: int = 0
    memory_kib: int = 0
    max_memory_kib: int = 0
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    addresses: tuple[Address, ...] = ()
    snapshots: int = 0
    autostart: bool = False
    persistent: bool = True
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""
    os: str = ""
    machine: str = ""
    arch: str = ""
    cpu_mode: str = ""
    firmware: str = ""  # bios, uefi
    nvram: str = ""
    tpm: bool = False
    has_agent: bool = False
    kind: str = ""  # domain type: kvm, qemu, test
    graphics: str = ""  # vnc, spice, ""
    provenance: Provenance | None = None

    def __eq__(self, other: object) -> bool:
        """They say the same of a VM, whenever that was met."""
        return self is other or (isinstance(other, Domain) and bool(_SAYS(self) == _SAYS(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)


class Load(msgspec.Struct, frozen=True):
    """Rates of one VM over its last interval. None = not known (first sample, reset, not reported).

    cpu: 0..1 of its vCPUs. memory_used_kib: what the guest uses (balloon), memory_kib: allocated.
    Disk in bytes/s and operations/s, network in bytes/s; disk_latency: seconds an operation took, on the mean, None also where
    there were none. stamp: epoch taken *before* the call.
    """

    stamp: float
    cpu: float | None = None
    memory_used_kib: int | None = None
    memory_kib: int | None = None
    disk_read: float | None = None
    disk_write: float | None = None
    disk_ops: float | None = None
    net_in: float | None = None
    net_out: float | None = None
    disk_read_ops: float | None = None
    disk_write_ops: float | None = None
    disk_latency: float | None = None

    def says_as(self, other: Load) -> bool:
        """The same figures, whenever they were taken."""
        return bool(_FIGURES(self) == _FIGURES(other))


_FIGURES = attrgetter(*(name for name in Load.__struct_fields__ if name != "stamp"))
_SAYS = attrgetter(*(name for name in Domain.__struct_fields__ if name != "met"))
